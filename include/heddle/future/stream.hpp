// SPDX-License-Identifier: MIT
// The concept Stream, a sequence whose items are waited for, and next, which waits for one.
//
// A stream is to a future what a range is to a value: it does nothing until it is polled, a wake is a hint, and
// destroying it at any time cancels what it waits for. From its first poll on it must not move. Once it has answered
// "no item" it has ended, and is asked no more.
//
//   future/gen.hpp                a coroutine that yields the items
//   future/stream_source.hpp      iter, once, empty, pending, from_fn
//   future/stream_step.hpp        stream | map(f) | filter(g): item by item
//   future/stream_adapter.hpp     the same, and then, take, fuse, chain, merge, zip, chunks
//   future/stream_consumer.hpp    co_await collect(stream): collect, fold, for_each, any, all, count
//   channel/stream.hpp            the messages of a channel
//   time/stream.hpp               throttle, timeout, chunks_timeout; an Interval and a DelayQueue are streams
#pragma once

#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/fields.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

/// A sequence of items that are waited for: has a type `Item` and `Poll<std::optional<Item>> poll_next(Context&)`, where
/// nothing means the end. Between two items it keeps what it needs: whoever waits for the next may give up and come back.
///
/// Corresponds to the `Stream` of Rust's futures and tokio-stream.
template <class S>
concept Stream = requires(S& stream, Context& context) {
  typename S::Item;
  { stream.poll_next(context) } -> std::same_as<Poll<std::optional<typename S::Item>>>;
};

/// What a stream gives. Also for a reference to one.
template <class S>
  requires Stream<std::remove_reference_t<S>>
using ItemOf = typename std::remove_reference_t<S>::Item;

namespace stream {

/// The future of next.
template <Stream S>
class [[nodiscard]] Next {
 public:
  using Output = std::optional<typename S::Item>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Next(S& stream) noexcept : stream_(stream) {}

  Poll<Output> poll(Context& cx) { return stream_.poll_next(cx); }

  /// Leaves the stream as it is.
  void cancel() noexcept {}

 private:
  S& stream_;

  HEDDLE_FIELDS(stream_);
};

namespace detail {

/// A stream in the hands of an adapter: moved in, or, if it has a name, the caller's. Let go of at its end, and from
/// then on it says so again: whatever the stream below does, every adapter can be asked after the end.
template <class S>
class Source {
  static_assert(std::move_constructible<S>, "this stream can't be moved: name it first and pass it by its name");

 public:
  using Item = typename S::Item;

  explicit Source(S&& stream) : stream_(std::in_place, std::move(stream)) {}

  [[nodiscard]] bool ended() const noexcept { return !stream_.has_value(); }
  void drop() noexcept { stream_.reset(); }
  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (ended()) return Poll<std::optional<Item>>(std::in_place);
    Poll<std::optional<Item>> answer = stream_->poll_next(cx);
    if (answer.is_ready() && !answer->has_value()) drop();
    return answer;
  }

 private:
  std::optional<S> stream_;

  HEDDLE_FIELDS(stream_);
};

template <class S>
class Source<S&> {
 public:
  using Item = typename S::Item;

  explicit Source(S& stream) noexcept : stream_(&stream) {}

  [[nodiscard]] bool ended() const noexcept { return stream_ == nullptr; }
  void drop() noexcept { stream_ = nullptr; }
  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (ended()) return Poll<std::optional<Item>>(std::in_place);
    Poll<std::optional<Item>> answer = stream_->poll_next(cx);
    if (answer.is_ready() && !answer->has_value()) drop();
    return answer;
  }

 private:
  S* stream_;

  HEDDLE_FIELDS(stream_);
};

/// Two words for the answers of a poll_next.
template <class T, class U>
Poll<std::optional<T>> give(U&& item) {
  return Poll<std::optional<T>>(std::in_place, std::in_place, std::forward<U>(item));
}
template <class T>
Poll<std::optional<T>> end() {
  return Poll<std::optional<T>>(std::in_place);
}

}  // namespace detail
}  // namespace stream

/// Waits for the next item of a named stream: `while (auto item = co_await next(lines)) …`
///
/// Returns     Nothing at the end of the stream.
/// Errors      As the stream.
/// Cancelling  Safe: what was begun goes on in the stream, and no item is lost.
///
/// Corresponds to tokio-stream's `StreamExt::next`.
template <Stream S>
stream::Next<S> next(S& stream) noexcept {
  return stream::Next<S>(stream);
}

}  // namespace heddle::inline v0
