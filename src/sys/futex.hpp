// SPDX-License-Identifier: MIT
// Sleep on a 32-bit word until another thread changes it.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/deadline.hpp>

#include <cstdint>

namespace heddle::inline v0::sys {

/// Now, in nanoseconds of CLOCK_MONOTONIC (the clock of std::chrono::steady_clock).
[[nodiscard]] std::uint64_t monotonic_ns() noexcept;

/// The same clock as of its last tick, some milliseconds ago at most: ten times cheaper.
[[nodiscard]] std::uint64_t coarse_ns() noexcept;

/// Sleeps while `word == expected`, until futex_wake or `deadline`; kForever is no deadline. May return early for no reason: look at the
/// word again. Returns false only when the deadline has passed.
bool futex_wait(const base::atomic<std::uint32_t>& word, std::uint32_t expected,
                base::Deadline deadline = base::kForever) noexcept;

/// Wakes one sleeper; true if there was one.
bool futex_wake_one(const base::atomic<std::uint32_t>& word) noexcept;

/// Wakes every sleeper.
void futex_wake_all(const base::atomic<std::uint32_t>& word) noexcept;

}  // namespace heddle::inline v0::sys
