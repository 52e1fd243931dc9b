// SPDX-License-Identifier: MIT
// Which workers sleep and which search for work; decides whom to wake when work appears.
//
// Waking everyone costs a stampede, waking no one loses work. At most half of the workers search; while one searches,
// nobody is woken, since it will find what there is.
//
//   transition         who                                  answer
//   worker_to_wake     any thread, after queueing work      a sleeper, now awake and searching, or none
//   try_search         a worker out of local work           may it
//   stop_search        a searcher that found work           was it the last
//   sleep              a worker that found none             -
//   wake_up            a worker that woke by itself         -
//
// Ordering, the lost-wake pair: who queues work from outside writes the queue and then reads the word here; who goes to
// sleep writes the word and then looks at the queue once more (worker.cpp, park). Both steps are seq_cst read-modify-
// writes of the word, so one of the two sees the other.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/spin_lock.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace heddle::inline v0::runtime::detail {

class Idle {
 public:
  static constexpr std::size_t kNobody = ~std::size_t{0};

  explicit Idle(std::uint32_t workers) : workers_(workers), word_(workers << kAwakeShift) { sleepers_.reserve(workers); }

  /// True if a wake would find a sleeper. Relaxed: a hint for those who look again.
  [[nodiscard]] bool may_wake() const noexcept { return wakes(word_.load(base::relaxed)); }

  [[nodiscard]] bool all_asleep() const noexcept { return awake(word_.load(base::seq_cst)) == 0; }

  [[nodiscard]] std::size_t worker_to_wake() noexcept {
    if (!wakes(word_.fetch_add(0, base::seq_cst))) return kNobody;
    const std::lock_guard guard(lock_);
    if (!wakes(word_.load(base::seq_cst)) || sleepers_.empty()) return kNobody;
    const std::size_t worker = sleepers_.back();
    sleepers_.pop_back();
    word_.fetch_add(kOneAwake + kOneSearching, base::seq_cst);
    return worker;
  }

  [[nodiscard]] bool try_search() noexcept {
    if (2 * searching(word_.load(base::seq_cst)) >= workers_) return false;
    word_.fetch_add(kOneSearching, base::seq_cst);
    return true;
  }

  [[nodiscard]] bool stop_search() noexcept {
    return searching(word_.fetch_sub(kOneSearching, base::seq_cst)) == 1;
  }

  void sleep(std::size_t worker, bool was_searching) noexcept {
    const std::lock_guard guard(lock_);
    word_.fetch_sub(kOneAwake + (was_searching ? kOneSearching : 0), base::seq_cst);
    sleepers_.push_back(worker);
  }

  [[nodiscard]] bool is_asleep(std::size_t worker) noexcept {
    const std::lock_guard guard(lock_);
    return std::ranges::find(sleepers_, worker) != sleepers_.end();
  }

  /// True if the worker was still among the sleepers; false if somebody woke it (it is then searching).
  [[nodiscard]] bool wake_up(std::size_t worker) noexcept {
    const std::lock_guard guard(lock_);
    if (std::erase(sleepers_, worker) == 0) return false;
    word_.fetch_add(kOneAwake, base::seq_cst);
    return true;
  }

 private:
  static constexpr unsigned kAwakeShift = 16;
  static constexpr std::uint32_t kOneSearching = 1;
  static constexpr std::uint32_t kOneAwake = 1U << kAwakeShift;

  static constexpr std::uint32_t searching(std::uint32_t word) noexcept { return word & (kOneAwake - 1); }
  static constexpr std::uint32_t awake(std::uint32_t word) noexcept { return word >> kAwakeShift; }
  [[nodiscard]] bool wakes(std::uint32_t word) const noexcept { return searching(word) == 0 && awake(word) < workers_; }

  // Constant.
  std::uint32_t workers_;
  // Atomic; changed under lock_ where the sleepers change.
  base::atomic<std::uint32_t> word_;
  base::SpinLock lock_;
  // Guarded by lock_.
  std::vector<std::size_t> sleepers_;
};

}  // namespace heddle::inline v0::runtime::detail
