// SPDX-License-Identifier: MIT
// How a thread waits in a channel: a few yields, in case the other side is about to answer, then sleep.
#pragma once

#include <heddle/base/deadline.hpp>
#include <heddle/channel/detail/waiter.hpp>
#include <heddle/future/waker.hpp>

namespace heddle::inline v0 {

namespace future {
class ThreadWaker;
}

namespace channel::detail {

using base::Deadline;
using base::deadline_after;
using base::deadline_at;
using base::kForever;

/// One wait of this thread, or several in a row.
class ThreadWait {
 public:
  /// Throws BlockingInAsync on a thread that polls tasks: `call` would block, `instead` is its awaitable twin.
  ThreadWait(const char* call, const char* instead);
  ThreadWait(const ThreadWait&) = delete;
  ThreadWait& operator=(const ThreadWait&) = delete;
  ~ThreadWait() = default;

  [[nodiscard]] const Waker& waker() const noexcept { return waker_; }

  /// Returns when the waiter is no longer queued, or, with false, when the deadline has passed.
  [[nodiscard]] bool until_served(const Waiter& waiter, Deadline deadline) noexcept;

  /// Returns when any waiter of the selection was claimed and served; false when the deadline has passed.
  [[nodiscard]] bool until_claimed(const Selection& selection, Deadline deadline) noexcept;

 private:
  template <class Ready>
  bool until(Ready ready, Deadline deadline) noexcept;

  Waker waker_;
  future::ThreadWaker* thread_;
};

}  // namespace channel::detail
}  // namespace heddle::inline v0
