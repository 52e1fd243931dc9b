// SPDX-License-Identifier: MIT
// BatchSemaphore: counted permits, handed out in the order in which they were asked for. Semaphore, Mutex, RwLock and
// OnceCell stand on it.
//
// All state is guarded by one spin lock, whose unlock is a plain store: taking permits that are there costs one atomic
// operation, and so does giving them back. What is given back goes to the oldest claim, even in part, before anybody
// else can see it; so a claim for many is not starved by claims for few, and:
//
//   1. While somebody waits, `permits_` is 0.
//   2. Only the oldest claim can be served in part.
//   3. A claim that leaves the list lacks nothing (it has its permits), or the semaphore is closed and it has none.
//   4. A claim that is dropped gives back what it has: cancelling at the moment of the grant passes the permits on.
//
// After Tokio's batch_semaphore; there the uncontended paths are lock-free, here the lock is as cheap.
#pragma once

#include <heddle/future/future.hpp>
#include <heddle/future/wait_list.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>

namespace heddle::inline v0::async::detail {

/// What a claim or a try came to.
enum class [[nodiscard]] Grant : std::uint8_t { kAcquired, kNoPermits, kClosed };

/// A request for permits, in the future that waits for it.
struct Claim : future::Waiter {
  explicit Claim(std::size_t count) noexcept : wanted(count), lacking(count) {}

  // Constant after construction.
  const std::size_t wanted;
  // Guarded by the lock.
  std::size_t lacking;
};

class BatchSemaphore {
 public:
  /// Tokio's limit.
  static constexpr std::size_t kMaxPermits = std::numeric_limits<std::size_t>::max() >> 3;

  /// Throws std::length_error for more than kMaxPermits.
  explicit BatchSemaphore(std::size_t permits);

  [[nodiscard]] std::size_t available() const noexcept;
  [[nodiscard]] bool is_closed() const noexcept;

  Grant try_acquire(std::size_t count) const noexcept {
    const std::lock_guard guard(lock_);
    return try_acquire_locked(count);
  }

  /// A claim's first step: permits, or a place in the queue (then kNoPermits).
  Grant begin(Claim& claim, const Waker& waker) const noexcept;

  /// A further step of a claim that was queued.
  Grant resume(Claim& claim, const Waker& waker) const noexcept;

  /// For a claim that has begun and will not be resumed.
  void cancel(Claim& claim) const noexcept;

  /// Gives permits back. The last permit that is handed to somebody is also the last access: whoever gets it may
  /// destroy the semaphore.
  void release(std::size_t count) const noexcept {
    std::unique_lock guard(lock_);
    if (waiters_.empty()) [[likely]] {
      permits_ += count;
      return;
    }
    hand_out(std::move(guard), count);
  }

  /// Brings new permits. Throws std::length_error if there would be more than kMaxPermits.
  void add(std::size_t count) const;

  /// Takes up to `count` of the available permits away; returns how many.
  [[nodiscard]] std::size_t forget(std::size_t count) const noexcept;

  void close() const noexcept;

 private:
  Grant try_acquire_locked(std::size_t count) const noexcept {
    if (closed_) [[unlikely]] return Grant::kClosed;
    if (count > permits_) return Grant::kNoPermits;
    permits_ -= count;
    return Grant::kAcquired;
  }
  [[gnu::noinline]] void hand_out(std::unique_lock<base::SpinLock> guard, std::size_t count) const noexcept;

  mutable base::SpinLock lock_;
  // Guarded by lock_.
  mutable bool closed_ = false;
  mutable std::size_t permits_;
  mutable future::WaitList waiters_;
};

/// A claim as a step of a future: takes what is there, else waits, and gives up when destroyed. The claim itself is
/// only made when it has to wait: it is most of the future's memory, and most locks are free.
class Acquiring {
 public:
  Acquiring(const BatchSemaphore& semaphore, std::size_t count) noexcept : semaphore_(semaphore), count_(count) {}
  Acquiring(const Acquiring&) = delete;
  Acquiring& operator=(const Acquiring&) = delete;
  ~Acquiring() {
    if (state_ == State::kWaiting) [[unlikely]] give_up();
  }

  /// kNoPermits: not yet. kAcquired: the caller owns the permits. Spends budget.
  Grant poll(Context& cx) {
    if (state_ != State::kNew || cx.budget() == 0 || semaphore_.try_acquire(count_) != Grant::kAcquired) [[unlikely]] {
      return poll_slowly(cx);
    }
    state_ = State::kDone;
    cx.made_progress();
    return Grant::kAcquired;
  }

 private:
  enum class State : std::uint8_t { kNew, kWaiting, kDone };

  [[gnu::noinline]] Grant poll_slowly(Context& cx);
  [[gnu::noinline]] void give_up() noexcept;

  const BatchSemaphore& semaphore_;
  std::size_t count_;
  State state_ = State::kNew;
  // Alive in state kWaiting.
  union {
    Claim claim_;
  };
};

}  // namespace heddle::inline v0::async::detail
