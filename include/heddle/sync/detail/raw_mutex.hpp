// SPDX-License-Identifier: MIT
// A mutex without data: one 32-bit word.
//
//   state        meaning                            who leaves it
//   kFree        nobody holds it                    a locker, to kLocked; one that has slept, to kContended
//   kLocked      held, nobody sleeps                the holder, to kFree; a locker about to sleep, to kContended
//   kContended   held, somebody may sleep           the holder, to kFree, and then it wakes one
//
// The three-state futex mutex of U. Drepper ("Futexes are tricky"), as Rust's std has it. It isn't fair: who comes while
// the woken one is on its way takes the lock, which is what makes it fast. A thread that has slept takes the lock
// as kContended, since it can't know whether others still sleep; so no sleeper is forgotten.
//
// Orderings: taking the lock is an acquire, and pairs with the release of the exchange in unlock().
#pragma once

#include <heddle/base/atomic.hpp>

#include <cstdint>
#include <source_location>

namespace heddle::inline v0::sync::detail {

class RawMutex {
 public:
  [[nodiscard]] bool try_lock() noexcept {
    std::uint32_t expected = kFree;
    return state_.compare_exchange_strong(expected, kLocked, base::acquire, base::relaxed);
  }

  /// Throws WouldDeadlock if this thread holds it. `where` is the caller's line, for that message.
  void lock(const std::source_location& where) {
    if (!try_lock()) [[unlikely]] lock_contended(where);
  }

  /// For who has held it a moment ago, or can't hold it.
  void lock_again() noexcept {
    if (!try_lock()) [[unlikely]] wait_for_lock();
  }

  void unlock() noexcept {
    // The last access: whoever takes the lock now may free it.
    if (state_.exchange(kFree, base::release) == kContended) [[unlikely]] wake_one();
  }

 private:
  [[gnu::cold, gnu::noinline]] void lock_contended(const std::source_location& where);
  [[gnu::cold, gnu::noinline]] void wait_for_lock() noexcept;
  [[gnu::cold, gnu::noinline]] void wake_one() noexcept;
  std::uint32_t spin() noexcept;

  enum State : std::uint32_t { kFree, kLocked, kContended };
  // Atomic; see the table.
  base::atomic<std::uint32_t> state_{kFree};
};

}  // namespace heddle::inline v0::sync::detail
