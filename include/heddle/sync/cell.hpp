// SPDX-License-Identifier: MIT
// Cell<T>: a value that const access may replace, within one thread.
#pragma once

#include <heddle/marker/rules.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {
namespace sync {

/// A value that is set and read as a whole, also through const access. No reference to it is ever given out by const
/// access, so nothing can change under a reader's hands.
///
/// Threads     Not Sync: for one thread at a time.
/// Cost        That of T.
///
/// Corresponds to `std::cell::Cell`.
template <class T>
class Cell {
 public:
  constexpr Cell()
    requires std::default_initializable<T>
  = default;
  explicit constexpr Cell(T value) : value_(std::move(value)) {}
  Cell(const Cell&) = delete;
  constexpr Cell(Cell&&) = default;
  Cell& operator=(const Cell&) = delete;
  constexpr Cell& operator=(Cell&&) = default;
  constexpr ~Cell() = default;

  /// A copy.
  [[nodiscard]] constexpr T get() const
    requires std::copy_constructible<T>
  {
    return value_;
  }
  constexpr void set(T value) const { static_cast<void>(replace(std::move(value))); }
  /// Puts `value` in, and gives what was there.
  constexpr T replace(T value) const { return std::exchange(value_, std::move(value)); }
  /// Gives what was there, and leaves T().
  constexpr T take() const
    requires std::default_initializable<T>
  {
    return replace(T());
  }
  /// Sets what `change` makes of the value.
  template <std::invocable<T> F>
  constexpr void update(F&& change) const
    requires std::copy_constructible<T>
  {
    set(std::forward<F>(change)(get()));
  }
  constexpr void swap(const Cell& other) const {
    if (this != &other) other.set(replace(std::move(other.value_)));
  }

  [[nodiscard]] constexpr T& get_mut() noexcept { return value_; }
  [[nodiscard]] constexpr T into_inner() && { return std::move(value_); }

 private:
  mutable T value_{};
};

}  // namespace sync

using sync::Cell;

}  // namespace heddle::inline v0

// Const access writes, without a lock.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::Cell<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Never<"use std::atomic or Mutex">;
  using Owned = If<IsOwned<T>>;
};
