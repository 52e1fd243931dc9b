// SPDX-License-Identifier: MIT
// How a worker sleeps: in the driver if it can hold it, else on a futex.
//
//   state        meaning                                who leaves it
//   kAwake       runs                                   the worker, to kOnFutex or kInDriver; a waker, to kWoken
//   kOnFutex     sleeps on the word, or is about to     a waker, to kWoken, and wakes the futex
//   kInDriver    sleeps in the driver, or is about to   a waker, to kWoken, and interrupts the driver
//   kWoken       a wake is kept                         the worker, to kAwake
//
// Orderings: a wake is an exchange, acq_rel, and so is every step of the worker: what was written before the wake is seen
// after the sleep that it ends or prevents.
#pragma once

#include <heddle/base/atomic.hpp>

#include "runtime/driver/driver.hpp"
#include "sys/futex.hpp"

#include <cstdint>

namespace heddle::inline v0::runtime::detail {

class Parker {
 public:
  /// Any thread: ends the worker's sleep, or the next one.
  void unpark(Driver& driver) noexcept {
    switch (state_.exchange(kWoken, base::acq_rel)) {
      case kOnFutex: sys::futex_wake_one(state_); break;
      case kInDriver: driver.interrupt(); break;
      default: break;
    }
  }

  /// The worker, not holding the driver: sleeps until unparked.
  void park_on_futex() noexcept {
    if (go(kOnFutex)) {
      while (state_.load(base::acquire) == kOnFutex) sys::futex_wait(state_, kOnFutex);
    }
    state_.exchange(kAwake, base::acq_rel);
  }

  /// The worker, holding the driver: sleeps until unparked, an event, or `nanoseconds` later.
  void park_in_driver(Driver& driver, std::uint64_t nanoseconds) {
    driver.turn(go(kInDriver) ? nanoseconds : Driver::kNoWait);
    state_.exchange(kAwake, base::acq_rel);
  }

 private:
  enum State : std::uint32_t { kAwake, kOnFutex, kInDriver, kWoken };

  bool go(State to) noexcept {
    std::uint32_t expected = kAwake;
    return state_.compare_exchange_strong(expected, to, base::acq_rel, base::acquire);
  }

  // Atomic; see the table.
  base::atomic<std::uint32_t> state_{kAwake};
};

}  // namespace heddle::inline v0::runtime::detail
