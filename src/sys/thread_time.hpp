// SPDX-License-Identifier: MIT
// How long a thread has run: tells one that computes from one that is blocked.
#pragma once

#include <cstdint>

namespace heddle::inline v0::sys {

/// Names this thread's clock to other threads: a clockid_t.
using ThreadClock = int;

[[nodiscard]] ThreadClock this_thread_clock() noexcept;

/// Nanoseconds of processor time; 0 when the thread has ended.
[[nodiscard]] std::uint64_t time_of(ThreadClock clock) noexcept;

}  // namespace heddle::inline v0::sys
