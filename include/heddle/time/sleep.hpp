// SPDX-License-Identifier: MIT
// sleep and sleep_until: futures that are ready when a time has come.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>
#include <heddle/time/instant.hpp>

#include <chrono>

namespace heddle::inline v0::time {

/// The future of sleep and sleep_until.
///
/// Shape       Doesn't move. Granularity 1 ms: never early, late by up to 1 ms and the time the task waits for a worker.
/// Errors      Awaiting throws runtime::NoRuntime outside a runtime, runtime::RuntimeShutDown when that has gone.
/// Cancelling  Safe: nothing is lost.
/// Threads     Awaited by one task at a time.
/// Cost        Nothing is allocated. Ready at once if the time has passed; else O(1) to arm, disarm and fire.
///
/// Corresponds to Tokio's `time::Sleep`.
class [[nodiscard]] Sleep {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Sleep(Instant deadline) noexcept : deadline_(deadline) {}
  Sleep(Sleep&&) = delete;

  Poll<void> poll(Context& cx) {
    if (!cx.may_proceed()) return Pending;
    Poll<void> answer = timer_.poll(cx, deadline_.nanoseconds());
    if (answer.is_ready()) cx.made_progress();
    return answer;
  }

  [[nodiscard]] Instant deadline() const noexcept { return deadline_; }

  /// True once the deadline has passed.
  [[nodiscard]] bool is_elapsed() const noexcept { return Instant::now() >= deadline_; }

  /// Waits for another time instead, earlier or later; counts from the next poll on.
  void reset(Instant deadline) noexcept {
    timer_.disarm();
    deadline_ = deadline;
  }

  /// Does what the destructor does: disarms the timer.
  void cancel() noexcept { timer_.disarm(); }

 private:
  Instant deadline_;
  runtime::detail::TimerEntry timer_;

  HEDDLE_FIELDS(deadline_, timer_);
};

/// Waits until `duration` from now. Zero or less: ready at once. A duration too long to be reached never ends.
/// Corresponds to Tokio's `time::sleep`.
template <class Rep, class Period>
Sleep sleep(std::chrono::duration<Rep, Period> duration) noexcept {
  return Sleep(Instant::now() + duration);
}

/// Waits until `deadline`. Corresponds to Tokio's `time::sleep_until`.
inline Sleep sleep_until(Instant deadline) noexcept { return Sleep(deadline); }

}  // namespace heddle::inline v0::time
