// SPDX-License-Identifier: MIT
// unix_pipe: pipes of the system, with a name (FIFO) or without.
#pragma once

#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/detail/ends.hpp>
#include <heddle/net/detail/socket.hpp>

#include <filesystem>
#include <utility>

namespace heddle::inline v0::net {

namespace detail {

/// The steps of a pipe.
struct PipeCalls {
  using Source = runtime::detail::IoSource;
  using Readiness = runtime::detail::Readiness;
  static Count read(Source& source, Readiness seen, std::span<std::byte> dst) noexcept;
  static Count read_vectored(Source& source, Readiness seen, std::span<const std::span<std::byte>> dst) noexcept;
  static Count write(Source& source, Readiness seen, std::span<const std::byte> src) noexcept;
  static Count write_vectored(Source& source, Readiness seen, std::span<const std::span<const std::byte>> src) noexcept;
};

}  // namespace detail

namespace unix_pipe {

/// The writing end of a pipe. Dropping it ends the pipe once no other writer is left.
///
/// Errors      Writing: kBrokenPipe when nobody reads any more, and never SIGPIPE.
/// Threads     As TcpStream.
/// Cost        A write takes two system calls more than one to a socket: they hold SIGPIPE back.
/// Corresponds to Tokio's `net::unix::pipe::Sender`.
class Sender : public detail::WriteEnd<Sender, detail::PipeCalls>, public detail::Watched<Sender> {
 public:
  /// Takes over the writing end of a pipe, and makes it non-blocking. Throws runtime::NoRuntime outside a runtime.
  /// Errors      kInvalidInput if it is no pipe, or can't be written. Tokio's `from_owned_fd`.
  [[nodiscard]] static io::Result<Sender> from_fd(io::OwnedFd fd);
  /// Without asking whether it is a pipe: what can be watched and written will do. Tokio's `from_owned_fd_unchecked`.
  [[nodiscard]] static io::Result<Sender> from_fd_unchecked(io::OwnedFd fd);
  /// Gives the descriptor away, as it is, or blocking: as another process expects its standard output.
  [[nodiscard]] io::OwnedFd into_nonblocking_fd() && noexcept { return std::move(socket_).release(); }
  [[nodiscard]] io::Result<io::OwnedFd> into_blocking_fd() &&;
  [[nodiscard]] int as_raw_fd() const noexcept { return socket_.fd(); }

  /// A pipe is shut down by dropping its end; this does nothing.
  static Poll<io::Result<void>> poll_shutdown(Context&) { return Poll<io::Result<void>>(std::in_place); }

 private:
  friend detail::Access;
  explicit Sender(detail::Socket socket) noexcept : socket_(std::move(socket)) {}
  runtime::detail::IoSource& source() const noexcept { return socket_.source(); }

  detail::Socket socket_;

  HEDDLE_FIELDS(socket_);
};

/// The reading end of a pipe. Reads 0 when the last writer is gone; a FIFO that no writer has opened yet waits for one.
///
/// Threads     As TcpStream.
/// Corresponds to Tokio's `net::unix::pipe::Receiver`.
class Receiver : public detail::ReadEnd<Receiver, detail::PipeCalls>, public detail::Watched<Receiver> {
 public:
  /// As Sender's.
  [[nodiscard]] static io::Result<Receiver> from_fd(io::OwnedFd fd);
  [[nodiscard]] static io::Result<Receiver> from_fd_unchecked(io::OwnedFd fd);
  [[nodiscard]] io::OwnedFd into_nonblocking_fd() && noexcept { return std::move(socket_).release(); }
  [[nodiscard]] io::Result<io::OwnedFd> into_blocking_fd() &&;
  [[nodiscard]] int as_raw_fd() const noexcept { return socket_.fd(); }

 private:
  friend detail::Access;
  explicit Receiver(detail::Socket socket) noexcept : socket_(std::move(socket)) {}
  runtime::detail::IoSource& source() const noexcept { return socket_.source(); }

  detail::Socket socket_;

  HEDDLE_FIELDS(socket_);
};

/// A pipe's two ends.
struct Pipe {
  Sender tx;
  Receiver rx;

  Pipe(Sender sender, Receiver receiver) noexcept : tx(std::move(sender)), rx(std::move(receiver)) {}
  HEDDLE_FIELDS(tx, rx);
};

/// A pipe without a name: `auto [tx, rx] = unix_pipe::pipe().value();` Throws runtime::NoRuntime outside a runtime.
/// Errors      kTooManyOpenFiles, or the system's code. Corresponds to Tokio's `net::unix::pipe::pipe`.
[[nodiscard]] io::Result<Pipe> pipe();

/// How a FIFO is opened.
///
/// Corresponds to Tokio's `net::unix::pipe::OpenOptions`.
class OpenOptions {
 public:
  OpenOptions() noexcept {}

  /// Opens for both directions. A receiver then never reads 0 when the writers go, and waits for the next; a sender can
  /// be opened before there is a reader. Off at first.
  OpenOptions& read_write(bool on) noexcept {
    read_write_ = on;
    return *this;
  }
  /// Doesn't ask whether the file is a FIFO. Off at first.
  OpenOptions& unchecked(bool on) noexcept {
    unchecked_ = on;
    return *this;
  }

  /// Opens the FIFO at `path`, which is there. Throws runtime::NoRuntime outside a runtime.
  /// Errors      kNotFound, kPermissionDenied; kInvalidInput if it is no FIFO; for a sender the system's ENXIO if nobody
  ///             reads yet.
  [[nodiscard]] io::Result<Receiver> open_receiver(const std::filesystem::path& path) const;
  [[nodiscard]] io::Result<Sender> open_sender(const std::filesystem::path& path) const;

 private:
  bool read_write_ = false;
  bool unchecked_ = false;

  HEDDLE_FIELDS(read_write_, unchecked_);
};

}  // namespace unix_pipe
}  // namespace heddle::inline v0::net
