// SPDX-License-Identifier: MIT
// Condvar: waiting until another thread has changed what a Mutex guards.
//
// A count of notifications that waiters sleep on. A waiter reads it while it still holds the mutex; whoever changes the
// data holds the mutex too, so a notification that follows the change finds either the waiter asleep or the count
// changed: none is lost. (The count wraps after 2^32 notifications within one waiter's way to sleep.)
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/deadline.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/sync/mutex.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <utility>

namespace heddle::inline v0 {
namespace sync {

/// What a wait with a time limit gives: the guard, and whether the time was up. A notification may have come just
/// before: look at the data.
template <class T>
struct TimedWait {
  MutexGuard<T> guard;
  bool timed_out;

  TimedWait(MutexGuard<T>&& locked, bool too_late) noexcept : guard(std::move(locked)), timed_out(too_late) {}
};

/// Blocks threads until others say that what they wait for may have happened.
///
/// Every wait gives the mutex free while it sleeps and has it again afterwards. Any wait may end for no reason: use
/// wait_while(), or loop.
/// Errors      Every wait answers PoisonError, with the guard, if the mutex is poisoned by then. It throws BlockingInAsync
///             on a thread that polls tasks: use `async::Notify` or a channel there.
/// Threads     Any.
/// Cost        Notifying costs one load when nobody waits, else an atomic operation and a system call.
///
/// Corresponds to `std::sync::Condvar`.
class Condvar {
 public:
  constexpr Condvar() noexcept = default;
  Condvar(const Condvar&) = delete;
  Condvar& operator=(const Condvar&) = delete;

  /// Waits for one notification.
  template <class T>
  [[nodiscard]] LockResult<MutexGuard<T>> wait(MutexGuard<T> guard) const {
    refuse_in_async();
    wait_unlocked(guard.hold_.lock().raw, base::kForever);
    return checked(std::move(guard));
  }

  /// Waits while `condition(data)` holds.
  template <class T, std::predicate<T&> F>
  [[nodiscard]] LockResult<MutexGuard<T>> wait_while(MutexGuard<T> guard, F condition) const {
    refuse_in_async();
    while (condition(*guard)) wait_unlocked(guard.hold_.lock().raw, base::kForever);
    return checked(std::move(guard));
  }

  /// Waits for one notification, for `timeout` at most; a duration of any size is right.
  template <class T, class Rep, class Period>
  [[nodiscard]] std::expected<TimedWait<T>, PoisonError<TimedWait<T>>> wait_for(
      MutexGuard<T> guard, std::chrono::duration<Rep, Period> timeout) const {
    return wait_before(std::move(guard), base::deadline_after(timeout));
  }
  template <class T, class Duration>
  [[nodiscard]] std::expected<TimedWait<T>, PoisonError<TimedWait<T>>> wait_until(
      MutexGuard<T> guard, std::chrono::time_point<std::chrono::steady_clock, Duration> time) const {
    return wait_before(std::move(guard), base::deadline_at(time));
  }

  /// Waits while `condition(data)` holds, for `timeout` at most. It has timed out only if the condition still holds.
  template <class T, class Rep, class Period, std::predicate<T&> F>
  [[nodiscard]] std::expected<TimedWait<T>, PoisonError<TimedWait<T>>> wait_while_for(
      MutexGuard<T> guard, std::chrono::duration<Rep, Period> timeout, F condition) const {
    return wait_while_before(std::move(guard), base::deadline_after(timeout), condition);
  }
  template <class T, class Duration, std::predicate<T&> F>
  [[nodiscard]] std::expected<TimedWait<T>, PoisonError<TimedWait<T>>> wait_while_until(
      MutexGuard<T> guard, std::chrono::time_point<std::chrono::steady_clock, Duration> time, F condition) const {
    return wait_while_before(std::move(guard), base::deadline_at(time), condition);
  }

  /// Ends one wait, if there is one.
  void notify_one() const noexcept {
    // Relaxed: who changed the data under the mutex after a waiter gave it free sees that waiter counted.
    if (waiters_.load(base::relaxed) != 0) wake_one();
  }

  /// Ends every wait that has begun.
  void notify_all() const noexcept {
    if (waiters_.load(base::relaxed) != 0) wake_all();
  }

 private:
  static void refuse_in_async();

  /// Unlocks, sleeps, locks again; false if the deadline has passed without a notification.
  bool wait_unlocked(detail::RawMutex& mutex, base::Deadline deadline) const noexcept;
  void wake_one() const noexcept;
  void wake_all() const noexcept;

  template <class T>
  static LockResult<MutexGuard<T>> checked(MutexGuard<T>&& guard) {
    if (guard.hold_.lock().poison.is_set()) return std::unexpected(PoisonError(std::move(guard)));
    return std::move(guard);
  }
  template <class T>
  static std::expected<TimedWait<T>, PoisonError<TimedWait<T>>> checked(MutexGuard<T>&& guard, bool timed_out) {
    const bool poisoned = guard.hold_.lock().poison.is_set();
    TimedWait<T> result(std::move(guard), timed_out);
    if (poisoned) return std::unexpected(PoisonError(std::move(result)));
    return result;
  }

  template <class T>
  std::expected<TimedWait<T>, PoisonError<TimedWait<T>>> wait_before(MutexGuard<T> guard,
                                                                     base::Deadline deadline) const {
    refuse_in_async();
    const bool notified = wait_unlocked(guard.hold_.lock().raw, deadline);
    return checked(std::move(guard), !notified);
  }
  template <class T, class F>
  std::expected<TimedWait<T>, PoisonError<TimedWait<T>>> wait_while_before(MutexGuard<T> guard,
                                                                           base::Deadline deadline,
                                                                           F& condition) const {
    refuse_in_async();
    bool in_time = true;
    bool holds = condition(*guard);
    while (holds && in_time) {
      in_time = wait_unlocked(guard.hold_.lock().raw, deadline);
      holds = condition(*guard);
    }
    return checked(std::move(guard), holds);
  }

  // Atomic. Notifications so far.
  mutable base::atomic<std::uint32_t> notifications_{0};
  // Atomic. Threads in wait_unlocked(); counted up under the mutex.
  mutable base::atomic<std::uint32_t> waiters_{0};
};

}  // namespace sync

using sync::Condvar;

}  // namespace heddle::inline v0

// Atomics, and what they guard; it has no non-const members.
template <>
struct heddle::marker::unsafe_rules<heddle::sync::Condvar> {
  using Send = Always;
  using Sync = Always;
  using SyncMut = Always;
  using Owned = Always;
};
