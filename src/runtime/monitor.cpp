// SPDX-License-Identifier: MIT
// The monitor's looks.
#include "runtime/monitor.hpp"

#include "runtime/multi_thread.hpp"
#include "sys/futex.hpp"

namespace heddle::inline v0::runtime::detail {

Monitor::Monitor(MultiThread& shared) : shared_(shared), polls_(shared.worker_count()) {}

void Monitor::run() noexcept {
  unsigned quiet = 0;
  for (;;) {
    sys::futex_wait(state_, kWatching, sys::monotonic_ns() + kPeriod);
    if (state_.load(base::acquire) == kStopped) return;
    if (finds_neglect()) shared_.wake_one();
    quiet = shared_.idle_.all_asleep() ? quiet + 1 : 0;
    if (quiet == kQuietPeriods) {
      doze();
      quiet = 0;
    }
  }
}

bool Monitor::finds_neglect() noexcept {
  const Driver& driver = shared_.driver();
  const std::uint64_t turns = driver.turns();
  bool neglect = !driver.is_held() && turns == turns_;
  turns_ = turns;
  neglect |= !shared_.injected_.empty();
  for (std::size_t i = 0; i < polls_.size(); ++i) {
    MultiThreadWorker& worker = *shared_.workers_[i];
    const std::uint64_t polls = worker.metrics.polls.get();
    if (polls == polls_[i] && worker.has_queue()) {
      worker.assume_poll_length(kPeriod);
      neglect = true;
    }
    polls_[i] = polls;
  }
  return neglect;
}

void Monitor::doze() noexcept {
  std::uint32_t state = kWatching;
  if (!state_.compare_exchange_strong(state, kDozing, base::seq_cst, base::acquire)) return;
  if (!shared_.idle_.all_asleep()) return leave_doze();
  while (state_.load(base::acquire) == kDozing) sys::futex_wait(state_, kDozing);
}

void Monitor::leave_doze() noexcept {
  std::uint32_t state = kDozing;
  if (state_.compare_exchange_strong(state, kWatching, base::acq_rel, base::acquire)) sys::futex_wake_one(state_);
}

void Monitor::stop() noexcept {
  state_.exchange(kStopped, base::acq_rel);
  sys::futex_wake_one(state_);
}

}  // namespace heddle::inline v0::runtime::detail
