// SPDX-License-Identifier: MIT
// Paused time, for tests: the runtime's clock stands still, and moves when told to or when nothing else can happen.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/time/instant.hpp>

#include <chrono>

namespace heddle::inline v0::time {

/// Stops the clock of the current-thread runtime that this is called in. From then on, whenever all tasks wait, the
/// clock jumps to the next timer: programs that sleep for hours run in no time, and in the same order each time.
///
/// Errors      std::logic_error on a multi-thread runtime, or if the clock is paused already; runtime::NoRuntime
///             outside a runtime.
///
/// Corresponds to Tokio's `time::pause`.
void pause();

/// Lets a paused clock go on from where it stands. Errors: std::logic_error if it isn't paused. Tokio's `time::resume`.
void resume();

/// Moves a paused clock forward and lets the timers that are due by then fire, in order.
///
/// Errors      std::logic_error if the clock isn't paused.
/// Cancelling  The clock has moved as far as the timers that have fired.
///
/// Corresponds to Tokio's `time::advance`.
Async<> advance(std::chrono::nanoseconds duration);

}  // namespace heddle::inline v0::time
