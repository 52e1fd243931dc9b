// SPDX-License-Identifier: MIT
// LazyLock<T>: a value that is made when it is first used.
#pragma once

#include <heddle/marker/rules.hpp>
#include <heddle/sync/once.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {
namespace sync {

/// A value made by `F` at its first use, by whichever thread comes first. Fit for globals: `constinit`, no order of
/// initialisation.
///
/// Errors      What `F` throws, at that use; every later use throws OncePoisoned. Its own value asked for within `F`:
///             WouldDeadlock.
/// Blocking    While another thread makes the value.
/// Example     `constinit LazyLock<Table> table(+[] { return build_table(); });`
///
/// Corresponds to `std::sync::LazyLock`.
template <class T, std::invocable F = T (*)()>
  requires std::constructible_from<T, std::invoke_result_t<F>>
class LazyLock {
 public:
  explicit constexpr LazyLock(F function) noexcept(std::is_nothrow_move_constructible_v<F>)
      : make_(std::move(function)) {}
  LazyLock(const LazyLock&) = delete;
  LazyLock& operator=(const LazyLock&) = delete;
  constexpr ~LazyLock() {
    if (once_.is_completed()) {
      std::destroy_at(&value_);
    } else {
      std::destroy_at(&make_);
    }
  }

  [[nodiscard]] const T& operator*() const { return force(); }
  [[nodiscard]] const T* operator->() const { return std::addressof(force()); }

  /// Makes the value if it isn't made yet.
  const T& force(std::source_location where = std::source_location::current()) const {
    once_.call_once([this] { make(); }, where);
    return value_;
  }
  T& force_mut() {
    static_cast<void>(force());
    return value_;
  }

  /// The value; null while it isn't made.
  [[nodiscard]] const T* get() const noexcept { return once_.is_completed() ? std::addressof(value_) : nullptr; }

 private:
  void make() const {
    // Called once: its result replaces it. If it throws it stays, and is destroyed with the lock.
    F function(std::move(make_));
    std::destroy_at(std::addressof(make_));
    try {
      std::construct_at(std::addressof(value_), std::invoke(std::move(function)));
    } catch (...) {
      std::construct_at(std::addressof(make_), std::move(function));
      throw;
    }
  }

  Once once_;
  // Touched by the run of once_; `value_` is constant once that is complete.
  union {
    mutable F make_;
    mutable T value_;
  };
};

template <class F>
LazyLock(F) -> LazyLock<std::invoke_result_t<F>, F>;

}  // namespace sync

using sync::LazyLock;

}  // namespace heddle::inline v0

// The F is called, and gone, on the thread that comes first; the T is shared from then on.
template <class T, class F>
struct heddle::marker::unsafe_rules<heddle::sync::LazyLock<T, F>> {
  using Send = If<IsSend<T>, IsSend<F>>;
  using Sync = If<IsSend<T>, IsSync<T>, IsSend<F>>;
  using Owned = If<IsOwned<T>, IsOwned<F>>;
};
