// SPDX-License-Identifier: MIT
// How a value of any type is kept in memory: void becomes Unit, a reference becomes a pointer.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::base {

/// The type with one value, which stands in for void where a value must be stored. Rust's `()`.
struct Unit {
  friend constexpr bool operator==(Unit, Unit) noexcept { return true; }
};

/// What keeps a T: Unit for void, a pointer for a reference, else T itself.
template <class T>
using Stored = std::conditional_t<std::is_void_v<T>, Unit,
                                  std::conditional_t<std::is_reference_v<T>, std::remove_reference_t<T>*, T>>;

/// Whether a U makes a Stored<T>. A reference is made only of what lives on: of no temporary.
template <class T, class U>
inline constexpr bool kStorable = std::constructible_from<Stored<T>, U>;
template <class T, class U>
  requires std::is_reference_v<T>
inline constexpr bool kStorable<T, U> =
    std::convertible_to<std::remove_reference_t<U>*, std::remove_reference_t<T>*> &&
    std::is_lvalue_reference_v<U&&> == std::is_lvalue_reference_v<T>;

/// Turns an argument for a T into one for its Stored<T>.
template <class T, class U>
constexpr decltype(auto) to_stored(U&& value) noexcept {
  if constexpr (std::is_reference_v<T>) {
    return std::addressof(value);
  } else {
    return std::forward<U>(value);
  }
}

/// Moves the T out of its keeper.
template <class T>
constexpr T from_stored(Stored<T>&& kept) {
  if constexpr (std::is_void_v<T>) {
    return;
  } else if constexpr (std::is_reference_v<T>) {
    return static_cast<T>(*kept);
  } else {
    return std::move(kept);
  }
}

}  // namespace heddle::inline v0::base
