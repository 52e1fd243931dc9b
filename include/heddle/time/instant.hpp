// SPDX-License-Identifier: MIT
// Instant: a point on the monotonic clock of the runtime, which tests can stop and move.
#pragma once

#include <heddle/base/deadline.hpp>
#include <heddle/marker/fields.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace heddle::inline v0::time {

/// A point in monotonic time (CLOCK_MONOTONIC: it stands still while the machine is suspended).
///
/// Within a runtime whose clock is paused, `now()` gives the paused time. Sums saturate: nothing overflows.
///
/// Corresponds to Tokio's `time::Instant`.
class Instant {
 public:
  /// Now, by this thread's runtime, or the system outside one.
  [[nodiscard]] static Instant now() noexcept;

  /// Nanoseconds on the clock, which has no meaningful zero.
  explicit constexpr Instant(std::uint64_t nanoseconds) noexcept : ns_(nanoseconds) {}
  [[nodiscard]] constexpr std::uint64_t nanoseconds() const noexcept { return ns_; }

  /// How long ago this was; zero if it is yet to come.
  [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept { return now() - *this; }

  template <class Rep, class Period>
  friend constexpr Instant operator+(Instant instant, std::chrono::duration<Rep, Period> duration) noexcept {
    return Instant(base::saturated_add(instant.ns_, base::saturated_ns(duration)));
  }

  template <class Rep, class Period>
  friend constexpr Instant operator-(Instant instant, std::chrono::duration<Rep, Period> duration) noexcept {
    const std::uint64_t ns = base::saturated_ns(duration);
    return Instant(instant.ns_ > ns ? instant.ns_ - ns : 0);
  }

  /// The time from `b` to `a`; zero if `b` is the later one. Rust's `saturating_duration_since`.
  friend constexpr std::chrono::nanoseconds operator-(Instant a, Instant b) noexcept {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    const std::uint64_t ns = a.ns_ > b.ns_ ? a.ns_ - b.ns_ : 0;
    return std::chrono::nanoseconds(static_cast<std::int64_t>(ns < kMost ? ns : kMost));
  }

  friend constexpr auto operator<=>(Instant, Instant) noexcept = default;

 private:
  std::uint64_t ns_;

  HEDDLE_FIELDS(ns_);
};

}  // namespace heddle::inline v0::time
