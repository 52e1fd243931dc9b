// SPDX-License-Identifier: MIT
// Streams made of streams: `stream | map(f) | take(3)`.
//
// An adapter takes over a stream that is a temporary or was moved, and borrows one that it is given by its name. It keeps
// whatever it has taken from the stream and not given on; so `next` on it loses nothing, and dropping the adapter itself
// loses what its line below says. Every adapter lets go of its stream at the end.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/joined.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/marker/send.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

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

template <class S, class Count>
class [[nodiscard]] Take {
 public:
  using Item = ItemOf<S>;

  Take(S&& source, Count count) : source_(std::forward<S>(source)), left_(count) {
    if (left_ == 0) source_.drop();
  }

  Poll<std::optional<Item>> poll_next(Context& cx) {
    auto answer = source_.poll_next(cx);
    if (answer.is_ready() && answer->has_value() && --left_ == 0) source_.drop();
    return answer;
  }

 private:
  Source<S> source_;
  Count left_;

  HEDDLE_FIELDS(source_, left_);
};

template <class S, class None>
class [[nodiscard]] Fuse {
 public:
  using Item = ItemOf<S>;
  Fuse(S&& source, None) : source_(std::forward<S>(source)) {}
  Poll<std::optional<Item>> poll_next(Context& cx) { return source_.poll_next(cx); }

 private:
  Source<S> source_;

  HEDDLE_FIELDS(source_);
};

template <class S, class F>
class [[nodiscard]] Then {
  using Running = std::invoke_result_t<F&, ItemOf<S>>;

 public:
  using Item = base::Stored<OutputOf<Running>>;

  Then(S&& source, F f) : source_(std::forward<S>(source)), f_(std::move(f)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (!running_.full()) {
      auto next = source_.poll_next(cx);
      if (next.is_pending()) return Pending;
      if (!next->has_value()) return end<Item>();
      // The item stays here while the future runs, which may be a coroutine that borrows it.
      item_.emplace(*std::move(*next));
      running_.make([&]() -> Running { return std::invoke(f_, *std::move(item_)); });
    }
    try {
      Poll<OutputOf<Running>> answer = (*running_).poll(cx);
      if (answer.is_pending()) return Pending;
      running_.reset();
      return give<Item>(std::move(*answer));
    } catch (...) {
      running_.reset();
      throw;
    }
  }

 private:
  Source<S> source_;
  F f_;
  std::optional<ItemOf<S>> item_;
  future::detail::Place<Running> running_;

  // The future is there only once nothing moves any more.
  HEDDLE_UNSAFE_SEND(heddle::Send<Source<S>> && heddle::Send<F>);
  HEDDLE_UNSAFE_OWNED(heddle::Owned<Source<S>> && heddle::Owned<F>);
};

template <class A, class B>
class [[nodiscard]] Chain {
  static_assert(std::same_as<ItemOf<A>, ItemOf<B>>, "chained streams give items of one type");

 public:
  using Item = ItemOf<A>;

  Chain(A&& first, B&& second) : first_(std::forward<A>(first)), second_(std::forward<B>(second)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (!first_.ended()) {
      auto answer = first_.poll_next(cx);
      if (answer.is_pending() || answer->has_value()) return answer;
    }
    return second_.poll_next(cx);
  }

 private:
  Source<A> first_;
  Source<B> second_;

  HEDDLE_FIELDS(first_, second_);
};

template <class A, class B>
class [[nodiscard]] Merge {
  static_assert(std::same_as<ItemOf<A>, ItemOf<B>>, "merged streams give items of one type: map them to a variant");

 public:
  using Item = ItemOf<A>;

  Merge(A&& first, B&& second) : first_(std::forward<A>(first)), second_(std::forward<B>(second)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    second_first_ = !second_first_;
    return second_first_ ? either(first_, second_, cx) : either(second_, first_, cx);
  }

 private:
  template <class X, class Y>
  static Poll<std::optional<Item>> either(X& x, Y& y, Context& cx) {
    auto answer = x.poll_next(cx);
    if (answer.is_ready() && answer->has_value()) return answer;
    const bool x_ended = answer.is_ready();
    answer = y.poll_next(cx);
    if (answer.is_ready() && !answer->has_value() && !x_ended) return Pending;
    return answer;
  }

  Source<A> first_;
  Source<B> second_;
  // Turns at each poll: a stream that is always ready doesn't starve the other.
  bool second_first_ = false;

  HEDDLE_FIELDS(first_, second_, second_first_);
};

template <class A, class B>
class [[nodiscard]] Zip {
 public:
  using Item = future::Joined<ItemOf<A>, ItemOf<B>>;

  Zip(A&& first, B&& second) : first_(std::forward<A>(first)), second_(std::forward<B>(second)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    const bool a_ready = fill(first_, a_, cx);
    const bool b_ready = fill(second_, b_, cx);
    if ((first_.ended() && !a_) || (second_.ended() && !b_)) {
      first_.drop();
      second_.drop();
      a_.reset();
      b_.reset();
      return end<Item>();
    }
    if (!a_ready || !b_ready) return Pending;
    auto answer = give<Item>(Item(*std::move(a_), *std::move(b_)));
    a_.reset();
    b_.reset();
    return answer;
  }

 private:
  /// True if `item` is there.
  template <class S, class T>
  static bool fill(Source<S>& source, std::optional<T>& item, Context& cx) {
    if (item) return true;
    auto answer = source.poll_next(cx);
    if (answer.is_pending() || !answer->has_value()) return false;
    item.emplace(*std::move(*answer));
    return true;
  }

  Source<A> first_;
  Source<B> second_;
  std::optional<ItemOf<A>> a_;
  std::optional<ItemOf<B>> b_;

  HEDDLE_FIELDS(first_, second_, a_, b_);
};

template <class S, class Size>
class [[nodiscard]] Chunks {
 public:
  using Item = std::vector<ItemOf<S>>;

  Chunks(S&& source, Size size) : source_(std::forward<S>(source)), size_(size) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    for (;;) {
      auto next = source_.poll_next(cx);
      if (next.is_pending()) return Pending;
      if (!next->has_value()) break;
      if (chunk_.empty()) chunk_.reserve(size_);
      chunk_.push_back(*std::move(*next));
      if (chunk_.size() == size_) break;
    }
    if (chunk_.empty()) return end<Item>();
    return give<Item>(std::exchange(chunk_, {}));
  }

 private:
  Source<S> source_;
  Size size_;
  std::vector<ItemOf<S>> chunk_;

  HEDDLE_FIELDS(source_, size_, chunk_);
};

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

/// The first `count` items; the stream isn't asked for more. Dropped: loses nothing of its own.
inline auto take(std::size_t count) { return detail::Pipe<detail::Take, std::size_t>(std::move(count)); }

/// The same items, for a stream that may not be asked after its end. Dropped: loses nothing of its own.
inline auto fuse() { return detail::Pipe<detail::Fuse, base::Unit>(base::Unit{}); }

/// What the future `f(item)` gives, one after the other; it may be a coroutine that borrows the item. A result of void is
/// Unit. Dropped: loses what the running future loses, and its item.
template <class F>
auto then(F f) {
  return detail::Pipe<detail::Then, F>(std::move(f));
}

/// The items of the stream, then those of `other`. Dropped: loses nothing of its own.
template <class S>
  requires Stream<std::remove_reference_t<S>>
auto chain(S&& other) {
  return detail::Pipe<detail::Chain, S>(std::forward<S>(other));
}

/// The items of both streams as they come; each is asked first in turn. Ends when both have. Dropped: loses nothing of its
/// own.
template <class S>
  requires Stream<std::remove_reference_t<S>>
auto merge(S&& other) {
  return detail::Pipe<detail::Merge, S>(std::forward<S>(other));
}

/// Pairs of an item of each: Joined{first, second}. Ends with the shorter one. Dropped: loses the item that waits for its
/// partner.
template <class S>
  requires Stream<std::remove_reference_t<S>>
auto zip(S&& other) {
  return detail::Pipe<detail::Zip, S>(std::forward<S>(other));
}

/// The items as vectors of `size`, the last one perhaps shorter. Throws std::invalid_argument if `size` is 0. Dropped:
/// loses the items of the chunk that isn't full.
inline auto chunks(std::size_t size) {
  if (size == 0) throw std::invalid_argument("stream::chunks: the size must not be zero");
  return detail::Pipe<detail::Chunks, std::size_t>(std::move(size));
}

}  // namespace heddle::inline v0::stream
