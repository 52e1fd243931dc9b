// SPDX-License-Identifier: MIT
// Context: what a future is polled with: the waker of its task, and the task's budget for this poll.
//
// The budget keeps one busy task from starving the others: a future that could be ready for ever (a socket that a
// fast peer keeps full) spends a unit whenever it is, and once the units of this poll are gone it answers Pending
// and lets the task be polled again after its neighbours.
#pragma once

#include <heddle/future/waker.hpp>
#include <heddle/marker/rules.hpp>

#include <atomic>
#include <cstdint>
#include <utility>

namespace heddle::inline v0 {

/// Handed to `poll`. Lives on the stack of whoever polls, for one poll.
///
/// Corresponds to Rust's `std::task::Context`, with Tokio's cooperative budget in it.
class Context {
 public:
  /// Units per poll of a task. Tokio's number: large enough to hide the cost of a turn, small enough for a
  /// neighbour's patience.
  static constexpr std::uint32_t kBudget = 128;
  /// A budget that is never spent.
  static constexpr std::uint32_t kUnlimited = ~std::uint32_t{0};

  /// `waker` must outlive the context.
  explicit Context(const Waker& waker, std::uint32_t budget = kBudget) noexcept : waker_(&waker), budget_(budget) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    if (yielded_) waker_->wake_by_ref();
  }

  /// The waker of the task being polled: clone it to keep it.
  [[nodiscard]] const Waker& waker() const noexcept { return *waker_; }

  /// Asks for another poll after the other runnable tasks had their turn. A future that calls it answers Pending.
  ///
  /// Cost        None now: the poller, which must look at take_yielded(), requeues the task without an atomic
  ///             operation. Where it doesn't look, the context's destructor wakes.
  void yield() noexcept { yielded_ = true; }

  /// For pollers: whether the task asked to be polled again. Resets the answer.
  [[nodiscard]] bool take_yielded() noexcept { return std::exchange(yielded_, false); }

  /// For leaf futures, first of all: false means that the budget of this poll is spent; answer Pending then, the
  /// next poll is arranged.
  [[nodiscard]] bool may_proceed() noexcept {
    if (budget_ != 0) [[likely]] return true;
    yield();
    return false;
  }

  /// For leaf futures, when ready: spends one unit.
  void made_progress() noexcept {
    if (budget_ != kUnlimited && budget_ != 0) --budget_;
  }

  /// For pollers: the future is ready, and about to be destroyed.
  void complete() noexcept {
    complete_ = true;
    // For a signal handler of this thread, which looks at the future in the midst of a poll.
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  [[nodiscard]] bool is_complete() const noexcept { return complete_; }

  [[nodiscard]] std::uint32_t budget() const noexcept { return budget_; }
  void set_budget(std::uint32_t budget) noexcept { budget_ = budget; }

 private:
  const Waker* waker_;
  std::uint32_t budget_;
  bool yielded_ = false;
  bool complete_ = false;
};

// It is its poller's, for one poll.
template <>
struct marker::unsafe_rules<Context> {
  using Send = Never<"clone its waker instead">;
  using Sync = Never<"clone its waker instead">;
};

}  // namespace heddle::inline v0
