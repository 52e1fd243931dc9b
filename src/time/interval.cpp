// SPDX-License-Identifier: MIT
// When the next tick of an interval is.
#include <heddle/time/interval.hpp>

#include <stdexcept>

namespace heddle::inline v0::time {

namespace {

using namespace std::chrono_literals;

/// A tick that is later than this was missed. Tokio's number: what a busy system takes to get to a task.
constexpr std::chrono::nanoseconds kTolerance = 5ms;

Instant tick_after(Instant planned, Instant now, std::chrono::nanoseconds period, MissedTickBehavior behavior) {
  if (now <= planned + kTolerance) return planned + period;
  switch (behavior) {
    case MissedTickBehavior::kDelay: return now + period;
    case MissedTickBehavior::kSkip: {
      const auto step = static_cast<std::uint64_t>(period.count());
      return now + std::chrono::duration<std::uint64_t, std::nano>(
                       step - (now.nanoseconds() - planned.nanoseconds()) % step);
    }
    default: return planned + period;
  }
}

}  // namespace

Interval::Interval(Instant start, std::chrono::nanoseconds period) : sleep_(start), period_(period) {
  if (period <= 0ns) throw std::invalid_argument("time::interval: the period must not be zero");
}

Poll<Instant> Interval::poll_tick(Context& cx) {
  if (sleep_.poll(cx).is_pending()) return Pending;
  const Instant planned = sleep_.deadline();
  sleep_.reset(tick_after(planned, Instant::now(), period_, behavior_));
  return Poll<Instant>(std::in_place, planned);
}

Poll<std::optional<Instant>> Interval::poll_next(Context& cx) {
  Poll<Instant> tick = poll_tick(cx);
  if (tick.is_pending()) return Pending;
  return Poll<std::optional<Instant>>(std::in_place, *tick);
}

}  // namespace heddle::inline v0::time
