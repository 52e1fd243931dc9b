// SPDX-License-Identifier: MIT
// The seam for atomics: every atomic in heddle is a base::atomic, so that the same files run on the
// hardware or under the model checker.
#pragma once

#if defined(HEDDLE_MODEL)
#include <heddle_model/atomic.hpp>
#else
#include <atomic>
#endif

namespace heddle::inline v0::base {

#if defined(HEDDLE_MODEL)
using heddle_model::atomic;
using heddle_model::spin_hint;

/// One look says all: under the checker a spin ends the thread's turn until something has changed.
constexpr int spin_rounds(int) noexcept { return 1; }
#else
using std::atomic;

/// How often to look again before sleeping.
constexpr int spin_rounds(int rounds) noexcept { return rounds; }

/// Tells the processor that the caller spins on a value that another thread will change.
inline void spin_hint() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}
#endif

// Short names for the orderings, so that each use fits the line that explains it.
inline constexpr auto relaxed = std::memory_order_relaxed;
inline constexpr auto acquire = std::memory_order_acquire;
inline constexpr auto release = std::memory_order_release;
inline constexpr auto acq_rel = std::memory_order_acq_rel;
inline constexpr auto seq_cst = std::memory_order_seq_cst;

}  // namespace heddle::inline v0::base
