// SPDX-License-Identifier: MIT
// Waiting for a mutex, and waking who waits.
#include <heddle/sync/detail/raw_mutex.hpp>

#include <heddle/base/held_guards.hpp>
#include <heddle/sync/poison.hpp>

#include "sys/futex.hpp"

namespace heddle::inline v0::sync::detail {

void RawMutex::lock_contended(const std::source_location& where) {
  if (const auto* held = base::held_guards.find(this)) throw WouldDeadlock("Mutex::lock", held->taken, where);
  wait_for_lock();
}

std::uint32_t RawMutex::spin() noexcept {
  // As long as a short critical section of another core takes. Where others sleep already, spinning only takes time from
  // a holder without a core.
  constexpr int kRounds = base::spin_rounds(100);
  for (int round = 0;; ++round) {
    const std::uint32_t state = state_.load(base::relaxed);
    if (state != kLocked || round == kRounds) return state;
    base::spin_hint();
  }
}

void RawMutex::wait_for_lock() noexcept {
  std::uint32_t state = spin();
  if (state == kFree && state_.compare_exchange_strong(state, kLocked, base::acquire, base::relaxed)) return;
  for (;;) {
    // Found free, it is taken by this very exchange.
    if (state != kContended && state_.exchange(kContended, base::acquire) == kFree) return;
    sys::futex_wait(state_, kContended);
    state = spin();
  }
}

void RawMutex::wake_one() noexcept { sys::futex_wake_one(state_); }

}  // namespace heddle::inline v0::sync::detail
