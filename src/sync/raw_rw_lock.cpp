// SPDX-License-Identifier: MIT
// Waiting for a reader-writer lock, and whom to wake.
#include <heddle/sync/detail/raw_rw_lock.hpp>

#include <heddle/base/held_guards.hpp>
#include <heddle/sync/poison.hpp>

#include "sys/futex.hpp"

#include <system_error>

namespace heddle::inline v0::sync::detail {

namespace {

void refuse_to_wait_for_itself(const RawRwLock* lock, const char* call, const std::source_location& where) {
  if (const auto* held = base::held_guards.find(lock)) throw WouldDeadlock(call, held->taken, where);
}

}  // namespace

template <class Until>
RwState RawRwLock::spin(Until until) noexcept {
  constexpr int kRounds = base::spin_rounds(100);  // as in RawMutex
  for (int round = 0;; ++round) {
    const RwState state(state_.load(base::relaxed));
    if (until(state) || round == kRounds) return state;
    base::spin_hint();
  }
}

void RawRwLock::read_contended(const std::source_location& where) {
  const auto worth_a_look = [](RwState state) {
    return !state.is_writing() || state.has_readers_waiting() || state.has_writers_waiting();
  };
  RwState state = spin(worth_a_look);
  bool woken = false;
  for (;;) {
    std::uint32_t bits = state.bits();
    if (state.is_readable() || (woken && state.is_readable_once_woken())) {
      if (state_.compare_exchange_weak(bits, bits + 1, base::acquire, base::relaxed)) return;
      state = RwState(bits);
      continue;
    }
    if (state.is_full()) throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                                                 "RwLock::read: too many readers");
    if (!woken) refuse_to_wait_for_itself(this, "RwLock::read", where);
    if (!state.has_readers_waiting() &&
        !state_.compare_exchange_strong(bits, bits | RwState::kReadersWaiting, base::relaxed, base::relaxed)) {
      state = RwState(bits);
      continue;
    }
    sys::futex_wait(state_, state.bits() | RwState::kReadersWaiting);
    woken = true;
    state = spin(worth_a_look);
  }
}

void RawRwLock::write_contended(const std::source_location& where) {
  refuse_to_wait_for_itself(this, "RwLock::write", where);
  const auto worth_a_look = [](RwState state) { return state.is_unlocked() || state.has_writers_waiting(); };
  RwState state = spin(worth_a_look);
  // Set once we have slept: others may sleep too, and their bit was perhaps cleared by who woke us.
  std::uint32_t others_waiting = 0;
  for (;;) {
    std::uint32_t bits = state.bits();
    if (state.is_unlocked()) {
      if (state_.compare_exchange_weak(bits, bits | RwState::kWriting | others_waiting, base::acquire, base::relaxed)) {
        return;
      }
      state = RwState(bits);
      continue;
    }
    if (!state.has_writers_waiting() &&
        !state_.compare_exchange_strong(bits, bits | RwState::kWritersWaiting, base::relaxed, base::relaxed)) {
      state = RwState(bits);
      continue;
    }
    others_waiting = RwState::kWritersWaiting;
    // Acquire: pairs with the release in wake_writer(). A count read from a wake comes with the state that the waker
    // made before it, so the state looked at next isn't older.
    const std::uint32_t wakes = writer_notify_.load(base::acquire);
    state = RwState(state_.load(base::relaxed));
    if (state.is_unlocked() || !state.has_writers_waiting()) continue;
    sys::futex_wait(writer_notify_, wakes);
    state = spin(worth_a_look);
  }
}

bool RawRwLock::wake_writer() noexcept {
  writer_notify_.fetch_add(1, base::release);  // pairs with the acquire in write_contended()
  return sys::futex_wake_one(writer_notify_);
}

// `state` is unlocked and has a waiting bit. Whenever it turns out locked again, the waking is left to the new holder.
void RawRwLock::wake(RwState state) noexcept {
  std::uint32_t bits = state.bits();
  if (bits == RwState::kWritersWaiting) {
    if (state_.compare_exchange_strong(bits, 0, base::relaxed, base::relaxed)) {
      wake_writer();
      return;
    }
  }
  if (bits == (RwState::kReadersWaiting | RwState::kWritersWaiting)) {
    if (!state_.compare_exchange_strong(bits, RwState::kReadersWaiting, base::relaxed, base::relaxed)) return;
    if (wake_writer()) return;
    // The writer had not fallen asleep, and may never look at the readers' bit: they are ours to wake.
    bits = RwState::kReadersWaiting;
  }
  if (bits == RwState::kReadersWaiting) {
    if (state_.compare_exchange_strong(bits, 0, base::relaxed, base::relaxed)) sys::futex_wake_all(state_);
  }
}

void RawRwLock::wake_readers_of_downgrade() noexcept {
  // Nobody else clears the bit while the lock is read.
  state_.fetch_and(~RwState::kReadersWaiting, base::relaxed);
  sys::futex_wake_all(state_);
}

}  // namespace heddle::inline v0::sync::detail
