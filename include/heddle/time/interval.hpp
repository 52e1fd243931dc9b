// SPDX-License-Identifier: MIT
// interval and interval_at: ticks at a fixed distance, and what becomes of those that nobody awaited in time.
#pragma once

#include <heddle/base/deadline.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/time/instant.hpp>
#include <heddle/time/sleep.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace heddle::inline v0::time {

/// What an interval does when a tick is more than 5 ms late. Corresponds to Tokio's `time::MissedTickBehavior`.
enum class MissedTickBehavior : std::uint8_t {
  kBurst,  ///< the missed ticks follow at once, until it has caught up; the schedule stays
  kDelay,  ///< the next tick is one period from now; the schedule shifts
  kSkip,   ///< the next tick is the next of the schedule that is still to come; the missed ones never are
};

class Tick;

/// Ticks: the first at the start, each further one a period after the one before.
///
/// Shape       May be moved while nobody awaits a tick. A Stream of Instants that never ends.
/// Errors      Awaiting a tick fails as awaiting a Sleep does.
/// Threads     Used by one task at a time.
/// Cost        Nothing is allocated.
///
/// Corresponds to Tokio's `time::Interval`.
class Interval {
 public:
  using Item = Instant;

  /// Throws std::invalid_argument if `period` is zero.
  Interval(Instant start, std::chrono::nanoseconds period);

  /// The timer stays behind: the next poll arms one here.
  Interval(Interval&& other) noexcept
      : sleep_(other.sleep_.deadline()), period_(other.period_), behavior_(other.behavior_) {}

  /// Waits for the next tick; gives the Instant for which it was planned.
  ///
  /// Cancelling  Safe: a tick that wasn't given is given to the next who asks.
  [[nodiscard]] Tick tick() noexcept;

  /// One step of `tick`.
  Poll<Instant> poll_tick(Context& cx);

  /// The same, as a stream.
  Poll<std::optional<Instant>> poll_next(Context& cx);

  /// The next tick is a period from now; at once; after `after`; at `deadline`. The further ones follow from that.
  void reset() noexcept { reset_at(Instant::now() + period_); }
  void reset_immediately() noexcept { reset_at(Instant::now()); }
  void reset_after(std::chrono::nanoseconds after) noexcept { reset_at(Instant::now() + after); }
  void reset_at(Instant deadline) noexcept { sleep_.reset(deadline); }

  [[nodiscard]] MissedTickBehavior missed_tick_behavior() const noexcept { return behavior_; }
  void set_missed_tick_behavior(MissedTickBehavior behavior) noexcept { behavior_ = behavior; }
  [[nodiscard]] std::chrono::nanoseconds period() const noexcept { return period_; }

 private:
  friend class Tick;

  Sleep sleep_;
  std::chrono::nanoseconds period_;
  MissedTickBehavior behavior_ = MissedTickBehavior::kBurst;

  HEDDLE_FIELDS(sleep_, period_, behavior_);
};

/// The future of Interval::tick. Doesn't move; the Interval must outlive it.
class [[nodiscard]] Tick {
 public:
  using Output = Instant;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Tick(Interval& interval) noexcept : interval_(interval) {}
  Tick(const Tick&) = delete;
  Tick& operator=(const Tick&) = delete;
  ~Tick() { cancel(); }

  Poll<Instant> poll(Context& cx) { return interval_.poll_tick(cx); }

  /// Disarms the timer; the interval keeps the time of its next tick.
  void cancel() noexcept { interval_.sleep_.cancel(); }

 private:
  Interval& interval_;

  HEDDLE_FIELDS(interval_);
};

inline Tick Interval::tick() noexcept { return Tick(*this); }

namespace detail {
/// `duration` as what an interval can keep: saturated; zero if negative.
template <class Rep, class Period>
constexpr std::chrono::nanoseconds period_of(std::chrono::duration<Rep, Period> duration) noexcept {
  return (Instant(0) + duration) - Instant(0);
}
}  // namespace detail

/// Ticks every `period`; the first tick is ready at once.
/// Errors      std::invalid_argument if the period is zero or negative.
/// Example     `for (auto ticks = time::interval(1s);;) { co_await ticks.tick(); work(); }`
///
/// Corresponds to Tokio's `time::interval`.
template <class Rep, class Period>
[[nodiscard]] Interval interval(std::chrono::duration<Rep, Period> period) {
  return Interval(Instant::now(), detail::period_of(period));
}

/// Ticks every `period`, the first time at `start`. Errors: as interval. Corresponds to Tokio's `time::interval_at`.
template <class Rep, class Period>
[[nodiscard]] Interval interval_at(Instant start, std::chrono::duration<Rep, Period> period) {
  return Interval(start, detail::period_of(period));
}

}  // namespace heddle::inline v0::time
