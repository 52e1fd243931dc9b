// SPDX-License-Identifier: MIT
// Arming, firing and leaving.
#include "runtime/driver/timers.hpp"

#include <heddle/future/wait_list.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/spawn.hpp>

#include "runtime/clock.hpp"
#include "runtime/current.hpp"
#include "runtime/shared.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace heddle::inline v0::runtime::detail {

Poll<void> TimerEntry::poll(Context& cx, std::uint64_t deadline) {
  switch (state_.load(base::acquire)) {
    case kFired: disarm(); return Ready();
    case kShutDown: disarm(); throw RuntimeShutDown();
    case kArmed:
      shard_->rearm(*this, cx.waker());
      // Fired meanwhile, perhaps with the old waker: then nobody else will wake us.
      return state_.load(base::acquire) == kArmed ? Poll<void>(Pending) : poll(cx, deadline);
    default: break;
  }
  Shared& shared = current_runtime("a timer");
  if (shared.clock().now() >= deadline) return Ready();
  Worker* worker = current().worker_of(shared);
  shard_ = &shared.timers().shard(worker == nullptr ? 0 : worker->shard);
  if (!shard_->arm(*this, deadline, cx.waker())) throw RuntimeShutDown();
  if (worker == nullptr || !worker->goes_on()) shared.timer_armed(deadline);
  return Pending;
}

void TimerEntry::leave() noexcept { shard_->leave(*this); }

bool TimerShard::arm(TimerEntry& entry, std::uint64_t deadline, const Waker& waker) noexcept {
  Waker own = waker.clone();
  const std::lock_guard guard(lock_);
  if (shut_down_) return false;
  entry.waker_ = std::move(own);
  entry.state_.store(TimerEntry::kArmed, base::relaxed);
  ++entries_;
  wheel_.insert(entry, Clock::tick_of(deadline));
  publish_next_turn();
  return true;
}

void TimerShard::rearm(TimerEntry& entry, const Waker& waker) noexcept {
  Waker old;  // dropped after the lock
  const std::lock_guard guard(lock_);
  if (entry.state_.load(base::relaxed) != TimerEntry::kArmed || entry.waker_.will_wake(waker)) return;
  old = std::exchange(entry.waker_, waker.clone());
}

void TimerShard::leave(TimerEntry& entry) noexcept {
  Waker old;  // dropped after the lock: it may destroy a task
  bool last = false;
  {
    const std::lock_guard guard(lock_);
    if (entry.state_.load(base::relaxed) == TimerEntry::kArmed) {
      wheel_.remove(entry);
      old = std::move(entry.waker_);
    }
    entry.state_.store(TimerEntry::kIdle, base::relaxed);
    last = --entries_ == 0 && released_;
  }
  if (last) delete this;
}

template <class Pop>
void TimerShard::fire_all(TimerEntry::State state, Pop pop) noexcept {
  for (bool more = true; more;) {
    future::WakeBatch wakes;
    {
      const std::lock_guard guard(lock_);
      while (!wakes.full()) {
        // SAFETY: the wheel of a shard holds TimerEntries only.
        auto* entry = static_cast<TimerEntry*>(pop());
        if (entry == nullptr) break;
        wakes.add(std::move(entry->waker_));
        // The last access: its owner may free it from here on.
        entry->state_.store(state, base::release);
      }
      publish_next_turn();
    }
    more = wakes.full();
    wakes.wake();
  }
}

void TimerShard::fire(std::uint64_t now) noexcept {
  if (next_turn() > now) return;
  fire_all(TimerEntry::kFired, [this, tick = now / Clock::kTick] { return wheel_.pop_expired(tick); });
}

void TimerShard::shut_down() noexcept {
  {
    const std::lock_guard guard(lock_);
    shut_down_ = true;
  }
  fire_all(TimerEntry::kShutDown, [this] { return wheel_.pop_any(); });
}

void TimerShard::release() noexcept {
  bool last = false;
  {
    const std::lock_guard guard(lock_);
    released_ = true;
    last = entries_ == 0;
  }
  if (last) delete this;
}

std::uint64_t TimerShard::exact_next_turn() noexcept {
  const std::lock_guard guard(lock_);
  publish_next_turn();
  return next_turn();
}

void TimerShard::publish_next_turn() noexcept {
  const std::uint64_t next = Clock::time_of(wheel_.next_turn());
  // Spares the expensive store: most timers come after the earliest.
  if (next_turn_.load(base::relaxed) != next) next_turn_.store(next, base::seq_cst);
}

Timers::Timers(std::size_t shards) {
  shards_.reserve(shards);
  while (shards_.size() < shards) shards_.push_back(new TimerShard);
}

Timers::~Timers() {
  for (TimerShard* shard : shards_) shard->release();
}

std::uint64_t Timers::next_turn() const noexcept {
  std::uint64_t next = TimerShard::kNever;
  for (const TimerShard* shard : shards_) next = std::min(next, shard->next_turn());
  return next;
}

std::uint64_t Timers::exact_next_turn() noexcept {
  std::uint64_t next = TimerShard::kNever;
  for (TimerShard* shard : shards_) next = std::min(next, shard->exact_next_turn());
  return next;
}

void Timers::fire(std::uint64_t now) noexcept {
  for (TimerShard* shard : shards_) shard->fire(now);
}

void Timers::shut_down() noexcept {
  for (TimerShard* shard : shards_) shard->shut_down();
}

}  // namespace heddle::inline v0::runtime::detail
