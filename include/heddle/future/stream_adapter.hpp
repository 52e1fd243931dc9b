// SPDX-License-Identifier: MIT
// Streams made of streams: `stream | map(f) | take(3)`. Here are those that count, wait, keep items, or ask two streams;
// stream_step.hpp has those that go item by item.
//
// An adapter takes over a stream that is a temporary or was moved, and borrows one that it is given by its name. It keeps
// whatever it has taken from the stream and not given on; so `next` on it loses nothing, and dropping the adapter itself
// loses what its line below says. Every adapter lets go of its stream at the end.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/joined.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/future/stream_step.hpp>
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

namespace detail {

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

// Each corresponds to the function of that name in tokio-stream's `StreamExt`, or in that of the futures crate.

/// The first `count` items; the stream isn't asked for more. Dropped: loses nothing of its own.
inline auto take(std::size_t count) { return detail::Pipe<detail::Take, std::size_t>(std::move(count)); }

/// The same items, for a stream that may not be asked after its end. Dropped: loses nothing of its own.
inline auto fuse() { return detail::Pipe<detail::Fuse, base::Unit>(base::Unit{}); }

/// What the future `f(item)` gives, one after the other; it may be a coroutine that borrows the item. A result of void is
/// Unit. What `f` or the future throws, `next` throws; the item is gone, and the stream may go on. Dropped: loses what the
/// running future loses, and its item.
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
