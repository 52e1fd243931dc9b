// SPDX-License-Identifier: MIT
// Held: a future in the hands of a combinator, which may drop it early; Place: room for a value made later.
#pragma once

#include <heddle/future/future.hpp>

#include <concepts>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::future::detail {

/// A future that can be dropped where it stands: `cancel()` does what its destructor does, and leaves a husk that is
/// only good for being destroyed.
template <class F>
concept Cancellable = requires(F& future) {
  { future.cancel() } noexcept;
};

/// A named future: the caller's, never dropped. Rust's `&mut future`.
template <class F>
class Held;
template <class F>
class Held<F&> {
 public:
  explicit Held(F& future) noexcept : future_(&future) {}
  F* operator->() noexcept { return future_; }
  void drop() noexcept {}

 private:
  F* future_;
};

/// A temporary that lives in the caller's full expression, and is cancelled there.
template <class F>
  requires(!std::is_reference_v<F>) && Cancellable<F>
class Held<F> {
 public:
  explicit Held(F&& future) noexcept : future_(std::addressof(future)) {}
  F* operator->() noexcept { return future_; }
  void drop() noexcept { future_->cancel(); }

 private:
  F* future_;
};

/// A temporary that is moved here: it wasn't polled before.
template <class F>
class Moved {
  static_assert(std::move_constructible<F>,
                "this future can neither be moved nor cancelled in place: name it first and pass it by its name");

 public:
  explicit Moved(F&& future) : future_(std::in_place, std::move(future)) {}
  F* operator->() noexcept { return &*future_; }
  void drop() noexcept { future_.reset(); }

 private:
  std::optional<F> future_;
};

/// Any other temporary.
template <class F>
  requires(!std::is_reference_v<F>) && (!Cancellable<F>)
class Held<F> : public Moved<F> {
 public:
  using Moved<F>::Moved;
};

/// As Held, for a combinator that may outlive the expression which makes it, as one that is spawned does: what can be
/// moved is moved.
template <class F>
using Kept = std::conditional_t<!std::is_reference_v<F> && std::move_constructible<F>, Moved<F>, Held<F>>;

/// Like optional<T>, but a T that can't be moved is made in it from a function's result.
template <class T>
class Place {
 public:
  Place() noexcept {}
  /// Only an empty one is moved.
  Place(Place&& other) noexcept { HEDDLE_INVARIANT(!other.full_, "a combinator was moved after its first poll"); }
  ~Place() { reset(); }

  template <class Make>
  void make(Make&& make) {
    ::new (static_cast<void*>(std::addressof(value_))) T(std::forward<Make>(make)());
    full_ = true;
  }
  [[nodiscard]] bool full() const noexcept { return full_; }
  T& operator*() noexcept { return value_; }
  void reset() noexcept {
    if (std::exchange(full_, false)) std::destroy_at(std::addressof(value_));
  }

 private:
  union {
    T value_;
  };
  bool full_ = false;
};

}  // namespace heddle::inline v0::future::detail
