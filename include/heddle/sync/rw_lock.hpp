// SPDX-License-Identifier: MIT
// RwLock<T>: data that many may read or one may write.
#pragma once

#include <heddle/base/held_guards.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/sync/detail/poison_flag.hpp>
#include <heddle/sync/detail/raw_rw_lock.hpp>
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

/// The lock of an RwLock, without its data.
struct PoisonRwLock {
  RawRwLock raw;
  PoisonFlag poison;
};

/// A PoisonRwLock locked for reading: unlocks it.
class ReadHold {
 public:
  ReadHold(PoisonRwLock& lock, const std::source_location& where) noexcept
      : lock_(&lock), index_(base::held_guards.add(&lock.raw, where)) {}
  ReadHold(ReadHold&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)), index_(other.index_) {}
  ReadHold& operator=(ReadHold&& other) noexcept {
    ReadHold old(std::move(other));
    std::swap(lock_, old.lock_);
    std::swap(index_, old.index_);
    return *this;
  }
  ~ReadHold() {
    if (lock_ == nullptr) return;
    base::held_guards.remove(index_);
    lock_->raw.unlock_read();
  }

 private:
  friend class WriteHold;
  /// A lock that is held already, and remembered at `index`.
  ReadHold(PoisonRwLock& lock, base::HeldGuards::Index index) noexcept : lock_(&lock), index_(index) {}

  // Null once moved from.
  PoisonRwLock* lock_;
  base::HeldGuards::Index index_;
};

/// A PoisonRwLock locked for writing: unlocks it, and poisons it when left by an exception.
class WriteHold {
 public:
  WriteHold(PoisonRwLock& lock, const std::source_location& where) noexcept
      : lock_(&lock), exceptions_(exceptions_in_flight()), index_(base::held_guards.add(&lock.raw, where)) {}
  WriteHold(WriteHold&& other) noexcept
      : lock_(std::exchange(other.lock_, nullptr)), exceptions_(other.exceptions_), index_(other.index_) {}
  WriteHold& operator=(WriteHold&& other) noexcept {
    WriteHold old(std::move(other));
    std::swap(lock_, old.lock_);
    std::swap(exceptions_, old.exceptions_);
    std::swap(index_, old.index_);
    return *this;
  }
  ~WriteHold() {
    if (lock_ == nullptr) return;
    base::held_guards.remove(index_);
    if (exceptions_in_flight() > exceptions_) [[unlikely]] lock_->poison.set();
    lock_->raw.unlock_write();
  }

  [[nodiscard]] ReadHold downgrade() && noexcept {
    PoisonRwLock& lock = *std::exchange(lock_, nullptr);
    lock.raw.downgrade();
    return {lock, index_};
  }

 private:
  // Null once moved from.
  PoisonRwLock* lock_;
  unsigned exceptions_;
  base::HeldGuards::Index index_;
};

}  // namespace detail

template <class T>
class RwLock;
template <class T>
class RwLockWriteGuard;

/// The right to read the data of an RwLock, or, by map(), a part of it.
///
/// Must not be held across `co_await` (GuardHeldAcrossAwait). Never poisons: who reads changes nothing.
///
/// Corresponds to `std::sync::RwLockReadGuard` and `MappedRwLockReadGuard`.
template <class T>
class [[nodiscard("the lock is released at once")]] RwLockReadGuard {
 public:
  const T& operator*() const noexcept { return *value_; }
  const T* operator->() const noexcept { return value_; }

  /// Narrows the guard to the part of the data that `part` returns a reference to.
  template <std::invocable<const T&> F>
    requires std::is_lvalue_reference_v<std::invoke_result_t<F, const T&>>
  [[nodiscard]] static auto map(RwLockReadGuard guard, F&& part) {
    using U = std::remove_cvref_t<std::invoke_result_t<F, const T&>>;
    const U& narrowed = std::invoke(std::forward<F>(part), *guard);
    return RwLockReadGuard<U>(std::move(guard.hold_), narrowed);
  }

 private:
  template <class U>
  friend class RwLock;
  template <class U>
  friend class RwLockReadGuard;
  template <class U>
  friend class RwLockWriteGuard;

  RwLockReadGuard(detail::ReadHold&& hold, const T& value) noexcept : hold_(std::move(hold)), value_(&value) {}

  detail::ReadHold hold_;
  const T* value_;
};

/// The right to write a part of the data of an RwLock. It can't be downgraded: other readers would see the whole.
///
/// Corresponds to `std::sync::MappedRwLockWriteGuard`.
template <class T>
class [[nodiscard("the lock is released at once")]] MappedRwLockWriteGuard {
 public:
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return value_; }
  const T* operator->() const noexcept { return value_; }

  /// Narrows further.
  template <std::invocable<T&> F>
    requires std::is_lvalue_reference_v<std::invoke_result_t<F, T&>>
  [[nodiscard]] static auto map(MappedRwLockWriteGuard guard, F&& part) {
    using U = std::remove_reference_t<std::invoke_result_t<F, T&>>;
    U& narrowed = std::invoke(std::forward<F>(part), *guard);
    return MappedRwLockWriteGuard<U>(std::move(guard.hold_), narrowed);
  }

 private:
  template <class U>
  friend class RwLockWriteGuard;
  template <class U>
  friend class MappedRwLockWriteGuard;

  MappedRwLockWriteGuard(detail::WriteHold&& hold, T& value) noexcept : hold_(std::move(hold)), value_(&value) {}

  detail::WriteHold hold_;
  T* value_;
};

/// The right to write the data of an RwLock. Left by an exception, it poisons the lock.
///
/// Must not be held across `co_await` (GuardHeldAcrossAwait).
///
/// Corresponds to `std::sync::RwLockWriteGuard`.
template <class T>
class [[nodiscard("the lock is released at once")]] RwLockWriteGuard {
 public:
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return value_; }
  const T* operator->() const noexcept { return value_; }

  /// Narrows the guard to the part of the data that `part` returns a reference to.
  template <std::invocable<T&> F>
    requires std::is_lvalue_reference_v<std::invoke_result_t<F, T&>>
  [[nodiscard]] static auto map(RwLockWriteGuard guard, F&& part) {
    using U = std::remove_reference_t<std::invoke_result_t<F, T&>>;
    U& narrowed = std::invoke(std::forward<F>(part), *guard);
    return MappedRwLockWriteGuard<U>(std::move(guard.hold_), narrowed);
  }

  /// Turns the right to write into one to read, without a moment between in which another could write.
  ///
  /// Readers that wait are let in, before any writer.
  [[nodiscard]] static RwLockReadGuard<T> downgrade(RwLockWriteGuard guard) noexcept {
    return {std::move(guard.hold_).downgrade(), *guard.value_};
  }

 private:
  template <class U>
  friend class RwLock;

  RwLockWriteGuard(detail::WriteHold&& hold, T& value) noexcept : hold_(std::move(hold)), value_(&value) {}

  detail::WriteHold hold_;
  T* value_;
};

/// Data that many threads may read at once, or one may write.
///
/// A thread that waits to write keeps new readers out, so writers aren't starved; a thread that reads must not ask to
/// read again (WouldDeadlock when a writer waits between).
/// Poisoning: an exception that leaves the scope of a write guard; see Mutex.
/// Threads     Any. Locking is const: a lock is shared by const access.
/// Cost        12 bytes beside the data; an atomic operation each to lock and to unlock.
///
/// Corresponds to `std::sync::RwLock`.
template <class T>
class RwLock {
 public:
  using ReadGuard = RwLockReadGuard<T>;
  using WriteGuard = RwLockWriteGuard<T>;

  constexpr RwLock()
    requires std::default_initializable<T>
  = default;
  explicit constexpr RwLock(T value) : value_(std::move(value)) {}
  /// Makes the data in place.
  template <class... Args>
    requires std::constructible_from<T, Args...>
  explicit constexpr RwLock(std::in_place_t, Args&&... args) : value_(std::forward<Args>(args)...) {}
  RwLock(const RwLock&) = delete;
  RwLock& operator=(const RwLock&) = delete;

  /// Locks for reading, waiting while another writes or waits to.
  ///
  /// Returns     The guard, or PoisonError with the guard in it.
  /// Errors      Throws WouldDeadlock if this thread holds a guard that it would wait for; std::system_error beyond
  ///             2^30 - 2 readers.
  /// Blocking    Allowed in tasks, for short sections.
  [[nodiscard, gnu::always_inline]] LockResult<ReadGuard> read(
      std::source_location where = std::source_location::current()) const {
    lock_.raw.read(where);
    return checked(ReadGuard(detail::ReadHold(lock_, where), value_));
  }

  /// Locks for writing, waiting while others read or write. As read().
  [[nodiscard, gnu::always_inline]] LockResult<WriteGuard> write(
      std::source_location where = std::source_location::current()) const {
    lock_.raw.write(where);
    return checked(WriteGuard(detail::WriteHold(lock_, where), value_));
  }

  /// Locks if that needs no waiting.
  [[nodiscard]] TryLockResult<ReadGuard> try_read(std::source_location where = std::source_location::current()) const {
    if (!lock_.raw.try_read()) return std::unexpected(TryLockError<ReadGuard>());
    return try_checked(ReadGuard(detail::ReadHold(lock_, where), value_));
  }
  [[nodiscard]] TryLockResult<WriteGuard> try_write(
      std::source_location where = std::source_location::current()) const {
    if (!lock_.raw.try_write()) return std::unexpected(TryLockError<WriteGuard>());
    return try_checked(WriteGuard(detail::WriteHold(lock_, where), value_));
  }

  [[nodiscard]] bool is_poisoned() const noexcept { return lock_.poison.is_set(); }
  void clear_poison() const noexcept { lock_.poison.clear(); }

  /// The data of a lock that nobody else can reach, moved out.
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
  template <class Guard>
  LockResult<Guard> checked(Guard&& guard) const {
    if (is_poisoned()) [[unlikely]] return std::unexpected(PoisonError<Guard>(std::move(guard)));
    return LockResult<Guard>(std::in_place, std::move(guard));
  }
  template <class Guard>
  TryLockResult<Guard> try_checked(Guard&& guard) const {
    if (is_poisoned()) [[unlikely]] {
      return std::unexpected(TryLockError<Guard>(PoisonError<Guard>(std::move(guard))));
    }
    return TryLockResult<Guard>(std::in_place, std::move(guard));
  }

  mutable detail::PoisonRwLock lock_;
  // Guarded by lock_.
  mutable T value_{};
};

}  // namespace sync

using sync::RwLock;
using sync::RwLockReadGuard;
using sync::RwLockWriteGuard;

}  // namespace heddle::inline v0

// It passes the T on, and shares it between readers.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::RwLock<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>, IsSync<T>>;
  using Owned = If<IsOwned<T>>;
};
// The list of held guards is the locking thread's.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::RwLockReadGuard<T>> {
  using Send = Never<"a guard is released by the thread that locked">;
  using Sync = If<IsSync<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::RwLockWriteGuard<T>> {
  using Send = Never<"a guard is released by the thread that locked">;
  using Sync = If<IsSync<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::MappedRwLockWriteGuard<T>> {
  using Send = Never<"a guard is released by the thread that locked">;
  using Sync = If<IsSync<T>>;
};
