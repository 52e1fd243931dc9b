// SPDX-License-Identifier: MIT
// Async<T>: a coroutine that may borrow, awaited where it is made.
#pragma once

#include <heddle/future/detail/coroutine.hpp>
#include <heddle/marker/rules.hpp>

#include <coroutine>
#include <type_traits>

namespace heddle::inline v0 {

namespace future::detail {
template <class T>
class AsyncPromise;
}  // namespace future::detail

/// What an asynchronous function returns. Its parameters may be references, spans, views and `this`: it can't be moved
/// and is awaited in the expression that makes it, so what it borrows outlives it. Use Task<T> for what is spawned.
///
/// It does nothing until it is awaited. A function that throws makes the await throw.
/// Cancelling  Destroying it destroys the locals of the function where it stands, innermost call first.
/// Cost        One frame, recycled; no atomic operation.
///
/// Corresponds to a Rust `async fn` that borrows its arguments.
template <class T = void>
class [[nodiscard("an Async does nothing until it is awaited")]] Async : public future::detail::Coroutine<T> {
 public:
  using promise_type = future::detail::AsyncPromise<T>;

  Async(Async&&) = delete;

 private:
  friend promise_type;
  explicit Async(promise_type& promise) noexcept : future::detail::Coroutine<T>(promise) {}
};

namespace future::detail {
template <class T>
class AsyncPromise : public ValuePromise<T> {
 public:
  Async<T> get_return_object() noexcept { return Async<T>(*this); }
};
}  // namespace future::detail

template <class T>
struct marker::unsafe_rules<Async<T>> {
  using Send = Never<"spawn(f, args) instead">;
  using Sync = Never<"spawn(f, args) instead">;
};

}  // namespace heddle::inline v0
