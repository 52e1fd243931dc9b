// SPDX-License-Identifier: MIT
// on and otherwise: the arms of a select.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace future {

namespace detail {

template <class H, class T>
struct HandlerResult : std::invoke_result<H&, T> {};
template <class H>
struct HandlerResult<H, void> : std::invoke_result<H&> {};

/// Runs a handler on the result of its future, and gives what it gives: at once, or, when that is a future, once that
/// is ready.
template <class H, class T>
class Handler {
  using Result = typename HandlerResult<H, T>::type;

 public:
  using Output = Result;

  explicit Handler(H handler) : handler_(std::move(handler)) {}

  Poll<Output> begin(Context&, base::Stored<T>&& value) {
    if constexpr (std::is_void_v<Result>) {
      call(std::move(value));
      return Ready();
    } else {
      return Poll<Output>(std::in_place, base::to_stored<Output>(call(std::move(value))));
    }
  }
  Poll<Output> go_on(Context&) { return Pending; }
  void drop() noexcept {}

 private:
  Result call(base::Stored<T>&& value) {
    if constexpr (std::is_void_v<T>) {
      static_cast<void>(value);
      return std::invoke(handler_);
    } else {
      return std::invoke(handler_, base::from_stored<T>(std::move(value)));
    }
  }

  H handler_;
};

template <class H, class T>
  requires Future<typename HandlerResult<H, T>::type>
class Handler<H, T> {
  using Running = typename HandlerResult<H, T>::type;

 public:
  using Output = OutputOf<Running>;

  explicit Handler(H handler) : handler_(std::move(handler)) {}

  Poll<Output> begin(Context& cx, base::Stored<T>&& value) {
    running_.make([&]() -> Running {
      if constexpr (std::is_void_v<T>) {
        return std::invoke(handler_);
      } else {
        return std::invoke(handler_, base::from_stored<T>(std::move(value)));
      }
    });
    return go_on(cx);
  }
  Poll<Output> go_on(Context& cx) { return (*running_).poll(cx); }
  void drop() noexcept { running_.reset(); }

 private:
  H handler_;
  Place<Running> running_;
};

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool kCopiesClosures = true;
#else
inline constexpr bool kCopiesClosures = false;
#endif

/// GCC 12 copies a closure temporary in a full expression with co_await bit by bit, and destroys both.
template <class H>
inline constexpr bool kHandlerSurvives =
    !kCopiesClosures || std::is_lvalue_reference_v<H> ||
    (std::is_trivially_move_constructible_v<std::remove_cvref_t<H>> &&
     std::is_trivially_destructible_v<std::remove_cvref_t<H>>);

}  // namespace detail

/// One arm of a select: a future, what to do with its result, and whether it takes part.
template <class F, class H>
class [[nodiscard]] On {
  using Awaited = std::remove_reference_t<F>;

 public:
  using Value = OutputOf<Awaited>;
  using Output = typename detail::Handler<H, Value>::Output;
  /// A named future loses nothing: it stays the caller's.
  static constexpr Loss kLoss = std::is_reference_v<F> ? Loss::kLossless : kLossOf<Awaited>;
  static_assert(std::is_reference_v<F> || kLossOf<Awaited> != Loss::kLosesData,
                "this future loses data when another arm is first: name it and pass it by its name, or accept the "
                "loss: on(cancel_unsafe(future), handler)");

  On(F&& future, H handler) : future_(std::forward<F>(future)), handler_(std::move(handler)) {}

  /// The arm takes part only if `condition` holds. Tokio's `, if condition`.
  On when(bool condition) && {
    enabled_ = enabled_ && condition;
    return std::move(*this);
  }

  // For select.
  [[nodiscard]] bool enabled() const noexcept { return enabled_; }
  Poll<Value> poll(Context& cx) { return future_->poll(cx); }
  Poll<Output> begin(Context& cx, base::Stored<Value>&& value) { return handler_.begin(cx, std::move(value)); }
  Poll<Output> go_on(Context& cx) { return handler_.go_on(cx); }
  void drop_future() noexcept { future_.drop(); }
  void drop_handler() noexcept { handler_.drop(); }

 private:
  detail::Held<F> future_;
  detail::Handler<H, Value> handler_;
  bool enabled_ = true;
};

/// The arm of a select for when no other takes part.
template <class H>
class [[nodiscard]] Otherwise : public On<ReadyFuture<void>, H> {
 public:
  explicit Otherwise(H handler) : On<ReadyFuture<void>, H>(ready(), std::move(handler)) {}
};

}  // namespace future

/// An arm of select: `handler(result)` runs if `future` is ready first; without an argument if the future gives none.
///
/// Shape       A named future stays the caller's, and may be awaited again. A temporary is dropped when the select is
///             decided. The handler returns a value, nothing, or a future (an Async, a Task), which is awaited.
/// Errors      At compile time: a temporary that loses data when dropped (see cancel_unsafe). With GCC 12, a closure
///             temporary whose captures aren't trivial: name the closure on the line before, and pass its name.
template <class F, class H>
  requires Future<std::remove_reference_t<F>>
future::On<F, std::decay_t<H>> on(F&& future, H&& handler) {
  static_assert(future::detail::kHandlerSurvives<H>,
                "GCC 12 miscompiles closure temporaries with such captures beside co_await: name the closure on the "
                "line before, and pass its name");
  return future::On<F, std::decay_t<H>>(std::forward<F>(future), std::forward<H>(handler));
}

/// The last arm of select: runs if no other arm takes part. Tokio's `else`.
template <class H>
future::Otherwise<std::decay_t<H>> otherwise(H&& handler) {
  static_assert(future::detail::kHandlerSurvives<H>,
                "GCC 12 miscompiles closure temporaries with such captures beside co_await: name the closure on the "
                "line before, and pass its name");
  return future::Otherwise<std::decay_t<H>>(std::forward<H>(handler));
}

}  // namespace heddle::inline v0
