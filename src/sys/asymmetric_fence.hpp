// SPDX-License-Identifier: MIT
// A pair of fences of which the frequent one is free, since the rare one makes every thread of the process pass a fence.
#pragma once

#include <heddle/base/atomic.hpp>

#include <cstdint>

namespace heddle::inline v0::sys {

/// One thread stores A, light(), loads B; another stores B, heavy(), loads A: at least one load finds the other's store.
class AsymmetricFence {
 public:
#if defined(HEDDLE_MODEL)
  // What both sides may rely on, and no more: one order in which the two fences were passed.
  void light() noexcept { word_.fetch_add(0, base::acq_rel); }
  void heavy() noexcept { word_.fetch_add(0, base::acq_rel); }

 private:
  base::atomic<std::uint32_t> word_{0};
#else
  void light() noexcept { asm volatile("" ::: "memory"); }
  void heavy() noexcept;
#endif
};

/// Whether heavy() works: Linux 4.14, and no sandbox that forbids membarrier(2).
[[nodiscard]] bool has_asymmetric_fence() noexcept;

}  // namespace heddle::inline v0::sys
