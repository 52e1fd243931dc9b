// SPDX-License-Identifier: MIT
// The monitor's looks.
#include "runtime/monitor.hpp"

#include "runtime/multi_thread.hpp"
#include "sys/futex.hpp"

#include <algorithm>

namespace heddle::inline v0::runtime::detail {

Monitor::Monitor(MultiThread& shared) : shared_(shared), reporter_(shared.config_) {}

void Monitor::run() noexcept {
  unsigned quiet = 0;
  for (;;) {
    sys::futex_wait(state_, kWatching, sys::monotonic_ns() + kPeriod);
    if (state_.load(base::acquire) == kStopped) return;
    look();
    quiet = shared_.idle_.all_asleep() && !has_patience_ ? quiet + 1 : 0;
    if (quiet == kQuietPeriods) {
      doze();
      quiet = 0;
    }
  }
}

void Monitor::look() noexcept {
  const std::uint64_t now = sys::monotonic_ns();
  Crew& crew = shared_.crew_;
  crew.man();
  seen_.resize(crew.seat_count());
  for (std::size_t i = 0; i < seen_.size(); ++i) see(crew.seat(i), seen_[i], now);
  looked_ = now;
  const bool neglected = is_neglected() && !shared_.wake_one();
  if (!sys::has_asymmetric_fence()) return;
  relieve_stuck(neglected);
  report_stuck();
}

void Monitor::see(const Seat& seat, Seen& seen, std::uint64_t now) noexcept {
  const auto poll = seat.lease.poll();
  if (!poll || *poll != seen.poll) {
    seen = {.poll = poll.value_or(0), .since = now};
    return;
  }
  const std::uint64_t time = sys::time_of(seat.clock.load(base::relaxed));
  seen.computes = seen.is_stuck && time - seen.processor_time > (now - looked_) / 2;
  seen.processor_time = time;
  seen.is_stuck = true;
}

bool Monitor::is_neglected() noexcept {
  const Driver& driver = shared_.driver();
  const std::uint64_t turns = driver.turns();
  bool neglected = !driver.is_held() && turns == turns_;
  turns_ = turns;
  neglected |= !shared_.injected_.empty();
  // Armed by a worker that would have looked at it before it slept, and is stuck.
  neglected |= shared_.timers().next_turn() < shared_.clock().now() - kPeriod / 2;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const Seat& seat = shared_.crew_.seat(i);
    MultiThreadWorker* core = seat.core.load(base::relaxed);
    if (!seen_[i].is_stuck || !seat.lease.has_core() || !core->has_queue()) continue;
    core->assume_poll_length(kPeriod);
    neglected = true;
  }
  return neglected;
}

void Monitor::relieve_stuck(bool neglected) noexcept {
  unsigned crowd = 0;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (seen_[i].computes && !shared_.crew_.seat(i).lease.has_core()) ++crowd;
  }
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const Seen& seen = seen_[i];
    if (!seen.is_stuck || looked_ - seen.since < kPeriod << std::min(crowd, 32U)) continue;
    Seat& seat = shared_.crew_.seat(i);
    const CoreLease::Held held = seat.lease.hold();
    if (held == CoreLease::Held::kNo) continue;
    MultiThreadWorker* core = seat.core.load(base::relaxed);
    const bool same_poll = seat.lease.poll() == seen.poll;
    if (held == CoreLease::Held::kWithCore && same_poll && (neglected || core->has_own())) {
      seat.lease.take();
      shared_.crew_.vacate(*core);
      if (seen.computes) ++crowd;
      neglected = false;
    } else {
      seat.lease.release(held);
    }
  }
}

void Monitor::report_stuck() noexcept {
  has_patience_ = false;
  if (!reporter_.is_on()) return;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    Seen& seen = seen_[i];
    if (!seen.is_stuck || seen.is_reported) continue;
    Seat& seat = shared_.crew_.seat(i);
    const std::uint64_t held_for = looked_ - seen.since;
    if (reporter_.is_due(held_for)) {
      seen.is_reported = reporter_.report(seat.lease, seen.poll, seat.thread_id.load(base::relaxed), held_for);
    }
    has_patience_ |= !seen.is_reported;
  }
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
