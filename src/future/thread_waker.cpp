// SPDX-License-Identifier: MIT
// Sleeping and waking a thread that polls.
#include <heddle/future/block_on.hpp>

#include "sys/futex.hpp"

namespace heddle::inline v0::future {

constexpr WakeTarget::VTable ThreadWaker::kVTable{
    [](WakeTarget& target) noexcept {
      wake_thread(target);
      target.drop_reference();
    },
    wake_thread,
    [](WakeTarget& target) noexcept { delete static_cast<ThreadWaker*>(&target); },
};

ThreadWaker::ThreadWaker() noexcept : WakeTarget(kVTable, kReference) {}

void ThreadWaker::wake_thread(WakeTarget& target) noexcept {
  auto& self = static_cast<ThreadWaker&>(target);
  if (self.state_.exchange(kWoken, base::acq_rel) == kAsleep) sys::futex_wake_one(self.state_);
}

void ThreadWaker::sleep() noexcept { sleep_until(base::kForever); }

bool ThreadWaker::sleep_until(std::uint64_t deadline) noexcept {
  std::uint32_t state = kEmpty;
  if (state_.compare_exchange_strong(state, kAsleep, base::acq_rel, base::acquire)) {
    bool in_time = true;
    do {
      in_time = sys::futex_wait(state_, kAsleep, deadline);
    } while (in_time && state_.load(base::acquire) == kAsleep);
  }
  // An exchange, not a store: it sees the writes of a wake that comes between the loop and here.
  return state_.exchange(kEmpty, base::acquire) == kWoken;
}

}  // namespace heddle::inline v0::future
