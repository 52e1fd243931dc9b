// SPDX-License-Identifier: MIT
// Points in time at which a blocking call gives up; whatever duration is asked for, they don't overflow.
#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace heddle::inline v0::base {

/// Nanoseconds of the steady clock.
using Deadline = std::uint64_t;
inline constexpr Deadline kForever = ~Deadline{0};

/// `duration` in nanoseconds, rounded up: 0 if negative (or not a number), kForever if too large to count.
template <class Rep, class Period>
[[nodiscard]] constexpr std::uint64_t saturated_ns(std::chrono::duration<Rep, Period> duration) noexcept {
  if (!(duration > duration.zero())) return 0;
  using Wide = std::chrono::duration<long double, std::nano>;
  if (Wide(duration).count() >= static_cast<long double>(kForever)) return kForever;
  return std::chrono::ceil<std::chrono::duration<std::uint64_t, std::nano>>(duration).count();
}

/// The sum, or kForever.
[[nodiscard]] constexpr std::uint64_t saturated_add(std::uint64_t a, std::uint64_t b) noexcept {
  return a > kForever - b ? kForever : a + b;
}

/// The deadline `ns` nanoseconds from now, or kForever.
[[nodiscard]] Deadline deadline_after_ns(std::uint64_t ns) noexcept;

template <class Rep, class Period>
[[nodiscard]] Deadline deadline_after(std::chrono::duration<Rep, Period> duration) noexcept {
  return deadline_after_ns(saturated_ns(duration));
}

template <class Duration>
[[nodiscard]] constexpr Deadline deadline_at(std::chrono::time_point<std::chrono::steady_clock, Duration> time) noexcept {
  return saturated_ns(time.time_since_epoch());
}

}  // namespace heddle::inline v0::base
