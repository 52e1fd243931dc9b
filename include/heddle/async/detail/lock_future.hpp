// SPDX-License-Identifier: MIT
// LockFuture: waits for the permits of a lock, and gives a guard. What lock(), read() and write() return.
#pragma once

#include <heddle/async/detail/held.hpp>
#include <heddle/async/try_lock_error.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/send.hpp>

#include <cstddef>
#include <expected>
#include <utility>

namespace heddle::inline v0::async::detail {

/// The future of a lock.
///
/// Shape       Doesn't move. The lock must outlive it; an owned one keeps it alive.
/// Cancelling  Loses the place in the queue. A lock that it was just given goes to the next in the queue.
/// Threads     May move between threads with its task.
/// Cost        Nothing is allocated. One atomic operation if the lock is free. Spends one unit of budget.
template <class GuardOf, class T, class Owner, class Hold>
class [[nodiscard]] LockFuture {
 public:
  using Output = GuardOf;
  static constexpr future::Loss kLoss = future::Loss::kLosesPlace;

  LockFuture(Owner owner, T& value, std::size_t permits) noexcept
      : owner_(std::move(owner)), value_(value), permits_(permits), acquiring_(semaphore_of(owner_), permits) {}

  Poll<Output> poll(Context& cx) {
    if (acquiring_.poll(cx) == Grant::kNoPermits) return Pending;
    return Poll<Output>(std::in_place, Hold(std::move(owner_), permits_), value_);
  }

  /// Drops it where it stands.
  void cancel() noexcept { acquiring_.cancel(); }

  static std::expected<GuardOf, TryLockError> try_now(Owner owner, T& value, std::size_t permits) noexcept {
    using Result = std::expected<GuardOf, TryLockError>;
    if (semaphore_of(owner).try_acquire(permits) != Grant::kAcquired) return Result(std::unexpect);
    return Result(std::in_place, Hold(std::move(owner), permits), value);
  }

 private:
  Owner owner_;
  T& value_;
  std::size_t permits_;
  Acquiring acquiring_;

  HEDDLE_UNSAFE_SEND(heddle::Send<GuardOf>);
};

}  // namespace heddle::inline v0::async::detail
