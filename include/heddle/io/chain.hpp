// SPDX-License-Identifier: MIT
// chain: one stream after another. take: the beginning of a stream.
#pragma once

#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/marker/fields.hpp>

#include <algorithm>
#include <utility>

namespace heddle::inline v0::io {

/// Reads the first stream to its end, and then the second. See chain.
template <AsyncRead A, AsyncRead B>
class Chain {
 public:
  Chain(A&& first, B&& second) : first_(std::forward<A>(first)), second_(std::forward<B>(second)) {}

  [[nodiscard]] std::remove_reference_t<A>& first() noexcept { return first_; }
  [[nodiscard]] std::remove_reference_t<B>& second() noexcept { return second_; }

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) {
    if (!first_ended_) {
      auto count = first_.poll_read(cx, dst);
      if (detail::stuck(count) || **count != 0 || dst.empty()) return count;
      first_ended_ = true;
    }
    return second_.poll_read(cx, dst);
  }

  Poll<Result<std::span<const std::byte>>> poll_fill_buf(Context& cx)
    requires AsyncBufRead<A> && AsyncBufRead<B>
  {
    if (!first_ended_) {
      auto filled = first_.poll_fill_buf(cx);
      if (detail::stuck(filled) || !(*filled)->empty()) return filled;
      first_ended_ = true;
    }
    return second_.poll_fill_buf(cx);
  }
  void consume(std::size_t count)
    requires AsyncBufRead<A> && AsyncBufRead<B>
  {
    first_ended_ ? second_.consume(count) : first_.consume(count);
  }

 private:
  A first_;
  B second_;
  bool first_ended_ = false;

  HEDDLE_FIELDS(first_, second_, first_ended_);
};

/// Reads at most so many bytes of a stream. See take.
template <AsyncRead S>
class Take {
 public:
  Take(S&& inner, std::uint64_t limit) : inner_(std::forward<S>(inner)), limit_(limit) {}

  /// How many more bytes may be read; set_limit changes it, and so may read on.
  [[nodiscard]] std::uint64_t limit() const noexcept { return limit_; }
  void set_limit(std::uint64_t limit) noexcept { limit_ = limit; }

  [[nodiscard]] std::remove_reference_t<S>& inner() noexcept { return inner_; }
  [[nodiscard]] S into_inner() && { return std::forward<S>(inner_); }

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) {
    // At the limit the stream isn't asked: it might wait.
    if (limit_ == 0) return Poll<Result<std::size_t>>(std::in_place, 0U);
    const auto room = dst.first(within_limit(dst.size()));
    auto count = inner_.poll_read(cx, room);
    if (detail::stuck(count)) return count;
    HEDDLE_INVARIANT(**count <= room.size(), "a stream said that it had read more than there was room for");
    limit_ -= **count;
    return count;
  }

  Poll<Result<std::span<const std::byte>>> poll_fill_buf(Context& cx)
    requires AsyncBufRead<S>
  {
    using Output = Result<std::span<const std::byte>>;
    if (limit_ == 0) return Poll<Output>(std::in_place);
    auto filled = inner_.poll_fill_buf(cx);
    if (detail::stuck(filled)) return filled;
    return Poll<Output>(std::in_place, (**filled).first(within_limit((**filled).size())));
  }
  void consume(std::size_t count)
    requires AsyncBufRead<S>
  {
    HEDDLE_INVARIANT(count <= limit_, "more was consumed than may be read");
    limit_ -= count;
    inner_.consume(count);
  }

 private:
  [[nodiscard]] std::size_t within_limit(std::size_t size) const noexcept {
    return static_cast<std::size_t>(std::min<std::uint64_t>(size, limit_));
  }

  S inner_;
  std::uint64_t limit_;

  HEDDLE_FIELDS(inner_, limit_);
};

/// `first`, and when that has ended, `second`. What is passed by its name is borrowed, else it is taken.
///
/// Corresponds to `AsyncReadExt::chain`.
template <AsyncRead A, AsyncRead B>
[[nodiscard]] Chain<A, B> chain(A&& first, B&& second) {
  return Chain<A, B>(std::forward<A>(first), std::forward<B>(second));
}

/// At most `limit` bytes of `stream`, which is borrowed if it is passed by its name, and else taken.
///
/// Corresponds to `AsyncReadExt::take`.
template <AsyncRead S>
[[nodiscard]] Take<S> take(S&& stream, std::uint64_t limit) {
  return Take<S>(std::forward<S>(stream), limit);
}

}  // namespace heddle::inline v0::io
