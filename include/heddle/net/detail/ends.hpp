// SPDX-License-Identifier: MIT
// The parts that the stream types of this room are put together from: an end that reads, one that writes, and what both
// are asked about readiness. Empty bases, which reach their owner's source through Access.
#pragma once

#include <heddle/net/detail/socket.hpp>
#include <heddle/net/interest.hpp>
#include <heddle/net/transfer.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace heddle::inline v0::net::detail {

/// The steps of a connected stream socket.
struct StreamCalls {
  using Source = runtime::detail::IoSource;
  using Readiness = runtime::detail::Readiness;
  static Count read(Source& source, Readiness seen, std::span<std::byte> dst) noexcept;
  static Count peek(Source& source, Readiness seen, std::span<std::byte> dst) noexcept;
  static Count read_vectored(Source& source, Readiness seen, std::span<const std::span<std::byte>> dst) noexcept;
  static Count write(Source& source, Readiness seen, std::span<const std::byte> src) noexcept;
  static Count write_vectored(Source& source, Readiness seen, std::span<const std::span<const std::byte>> src) noexcept;
};

/// Those of a Unix stream: a read ends where descriptors were sent along, so a short one says nothing.
struct UnixStreamCalls : StreamCalls {
  static Count read(Source& source, Readiness seen, std::span<std::byte> dst) noexcept;
};

template <class Calls>
concept Peeks = requires { &Calls::peek; };

/// What a descriptor is ready for, and operations of the caller's own on it.
template <class Self>
class Watched {
 public:
  /// Waits for any of `interest`. A hint: the operation that follows may still say kWouldBlock.
  /// Cancelling  Safe. Corresponds to `TcpStream::ready`.
  [[nodiscard]] ReadyFuture ready(Interest interest) const noexcept { return ReadyFuture(source(), interest); }

  /// Calls `f`, an operation of the caller's own on the descriptor that returns an io::Result, if that is ready; when
  /// `f` says kWouldBlock, the readiness is cleared, and the next wait is for the next event.
  ///
  /// Errors      kWouldBlock without a call if the descriptor is not ready; those of `f`.
  /// Corresponds to `TcpStream::try_io`.
  template <class F>
  TryIo<F> try_io(Interest interest, F f) const {
    return detail::try_io(source(), interest, f);
  }

  /// Waits and calls `f`, as try_io, until it says something other than kWouldBlock.
  ///
  /// Cancelling  Safe if `f` is: between its calls nothing is held.
  /// Corresponds to `TcpStream::async_io`.
  template <class F>
  [[nodiscard]] AsyncIo<F> async_io(Interest interest, F f) const {
    return AsyncIo<F>(source(), interest, std::move(f));
  }

 private:
  runtime::detail::IoSource& source() const noexcept { return Access::source(static_cast<const Self&>(*this)); }
};

/// An end from which bytes are read.
template <class Self, class Calls>
class ReadEnd {
  using Bytes = std::span<std::byte>;
  using Places = std::span<const std::span<std::byte>>;

 public:
  /// Reads what has arrived into `dst`, waiting for at least one byte.
  ///
  /// Shape       `dst` is kept alive by the caller until the future is done or destroyed. Bytes [0, n) are written.
  /// Returns     n, in bytes. 0 means that the peer has finished sending, or that `dst` is empty.
  /// Errors      kConnectionReset, kTimedOut, or the system's code; kOther when the runtime has shut down. Never
  ///             kWouldBlock.
  /// Cancelling  Safe: a future destroyed before it is ready has taken no byte.
  /// Cost        Ready: one system call. Not ready: one more to learn that, and a place in a queue; no allocation.
  ///             Spends one unit of the task's budget.
  /// Example     examples/echo_server.cpp
  /// Corresponds to `AsyncReadExt::read`.
  [[nodiscard]] ReadFuture read(Bytes dst) noexcept { return future(dst, &Calls::read); }

  /// As read, but leaves the bytes to be read again. Corresponds to `TcpStream::peek`.
  [[nodiscard]] ReadFuture peek(Bytes dst) noexcept
    requires Peeks<Calls>
  {
    return future(dst, &Calls::peek);
  }

  /// Reads what has arrived, without waiting. Errors: kWouldBlock if that is nothing. Tokio's `try_read`.
  [[nodiscard]] io::Result<std::size_t> try_read(Bytes dst) const {
    return try_step<Bytes>(source(), Direction::kRead, dst, &Calls::read);
  }
  /// Into several places, the first first. Tokio's `try_read_vectored`.
  [[nodiscard]] io::Result<std::size_t> try_read_vectored(Places dst) const {
    return try_step<Places>(source(), Direction::kRead, dst, &Calls::read_vectored);
  }

  /// Waits until try_read is worth trying; it may still answer kWouldBlock.
  /// Cancelling  Safe. Tokio's `readable`.
  [[nodiscard]] ReadinessFuture readable() const noexcept { return ReadinessFuture(source(), Direction::kRead); }

  /// What makes it an io::AsyncRead: one step of reading. Keeps the waker of the last that asked, beside those who await
  /// `read`.
  Poll<io::Result<std::size_t>> poll_read(Context& cx, Bytes dst) {
    return poll_step<Bytes>(source(), Direction::kRead, cx, dst, dst.empty() ? nullptr : &Calls::read);
  }

 private:
  ReadFuture future(Bytes dst, Step<Bytes> step) const noexcept {
    return ReadFuture(source(), Direction::kRead, dst, dst.empty() ? nullptr : step);
  }
  runtime::detail::IoSource& source() const noexcept { return Access::source(static_cast<const Self&>(*this)); }
};

/// An end to which bytes are written. How writing ends, its owner says: poll_shutdown.
template <class Self, class Calls>
class WriteEnd {
  using Bytes = std::span<const std::byte>;
  using Places = std::span<const std::span<const std::byte>>;

 public:
  /// Writes as much of `src` as the system takes at once, waiting until it takes at least one byte.
  ///
  /// Returns     How many bytes were taken; 0 only if `src` is empty.
  /// Errors      kBrokenPipe or kConnectionReset when the peer is gone, or the system's code; kOther when the runtime
  ///             has shut down.
  /// Cancelling  Safe: a future destroyed before it is ready has written nothing.
  /// Corresponds to `AsyncWriteExt::write`.
  [[nodiscard]] WriteFuture write(Bytes src) noexcept {
    return WriteFuture(source(), Direction::kWrite, src, src.empty() ? nullptr : &Calls::write);
  }

  /// Writes all of `src`.
  ///
  /// Errors      As write; how much was written before is not known.
  /// Cancelling  Loses data: a future destroyed before it is ready may have written a part of `src`.
  /// Corresponds to `AsyncWriteExt::write_all`.
  [[nodiscard]] WriteAllFuture write_all(Bytes src) noexcept { return WriteAllFuture(source(), src, &Calls::write); }

  /// Writes what the system takes, without waiting. Errors: kWouldBlock if that is nothing. Tokio's `try_write`.
  [[nodiscard]] io::Result<std::size_t> try_write(Bytes src) const {
    return try_step<Bytes>(source(), Direction::kWrite, src, &Calls::write);
  }
  /// From several places, the first first. Tokio's `try_write_vectored`.
  [[nodiscard]] io::Result<std::size_t> try_write_vectored(Places src) const {
    return try_step<Places>(source(), Direction::kWrite, src, &Calls::write_vectored);
  }

  /// Waits until try_write is worth trying; it may still answer kWouldBlock.
  /// Cancelling  Safe. Tokio's `writable`.
  [[nodiscard]] ReadinessFuture writable() const noexcept { return ReadinessFuture(source(), Direction::kWrite); }

  /// What makes it an io::AsyncWrite: one step of writing, also from several places (io::write_vectored). Keeps the
  /// waker of the last that asked, beside those who await `write`. Nothing is held back, so poll_flush is ready at once.
  Poll<io::Result<std::size_t>> poll_write(Context& cx, Bytes src) {
    return poll_step<Bytes>(source(), Direction::kWrite, cx, src, src.empty() ? nullptr : &Calls::write);
  }
  Poll<io::Result<std::size_t>> poll_write_vectored(Context& cx, Places src) {
    return poll_step<Places>(source(), Direction::kWrite, cx, src, &Calls::write_vectored);
  }
  static Poll<io::Result<void>> poll_flush(Context&) { return Poll<io::Result<void>>(std::in_place); }

 private:
  runtime::detail::IoSource& source() const noexcept { return Access::source(static_cast<const Self&>(*this)); }
};

/// Shuts down the writing direction of a connection.
io::Result<void> shut_down_write(const runtime::detail::IoSource& source);

/// A connection: both ends, and an end of writing.
template <class Self, class Calls>
class StreamEnds : public Watched<Self>, public ReadEnd<Self, Calls>, public WriteEnd<Self, Calls> {
 public:
  /// Ends sending, at once: the peer reads 0 once it has read the rest.
  Poll<io::Result<void>> poll_shutdown(Context&) {
    return Poll<io::Result<void>>(std::in_place,
                                  shut_down_write(Access::source(static_cast<const Self&>(*this))));
  }
};

}  // namespace heddle::inline v0::net::detail
