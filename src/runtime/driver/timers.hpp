// SPDX-License-Identifier: MIT
// The timers of a runtime: one locked wheel per worker, fired by whichever worker looks at the clock.
#pragma once

#include <heddle/base/cache_padded.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>

#include "runtime/driver/timer_wheel.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::inline v0::runtime::detail {

/// One wheel and its lock. On the heap, and freed once its runtime has let go and the last entry has left.
class alignas(base::kCacheLine) TimerShard {
 public:
  static constexpr std::uint64_t kNever = TimerWheel::kNever;

  TimerShard() noexcept {}

  /// Arms an idle entry. False if the runtime has shut down.
  [[nodiscard]] bool arm(TimerEntry& entry, std::uint64_t deadline, const Waker& waker) noexcept;

  /// Replaces the waker of an entry, if it is still armed.
  void rearm(TimerEntry& entry, const Waker& waker) noexcept;

  /// Takes the entry out. May destroy the shard.
  void leave(TimerEntry& entry) noexcept;

  /// Fires all that is due at `now`.
  void fire(std::uint64_t now) noexcept;

  /// Fires everything, with kShutDown.
  void shut_down() noexcept;

  /// The runtime lets go. May destroy the shard.
  void release() noexcept;

  /// When to call fire() next, by the clock; kNever when there is nothing. Any thread; a hint unless the caller armed.
  [[nodiscard]] std::uint64_t next_turn() const noexcept { return next_turn_.load(base::seq_cst); }

  /// The same without timers that have left: leave() doesn't look for the next one.
  [[nodiscard]] std::uint64_t exact_next_turn() noexcept;

 private:
  template <class Pop>
  void fire_all(TimerEntry::State state, Pop pop) noexcept;
  void publish_next_turn() noexcept;

  base::SpinLock lock_;
  // Guarded by lock_.
  bool shut_down_ = false;
  bool released_ = false;
  std::size_t entries_ = 0;
  TimerWheel wheel_;
  // Written under lock_. seq_cst: a worker that is about to sleep publishes until when, then reads this; who arms
  // writes this, then reads until when the worker sleeps.
  base::atomic<std::uint64_t> next_turn_{kNever};
};

/// The shards of one runtime.
class Timers {
 public:
  explicit Timers(std::size_t shards);
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers();

  [[nodiscard]] TimerShard& shard(std::size_t index) noexcept { return *shards_[index]; }

  /// The earliest next_turn() of all shards.
  [[nodiscard]] std::uint64_t next_turn() const noexcept;

  /// The same without timers that have left.
  [[nodiscard]] std::uint64_t exact_next_turn() noexcept;

  void fire(std::uint64_t now) noexcept;
  void shut_down() noexcept;

 private:
  std::vector<TimerShard*> shards_;
};

}  // namespace heddle::inline v0::runtime::detail
