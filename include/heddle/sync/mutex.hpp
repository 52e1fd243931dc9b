// SPDX-License-Identifier: MIT
// Mutex<T>: data that only the holder of the lock can reach.
#pragma once

#include <heddle/base/held_guards.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/sync/detail/poison_flag.hpp>
#include <heddle/sync/detail/raw_mutex.hpp>
#include <heddle/sync/poison.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {
namespace sync {

namespace detail {

/// The lock of a Mutex, without its data.
struct PoisonMutex {
  RawMutex raw;
  PoisonFlag poison;
};

/// A locked PoisonMutex: unlocks it, and poisons it when left by an exception.
class MutexHold {
 public:
  /// `lock` was locked just now, at `where`.
  MutexHold(PoisonMutex& lock, const std::source_location& where) noexcept
      : lock_(&lock), exceptions_(exceptions_in_flight()), index_(base::held_guards.add(&lock.raw, where)) {}
  MutexHold(MutexHold&& other) noexcept
      : lock_(std::exchange(other.lock_, nullptr)), exceptions_(other.exceptions_), index_(other.index_) {}
  MutexHold& operator=(MutexHold&& other) noexcept {
    MutexHold old(std::move(other));
    std::swap(lock_, old.lock_);
    std::swap(exceptions_, old.exceptions_);
    std::swap(index_, old.index_);
    return *this;
  }
  ~MutexHold() {
    if (lock_ == nullptr) return;
    base::held_guards.remove(index_);
    if (exceptions_in_flight() > exceptions_) [[unlikely]] lock_->poison.set();
    lock_->raw.unlock();
  }

  [[nodiscard]] PoisonMutex& lock() const noexcept { return *lock_; }

 private:
  // Null once moved from.
  PoisonMutex* lock_;
  unsigned exceptions_;
  base::HeldGuards::Index index_;
};

}  // namespace detail

class Condvar;
template <class T>
class MutexGuard;

/// A guard narrowed to a part of the data by MutexGuard::map. A Condvar doesn't take it.
///
/// Corresponds to `std::sync::MappedMutexGuard`.
template <class T>
class [[nodiscard("the lock is released at once")]] MappedMutexGuard {
 public:
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return value_; }
  const T* operator->() const noexcept { return value_; }

  /// Narrows further; as MutexGuard::map.
  template <std::invocable<T&> F>
    requires std::is_lvalue_reference_v<std::invoke_result_t<F, T&>>
  [[nodiscard]] static auto map(MappedMutexGuard guard, F&& part) {
    using U = std::remove_reference_t<std::invoke_result_t<F, T&>>;
    U& narrowed = std::invoke(std::forward<F>(part), *guard.value_);
    return MappedMutexGuard<U>(std::move(guard.hold_), narrowed);
  }

 private:
  template <class U>
  friend class MutexGuard;
  template <class U>
  friend class MappedMutexGuard;

  MappedMutexGuard(detail::MutexHold&& hold, T& value) noexcept : hold_(std::move(hold)), value_(&value) {}

  detail::MutexHold hold_;
  T* value_;
};

/// The right to the data of a locked Mutex; unlocks it when destroyed.
///
/// Must not be held across `co_await` (GuardHeldAcrossAwait) and is unlocked by the thread that locked. Left by an
/// exception, it poisons the mutex.
///
/// Corresponds to `std::sync::MutexGuard`.
template <class T>
class [[nodiscard("the lock is released at once")]] MutexGuard {
 public:
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return value_; }
  const T* operator->() const noexcept { return value_; }

  /// Narrows the guard to the part of the data that `part` returns a reference to.
  ///
  /// Errors      What `part` throws; the mutex is then unlocked, and poisoned.
  template <std::invocable<T&> F>
    requires std::is_lvalue_reference_v<std::invoke_result_t<F, T&>>
  [[nodiscard]] static auto map(MutexGuard guard, F&& part) {
    using U = std::remove_reference_t<std::invoke_result_t<F, T&>>;
    U& narrowed = std::invoke(std::forward<F>(part), *guard.value_);
    return MappedMutexGuard<U>(std::move(guard.hold_), narrowed);
  }

 private:
  template <class U>
  friend class Mutex;
  friend class Condvar;

  MutexGuard(detail::PoisonMutex& lock, T& value, const std::source_location& where) noexcept
      : hold_(lock, where), value_(&value) {}

  detail::MutexHold hold_;
  T* value_;
};

/// Data that one thread at a time can reach, through the guard that `lock()` gives.
///
/// Poisoning: an exception that leaves a guard's scope poisons the mutex: from then on every lock answers PoisonError,
/// with the guard in it, until clear_poison().
/// Threads     Any. `lock()` is const: a mutex is shared by const access.
/// Cost        8 bytes beside the data; see `docs/design/005-locks.md` for what is fair, what spins and what it costs.
///
/// Corresponds to `std::sync::Mutex`.
template <class T>
class Mutex {
 public:
  constexpr Mutex()
    requires std::default_initializable<T>
  = default;
  explicit constexpr Mutex(T value) : value_(std::move(value)) {}
  /// Makes the data in place.
  template <class... Args>
    requires std::constructible_from<T, Args...>
  explicit constexpr Mutex(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...) {}
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  /// Locks, waiting for whoever holds it.
  ///
  /// Returns     The guard, or PoisonError with the guard in it. `.value()` throws on poison, and unlocks.
  /// Errors      Throws WouldDeadlock if this thread holds the mutex already.
  /// Blocking    While another thread holds it. Allowed in tasks, for short sections; use `async::Mutex` where the
  ///             section awaits.
  [[nodiscard, gnu::always_inline]] LockResult<MutexGuard<T>> lock(
      std::source_location where = std::source_location::current()) const {
    lock_.raw.lock(where);
    if (lock_.poison.is_set()) [[unlikely]] return poisoned(where);
    return LockResult<MutexGuard<T>>(std::in_place, MutexGuard<T>(lock_, value_, where));
  }

  /// Locks if nobody holds it; never waits.
  [[nodiscard]] TryLockResult<MutexGuard<T>> try_lock(
      std::source_location where = std::source_location::current()) const {
    if (!lock_.raw.try_lock()) return std::unexpected(TryLockError<MutexGuard<T>>());
    MutexGuard<T> guard(lock_, value_, where);
    if (lock_.poison.is_set()) [[unlikely]] {
      return std::unexpected(TryLockError<MutexGuard<T>>(PoisonError(std::move(guard))));
    }
    return guard;
  }

  [[nodiscard]] bool is_poisoned() const noexcept { return lock_.poison.is_set(); }
  void clear_poison() const noexcept { lock_.poison.clear(); }

  /// The data of a mutex that nobody else can lock, moved out.
  [[nodiscard]] LockResult<T> into_inner() && {
    if (is_poisoned()) return std::unexpected(PoisonError<T>(std::move(value_)));
    return std::move(value_);
  }

  /// The data, without locking: non-const access means that nobody else has any.
  [[nodiscard]] LockResult<T*> get_mut() {
    if (is_poisoned()) return std::unexpected(PoisonError<T*>(std::addressof(value_)));
    return std::addressof(value_);
  }

 private:
  [[gnu::cold, gnu::noinline]] LockResult<MutexGuard<T>> poisoned(const std::source_location& where) const noexcept {
    return std::unexpected(PoisonError(MutexGuard<T>(lock_, value_, where)));
  }

  mutable detail::PoisonMutex lock_;
  // Guarded by lock_.
  mutable T value_{};
};

}  // namespace sync

using sync::Mutex;
using sync::MutexGuard;

}  // namespace heddle::inline v0

// It passes the T from one thread to the next: nobody shares it, and non-const access adds only what needs the whole.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::Mutex<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>>;
  using Owned = If<IsOwned<T>>;
};
// The list of held guards is the locking thread's.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::MutexGuard<T>> {
  using Send = Never<"a guard is released by the thread that locked">;
  using Sync = If<IsSync<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::MappedMutexGuard<T>> {
  using Send = Never<"a guard is released by the thread that locked">;
  using Sync = If<IsSync<T>>;
};
