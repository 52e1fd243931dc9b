// SPDX-License-Identifier: MIT
// Held: permits in somebody's hands, given back at destruction; and Guard, which has them together with a value.
#pragma once

#include <heddle/async/detail/batch_semaphore.hpp>

#include <concepts>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::async::detail {

/// How a guard reaches the semaphore that it gives its permits back to: by a pointer that somebody else keeps valid, or
/// by an Arc of the lock, which the guard keeps alive.
using Borrowed = const BatchSemaphore*;

inline const BatchSemaphore& semaphore_of(Borrowed owner) noexcept { return *owner; }
inline const BatchSemaphore& semaphore_of(const BatchSemaphore& semaphore) noexcept { return semaphore; }
template <class Owner>
const BatchSemaphore& semaphore_of(const Owner& owner) noexcept {
  return owner->semaphore_;
}

inline Borrowed clone_of(Borrowed owner) noexcept { return owner; }
template <class Owner>
Owner clone_of(const Owner& owner) noexcept {
  return owner.clone();
}

/// Permits of a semaphore. Move-only; empty when moved from.
template <class Owner>
class Held {
 public:
  Held(Owner owner, std::size_t count) noexcept : owner_(std::move(owner)), count_(count) {}
  Held(Held&& other) noexcept : owner_(std::move(other.owner_)), count_(std::exchange(other.count_, 0)) {}
  Held& operator=(Held&& other) noexcept {
    Held old(std::move(*this));
    owner_ = std::move(other.owner_);
    count_ = std::exchange(other.count_, 0);
    return *this;
  }
  ~Held() {
    if (count_ != 0) semaphore().release(count_);
  }

  [[nodiscard]] const BatchSemaphore& semaphore() const noexcept { return semaphore_of(owner_); }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// Takes over the permits of `other`, of the same semaphore.
  void merge(Held&& other) noexcept { count_ += std::exchange(other.count_, 0); }

  /// Gives `count` of its permits, at most count(), to another Held.
  [[nodiscard]] Held split(std::size_t count) noexcept {
    count_ -= count;
    return Held(clone_of(owner_), count);
  }

  /// Gives back all permits but one, at once, and that one with the owner to the caller.
  [[nodiscard]] Owner take_one() noexcept {
    semaphore().release(std::exchange(count_, 0) - 1);
    return std::move(owner_);
  }

  /// Lets the permits go without giving them back.
  void forget() noexcept { count_ = 0; }

 private:
  Owner owner_;
  std::size_t count_;
};

/// One permit: a Held that doesn't count. Made like one, so that guards of either kind are made alike.
template <class Owner>
class HeldOne {
  // A pointer is its own optional.
  using MaybeOwner = std::conditional_t<std::is_pointer_v<Owner>, Owner, std::optional<Owner>>;

 public:
  HeldOne(Owner owner, std::size_t) noexcept : owner_(std::move(owner)) {}
  /// What is left of more.
  explicit HeldOne(Held<Owner> held) noexcept : owner_(held.take_one()) {}
  HeldOne(HeldOne&& other) noexcept : owner_(std::exchange(other.owner_, MaybeOwner())) {}
  HeldOne& operator=(HeldOne&& other) noexcept {
    HeldOne old(std::move(*this));
    owner_ = std::exchange(other.owner_, MaybeOwner());
    return *this;
  }
  ~HeldOne() {
    if (owner_) semaphore_of(*owner_).release(1);
  }

 private:
  MaybeOwner owner_;
};

/// Base of the guards: permits, and the value that they give access to. `Mapped` is the guard of a part of it, `Hold` a
/// Held or a HeldOne.
template <template <class, class> class Mapped, class T, class Owner, class Hold>
class Guard {
 public:
  [[nodiscard]] T& operator*() noexcept { return *value_; }
  [[nodiscard]] const T& operator*() const noexcept { return *value_; }
  [[nodiscard]] T* operator->() noexcept { return value_; }
  [[nodiscard]] const T* operator->() const noexcept { return value_; }

  /// Narrows the guard to the part of the value that `part` returns a reference to.
  template <std::invocable<T&> F>
    requires std::is_lvalue_reference_v<std::invoke_result_t<F, T&>>
  [[nodiscard]] static auto map(Mapped<T, Owner> guard, F&& part) {
    auto& narrowed = std::invoke(std::forward<F>(part), *guard.value_);
    return Mapped<std::remove_reference_t<decltype(narrowed)>, Owner>(std::move(guard.held_), narrowed);
  }

  /// The same for a `part` that returns a pointer; for null, a guard of the whole, as the error.
  template <std::invocable<T&> F>
    requires std::is_pointer_v<std::invoke_result_t<F, T&>>
  [[nodiscard]] static auto try_map(Mapped<T, Owner> guard, F&& part) {
    auto* narrowed = std::invoke(std::forward<F>(part), *guard.value_);
    using Part = Mapped<std::remove_pointer_t<decltype(narrowed)>, Owner>;
    using Result = std::expected<Part, Mapped<T, Owner>>;
    if (narrowed == nullptr) return Result(std::unexpect, std::move(guard));
    return Result(std::in_place, std::move(guard.held_), *narrowed);
  }

 protected:
  Guard(Hold held, T& value) noexcept : held_(std::move(held)), value_(std::addressof(value)) {}
  Guard(Guard&&) noexcept = default;
  Guard& operator=(Guard&&) noexcept = default;
  ~Guard() = default;

  Hold held_;
  T* value_;
};

}  // namespace heddle::inline v0::async::detail
