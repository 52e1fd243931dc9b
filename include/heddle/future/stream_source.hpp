// SPDX-License-Identifier: MIT
// Streams of what is there: iter, once, empty, pending; and from_fn, the items of one future after another.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/marker/send.hpp>

#include <iterator>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::stream {

namespace detail {

/// What a range consists of, for Send and Owned. A counting view of the standard library is the numbers that it counts.
template <class R>
struct PartsOf {
  using type = R;
};
template <class First, class Last>
struct PartsOf<std::ranges::iota_view<First, Last>> {
  using type = std::pair<First, Last>;
};
template <class Last>
struct PartsOf<std::ranges::iota_view<Last, std::unreachable_sentinel_t>> {
  using type = Last;
};

}  // namespace detail

/// The stream of iter.
template <class R>
class [[nodiscard]] Iter {
 public:
  using Item = std::ranges::range_value_t<R>;

  explicit Iter(R range) : range_(std::move(range)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (!cx.may_proceed()) return Pending;
    // Not before the first poll: until then the range may move.
    if (!position_) position_.emplace(std::ranges::begin(range_));
    if (*position_ == std::ranges::end(range_)) return detail::end<Item>();
    cx.made_progress();
    auto answer = detail::give<Item>(element());
    ++*position_;
    return answer;
  }

 private:
  /// The elements of a container are its own, and so ours to move; those of a view may be somebody else's.
  decltype(auto) element() {
    if constexpr (std::ranges::view<R>) {
      return **position_;
    } else {
      return std::ranges::iter_move(*position_);
    }
  }

  R range_;
  std::optional<std::ranges::iterator_t<R>> position_;

  // The position lies in the range, and goes where that goes.
  HEDDLE_UNSAFE_SEND(heddle::Send<typename detail::PartsOf<R>::type>);
  HEDDLE_UNSAFE_OWNED(heddle::Owned<typename detail::PartsOf<R>::type>);
};

/// The stream of once.
template <class T>
class [[nodiscard]] Once {
 public:
  using Item = T;

  explicit Once(T value) : value_(std::in_place, std::move(value)) {}

  Poll<std::optional<T>> poll_next(Context&) {
    Poll<std::optional<T>> answer(std::in_place, std::move(value_));
    value_.reset();
    return answer;
  }

 private:
  std::optional<T> value_;

  HEDDLE_FIELDS(value_);
};

/// The stream of empty.
template <class T>
class [[nodiscard]] Empty {
 public:
  using Item = T;
  Empty() noexcept {}
  Poll<std::optional<T>> poll_next(Context&) { return detail::end<T>(); }
};

/// The stream of pending.
template <class T>
class [[nodiscard]] PendingStream {
 public:
  using Item = T;
  PendingStream() noexcept {}
  Poll<std::optional<T>> poll_next(Context&) { return Pending; }
};

/// The stream of from_fn.
template <class F>
class [[nodiscard]] FromFn {
  using Step = std::invoke_result_t<F&>;

 public:
  using Item = typename OutputOf<Step>::value_type;

  explicit FromFn(F f) : f_(std::move(f)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (!step_.full()) step_.make([&]() -> Step { return f_(); });
    Poll<std::optional<Item>> answer = (*step_).poll(cx);
    if (answer.is_ready()) step_.reset();
    return answer;
  }

 private:
  F f_;
  future::detail::Place<Step> step_;

  // The step refers to what f_ holds, and is there only once nothing moves any more.
  HEDDLE_UNSAFE_SEND(heddle::Send<F>);
  HEDDLE_UNSAFE_OWNED(heddle::Owned<F>);
};

/// The elements of a range, which moves in: `iter(std::move(words))`, `iter(std::views::iota(0, 10))`.
///
/// Shape       The elements of a container are moved out, those of a view are copied.
/// Cost        A unit of the budget per item.
///
/// Corresponds to tokio-stream's `iter`.
template <std::ranges::input_range R>
Iter<R> iter(R range) {
  return Iter<R>(std::move(range));
}

/// One item. Corresponds to tokio-stream's `once`.
template <class T>
Once<T> once(T value) {
  return Once<T>(std::move(value));
}

/// No item. Corresponds to tokio-stream's `empty`.
template <class T>
Empty<T> empty() {
  return Empty<T>();
}

/// No item, and no end. Corresponds to tokio-stream's `pending`.
template <class T>
PendingStream<T> pending() {
  return PendingStream<T>();
}

/// The items that one future after another gives: each from `f()`, until one gives nothing.
///
/// Shape       `f` returns a future of an optional, which may refer to what `f` holds.
/// Errors      What `f` or a future throws; the stream may go on.
template <class F>
  requires Future<std::invoke_result_t<F&>>
FromFn<F> from_fn(F f) {
  return FromFn<F>(std::move(f));
}

}  // namespace heddle::inline v0::stream
