// SPDX-License-Identifier: MIT
// Waiting for a spin lock.
#include <heddle/base/spin_lock.hpp>

#include <thread>

namespace heddle::inline v0::base {

void SpinLock::lock_contended() noexcept {
  // 32 rounds of pause take about as long as the sections that are guarded.
  constexpr int kRounds = spin_rounds(32);
  for (int round = 0;; ++round) {
    if (try_lock()) return;
    if (round < kRounds) {
      spin_hint();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace heddle::inline v0::base
