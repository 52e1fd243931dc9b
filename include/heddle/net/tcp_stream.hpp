// SPDX-License-Identifier: MIT
// TcpStream: a TCP connection, read and written by tasks.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/detail/io_future.hpp>
#include <heddle/net/detail/socket.hpp>
#include <heddle/net/socket_addr.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace heddle::inline v0::net {

/// The future of TcpStream::read and peek.
class [[nodiscard]] ReadFuture : detail::IoFuture {
 public:
  using Output = io::Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  using IoFuture::cancel;
  enum class Take : bool { kNo, kYes };

  ReadFuture(runtime::detail::IoSource& source, std::span<std::byte> dst, Take take) noexcept
      : IoFuture(source, Direction::kRead), dst_(dst), take_(take) {}
  Poll<Output> poll(Context& cx);

 private:
  std::span<std::byte> dst_;
  Take take_;
};

/// The future of TcpStream::write.
class [[nodiscard]] WriteFuture : detail::IoFuture {
 public:
  using Output = io::Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  using IoFuture::cancel;

  WriteFuture(runtime::detail::IoSource& source, std::span<const std::byte> src) noexcept
      : IoFuture(source, Direction::kWrite), src_(src) {}
  Poll<Output> poll(Context& cx);

 private:
  std::span<const std::byte> src_;
};

/// The future of TcpStream::write_all.
class [[nodiscard]] WriteAllFuture : detail::IoFuture {
 public:
  using Output = io::Result<void>;
  using IoFuture::cancel;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  WriteAllFuture(runtime::detail::IoSource& source, std::span<const std::byte> src) noexcept
      : IoFuture(source, Direction::kWrite), rest_(src) {}
  Poll<Output> poll(Context& cx);

 private:
  std::span<const std::byte> rest_;
};

/// The future of TcpStream::readable and writable.
class [[nodiscard]] ReadinessFuture : detail::IoFuture {
 public:
  using Output = io::Result<void>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  using IoFuture::cancel;

  ReadinessFuture(runtime::detail::IoSource& source, runtime::detail::Direction direction) noexcept
      : IoFuture(source, direction) {}
  Poll<Output> poll(Context& cx);
};

/// A connection. Destroying it closes the connection: at once, without waiting for the peer.
///
/// One task may read while another writes. The stream outlives the futures that it gives out. It belongs to the runtime
/// in which it was made: when that shuts down, whoever waits for it gets an error.
/// Threads     May move to any thread; const members may be called from several.
/// Cost        One small block per connection, and one descriptor (close-on-exec). Never raises SIGPIPE.
///
/// Corresponds to Tokio's `net::TcpStream`.
class TcpStream {
 public:
  /// Connects to `addr`; the text form takes a numeric address, such as "127.0.0.1:8080" or "[::1]:8080".
  ///
  /// Errors      kInvalidInput for text that is no address; kConnectionRefused, kTimedOut, kTooManyOpenFiles, or the
  ///             system's code. Awaiting throws runtime::NoRuntime outside a runtime.
  /// Cancelling  Safe: the attempt is given up and its socket closed.
  /// Corresponds to `TcpStream::connect`.
  [[nodiscard]] static Async<io::Result<TcpStream>> connect(SocketAddr addr);
  [[nodiscard]] static Async<io::Result<TcpStream>> connect(std::string_view addr);

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
  [[nodiscard]] ReadFuture read(std::span<std::byte> dst) noexcept {
    return ReadFuture(socket_.source(), dst, ReadFuture::Take::kYes);
  }

  /// As read, but leaves the bytes to be read again. Corresponds to `TcpStream::peek`.
  [[nodiscard]] ReadFuture peek(std::span<std::byte> dst) noexcept {
    return ReadFuture(socket_.source(), dst, ReadFuture::Take::kNo);
  }

  /// Writes as much of `src` as the system takes at once, waiting until it takes at least one byte.
  ///
  /// Returns     How many bytes were taken; 0 only if `src` is empty.
  /// Errors      kBrokenPipe or kConnectionReset when the peer is gone, or the system's code; kOther when the runtime
  ///             has shut down.
  /// Cancelling  Safe: a future destroyed before it is ready has written nothing.
  /// Corresponds to `AsyncWriteExt::write`.
  [[nodiscard]] WriteFuture write(std::span<const std::byte> src) noexcept {
    return WriteFuture(socket_.source(), src);
  }

  /// Writes all of `src`.
  ///
  /// Errors      As write; how much was written before is not known.
  /// Cancelling  Loses data: a future destroyed before it is ready may have written a part of `src`.
  /// Corresponds to `AsyncWriteExt::write_all`.
  [[nodiscard]] WriteAllFuture write_all(std::span<const std::byte> src) noexcept {
    return WriteAllFuture(socket_.source(), src);
  }

  /// Reads what has arrived, without waiting. Errors: kWouldBlock if that is nothing. Tokio's `try_read`.
  [[nodiscard]] io::Result<std::size_t> try_read(std::span<std::byte> dst) const;
  /// Writes what the system takes, without waiting. Errors: kWouldBlock if that is nothing. Tokio's `try_write`.
  [[nodiscard]] io::Result<std::size_t> try_write(std::span<const std::byte> src) const;

  /// Waits until try_read or try_write is worth trying; it may still answer kWouldBlock.
  /// Cancelling  Safe. Tokio's `readable` and `writable`.
  [[nodiscard]] ReadinessFuture readable() const noexcept {
    return ReadinessFuture(socket_.source(), runtime::detail::Direction::kRead);
  }
  [[nodiscard]] ReadinessFuture writable() const noexcept {
    return ReadinessFuture(socket_.source(), runtime::detail::Direction::kWrite);
  }

  /// Ends sending: the peer reads 0 once it has read the rest. Reading goes on. Errors: kNotConnected when the
  /// connection is gone already. Corresponds to `AsyncWriteExt::shutdown`.
  [[nodiscard]] Async<io::Result<void>> shutdown();

  /// What makes it an io::AsyncRead and io::AsyncWrite: one step of reading and writing. Each keeps the waker of the last
  /// that asked, beside those who await `read` and `write`. Nothing is held back, so poll_flush is ready at once.
  Poll<io::Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst);
  Poll<io::Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src);
  static Poll<io::Result<void>> poll_flush(Context&) { return Poll<io::Result<void>>(std::in_place); }
  Poll<io::Result<void>> poll_shutdown(Context& cx);

  /// Whether small writes are sent at once instead of being collected (Nagle's algorithm). Off at first, as in Tokio.
  [[nodiscard]] io::Result<void> set_nodelay(bool on) const;
  [[nodiscard]] io::Result<bool> nodelay() const;

  /// How long the system goes on sending after the stream is destroyed; zero resets the connection instead. Nothing:
  /// as long as the system likes. Corresponds to `set_linger`.
  [[nodiscard]] io::Result<void> set_linger(std::optional<std::chrono::seconds> duration) const;

  [[nodiscard]] io::Result<SocketAddr> local_addr() const { return socket_.local_addr(); }
  [[nodiscard]] io::Result<SocketAddr> peer_addr() const { return socket_.peer_addr(); }

 private:
  friend class AcceptFuture;
  explicit TcpStream(detail::Socket socket) noexcept : socket_(std::move(socket)) {}

  detail::Socket socket_;

  HEDDLE_FIELDS(socket_);
};

}  // namespace heddle::inline v0::net

namespace heddle::inline v0::marker {

// They borrow the stream, whose state is atomic or under its lock, and the caller's bytes.
template <>
struct unsafe_rules<net::ReadFuture> {
  using Send = Always;
};
template <>
struct unsafe_rules<net::WriteFuture> {
  using Send = Always;
};
template <>
struct unsafe_rules<net::WriteAllFuture> {
  using Send = Always;
};
template <>
struct unsafe_rules<net::ReadinessFuture> {
  using Send = Always;
};

}  // namespace heddle::inline v0::marker
