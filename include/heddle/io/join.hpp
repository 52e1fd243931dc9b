// SPDX-License-Identifier: MIT
// join: a reader and a writer as one stream. split: one stream as a reader and a writer.
#pragma once

#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/io/write.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/send.hpp>
#include <heddle/sync/detail/raw_mutex.hpp>

#include <concepts>
#include <expected>
#include <memory>
#include <utility>

namespace heddle::inline v0::io {

/// Reads from one stream and writes to another. See join.
template <AsyncRead R, AsyncWrite W>
class Join {
 public:
  Join(R&& reader, W&& writer) : reader_(std::forward<R>(reader)), writer_(std::forward<W>(writer)) {}

  [[nodiscard]] std::remove_reference_t<R>& reader() noexcept { return reader_; }
  [[nodiscard]] std::remove_reference_t<W>& writer() noexcept { return writer_; }

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) { return reader_.poll_read(cx, dst); }
  Poll<Result<std::span<const std::byte>>> poll_fill_buf(Context& cx)
    requires AsyncBufRead<R>
  {
    return reader_.poll_fill_buf(cx);
  }
  void consume(std::size_t count)
    requires AsyncBufRead<R>
  {
    reader_.consume(count);
  }

  Poll<Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src) {
    return writer_.poll_write(cx, src);
  }
  Poll<Result<std::size_t>> poll_write_vectored(Context& cx, std::span<const std::span<const std::byte>> sources) {
    return detail::poll_write_vectored(writer_, cx, sources);
  }
  Poll<Result<void>> poll_flush(Context& cx) { return writer_.poll_flush(cx); }
  Poll<Result<void>> poll_shutdown(Context& cx) { return writer_.poll_shutdown(cx); }

 private:
  R reader_;
  W writer_;

  HEDDLE_FIELDS(reader_, writer_);
};

/// A stream that reads from `reader` and writes to `writer`; what is passed by its name is borrowed, else it is taken.
///
/// Corresponds to Tokio's `io::join`.
template <AsyncRead R, AsyncWrite W>
[[nodiscard]] Join<R, W> join(R&& reader, W&& writer) {
  return Join<R, W>(std::forward<R>(reader), std::forward<W>(writer));
}

namespace detail {

/// A stream that two halves own: each step is made with the lock held.
template <class S>
class SharedStream {
 public:
  explicit SharedStream(S&& stream) : stream_(std::move(stream)) {}

  template <class F>
  auto locked(F&& step) {
    const Held held(mutex_);
    return step(stream_);
  }
  /// For the last owner.
  S take() { return std::move(stream_); }

 private:
  class Held {
   public:
    explicit Held(sync::detail::RawMutex& mutex) noexcept : mutex_(mutex) { mutex_.lock_again(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() { mutex_.unlock(); }

   private:
    sync::detail::RawMutex& mutex_;
  };

  sync::detail::RawMutex mutex_;
  // Guarded by mutex_.
  S stream_;
};

}  // namespace detail

template <class S>
class WriteHalf;

/// Two halves that are not of one stream, given back. See ReadHalf::reunite.
template <class R, class W>
class ReuniteError {
 public:
  R read;
  W write;

  ReuniteError(R r, W w) : read(std::move(r)), write(std::move(w)) {}
  [[nodiscard]] static const char* what() noexcept { return "tried to reunite halves that are not of the same stream"; }
  HEDDLE_FIELDS(read, write);
};

/// The reading half of a stream. See split.
template <class S>
class ReadHalf {
 public:
  explicit ReadHalf(std::shared_ptr<detail::SharedStream<S>> stream) noexcept : stream_(std::move(stream)) {}

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) {
    return stream_->locked([&](S& stream) { return stream.poll_read(cx, dst); });
  }

  [[nodiscard]] bool is_pair_of(const WriteHalf<S>& other) const noexcept { return stream_ == other.stream_; }

  /// The stream again. Errors: both halves, if they aren't of one stream. Corresponds to Tokio's `unsplit`.
  [[nodiscard]] std::expected<S, ReuniteError<ReadHalf, WriteHalf<S>>> reunite(WriteHalf<S> other) && {
    if (!is_pair_of(other)) return std::unexpected(ReuniteError(std::move(*this), std::move(other)));
    const auto stream = std::exchange(stream_, nullptr);
    other.stream_.reset();
    return stream->take();
  }

 private:
  std::shared_ptr<detail::SharedStream<S>> stream_;

  // Each half makes one step at a time, with the lock held, and nothing else is shared.
  HEDDLE_UNSAFE_SEND(heddle::Send<S>);
  HEDDLE_UNSAFE_SYNC(heddle::Send<S>);
  HEDDLE_UNSAFE_OWNED(heddle::Owned<S>);
};

/// The writing half of a stream. Dropping it doesn't shut the stream down. See split.
template <class S>
class WriteHalf {
 public:
  explicit WriteHalf(std::shared_ptr<detail::SharedStream<S>> stream) noexcept : stream_(std::move(stream)) {}

  Poll<Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src) {
    return stream_->locked([&](S& stream) { return stream.poll_write(cx, src); });
  }
  Poll<Result<std::size_t>> poll_write_vectored(Context& cx, std::span<const std::span<const std::byte>> sources) {
    return stream_->locked([&](S& stream) { return detail::poll_write_vectored(stream, cx, sources); });
  }
  Poll<Result<void>> poll_flush(Context& cx) {
    return stream_->locked([&](S& stream) { return stream.poll_flush(cx); });
  }
  Poll<Result<void>> poll_shutdown(Context& cx) {
    return stream_->locked([&](S& stream) { return stream.poll_shutdown(cx); });
  }

 private:
  friend class ReadHalf<S>;
  std::shared_ptr<detail::SharedStream<S>> stream_;

  // As ReadHalf.
  HEDDLE_UNSAFE_SEND(heddle::Send<S>);
  HEDDLE_UNSAFE_SYNC(heddle::Send<S>);
  HEDDLE_UNSAFE_OWNED(heddle::Owned<S>);
};

/// What split gives: `auto [reader, writer] = io::split(std::move(stream));`
template <class S>
struct Halves {
  ReadHalf<S> reader;
  WriteHalf<S> writer;

  Halves(ReadHalf<S> r, WriteHalf<S> w) noexcept : reader(std::move(r)), writer(std::move(w)) {}
  HEDDLE_FIELDS(reader, writer);
};

/// Takes a stream apart, so that one task reads it and another writes it.
///
/// Shape       The stream is closed when both halves are gone; ReadHalf::reunite puts them together again.
/// Cost        One block, and a lock around each step. A TcpStream's own `into_split` needs no lock.
/// Corresponds to Tokio's `io::split`.
template <class S>
  requires(!std::is_reference_v<S>) && AsyncRead<S> && AsyncWrite<S>
[[nodiscard]] Halves<S> split(S&& stream) {
  auto shared = std::make_shared<detail::SharedStream<S>>(std::move(stream));
  return Halves<S>(ReadHalf<S>(shared), WriteHalf<S>(shared));
}

}  // namespace heddle::inline v0::io
