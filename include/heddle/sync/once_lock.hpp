// SPDX-License-Identifier: MIT
// OnceLock<T>: a value that is written once and then read by everyone.
#pragma once

#include <heddle/base/unit.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/sync/once.hpp>

#include <concepts>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {
namespace sync {

/// A place for one value, empty until a thread writes it, for ever afterwards the same.
///
/// Threads     Any; const access is enough to write, once.
/// Blocking    get_or_init and set, while another thread writes. get never.
/// Cost        4 bytes beside the value; one load to read.
///
/// Corresponds to `std::sync::OnceLock`.
template <class T>
class OnceLock {
 public:
  constexpr OnceLock() noexcept {}
  /// Full from the start.
  explicit OnceLock(T value) { once_.call_once([&] { std::construct_at(&value_, std::move(value)); }); }
  OnceLock(const OnceLock&) = delete;
  OnceLock& operator=(const OnceLock&) = delete;
  constexpr ~OnceLock() {
    if (once_.is_completed()) std::destroy_at(&value_);
  }

  /// The value; null while there is none.
  [[nodiscard]] const T* get() const noexcept { return once_.is_completed() ? std::addressof(value_) : nullptr; }
  [[nodiscard]] T* get_mut() noexcept { return once_.is_completed() ? std::addressof(value_) : nullptr; }

  /// Writes the value; hands it back if there is one already.
  std::expected<void, T> set(T value, std::source_location where = std::source_location::current()) const {
    bool written = false;
    fill(
        [&](OnceState&) {
          std::construct_at(std::addressof(value_), std::move(value));
          written = true;
        },
        where);
    if (!written) return std::unexpected(std::move(value));
    return {};
  }

  /// The value, made by `make` if there is none.
  ///
  /// Errors      What `make` throws; the place stays empty, and the next call tries again. WouldDeadlock if `make` asks
  ///             for the same value.
  template <std::invocable F>
    requires std::constructible_from<T, std::invoke_result_t<F>>
  const T& get_or_init(F&& make, std::source_location where = std::source_location::current()) const {
    if (!once_.is_completed()) [[unlikely]] {
      fill([&](OnceState&) { std::construct_at(std::addressof(value_), std::invoke(std::forward<F>(make))); }, where);
    }
    return value_;
  }

  /// The value, made by `make`, which may answer an error; the place then stays empty.
  template <std::invocable F, class E = typename std::invoke_result_t<F>::error_type>
  std::expected<const T*, E> get_or_try_init(F&& make,
                                             std::source_location where = std::source_location::current()) const {
    std::optional<E> error;
    fill(
        [&](OnceState& state) {
          auto made = std::invoke(std::forward<F>(make));
          if (made.has_value()) {
            std::construct_at(std::addressof(value_), *std::move(made));
          } else {
            error.emplace(std::move(made).error());
            state.give_up();
          }
        },
        where);
    if (error.has_value()) return std::unexpected(*std::move(error));
    return std::addressof(value_);
  }

  /// Waits until there is a value. Throws BlockingInAsync on a thread that polls tasks.
  [[nodiscard]] const T& wait() const {
    once_.wait_force();
    return value_;
  }

  /// Moves the value out and leaves the place empty: it can be written again.
  std::optional<T> take() {
    if (!once_.is_completed()) return std::nullopt;
    std::optional<T> taken(std::move(value_));
    std::destroy_at(std::addressof(value_));
    // Nobody else has access: the object may be made anew.
    std::construct_at(std::addressof(once_));
    return taken;
  }
  [[nodiscard]] std::optional<T> into_inner() && { return take(); }

  /// As full or empty as this one, with a copy of the value.
  [[nodiscard]] OnceLock clone() const
    requires std::copy_constructible<T>
  {
    if (const T* value = get()) return OnceLock(T(*value));
    return OnceLock();
  }

  /// Equal if both are empty or have equal values.
  friend bool operator==(const OnceLock& a, const OnceLock& b)
    requires std::equality_comparable<T>
  {
    const T* left = a.get();
    const T* right = b.get();
    return left == nullptr || right == nullptr ? left == right : *left == *right;
  }

 private:
  template <class F>
  void fill(F run, const std::source_location& where) const {
    if (!once_.is_completed()) once_.call(Once::OnPoison::kRunAgain, run, where);
  }

  Once once_;
  // Written by the run of once_, constant once that is complete.
  union {
    base::Unit nothing_{};
    mutable T value_;
  };
};

}  // namespace sync

using sync::OnceLock;

}  // namespace heddle::inline v0

// One thread writes the T, others read it; whoever takes or destroys it may be a third.
template <class T>
struct heddle::marker::unsafe_rules<heddle::sync::OnceLock<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>, IsSync<T>>;
  using Owned = If<IsOwned<T>>;
};
