// SPDX-License-Identifier: MIT
// BufWriter: collects small writes, and gives them to a stream in large ones. BufStream: that, and a BufReader.
#pragma once

#include <heddle/io/buf_reader.hpp>
#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/io/write.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/send.hpp>

#include <utility>
#include <vector>

namespace heddle::inline v0::io {

/// Adds a buffer to a stream that is written in small steps. Reading passes it by.
///
/// Shape       As BufReader. What is in the buffer is lost with the writer: flush it, or shut it down.
/// Cost        The buffer, allocated at once. A write that is as large as the buffer passes by an empty one.
///
/// Corresponds to Tokio's `BufWriter`.
template <AsyncWrite S>
class BufWriter {
 public:
  explicit BufWriter(S&& inner, std::size_t capacity = kDefaultBufferSize)
      : inner_(std::forward<S>(inner)), capacity_(capacity) {
    buffer_.reserve(capacity);
  }

  /// The stream. Writing to it directly overtakes what is in the buffer.
  [[nodiscard]] std::remove_reference_t<S>& inner() noexcept { return inner_; }
  /// Drops what is in the buffer.
  [[nodiscard]] S into_inner() && { return std::forward<S>(inner_); }

  /// What was taken and not given on.
  [[nodiscard]] std::span<const std::byte> buffer() const noexcept { return std::span(buffer_).subspan(given_); }

  Poll<Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src) {
    return poll_write_vectored(cx, std::span(&src, 1));
  }

  Poll<Result<std::size_t>> poll_write_vectored(Context& cx, std::span<const std::span<const std::byte>> sources) {
    using Output = Result<std::size_t>;
    std::size_t size = 0;
    for (const auto source : sources) size += source.size();
    if (buffer_.size() + size > capacity_) {
      auto step = poll_empty(cx);
      if (detail::stuck(step)) return detail::pass_on<Output>(step);
    }
    if (size >= capacity_) return detail::poll_write_vectored(inner_, cx, sources);
    for (const auto source : sources) buffer_.insert(buffer_.end(), source.begin(), source.end());
    return Poll<Output>(std::in_place, size);
  }

  Poll<Result<void>> poll_flush(Context& cx) {
    auto step = poll_empty(cx);
    if (detail::stuck(step)) return step;
    return inner_.poll_flush(cx);
  }
  Poll<Result<void>> poll_shutdown(Context& cx) {
    auto step = poll_empty(cx);
    if (detail::stuck(step)) return step;
    return inner_.poll_shutdown(cx);
  }

  Poll<Result<std::uint64_t>> poll_seek(Context& cx, SeekFrom where)
    requires AsyncSeek<S>
  {
    auto step = poll_empty(cx);
    if (detail::stuck(step)) return detail::pass_on<Result<std::uint64_t>>(step);
    return inner_.poll_seek(cx, where);
  }

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst)
    requires AsyncRead<S>
  {
    return inner_.poll_read(cx, dst);
  }
  Poll<Result<std::span<const std::byte>>> poll_fill_buf(Context& cx)
    requires AsyncBufRead<S>
  {
    return inner_.poll_fill_buf(cx);
  }
  void consume(std::size_t count)
    requires AsyncBufRead<S>
  {
    inner_.consume(count);
  }

 private:
  /// Gives all on that is in the buffer.
  Poll<Result<void>> poll_empty(Context& cx) {
    auto rest = buffer();
    auto step = detail::poll_write_all(inner_, cx, rest);
    given_ = buffer_.size() - rest.size();
    if (rest.empty()) {
      buffer_.clear();
      given_ = 0;
    }
    return step;
  }

  S inner_;
  std::vector<std::byte> buffer_;
  std::size_t capacity_;
  // How much of the buffer the stream has taken.
  std::size_t given_ = 0;

  HEDDLE_FIELDS(inner_, buffer_, capacity_, given_);
};
template <class S>
BufWriter(S&&) -> BufWriter<S>;
template <class S>
BufWriter(S&&, std::size_t) -> BufWriter<S>;

/// A stream with a buffer for each direction.
///
/// Corresponds to Tokio's `BufStream`.
template <class S>
  requires AsyncRead<S> && AsyncWrite<S>
class BufStream : public BufReader<BufWriter<S>> {
  using Base = BufReader<BufWriter<S>>;

 public:
  explicit BufStream(S&& inner, std::size_t read_capacity = kDefaultBufferSize,
                     std::size_t write_capacity = kDefaultBufferSize)
      : Base(BufWriter<S>(std::forward<S>(inner), write_capacity), read_capacity) {}

  [[nodiscard]] std::remove_reference_t<S>& inner() noexcept { return Base::inner().inner(); }
  /// Drops what is in the buffers.
  [[nodiscard]] S into_inner() && { return std::move(*this).Base::into_inner().into_inner(); }

 private:
  // It adds nothing to its base.
  HEDDLE_UNSAFE_SEND(heddle::Send<Base>);
  HEDDLE_UNSAFE_SYNC(heddle::Sync<Base>);
  HEDDLE_UNSAFE_OWNED(heddle::Owned<Base>);
};
template <class S>
BufStream(S&&) -> BufStream<S>;
template <class S>
BufStream(S&&, std::size_t, std::size_t) -> BufStream<S>;

}  // namespace heddle::inline v0::io
