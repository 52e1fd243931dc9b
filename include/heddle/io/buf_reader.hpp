// SPDX-License-Identifier: MIT
// BufReader: reads a stream in large steps, and gives it out in small ones.
#pragma once

#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/io/write.hpp>
#include <heddle/marker/fields.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace heddle::inline v0::io {

/// Tokio's size: a handful of pages' fraction, and more than most lines.
inline constexpr std::size_t kDefaultBufferSize = 8U << 10;

/// Adds a buffer to a stream that is read in small steps. Writing passes it by.
///
/// Shape       `BufReader reader(stream)` borrows the stream; `BufReader reader(std::move(stream))` takes it. What is
///             in the buffer is lost with the reader.
/// Cost        The buffer, allocated at once. A read that is as large as the buffer passes by an empty one.
///
/// Corresponds to Tokio's `BufReader`.
template <AsyncRead S>
class BufReader {
 public:
  explicit BufReader(S&& inner, std::size_t capacity = kDefaultBufferSize)
      : inner_(std::forward<S>(inner)),
        buffer_(std::make_unique_for_overwrite<std::byte[]>(capacity)),
        capacity_(capacity) {}

  /// The stream. Reading from it directly skips what is in the buffer.
  [[nodiscard]] std::remove_reference_t<S>& inner() noexcept { return inner_; }
  [[nodiscard]] S into_inner() && { return std::forward<S>(inner_); }

  /// What was read and not given out.
  [[nodiscard]] std::span<const std::byte> buffer() const noexcept {
    return {buffer_.get() + position_, filled_ - position_};
  }

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) {
    if (position_ == filled_ && dst.size() >= capacity_) return inner_.poll_read(cx, dst);
    auto filled = poll_fill_buf(cx);
    if (detail::stuck(filled)) return detail::pass_on<Result<std::size_t>>(filled);
    const std::size_t count = std::min(dst.size(), (*filled)->size());
    if (count != 0) std::memcpy(dst.data(), (*filled)->data(), count);
    consume(count);
    return Poll<Result<std::size_t>>(std::in_place, count);
  }

  Poll<Result<std::span<const std::byte>>> poll_fill_buf(Context& cx) {
    using Output = Result<std::span<const std::byte>>;
    if (position_ == filled_) {
      auto count = inner_.poll_read(cx, {buffer_.get(), capacity_});
      if (detail::stuck(count)) return detail::pass_on<Output>(count);
      HEDDLE_INVARIANT(**count <= capacity_, "a stream said that it had read more than there was room for");
      position_ = 0;
      filled_ = **count;
    }
    return Poll<Output>(std::in_place, buffer());
  }
  void consume(std::size_t count) noexcept {
    HEDDLE_INVARIANT(count <= filled_ - position_, "more was consumed than the buffer holds");
    position_ += count;
  }

  Poll<Result<std::uint64_t>> poll_seek(Context& cx, SeekFrom where)
    requires AsyncSeek<S>
  {
    // The stream is ahead of the reader by what is in the buffer.
    if (where.origin() == SeekFrom::Origin::kCurrent) {
      where = SeekFrom::current(where.offset() - static_cast<std::int64_t>(filled_ - position_));
    }
    auto at = inner_.poll_seek(cx, where);
    if (!detail::stuck(at)) position_ = filled_ = 0;
    return at;
  }

  Poll<Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src)
    requires AsyncWrite<S>
  {
    return inner_.poll_write(cx, src);
  }
  Poll<Result<std::size_t>> poll_write_vectored(Context& cx, std::span<const std::span<const std::byte>> sources)
    requires AsyncWrite<S>
  {
    return detail::poll_write_vectored(inner_, cx, sources);
  }
  Poll<Result<void>> poll_flush(Context& cx)
    requires AsyncWrite<S>
  {
    return inner_.poll_flush(cx);
  }
  Poll<Result<void>> poll_shutdown(Context& cx)
    requires AsyncWrite<S>
  {
    return inner_.poll_shutdown(cx);
  }

 private:
  S inner_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t capacity_;
  // position_ <= filled_ <= capacity_
  std::size_t position_ = 0;
  std::size_t filled_ = 0;

  HEDDLE_FIELDS(inner_, buffer_, capacity_, position_, filled_);
};
template <class S>
BufReader(S&&) -> BufReader<S>;
template <class S>
BufReader(S&&, std::size_t) -> BufReader<S>;

}  // namespace heddle::inline v0::io
