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

/// `duration` in nanoseconds, rounded up; a negative one is 0, one too large for the clock is kForever.
template <class Rep, class Period>
[[nodiscard]] constexpr std::uint64_t saturated_ns(std::chrono::duration<Rep, Period> duration) noexcept {
  using Seconds = std::chrono::duration<long double>;
  if (!(duration > duration.zero())) return 0;
  // 100 years: far from the end of a signed 64-bit count, further than any wait.
  if (Seconds(duration) > Seconds(3.2e9L)) return kForever;
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::nanoseconds>(duration).count());
}

/// The deadline `ns` nanoseconds from now; kForever stays kForever.
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
