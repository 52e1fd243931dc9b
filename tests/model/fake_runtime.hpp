// SPDX-License-Identifier: MIT
// A runtime without a scheduler: its tasks run where a model's thread says so.
#pragma once

#include "model/fake_driver.hpp"

#include <heddle/base/atomic.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/future/context.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/runtime/spawn.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

#include "runtime/current.hpp"
#include "runtime/shared.hpp"

namespace heddle_test {

class FakeRuntime final : public heddle::runtime::Shared {
 public:
  explicit FakeRuntime(const heddle::runtime::Config& config = {}) : Shared(config, 1, std::make_unique<FakeDriver>()) {}

  [[nodiscard]] bool is_current_thread() const noexcept override { return true; }
  [[nodiscard]] std::size_t worker_count() const noexcept override { return 0; }
  [[nodiscard]] const heddle::runtime::detail::Worker& worker(std::size_t) const noexcept override { std::abort(); }

  template <class F>
  auto spawn(F future) {
    return heddle::runtime::detail::spawn_on(*this, std::move(future));
  }

  /// Runs the task that has been queued longest; false if there is none.
  bool run_one() {
    heddle::runtime::detail::TaskQueue first;
    injected_.pop(first, 1);
    heddle::runtime::detail::TaskHeader* task = first.pop_front();
    if (task == nullptr) return false;
    if (run_task(*task) == heddle::runtime::detail::AfterPoll::kRequeue) {
      injected_.push(*task);
      notify_injected();
    }
    return true;
  }

  /// Runs tasks as they come, until stop().
  void work() {
    for (;;) {
      const std::uint32_t seen = queued_.load(heddle::base::seq_cst);
      while (run_one()) {
      }
      if ((seen & kStopped) != 0) return;
      heddle::sys::futex_wait(queued_, seen);
    }
  }

  /// Lets work() return when nothing is queued any more.
  void stop() noexcept {
    queued_.fetch_add(kStopped, heddle::base::seq_cst);
    heddle::sys::futex_wake_all(queued_);
  }

  /// Sleeps in the driver until the next timer, as schedulers do: says until when, and looks again.
  void sleep_until_timer() {
    const std::uint64_t until = timers().next_turn();
    sleeps_until_.exchange(until, heddle::base::seq_cst);
    const std::uint64_t next = std::min(until, timers().next_turn());
    const std::uint64_t now = clock().now();
    driver().turn(next == heddle::runtime::detail::TimerShard::kNever ? heddle::runtime::detail::Driver::kForever
                  : next > now                                        ? next - now
                                                                      : heddle::runtime::detail::Driver::kNoWait);
    sleeps_until_.store(0, heddle::base::seq_cst);
  }

  /// The end of the runtime, and of the maker's reference to it.
  void end() noexcept {
    finish();
    drop_reference();
  }

 protected:
  [[nodiscard]] bool workers_rest() noexcept override { return false; }
  void notify_injected() noexcept override {
    queued_.fetch_add(1, heddle::base::seq_cst);
    heddle::sys::futex_wake_all(queued_);
  }

 private:
  static constexpr std::uint32_t kStopped = 1U << 31;
  heddle::base::atomic<std::uint32_t> queued_{0};
};

/// Closed until opened: what a task of a model waits for.
class Latch {
 public:
  [[nodiscard]] bool poll(heddle::Context& cx) {
    heddle::Waker own = cx.waker().clone();
    const std::lock_guard guard(lock_);
    if (!open_) std::swap(waker_, own);
    return open_;
  }

  void open() {
    heddle::Waker waiting;
    {
      const std::lock_guard guard(lock_);
      open_ = true;
      std::swap(waiting, waker_);
    }
    std::move(waiting).wake();
  }

 private:
  heddle::base::SpinLock lock_;
  bool open_ = false;
  heddle::Waker waker_;
};

/// A waker that counts.
class Wakes {
 public:
  [[nodiscard]] heddle::Waker waker() {
    return heddle::future::waker_fn([this] { count_.fetch_add(1, heddle::base::acq_rel); });
  }
  [[nodiscard]] int count() const { return count_.load(heddle::base::acquire); }

 private:
  heddle::base::atomic<int> count_{0};
};

/// A value that lives on the heap, so that a second destruction or none is found.
using Tracked = std::unique_ptr<int>;

}  // namespace heddle_test
