// SPDX-License-Identifier: MIT
// MockTask: polls a future step by step and counts its wakes; and leaf futures for it to wait for.
#pragma once

#include <heddle/future/future.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace heddle::test {

/// Stands in for the task that polls a future.
///
/// Threads     Wakes may come from any thread; the rest is for one.
class MockTask {
 public:
  MockTask() : wakes_(std::make_shared<std::atomic<int>>(0)), waker_(waker_of(wakes_)) {}

  template <Future F>
  Poll<typename F::Output> poll(F& future, std::uint32_t budget = Context::kBudget) {
    ++polls_;
    Context cx(waker_, budget);
    return future.poll(cx);
  }

  /// How often it was woken since the last call.
  [[nodiscard]] int take_wakes() noexcept { return wakes_->exchange(0, std::memory_order_acq_rel); }
  [[nodiscard]] bool is_woken() noexcept { return take_wakes() != 0; }
  [[nodiscard]] int polls() const noexcept { return polls_; }
  [[nodiscard]] const Waker& waker() const noexcept { return waker_; }

 private:
  static Waker waker_of(std::shared_ptr<std::atomic<int>> wakes) {
    return future::waker_fn([wakes = std::move(wakes)] { wakes->fetch_add(1, std::memory_order_acq_rel); });
  }

  std::shared_ptr<std::atomic<int>> wakes_;
  Waker waker_;
  int polls_ = 0;
};

/// Pending `times` times, each time with a wake, then ready.
class [[nodiscard]] YieldTimes {
 public:
  using Output = void;
  explicit YieldTimes(int times) noexcept : left_(times) {}

  Poll<void> poll(Context& cx) {
    if (left_ == 0) return Ready();
    --left_;
    cx.yield();
    return Pending;
  }

 private:
  int left_;
};

/// Destroys a future at its k-th suspension, for every k, and lets it end at last. `make()` makes the future;
/// `check(k)` looks at what is left of it. Returns at how many places it suspends.
template <class Make, class Check>
int drop_at_each_suspension(Make make, Check check) {
  for (int k = 0;; ++k) {
    bool done = false;
    {
      auto future = make();
      MockTask task;
      for (int polls = 0; polls < k && !done; ++polls) done = task.poll(future).is_ready();
    }
    check(k);
    if (done) return k - 1;
  }
}

}  // namespace heddle::test
