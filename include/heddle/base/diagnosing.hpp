// SPDX-License-Identifier: MIT
// The switch for what costs too much to remember always: where things were made, for reports on programs that hang.
#pragma once

#include <atomic>

namespace heddle::inline v0::base {

// Atomic; relaxed: whoever looks a moment too early remembers nothing. Not through the seam: it is part of no protocol,
// so the model checker has nothing to explore in it.
extern std::atomic<bool> diagnosing_switch;

/// Whether what is made now should remember where: in a debug build of heddle, with HEDDLE_DIAGNOSE=1 in the
/// environment, and after start_diagnosing(). HEDDLE_DIAGNOSE=0 keeps it off at the start.
[[nodiscard]] inline bool diagnosing() noexcept { return diagnosing_switch.load(std::memory_order_relaxed); }

/// From now on.
void start_diagnosing() noexcept;

/// What diagnosing() is at the start: `setting` is the environment's HEDDLE_DIAGNOSE, or null.
[[nodiscard]] bool diagnoses_at_start(const char* setting, bool debug_build) noexcept;

}  // namespace heddle::inline v0::base
