// SPDX-License-Identifier: MIT
// Barrier: tasks meet, and go on together.
#pragma once

#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/wait_list.hpp>
#include <heddle/marker/send.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace heddle::inline v0::async {

class BarrierWait;

/// What a wait at a Barrier gives. Exactly one task of each meeting is the leader.
class BarrierWaitResult {
 public:
  explicit BarrierWaitResult(bool leader) noexcept : leader_(leader) {}
  [[nodiscard]] bool is_leader() const noexcept { return leader_; }

 private:
  bool leader_;

  HEDDLE_FIELDS(leader_);
};

/// Lets a number of tasks wait for each other, again and again.
///
/// Shape       Doesn't move. Destroyed when nobody waits.
/// Threads     Any. Everything is const: share it by Arc or by reference.
///
/// Corresponds to Tokio's `sync::Barrier`.
class Barrier {
 public:
  /// For meetings of `count` tasks; 0 means 1.
  explicit Barrier(std::size_t count) noexcept : count_(count == 0 ? 1 : count) {}
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  /// Waits until `count` tasks wait. The last to come is the leader.
  [[nodiscard]] BarrierWait wait() const noexcept;

 private:
  friend class BarrierWait;

  const std::size_t count_;
  mutable base::SpinLock lock_;
  // Guarded by lock_.
  mutable std::size_t arrived_ = 0;
  mutable std::uint64_t meeting_ = 0;
  mutable future::WaitList waiters_;
};

/// The future of Barrier::wait.
///
/// Shape       Doesn't move. The Barrier must outlive it.
/// Cancelling  Not safe: from its first poll on it counts as arrived, also when it is destroyed.
/// Cost        Nothing is allocated. One atomic operation per poll. Spends one unit of budget.
class [[nodiscard]] BarrierWait {
 public:
  using Output = BarrierWaitResult;
  // Its arrival, which counts for a meeting that it will not take part in.
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  explicit BarrierWait(const Barrier& barrier) noexcept : barrier_(barrier) {}
  BarrierWait(const BarrierWait&) = delete;
  BarrierWait& operator=(const BarrierWait&) = delete;
  ~BarrierWait() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    if (waiter_.began()) static_cast<void>(future::stop_waiting(barrier_.lock_, barrier_.waiters_, waiter_));
  }

  Poll<BarrierWaitResult> poll(Context& cx);

 private:
  // Registers; true for the last to come, who has woken the others.
  bool arrive();

  const Barrier& barrier_;
  future::Waiter waiter_;
  // The meeting that it waits for, once it has arrived.
  std::optional<std::uint64_t> meeting_;
  bool done_ = false;
};

inline BarrierWait Barrier::wait() const noexcept { return BarrierWait(*this); }

}  // namespace heddle::inline v0::async

// All is guarded by a lock.
template <>
struct heddle::marker::unsafe_rules<heddle::async::Barrier> {
  using Send = Always;
  using Sync = Always;
  using SyncMut = Always;
  using Owned = Always;
};
template <>
struct heddle::marker::unsafe_rules<heddle::async::BarrierWait> {
  using Send = Always;
  using Sync = Always;
};
