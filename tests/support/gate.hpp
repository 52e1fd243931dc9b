// SPDX-License-Identifier: MIT
// A gate that tasks wait at until any thread opens it; it counts how often it was asked.
#pragma once

#include <heddle/future/future.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace heddle_test {

class Gate {
 public:
  /// The future of passed().
  class [[nodiscard]] Passed {
   public:
    using Output = void;
    explicit Passed(Gate& gate) noexcept : gate_(&gate) {}
    heddle::Poll<void> poll(heddle::Context& cx) { return gate_->poll(cx); }

   private:
    Gate* gate_;
  };

  /// Ready once the gate is open.
  Passed passed() noexcept { return Passed(*this); }

  void open() {
    std::vector<heddle::Waker> waiting;
    {
      const std::lock_guard guard(mutex_);
      open_ = true;
      waiting.swap(waiting_);
    }
    for (heddle::Waker& waker : waiting) std::move(waker).wake();
  }

  /// Wakes all who wait, without opening.
  void wake_all() {
    const std::lock_guard guard(mutex_);
    for (const heddle::Waker& waker : waiting_) waker.wake_by_ref();
  }

  [[nodiscard]] std::size_t polls() {
    const std::lock_guard guard(mutex_);
    return polls_;
  }

 private:
  heddle::Poll<void> poll(heddle::Context& cx) {
    const std::lock_guard guard(mutex_);
    ++polls_;
    if (open_) return heddle::Ready();
    const auto same = [&](const heddle::Waker& waker) { return waker.will_wake(cx.waker()); };
    if (std::ranges::none_of(waiting_, same)) waiting_.push_back(cx.waker().clone());
    return heddle::Pending;
  }

  std::mutex mutex_;
  bool open_ = false;
  std::size_t polls_ = 0;
  std::vector<heddle::Waker> waiting_;
};

}  // namespace heddle_test
