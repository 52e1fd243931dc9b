// SPDX-License-Identifier: MIT
// Streams made of a stream, item by item: map, filter, filter_map, map_while, take_while, skip_while, skip, inspect,
// enumerate. Each is a function of an item, and `Stepped` is the stream around it. What all adapters have in common stands in
// stream_adapter.hpp.
#pragma once

#include <heddle/future/stream.hpp>
#include <heddle/marker/send.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::stream {

/// An item and its number, from 0.
template <class T>
struct Numbered {
  std::size_t index;
  T value;
  Numbered(std::size_t i, T v) : index(i), value(std::move(v)) {}
  HEDDLE_FIELDS(index, value);
};

namespace detail {

/// The right side of `stream | adapter`: makes an A<S, Arg> of a stream S.
template <template <class, class> class A, class Arg>
class [[nodiscard]] Pipe {
 public:
  explicit Pipe(Arg&& arg) : arg_(std::forward<Arg>(arg)) {}

  template <class S>
    requires Stream<std::remove_reference_t<S>>
  friend A<S, Arg> operator|(S&& stream, Pipe&& pipe) {
    return A<S, Arg>(std::forward<S>(stream), std::forward<Arg>(pipe.arg_));
  }

 private:
  Arg arg_;
};

/// The adapters that look at one item after the other: `step(item)` answers as poll_next does, where Pending passes the
/// item over.
template <class S, class Step>
class [[nodiscard]] Stepped {
  using Answer = std::invoke_result_t<Step&, ItemOf<S>&&>;

 public:
  using Item = typename std::remove_reference_t<decltype(*std::declval<Answer&>())>::value_type;

  Stepped(S&& source, Step step) : source_(std::forward<S>(source)), step_(std::move(step)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    for (;;) {
      Poll<std::optional<ItemOf<S>>> next = source_.poll_next(cx);
      if (next.is_pending()) return Pending;
      if (!next->has_value()) return end<Item>();
      Answer answer = step_(*std::move(*next));
      if (answer.is_pending()) continue;
      if (!answer->has_value()) source_.drop();
      return answer;
    }
  }

 private:
  Source<S> source_;
  Step step_;

  HEDDLE_FIELDS(source_, step_);
};

template <class F>
class MapStep {
 public:
  explicit MapStep(F f) : f_(std::move(f)) {}
  template <class T>
  auto operator()(T&& item) {
    return give<std::remove_cvref_t<std::invoke_result_t<F&, T>>>(std::invoke(f_, std::forward<T>(item)));
  }

 private:
  F f_;
  HEDDLE_FIELDS(f_);
};

template <class F>
class FilterStep {
 public:
  explicit FilterStep(F f) : f_(std::move(f)) {}
  template <class T>
  Poll<std::optional<T>> operator()(T&& item) {
    if (!std::invoke(f_, std::as_const(item))) return Pending;
    return give<T>(std::move(item));
  }

 private:
  F f_;
  HEDDLE_FIELDS(f_);
};

template <class F>
class FilterMapStep {
 public:
  explicit FilterMapStep(F f) : f_(std::move(f)) {}
  template <class T>
  Poll<std::remove_cvref_t<std::invoke_result_t<F&, T>>> operator()(T&& item) {
    auto made = std::invoke(f_, std::forward<T>(item));
    if (!made.has_value()) return Pending;
    return Poll<decltype(made)>(std::in_place, std::move(made));
  }

 private:
  F f_;
  HEDDLE_FIELDS(f_);
};

template <class F>
class MapWhileStep {
 public:
  explicit MapWhileStep(F f) : f_(std::move(f)) {}
  template <class T>
  auto operator()(T&& item) {
    using Made = std::remove_cvref_t<std::invoke_result_t<F&, T>>;
    return Poll<Made>(std::in_place, std::invoke(f_, std::forward<T>(item)));
  }

 private:
  F f_;
  HEDDLE_FIELDS(f_);
};

template <class F>
class TakeWhileStep {
 public:
  explicit TakeWhileStep(F f) : f_(std::move(f)) {}
  template <class T>
  Poll<std::optional<T>> operator()(T&& item) {
    if (!std::invoke(f_, std::as_const(item))) return end<T>();
    return give<T>(std::move(item));
  }

 private:
  F f_;
  HEDDLE_FIELDS(f_);
};

template <class F>
class SkipWhileStep {
 public:
  explicit SkipWhileStep(F f) : f_(std::move(f)) {}
  template <class T>
  Poll<std::optional<T>> operator()(T&& item) {
    skipping_ = skipping_ && std::invoke(f_, std::as_const(item));
    if (skipping_) return Pending;
    return give<T>(std::move(item));
  }

 private:
  F f_;
  bool skipping_ = true;
  HEDDLE_FIELDS(f_, skipping_);
};

class SkipStep {
 public:
  explicit SkipStep(std::size_t count) noexcept : left_(count) {}
  template <class T>
  Poll<std::optional<T>> operator()(T&& item) {
    if (left_ == 0) return give<T>(std::move(item));
    --left_;
    return Pending;
  }

 private:
  std::size_t left_;
  HEDDLE_FIELDS(left_);
};

template <class F>
class InspectStep {
 public:
  explicit InspectStep(F f) : f_(std::move(f)) {}
  template <class T>
  Poll<std::optional<T>> operator()(T&& item) {
    std::invoke(f_, std::as_const(item));
    return give<T>(std::move(item));
  }

 private:
  F f_;
  HEDDLE_FIELDS(f_);
};

class EnumerateStep {
 public:
  EnumerateStep() noexcept {}
  template <class T>
  Poll<std::optional<Numbered<T>>> operator()(T&& item) {
    return give<Numbered<T>>(Numbered<T>(next_++, std::move(item)));
  }

 private:
  std::size_t next_ = 0;
  HEDDLE_FIELDS(next_);
};

template <class Step>
Pipe<Stepped, Step> stepped(Step step) {
  return Pipe<Stepped, Step>(std::move(step));
}

}  // namespace detail

// What the function that is given to an adapter throws, `next` throws; the item is gone, and the stream may go on.
// Each corresponds to the function of that name in tokio-stream's `StreamExt`, or in that of the futures crate.

/// `f(item)` instead of each item. Dropped: loses nothing of its own.
template <class F>
auto map(F f) {
  return detail::stepped(detail::MapStep<F>(std::move(f)));
}

/// The items of which `f(item)` is true. Dropped: loses nothing of its own.
template <class F>
auto filter(F f) {
  return detail::stepped(detail::FilterStep<F>(std::move(f)));
}

/// What is in `f(item)`, an optional, where there is something. Dropped: loses nothing of its own.
template <class F>
auto filter_map(F f) {
  return detail::stepped(detail::FilterMapStep<F>(std::move(f)));
}

/// What is in `f(item)`, an optional, until there is nothing. Dropped: loses nothing of its own; the item that ended it is
/// gone.
template <class F>
auto map_while(F f) {
  return detail::stepped(detail::MapWhileStep<F>(std::move(f)));
}

/// The items before the first of which `f(item)` is false. Dropped: loses nothing of its own; that one is gone.
template <class F>
auto take_while(F f) {
  return detail::stepped(detail::TakeWhileStep<F>(std::move(f)));
}

/// The items from the first on of which `f(item)` is false. Dropped: loses nothing of its own.
template <class F>
auto skip_while(F f) {
  return detail::stepped(detail::SkipWhileStep<F>(std::move(f)));
}

/// All items but the first `count`. Dropped: loses nothing of its own.
inline auto skip(std::size_t count) { return detail::stepped(detail::SkipStep(count)); }

/// Each item, after `f(item)` has looked at it. Dropped: loses nothing of its own.
template <class F>
auto inspect(F f) {
  return detail::stepped(detail::InspectStep<F>(std::move(f)));
}

/// Each item with its number: Numbered{index, value}. Dropped: loses nothing of its own.
inline auto enumerate() { return detail::stepped(detail::EnumerateStep()); }

}  // namespace heddle::inline v0::stream
