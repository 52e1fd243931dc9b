// SPDX-License-Identifier: MIT
// How the two ends of a oneshot channel part.
#include <heddle/channel/oneshot.hpp>

#include <thread>

namespace heddle::inline v0::oneshot::detail {

std::uint8_t Core::lock() noexcept {
  // As base::SpinLock: some rounds, then the core is given away, in case the other end lost its own.
  constexpr int kRounds = base::spin_rounds(32);
  for (int round = 0;; ++round) {
    if ((state_.load(base::relaxed) & kLocked) == 0) [[likely]] {
      const std::uint8_t bits = state_.fetch_or(kLocked, base::acquire);  // pairs with unlock
      if ((bits & kLocked) == 0) [[likely]] return bits;
    }
    if (round < kRounds) {
      base::spin_hint();
    } else {
      std::this_thread::yield();
    }
  }
}

Left Core::sender_leaves(std::uint8_t bits) noexcept {
  const std::uint8_t before = lock();
  if ((bits & kSent) != 0 && (before & kClosed) != 0) {
    unlock(before);
    return Left::kRefused;
  }
  const Waker own = std::move(sender_);
  Waker other = std::move(receiver_);
  unlock(before | bits);
  std::move(other).wake();
  return (before & kReceiverGone) != 0 ? Left::kLast : Left::kFirst;
}

Left Core::receiver_leaves(std::uint8_t bits) noexcept {
  const std::uint8_t before = lock();
  const Waker own = std::move(receiver_);
  Waker other = std::move(sender_);
  unlock(before | bits);
  std::move(other).wake();
  return (before & kSenderGone) != 0 ? Left::kLast : Left::kFirst;
}

std::size_t Core::waiting_receives() noexcept {
  const std::uint8_t bits = state_.fetch_or(kLocked, base::acquire);  // pairs with unlock
  if ((bits & kLocked) != 0) return 0;
  const bool waits = (bits & (kSenderGone | kClosed)) == 0 && receiver_.identity() != nullptr;
  unlock(bits);
  return waits ? 1 : 0;
}

bool Core::wait(Waker& place, Bits bit, const Waker& waker) noexcept {
  Waker clone = waker.clone();  // destroyed, like the one that it replaces, after the unlock
  const std::uint8_t bits = lock();
  if ((bits & bit) == 0 && !place.will_wake(clone)) std::swap(place, clone);
  unlock(bits);
  return (bits & bit) != 0;
}

}  // namespace heddle::inline v0::oneshot::detail
