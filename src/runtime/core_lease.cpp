// SPDX-License-Identifier: MIT
// The rare paths of a lease.
#include "runtime/core_lease.hpp"

#include <thread>

namespace heddle::inline v0::runtime::detail {

namespace {

/// The monitor looks for some microseconds, or until a signal has come through.
void wait_a_moment(int round) noexcept {
  constexpr int kRounds = 32;
  if (round < kRounds) {
    base::spin_hint();
  } else {
    std::this_thread::yield();
  }
}

}  // namespace

bool CoreLease::enter_contended() noexcept {
  for (int round = 0;; ++round) {
    std::uint32_t state = state_.load(base::acquire);
    switch (state) {
      case kMine: return true;
      case kAsked:
        if (state_.compare_exchange_strong(state, kMine, base::acq_rel, base::acquire)) return true;
        break;
      case kNone:
      case kLost: return false;
      default: wait_a_moment(round); break;
    }
  }
}

bool CoreLease::leave_lost() noexcept {
  for (int round = 0;; ++round) {
    std::uint32_t state = kLost;
    if (state_.compare_exchange_strong(state, kNone, base::acq_rel, base::acquire) || state == kNone) return false;
    wait_a_moment(round);
  }
}

bool CoreLease::give_up() noexcept {
  const Use use(*this);
  if (!use) return leave_lost();
  // In use: the monitor can do no more than ask.
  std::uint32_t state = kMine;
  while (!state_.compare_exchange_weak(state, kNone, base::acq_rel, base::acquire)) {
  }
  return true;
}

CoreLease::Held CoreLease::hold() noexcept {
  std::uint32_t state = kMine;
  if (state_.compare_exchange_strong(state, kAsked, base::acq_rel, base::acquire)) {
    fence_.heavy();
    const std::uint32_t answer = is_in_use(use_.load(base::acquire)) ? kMine : kHeld;
    state = kAsked;
    const bool unchanged = state_.compare_exchange_strong(state, answer, base::acq_rel, base::acquire);
    return unchanged && answer == kHeld ? Held::kWithCore : Held::kNo;
  }
  state = kLost;
  if (state_.compare_exchange_strong(state, kLostHeld, base::acq_rel, base::acquire)) return Held::kWithoutCore;
  return Held::kNo;
}

}  // namespace heddle::inline v0::runtime::detail
