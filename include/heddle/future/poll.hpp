// SPDX-License-Identifier: MIT
// Poll: what one step of a future answers, "ready, here it is" or "not yet".
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/base/unit.hpp>
#include <heddle/marker/fields.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

struct PendingTag {
  explicit constexpr PendingTag() = default;
};

/// The answer "not yet": converts to every Poll<T>. Rust's `Poll::Pending`.
inline constexpr PendingTag Pending{};

/// The answer "ready" with its value: converts to every Poll<T> that can be made of it; to a Poll<T&> from a
/// `Ready<T&>(x)`. Rust's `Poll::Ready(value)`.
template <class T>
struct Ready {
  T value;
  constexpr explicit Ready(T v) : value(std::forward<T>(v)) {}
  HEDDLE_FIELDS(value);
};
template <>
struct Ready<void> {
  constexpr Ready() = default;
};
template <class T>
Ready(T) -> Ready<T>;
Ready() -> Ready<void>;

/// What `poll` answers: pending, or ready with a T (which may be void or a reference).
///
/// Corresponds to Rust's `std::task::Poll`.
template <class T>
class [[nodiscard]] Poll {
 public:
  constexpr Poll(PendingTag) noexcept {}  // NOLINT(google-explicit-constructor): `return Pending;`

  template <class U>
    requires base::kStorable<T, U>
  constexpr Poll(Ready<U>&& ready)  // NOLINT(google-explicit-constructor): `return Ready(x);`
      : kept_(std::in_place, base::to_stored<T>(std::forward<U>(ready.value))) {}

  constexpr Poll(Ready<void>&&)  // NOLINT(google-explicit-constructor): `return Ready();`
    requires std::is_void_v<T>
      : kept_(std::in_place) {}

  /// Ready, with the T made in place from `args`; a reference, from the pointer that keeps it.
  template <class... Args>
    requires(!std::is_void_v<T>) && std::constructible_from<base::Stored<T>, Args...>
  constexpr explicit Poll(std::in_place_t, Args&&... args) : kept_(std::in_place, std::forward<Args>(args)...) {}

  [[nodiscard]] constexpr bool is_ready() const noexcept { return kept_.has_value(); }
  [[nodiscard]] constexpr bool is_pending() const noexcept { return !kept_.has_value(); }

  /// Moves the value out. Only when ready.
  constexpr T take() {
    HEDDLE_ASSERT(is_ready(), "Poll::take on a pending poll");
    return base::from_stored<T>(std::move(*kept_));
  }

  /// The value in place. Only when ready.
  constexpr base::Stored<T>& operator*() noexcept { return *kept_; }
  constexpr base::Stored<T>* operator->() noexcept { return &*kept_; }

 private:
  std::optional<base::Stored<T>> kept_;

  HEDDLE_FIELDS(kept_);
};

}  // namespace heddle::inline v0
