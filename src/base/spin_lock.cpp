// SPDX-License-Identifier: MIT
// Waiting for a spin lock.
#include <heddle/base/spin_lock.hpp>

#include <thread>

namespace heddle::inline v0::base {

void SpinLock::lock_contended() noexcept {
  // Each pause is twice as long as the one before, the first about as long as a cache line needs to come over. Who has
  // the lock often takes it again at once: looking less often leaves it, and what it guards, in that core's cache for a
  // burst of sections, and then in ours for as many.
  for (int pause = 16; pause <= spin_rounds(128); pause *= 2) {
    if (try_lock()) return;
    for (int i = 0; i < pause; ++i) spin_hint();
  }
  // The owner may have lost its core.
  while (!try_lock()) std::this_thread::yield();
}

}  // namespace heddle::inline v0::base
