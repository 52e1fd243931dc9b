// SPDX-License-Identifier: MIT
// Waiting without a lock: park until another thread unparks this one, sleep until a time has come.
#pragma once

#include <heddle/base/deadline.hpp>

#include <chrono>

namespace heddle::inline v0::thread {

namespace detail {
void park_until(const char* call, base::Deadline deadline);
void sleep_until(const char* call, base::Deadline deadline);
}  // namespace detail

/// Sleeps until this thread has a token (see Thread::unpark), and takes it; returns at once if it has one already. May
/// also return early for no reason: park in a loop that looks at what it waits for.
///
/// Errors      BlockingInAsync where it would have to sleep on a thread that polls tasks.
/// Blocking    Until unparked.
///
/// Corresponds to Rust's `thread::park`.
void park();

/// The same, for `duration` at most. A duration too long to be reached waits for ever. Rust's `thread::park_timeout`.
template <class Rep, class Period>
void park_for(std::chrono::duration<Rep, Period> duration) {
  detail::park_until("thread::park_for", base::deadline_after(duration));
}

/// The same, until `time` at most.
template <class Duration>
void park_until(std::chrono::time_point<std::chrono::steady_clock, Duration> time) {
  detail::park_until("thread::park_until", base::deadline_at(time));
}

/// Sleeps for at least `duration`, whatever signals arrive. Zero or less: returns at once. A duration too long to be
/// reached never ends.
///
/// Errors      BlockingInAsync where it would have to sleep on a thread that polls tasks: time::sleep is for those.
///
/// Corresponds to Rust's `thread::sleep`.
template <class Rep, class Period>
void sleep(std::chrono::duration<Rep, Period> duration) {
  if (duration > duration.zero()) detail::sleep_until("thread::sleep", base::deadline_after(duration));
}

/// The same, until `time`. Corresponds to Rust's `thread::sleep_until`.
template <class Duration>
void sleep_until(std::chrono::time_point<std::chrono::steady_clock, Duration> time) {
  if (time > std::chrono::steady_clock::now()) detail::sleep_until("thread::sleep_until", base::deadline_at(time));
}

}  // namespace heddle::inline v0::thread
