// SPDX-License-Identifier: MIT
// The concept Future, and the smallest futures: ready, pending, poll_fn.
//
// A future is a value that is polled until it is ready. It does nothing until it is polled; a wake is a hint, and
// polling again without cause is harmless; destroying it at any time cancels what it waits for, at once. From its
// first poll on it must not move; after it was ready it must not be polled.
#pragma once

#include <heddle/future/context.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/marker/fields.hpp>

#include <concepts>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

/// Something that can be awaited: has a type `Output` and `Poll<Output> poll(Context&)`.
///
/// Corresponds to Rust's `std::future::Future`.
template <class F>
concept Future = requires(F& future, Context& context) {
  typename F::Output;
  { future.poll(context) } -> std::same_as<Poll<typename F::Output>>;
};

/// What awaiting an F gives.
template <Future F>
using OutputOf = typename F::Output;

/// Thrown by the poll of a future that was ready before. Rust: "`async fn` resumed after completion".
class PolledAfterCompletion : public std::logic_error {
 public:
  PolledAfterCompletion() : std::logic_error("a future was polled after it had completed") {}

 private:
  // It adds nothing to its base, whose text is shared and constant.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

namespace future {

/// The future behind `ready`.
template <class T>
class [[nodiscard]] ReadyFuture {
 public:
  using Output = T;

  explicit ReadyFuture(base::Stored<T> value) : value_(std::move(value)) {}

  Poll<T> poll(Context&) {
    if (done_) throw PolledAfterCompletion();
    done_ = true;
    if constexpr (std::is_void_v<T>) {
      return Ready();
    } else {
      return Poll<T>(std::in_place, std::move(value_));
    }
  }

 private:
  base::Stored<T> value_;
  bool done_ = false;

  HEDDLE_FIELDS(value_, done_);
};

/// The future behind `pending`.
template <class T>
class [[nodiscard]] PendingFuture {
 public:
  using Output = T;
  PendingFuture() noexcept {}
  Poll<T> poll(Context&) { return Pending; }
};

/// The future behind `poll_fn`.
template <class F>
class [[nodiscard]] PollFn {
  using Answer = std::invoke_result_t<F&, Context&>;

 public:
  using Output = decltype(std::declval<Answer&>().take());

  explicit PollFn(F f) : f_(std::move(f)) {}

  Answer poll(Context& cx) { return f_(cx); }

 private:
  F f_;

  HEDDLE_FIELDS(f_);
};

}  // namespace future

/// A future that is ready at once with `value`. Rust's `std::future::ready`.
template <class T>
future::ReadyFuture<T> ready(T value) {
  return future::ReadyFuture<T>(std::move(value));
}
inline future::ReadyFuture<void> ready() { return future::ReadyFuture<void>(base::Unit{}); }

/// A future that is never ready. Rust's `std::future::pending`.
template <class T = void>
future::PendingFuture<T> pending() {
  return future::PendingFuture<T>();
}

/// A future whose poll is `f(cx)`, which returns a Poll<T>. Rust's `std::future::poll_fn`.
template <class F>
  requires std::invocable<F&, Context&>
future::PollFn<F> poll_fn(F f) {
  return future::PollFn<F>(std::move(f));
}

}  // namespace heddle::inline v0
