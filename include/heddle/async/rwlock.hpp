// SPDX-License-Identifier: MIT
// RwLock: a value for many readers or one writer, whose guards may be held across co_await.
#pragma once

#include <heddle/async/detail/held.hpp>
#include <heddle/async/detail/lock_future.hpp>
#include <heddle/async/try_lock_error.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/sync/arc.hpp>

#include <cstdint>
#include <expected>
#include <limits>
#include <stdexcept>
#include <utility>

namespace heddle::inline v0::async {

template <class T>
class RwLock;

/// Shared access to the value in an RwLock, or to a part of it (`map`), until the guard is destroyed. May be held
/// across co_await, and destroyed by another thread than the one that took it.
///
/// Corresponds to Tokio's `RwLockReadGuard`; with an Arc for `Owner`, to its `OwnedRwLockReadGuard`.
template <class T, class Owner = detail::Borrowed>
class [[nodiscard("a guard that is dropped unlocks")]] RwLockReadGuard
    : public detail::Guard<RwLockReadGuard, T, Owner, detail::HeldOne<Owner>> {
 public:
  /// For the RwLock only.
  RwLockReadGuard(detail::HeldOne<Owner> held, T& value) noexcept
      : detail::Guard<RwLockReadGuard, T, Owner, detail::HeldOne<Owner>>(std::move(held), value) {}
};

/// Sole access to a part of the value in an RwLock. It can't be downgraded: only a writer may see the part, perhaps.
///
/// Corresponds to Tokio's `RwLockMappedWriteGuard`; with an Arc for `Owner`, to its `OwnedRwLockMappedWriteGuard`.
template <class T, class Owner = detail::Borrowed>
class [[nodiscard("a guard that is dropped unlocks")]] RwLockMappedWriteGuard
    : public detail::Guard<RwLockMappedWriteGuard, T, Owner, detail::Held<Owner>> {
 public:
  /// For the RwLock only.
  RwLockMappedWriteGuard(detail::Held<Owner> held, T& value) noexcept
      : detail::Guard<RwLockMappedWriteGuard, T, Owner, detail::Held<Owner>>(std::move(held), value) {}
};

/// Sole access to the value in an RwLock, until the guard is destroyed. May be held across co_await, and destroyed by
/// another thread than the one that took it.
///
/// Corresponds to Tokio's `RwLockWriteGuard`; with an Arc for `Owner`, to its `OwnedRwLockWriteGuard`.
template <class T, class Owner = detail::Borrowed>
class [[nodiscard("a guard that is dropped unlocks")]] RwLockWriteGuard : public RwLockMappedWriteGuard<T, Owner> {
 public:
  using RwLockMappedWriteGuard<T, Owner>::RwLockMappedWriteGuard;

  /// Becomes a reader; no writer comes in between.
  [[nodiscard]] static RwLockReadGuard<const T, Owner> downgrade(RwLockWriteGuard guard) noexcept {
    return {detail::HeldOne<Owner>(std::move(guard.held_)), *guard.value_};
  }

  /// `downgrade` and then `map`. `part` is called while nobody else has access.
  template <std::invocable<const T&> F>
    requires std::is_lvalue_reference_v<std::invoke_result_t<F, const T&>>
  [[nodiscard]] static auto downgrade_map(RwLockWriteGuard guard, F&& part) {
    const auto& narrowed = std::invoke(std::forward<F>(part), std::as_const(*guard.value_));
    using Part = RwLockReadGuard<std::remove_reference_t<decltype(narrowed)>, Owner>;
    return Part(detail::HeldOne<Owner>(std::move(guard.held_)), narrowed);
  }

  /// The same for a `part` that returns a pointer; for null, this guard again, still a writer's, as the error.
  template <std::invocable<const T&> F>
    requires std::is_pointer_v<std::invoke_result_t<F, const T&>>
  [[nodiscard]] static auto try_downgrade_map(RwLockWriteGuard guard, F&& part) {
    const auto* narrowed = std::invoke(std::forward<F>(part), std::as_const(*guard.value_));
    using Part = RwLockReadGuard<std::remove_pointer_t<decltype(narrowed)>, Owner>;
    using Result = std::expected<Part, RwLockWriteGuard>;
    if (narrowed == nullptr) return Result(std::unexpect, std::move(guard));
    return Result(std::in_place, detail::HeldOne<Owner>(std::move(guard.held_)), *narrowed);
  }
};

/// Guards that keep the RwLock<T> alive; `U` is T, or the part of it that the guard was mapped to.
template <class T, class U = const T>
using OwnedRwLockReadGuard = RwLockReadGuard<U, Arc<RwLock<T>>>;
template <class T>
using OwnedRwLockWriteGuard = RwLockWriteGuard<T, Arc<RwLock<T>>>;
template <class T, class U = T>
using OwnedRwLockMappedWriteGuard = RwLockMappedWriteGuard<U, Arc<RwLock<T>>>;

/// Gives many readers or one writer access to a T. Fair: a reader that comes after a waiting writer waits for it, so a
/// task that holds a read guard and asks for another may wait for ever. Not poisoned by exceptions.
///
/// Shape       Doesn't move. Destroyed when it is neither locked nor waited for.
/// Cancelling  `read` and `write` are safe but for the place in the queue.
/// Threads     Any. Locking is const: share the RwLock by Arc or by reference.
/// Cost        Uncontended: one atomic operation to lock, one to unlock. Nothing is allocated.
///
/// Corresponds to Tokio's `sync::RwLock`.
template <class T>
class RwLock {
 public:
  /// Readers at a time unless said otherwise. Tokio's number.
  static constexpr std::uint32_t kMaxReaders = std::numeric_limits<std::uint32_t>::max() >> 3;

  RwLock() : RwLock(T()) {}
  explicit RwLock(T value) : RwLock(kMaxReaders, std::move(value)) {}
  RwLock(const RwLock&) = delete;
  RwLock& operator=(const RwLock&) = delete;

  /// For at most `max_readers` at a time. Throws std::invalid_argument for 0, std::length_error beyond kMaxReaders.
  [[nodiscard]] static RwLock with_max_readers(T value, std::uint32_t max_readers) {
    if (max_readers == 0) throw std::invalid_argument("an RwLock needs room for one reader");
    if (max_readers > kMaxReaders) throw std::length_error("an RwLock can have kMaxReaders readers at most");
    return RwLock(max_readers, std::move(value));
  }

  /// Waits for shared access. Gives an RwLockReadGuard<const T>.
  [[nodiscard]] auto read() const noexcept { return Reading<detail::Borrowed>(&semaphore_, value_, 1); }
  /// Waits for sole access. Gives an RwLockWriteGuard<T>.
  [[nodiscard]] auto write() const noexcept { return Writing<detail::Borrowed>(&semaphore_, value_, max_readers_); }

  /// Takes access if nobody is in the way.
  [[nodiscard]] std::expected<RwLockReadGuard<const T>, TryLockError> try_read() const noexcept {
    return Reading<detail::Borrowed>::try_now(&semaphore_, value_, 1);
  }
  [[nodiscard]] std::expected<RwLockWriteGuard<T>, TryLockError> try_write() const noexcept {
    return Writing<detail::Borrowed>::try_now(&semaphore_, value_, max_readers_);
  }

  /// Sleeps until it has access. Throws BlockingInAsync on a thread that polls tasks.
  [[nodiscard]] RwLockReadGuard<const T> blocking_read() const {
    base::refuse_in_async("async::RwLock::blocking_read", "co_await read()");
    return block_on(read());
  }
  [[nodiscard]] RwLockWriteGuard<T> blocking_write() const {
    base::refuse_in_async("async::RwLock::blocking_write", "co_await write()");
    return block_on(write());
  }

  /// The same with guards that keep the RwLock alive.
  [[nodiscard]] static auto read_owned(Arc<RwLock> lock) noexcept {
    const T& value = lock->value_;
    return Reading<Arc<RwLock>>(std::move(lock), value, 1);
  }
  [[nodiscard]] static auto write_owned(Arc<RwLock> lock) noexcept {
    T& value = lock->value_;
    const std::size_t all = lock->max_readers_;
    return Writing<Arc<RwLock>>(std::move(lock), value, all);
  }
  [[nodiscard]] static std::expected<OwnedRwLockReadGuard<T>, TryLockError> try_read_owned(Arc<RwLock> lock) noexcept {
    const T& value = lock->value_;
    return Reading<Arc<RwLock>>::try_now(std::move(lock), value, 1);
  }
  [[nodiscard]] static std::expected<OwnedRwLockWriteGuard<T>, TryLockError> try_write_owned(
      Arc<RwLock> lock) noexcept {
    T& value = lock->value_;
    const std::size_t all = lock->max_readers_;
    return Writing<Arc<RwLock>>::try_now(std::move(lock), value, all);
  }

  /// The value, without locking: for who has the RwLock for itself.
  [[nodiscard]] T& get_mut() noexcept { return value_; }
  [[nodiscard]] T into_inner() && { return std::move(value_); }

 private:
  template <class Owner>
  friend const detail::BatchSemaphore& detail::semaphore_of(const Owner& owner) noexcept;
  template <class Owner>
  using Reading = detail::LockFuture<RwLockReadGuard<const T, Owner>, const T, Owner, detail::HeldOne<Owner>>;
  template <class Owner>
  using Writing = detail::LockFuture<RwLockWriteGuard<T, Owner>, T, Owner, detail::Held<Owner>>;

  RwLock(std::uint32_t max_readers, T value)
      : max_readers_(max_readers), semaphore_(max_readers), value_(std::move(value)) {}

  const std::uint32_t max_readers_;
  // A permit for each reader; a writer takes them all.
  detail::BatchSemaphore semaphore_;
  mutable T value_;
};

}  // namespace heddle::inline v0::async

// Readers share the T, and the last owner destroys it. A guard goes with its task.
template <class T>
struct heddle::marker::unsafe_rules<heddle::async::RwLock<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>, IsSync<T>>;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::async::RwLockReadGuard<T>> {
  using Send = If<IsSync<std::remove_const_t<T>>>;
  using Sync = Send;
};
template <class T, class U>
struct heddle::marker::unsafe_rules<heddle::async::OwnedRwLockReadGuard<T, U>> {
  using Send = If<IsSend<T>, IsSync<T>, IsSync<std::remove_const_t<U>>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::async::RwLockMappedWriteGuard<T>> {
  using Send = If<IsSend<T>, IsSync<T>>;
  using Sync = Send;
};
template <class T, class U>
struct heddle::marker::unsafe_rules<heddle::async::OwnedRwLockMappedWriteGuard<T, U>> {
  using Send = If<IsSend<T>, IsSync<T>, IsSend<U>, IsSync<U>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::async::RwLockWriteGuard<T>> {
  using Send = If<IsSend<T>, IsSync<T>>;
  using Sync = Send;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::async::OwnedRwLockWriteGuard<T>> {
  using Send = If<IsSend<T>, IsSync<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
