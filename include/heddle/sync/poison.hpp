// SPDX-License-Identifier: MIT
// What locking can answer besides a guard: poisoned, would block, would deadlock.
#pragma once

#include <heddle/marker/rules.hpp>

#include <concepts>
#include <exception>
#include <expected>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::sync {

/// Thrown by a lock that this thread holds already, instead of waiting for itself for ever; `what()` names where the
/// lock was taken. Rust's locks deadlock or panic there.
///
/// Seen when the lock is contended, which it then is, so it costs an uncontended lock nothing. A thread that holds more
/// than `base::HeldGuards::kCapacity` guards may wait for ever all the same.
class WouldDeadlock : public std::logic_error {
 public:
  WouldDeadlock(const char* call, const std::source_location& taken, const std::source_location& again);
};

/// A lock whose holder left by an exception: its data may be half changed. The guard is inside, for those who know
/// better.
///
/// Corresponds to `std::sync::PoisonError`.
template <class G>
class PoisonError {
 public:
  explicit PoisonError(G guard) noexcept : inner_(std::move(guard)) {}
  PoisonError(PoisonError&&) noexcept = default;
  PoisonError& operator=(PoisonError&&) noexcept = default;
  /// A guard can't be copied, so the copy of an error has none. It exists because std::expected::value() of newer
  /// libraries asks for it.
  PoisonError(const PoisonError& other) : inner_(copy_of(other.inner_)) {}
  // Out of line: every guard's scope has a copy of it, and next to none runs it.
  [[gnu::cold, gnu::noinline]] ~PoisonError() {}

  /// The guard, or the data, in spite of the poison.
  [[nodiscard]] G into_inner() && { return std::move(inner_).value(); }
  [[nodiscard]] G& get_mut() { return inner_.value(); }
  [[nodiscard]] const G& get_ref() const { return inner_.value(); }

 private:
  static std::optional<G> copy_of(const std::optional<G>& inner) {
    if constexpr (std::copy_constructible<G>) {
      return inner;
    } else {
      return std::nullopt;
    }
  }

  std::optional<G> inner_;
};

/// What locking gives: a guard, or a PoisonError with the guard in it. `.value()` is Rust's `.unwrap()`.
template <class G>
using LockResult = std::expected<G, PoisonError<G>>;

/// Why a `try_` call gave no guard: the lock is taken, or poisoned.
///
/// Corresponds to `std::sync::TryLockError`.
template <class G>
class TryLockError {
 public:
  /// Would block.
  TryLockError() noexcept = default;
  explicit TryLockError(PoisonError<G> poisoned) noexcept : poisoned_(std::move(poisoned)) {}

  [[nodiscard]] bool is_would_block() const noexcept { return !poisoned_.has_value(); }
  [[nodiscard]] bool is_poisoned() const noexcept { return poisoned_.has_value(); }
  /// Only if it is poisoned.
  [[nodiscard]] PoisonError<G> into_poisoned() && { return std::move(poisoned_).value(); }

 private:
  std::optional<PoisonError<G>> poisoned_;
};

template <class G>
using TryLockResult = std::expected<G, TryLockError<G>>;

}  // namespace heddle::inline v0::sync

// Both are a G and no more.
template <class G>
struct heddle::marker::unsafe_rules<heddle::sync::PoisonError<G>> {
  using Send = If<IsSend<G>>;
  using Sync = If<IsSync<G>>;
  using SyncMut = If<IsSyncMut<G>>;
  using Owned = If<IsOwned<G>>;
};
template <class G>
struct heddle::marker::unsafe_rules<heddle::sync::TryLockError<G>> {
  using Send = If<IsSend<G>>;
  using Sync = If<IsSync<G>>;
  using SyncMut = If<IsSyncMut<G>>;
  using Owned = If<IsOwned<G>>;
};

// What `.value()` throws for a poisoned lock. The library's own would keep the error, and in it the guard, for as long
// as the exception lives: in a JoinError perhaps for ever, with the lock locked. Here the guard stays in the expected,
// and unlocks when that is unwound, as in Rust.
template <class G>
class std::bad_expected_access<heddle::sync::PoisonError<G>> : public std::bad_expected_access<void> {
 public:
  explicit bad_expected_access(const heddle::sync::PoisonError<G>&) noexcept {}
  const char* what() const noexcept override { return "a poisoned lock: a thread that held it left by an exception"; }
};

template <class G>
class std::bad_expected_access<heddle::sync::TryLockError<G>> : public std::bad_expected_access<void> {
 public:
  explicit bad_expected_access(const heddle::sync::TryLockError<G>& error) noexcept
      : poisoned_(error.is_poisoned()) {}
  const char* what() const noexcept override {
    return poisoned_ ? "a poisoned lock: a thread that held it left by an exception" : "the lock is taken";
  }

 private:
  bool poisoned_;
};
