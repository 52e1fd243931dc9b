// SPDX-License-Identifier: MIT
// Parking on a futex.
#include <heddle/thread/detail/parker.hpp>

#include "sys/futex.hpp"

namespace heddle::inline v0::thread::detail {

bool Parker::try_park() noexcept {
  std::uint32_t expected = kToken;
  // Acquire: pairs with unpark. Failing carries nothing.
  return state_.compare_exchange_strong(expected, kEmpty, base::acquire, base::relaxed);
}

void Parker::park(base::Deadline deadline) noexcept {
  std::uint32_t expected = kEmpty;
  // Relaxed: going to sleep publishes nothing. It fails where a token lies there, which the last line takes.
  if (state_.compare_exchange_strong(expected, kParked, base::relaxed, base::relaxed)) {
    while (sys::futex_wait(state_, kParked, deadline) && state_.load(base::relaxed) == kParked) {
    }
  }
  // Acquire: pairs with unpark. Takes the token, or leaves kParked at the deadline.
  state_.exchange(kEmpty, base::acquire);
}

void Parker::unpark() noexcept {
  // Release: pairs with the acquire of taking the token.
  if (state_.exchange(kToken, base::release) == kParked) sys::futex_wake_one(state_);
}

}  // namespace heddle::inline v0::thread::detail
