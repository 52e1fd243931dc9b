// SPDX-License-Identifier: MIT
// Mutex: a value for one task at a time, whose guard may be held across co_await.
#pragma once

#include <heddle/async/detail/held.hpp>
#include <heddle/async/detail/lock_future.hpp>
#include <heddle/async/try_lock_error.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/sync/arc.hpp>

#include <concepts>
#include <expected>
#include <utility>

namespace heddle::inline v0::async {

template <class T>
class Mutex;

/// Access to the value in a locked Mutex, or to a part of it (`map`). The Mutex is unlocked when the guard is
/// destroyed. May be held across co_await, and destroyed by another thread than the one that took it.
///
/// Corresponds to Tokio's `MutexGuard`; with an Arc for `Owner`, to its `OwnedMutexGuard`; and to the mapped ones.
template <class T, class Owner = detail::Borrowed>
class [[nodiscard("a guard that is dropped unlocks")]] MutexGuard
    : public detail::Guard<MutexGuard, T, Owner, detail::HeldOne<Owner>> {
 public:
  /// For the Mutex only.
  MutexGuard(detail::HeldOne<Owner> held, T& value) noexcept
      : detail::Guard<MutexGuard, T, Owner, detail::HeldOne<Owner>>(std::move(held), value) {}
};

/// A guard that keeps the Mutex<T> alive; `U` is T, or the part of it that the guard was mapped to.
template <class T, class U = T>
using OwnedMutexGuard = MutexGuard<U, Arc<Mutex<T>>>;

/// Gives one task at a time access to a T. Fair: who asked first is served first. Not poisoned by exceptions.
///
/// Prefer a sync::Mutex where the guard isn't held across co_await: it is smaller and faster under contention.
/// Shape       Doesn't move. Destroyed when it is neither locked nor waited for; a guard that was the last may still be
///             in its destructor.
/// Cancelling  `lock` is safe but for the place in the queue; a lock that was just granted goes to the next.
/// Threads     Any. `lock` is const: share the Mutex by Arc or by reference.
/// Cost        Uncontended: one atomic operation to lock, one to unlock. Nothing is allocated.
///
/// Corresponds to Tokio's `sync::Mutex`.
template <class T>
class Mutex {
 public:
  Mutex() = default;
  template <class... Args>
    requires(sizeof...(Args) > 0) && std::constructible_from<T, Args...>
  explicit Mutex(Args&&... args) : value_(std::forward<Args>(args)...) {}
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  /// Waits for the lock. Gives a MutexGuard<T>.
  [[nodiscard]] auto lock() const noexcept { return Locking<detail::Borrowed>(&semaphore_, value_, 1); }

  /// Takes the lock if nobody has it.
  [[nodiscard]] std::expected<MutexGuard<T>, TryLockError> try_lock() const noexcept {
    return Locking<detail::Borrowed>::try_now(&semaphore_, value_, 1);
  }

  /// Sleeps until it has the lock. Throws BlockingInAsync on a thread that polls tasks.
  [[nodiscard]] MutexGuard<T> blocking_lock() const {
    base::refuse_in_async("async::Mutex::blocking_lock", "co_await lock()");
    return block_on(lock());
  }

  /// The same with guards that keep the Mutex alive.
  [[nodiscard]] static auto lock_owned(Arc<Mutex> mutex) noexcept {
    T& value = mutex->value_;
    return Locking<Arc<Mutex>>(std::move(mutex), value, 1);
  }
  [[nodiscard]] static std::expected<OwnedMutexGuard<T>, TryLockError> try_lock_owned(Arc<Mutex> mutex) noexcept {
    T& value = mutex->value_;
    return Locking<Arc<Mutex>>::try_now(std::move(mutex), value, 1);
  }
  [[nodiscard]] static OwnedMutexGuard<T> blocking_lock_owned(Arc<Mutex> mutex) {
    base::refuse_in_async("async::Mutex::blocking_lock_owned", "co_await lock_owned()");
    return block_on(lock_owned(std::move(mutex)));
  }

  /// The value, without locking: for who has the Mutex for itself.
  [[nodiscard]] T& get_mut() noexcept { return value_; }
  [[nodiscard]] T into_inner() && { return std::move(value_); }

 private:
  template <class Owner>
  friend const detail::BatchSemaphore& detail::semaphore_of(const Owner& owner) noexcept;
  template <class Owner>
  using Locking = detail::LockFuture<MutexGuard<T, Owner>, T, Owner, detail::HeldOne<Owner>>;

  // One permit: the lock.
  detail::BatchSemaphore semaphore_{1};
  mutable T value_;
};
template <class T>
Mutex(T) -> Mutex<T>;

}  // namespace heddle::inline v0::async

// The T passes from task to task, and with them from thread to thread: nobody shares it. A guard goes with its task.
template <class T>
struct heddle::marker::unsafe_rules<heddle::async::Mutex<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>>;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::async::MutexGuard<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSync<T>>;
};
template <class T, class U>
struct heddle::marker::unsafe_rules<heddle::async::OwnedMutexGuard<T, U>> {
  using Send = If<IsSend<T>, IsSend<U>>;
  using Sync = If<IsSync<T>, IsSync<U>>;
  using Owned = If<IsOwned<T>>;
};
