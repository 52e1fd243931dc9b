// SPDX-License-Identifier: MIT
// How a thread waits in a channel: a few yields, in case the other side is about to answer, then sleep.
#pragma once

#include <heddle/channel/detail/waiter.hpp>
#include <heddle/future/waker.hpp>

#include <chrono>
#include <cstdint>
#include <limits>

namespace heddle::inline v0 {

namespace future {
class ThreadWaker;
}

namespace channel::detail {

/// Nanoseconds of the steady clock.
using Deadline = std::uint64_t;
inline constexpr Deadline kForever = std::numeric_limits<Deadline>::max();

[[nodiscard]] Deadline deadline_after(std::chrono::nanoseconds duration) noexcept;

/// Now plus `duration`, or for ever if that is farther than the clock reaches.
template <class Rep, class Period>
[[nodiscard]] Deadline deadline_after(std::chrono::duration<Rep, Period> duration) noexcept {
  using Seconds = std::chrono::duration<long double>;
  if (Seconds(duration) >= Seconds(1e9L)) return kForever;
  if (Seconds(duration) <= Seconds(0)) return deadline_after(std::chrono::nanoseconds(0));
  return deadline_after(std::chrono::ceil<std::chrono::nanoseconds>(duration));
}

template <class Duration>
[[nodiscard]] Deadline deadline_at(std::chrono::time_point<std::chrono::steady_clock, Duration> time) noexcept {
  return deadline_after(time - std::chrono::steady_clock::now());
}

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
