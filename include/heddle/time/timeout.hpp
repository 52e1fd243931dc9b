// SPDX-License-Identifier: MIT
// timeout and timeout_at: a future that is given up when its time has passed.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/time/sleep.hpp>

#include <chrono>
#include <expected>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::time {

/// The error of a timeout: the time has passed. Tokio's `time::error::Elapsed`.
class Elapsed {
 public:
  Elapsed() noexcept {}
  [[nodiscard]] static const char* what() noexcept { return "deadline has elapsed"; }
  friend bool operator==(Elapsed, Elapsed) noexcept { return true; }
};

/// The future of timeout and timeout_at.
template <class F>
class [[nodiscard]] Timeout {
  using Awaited = std::remove_reference_t<F>;

 public:
  using Output = std::expected<OutputOf<Awaited>, Elapsed>;
  static constexpr future::Loss kLoss = future::kLossOf<Awaited>;
  static_assert(!std::is_reference_v<OutputOf<Awaited>>, "an expected holds no reference: give a pointer");

  Timeout(Instant deadline, F&& future) : future_(std::forward<F>(future)), sleep_(deadline) {}
  Timeout(Timeout&&) = delete;

  Poll<Output> poll(Context& cx) {
    if (done_) throw PolledAfterCompletion();
    const bool had_budget = cx.budget() != 0;
    Poll<OutputOf<Awaited>> answer = future_->poll(cx);
    if (answer.is_ready()) {
      cancel();
      if constexpr (std::is_void_v<OutputOf<Awaited>>) {
        return Poll<Output>(std::in_place);
      } else {
        return Poll<Output>(std::in_place, std::move(*answer));
      }
    }
    if (poll_timer(cx, had_budget).is_pending()) return Pending;
    cancel();
    return Poll<Output>(std::in_place, std::unexpect, Elapsed());
  }

  /// Drops the future and disarms the timer, as the destructor does.
  void cancel() noexcept {
    if (std::exchange(done_, true)) return;
    sleep_.cancel();
    future_.drop();
  }

 private:
  /// A future that spends the whole budget at each poll must not keep the timer from being asked.
  Poll<void> poll_timer(Context& cx, bool had_budget) {
    if (!had_budget || cx.budget() != 0) return sleep_.poll(cx);
    cx.set_budget(Context::kUnlimited);
    Poll<void> answer = sleep_.poll(cx);
    cx.set_budget(0);
    return answer;
  }

  future::detail::Held<F> future_;
  Sleep sleep_;
  bool done_ = false;
};

/// Awaits `future` until `deadline`. As timeout. Corresponds to Tokio's `time::timeout_at`.
template <class F>
  requires Future<std::remove_reference_t<F>>
Timeout<F> timeout_at(Instant deadline, F&& future) {
  return Timeout<F>(deadline, std::forward<F>(future));
}

/// Awaits `future` for at most `duration` from now: `auto n = co_await timeout(1s, stream.read(buffer));`
///
/// Shape       One full expression: a temporary lives till its end. A named future stays the caller's.
/// Returns     expected of what the future gives, or Elapsed. The future is asked first: what is ready is never late.
/// Errors      As the future, and as sleep.
/// Cancelling  Drops the future, if it is a temporary, as soon as the time has passed. Loses what that loses.
/// Cost        Nothing is allocated. A future that is ready at once arms no timer.
///
/// Corresponds to Tokio's `time::timeout`.
template <class Rep, class Period, class F>
  requires Future<std::remove_reference_t<F>>
Timeout<F> timeout(std::chrono::duration<Rep, Period> duration, F&& future) {
  return Timeout<F>(Instant::now() + duration, std::forward<F>(future));
}

}  // namespace heddle::inline v0::time
