// SPDX-License-Identifier: MIT
// copy, copy_buf, copy_bidirectional: from one stream to another until the end.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/io/buf_reader.hpp>
#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/marker/fields.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace heddle::inline v0::io {

namespace detail {

/// One direction of a copy: the bytes that were read and not yet written.
class CopyBuffer {
 public:
  CopyBuffer() noexcept {}

  /// Ready with the number of bytes copied when the reader has ended and all is written and flushed.
  template <class R, class W>
  Poll<Result<std::uint64_t>> poll_copy(Context& cx, R& reader, W& writer) {
    using Output = Result<std::uint64_t>;
    // Streams that are always ready and spend nothing must not keep the task for ever.
    while (spend(cx)) {
      auto filled = poll_fill(cx, reader);
      if (filled.is_ready() && !filled->has_value()) return failed<Output>(filled);
      if (filled.is_pending() && written_ == filled_) {
        // What was copied so far is what the peer may be waiting for.
        auto flushed = poll_flush(cx, writer);
        if (flushed.is_ready() && !flushed->has_value()) return failed<Output>(flushed);
        return Pending;
      }
      auto drained = poll_drain(cx, writer);
      if (drained.is_pending()) return poll_ahead<Output>(cx, reader);
      if (!drained->has_value()) return failed<Output>(drained);
      if (ended_) {
        auto flushed = poll_flush(cx, writer);
        if (stuck(flushed)) return pass_on<Output>(flushed);
        return Poll<Output>(std::in_place, total_);
      }
    }
    return Pending;
  }

 private:
  /// One read into what room there is.
  template <class R>
  Poll<Result<void>> poll_fill(Context& cx, R& reader) {
    if (ended_ || filled_ == kDefaultBufferSize) return Poll<Result<void>>(std::in_place);
    if (buffer_ == nullptr) buffer_ = std::make_unique_for_overwrite<std::byte[]>(kDefaultBufferSize);
    auto count = reader.poll_read(cx, {buffer_.get() + filled_, kDefaultBufferSize - filled_});
    if (stuck(count)) return pass_on<Result<void>>(count);
    ended_ = **count == 0;
    filled_ += **count;
    return Poll<Result<void>>(std::in_place);
  }

  /// While the writer makes us wait there is time to read: into what room is left.
  template <class Output, class R>
  Poll<Output> poll_ahead(Context& cx, R& reader) {
    auto filled = poll_fill(cx, reader);
    if (filled.is_ready() && !filled->has_value()) return failed<Output>(filled);
    return Pending;
  }

  template <class W>
  Poll<Result<void>> poll_drain(Context& cx, W& writer) {
    while (written_ < filled_) {
      auto count = writer.poll_write(cx, {buffer_.get() + written_, filled_ - written_});
      if (stuck(count)) return pass_on<Result<void>>(count);
      if (**count == 0) return failed<Result<void>>(ErrorKind::kWriteZero, "the stream takes no more bytes");
      written_ += **count;
      total_ += **count;
      unflushed_ = true;
    }
    written_ = filled_ = 0;
    return Poll<Result<void>>(std::in_place);
  }

  template <class W>
  Poll<Result<void>> poll_flush(Context& cx, W& writer) {
    if (!unflushed_) return Poll<Result<void>>(std::in_place);
    auto flushed = writer.poll_flush(cx);
    if (!stuck(flushed)) unflushed_ = false;
    return flushed;
  }

  std::unique_ptr<std::byte[]> buffer_;
  // written_ <= filled_ <= kDefaultBufferSize
  std::size_t written_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t total_ = 0;
  bool ended_ = false;
  bool unflushed_ = false;

  HEDDLE_FIELDS(buffer_, written_, filled_, total_, ended_, unflushed_);
};

}  // namespace detail

/// The future of copy.
template <AsyncRead R, AsyncWrite W>
class [[nodiscard]] Copy {
 public:
  using Output = Result<std::uint64_t>;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  Copy(R& reader, W& writer) noexcept : reader_(reader), writer_(writer) {}
  Poll<Output> poll(Context& cx) { return buffer_.poll_copy(cx, reader_, writer_); }
  void cancel() noexcept { buffer_ = {}; }

 private:
  R& reader_;
  W& writer_;
  detail::CopyBuffer buffer_;

  HEDDLE_FIELDS(reader_, writer_, buffer_);
};

/// The future of copy_buf.
template <AsyncBufRead R, AsyncWrite W>
class [[nodiscard]] CopyBuf {
 public:
  using Output = Result<std::uint64_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  CopyBuf(R& reader, W& writer) noexcept : reader_(reader), writer_(writer) {}
  Poll<Output> poll(Context& cx) {
    while (detail::spend(cx)) {
      auto filled = reader_.poll_fill_buf(cx);
      if (detail::stuck(filled)) return detail::pass_on<Output>(filled);
      if ((**filled).empty()) {
        auto flushed = writer_.poll_flush(cx);
        if (detail::stuck(flushed)) return detail::pass_on<Output>(flushed);
        return Poll<Output>(std::in_place, total_);
      }
      auto count = writer_.poll_write(cx, **filled);
      if (detail::stuck(count)) return detail::pass_on<Output>(count);
      if (**count == 0) return detail::failed<Output>(ErrorKind::kWriteZero, "the stream takes no more bytes");
      total_ += **count;
      reader_.consume(**count);
    }
    return Pending;
  }
  void cancel() noexcept {}

 private:
  R& reader_;
  W& writer_;
  std::uint64_t total_ = 0;

  HEDDLE_FIELDS(reader_, writer_, total_);
};

/// How many bytes copy_bidirectional has copied each way.
struct CopiedBoth {
  std::uint64_t a_to_b;
  std::uint64_t b_to_a;

  CopiedBoth(std::uint64_t to_b, std::uint64_t to_a) noexcept : a_to_b(to_b), b_to_a(to_a) {}
  HEDDLE_FIELDS(a_to_b, b_to_a);
};

/// The future of copy_bidirectional.
template <class A, class B>
class [[nodiscard]] CopyBidirectional {
 public:
  using Output = Result<CopiedBoth>;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  CopyBidirectional(A& a, B& b) noexcept : a_(a), b_(b) {}

  Poll<Output> poll(Context& cx) {
    auto to_b = to_b_.poll(cx, a_, b_);
    if (to_b.is_ready() && !to_b->has_value()) return detail::failed<Output>(to_b);
    auto to_a = to_a_.poll(cx, b_, a_);
    if (to_a.is_ready() && !to_a->has_value()) return detail::failed<Output>(to_a);
    if (to_b.is_pending() || to_a.is_pending()) return Pending;
    return Poll<Output>(std::in_place, std::in_place, **to_b, **to_a);
  }
  void cancel() noexcept {
    to_b_ = Way();
    to_a_ = Way();
  }

 private:
  /// Copies, then ends the writing side; asked again after that, it says the same.
  class Way {
   public:
    Way() noexcept {}
    template <class R, class W>
    Poll<Result<std::uint64_t>> poll(Context& cx, R& reader, W& writer) {
      if (step_ == Step::kCopy) {
        auto copied = buffer_.poll_copy(cx, reader, writer);
        if (detail::stuck(copied)) return copied;
        total_ = **copied;
        step_ = Step::kShutDown;
      }
      if (step_ == Step::kShutDown) {
        auto ended = writer.poll_shutdown(cx);
        if (detail::stuck(ended)) return detail::pass_on<Result<std::uint64_t>>(ended);
        step_ = Step::kDone;
      }
      return Poll<Result<std::uint64_t>>(std::in_place, total_);
    }

   private:
    enum class Step : std::uint8_t { kCopy, kShutDown, kDone };
    detail::CopyBuffer buffer_;
    std::uint64_t total_ = 0;
    Step step_ = Step::kCopy;

    HEDDLE_FIELDS(buffer_, total_, step_);
  };

  A& a_;
  B& b_;
  Way to_b_;
  Way to_a_;

  HEDDLE_FIELDS(a_, b_, to_b_, to_a_);
};

/// Copies all that is left of `reader` to `writer`, and flushes it.
///
/// Returns     How many bytes were copied.
/// Errors      Those of either stream; kWriteZero if the writer takes no more.
/// Cancelling  Loses data: what was read and not yet written.
/// Cost        One buffer of 8 KiB, allocated at the first read. The writer is flushed whenever the reader makes it
///             wait.
/// Corresponds to Tokio's `io::copy`.
template <AsyncRead R, AsyncWrite W>
Copy<R, W> copy(R& reader, W& writer) noexcept {
  return Copy<R, W>(reader, writer);
}

/// Copies all that is left of `reader` to `writer` without a buffer of its own. Otherwise as copy.
///
/// Cancelling  Safe: what was written was consumed, and nothing else.
/// Corresponds to Tokio's `io::copy_buf`.
template <AsyncBufRead R, AsyncWrite W>
CopyBuf<R, W> copy_buf(R& reader, W& writer) noexcept {
  return CopyBuf<R, W>(reader, writer);
}

/// Copies both ways at once, until both streams have ended. When one has ended, the other is shut down for writing.
///
/// Returns     A CopiedBoth.
/// Errors      The first of either stream, at once.
/// Cancelling  Loses data: what was read and not yet written.
/// Cost        Two buffers of 8 KiB.
/// Example     examples/proxy.cpp
/// Corresponds to Tokio's `io::copy_bidirectional`.
template <class A, class B>
  requires AsyncRead<A> && AsyncWrite<A> && AsyncRead<B> && AsyncWrite<B>
CopyBidirectional<A, B> copy_bidirectional(A& a, B& b) noexcept {
  return CopyBidirectional<A, B>(a, b);
}

}  // namespace heddle::inline v0::io
