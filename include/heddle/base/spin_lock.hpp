// SPDX-License-Identifier: MIT
// A lock for sections of a few instructions that call nobody: no wake, no allocation, no user code.
//
// One byte, one atomic operation to lock and a plain store to unlock, which is also its last access: whoever is let in
// by an unlock may free the lock. A waiter gives its core away after some rounds, in case the owner lost its own.
#pragma once

#include <heddle/base/atomic.hpp>

namespace heddle::inline v0::base {

class SpinLock {
 public:
  /// Acquire: pairs with the release in unlock.
  void lock() noexcept {
    if (locked_.exchange(true, acquire)) [[unlikely]] lock_contended();
  }
  [[nodiscard]] bool try_lock() noexcept { return !locked_.load(relaxed) && !locked_.exchange(true, acquire); }
  void unlock() noexcept { locked_.store(false, release); }

 private:
  [[gnu::cold, gnu::noinline]] void lock_contended() noexcept;

  // Atomic.
  atomic<bool> locked_{false};
};

}  // namespace heddle::inline v0::base
