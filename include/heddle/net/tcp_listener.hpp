// SPDX-License-Identifier: MIT
// TcpListener: accepts TCP connections.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/accept.hpp>
#include <heddle/net/tcp_stream.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

namespace heddle::inline v0::net {

/// What accept gives: the connection, and who is at its other end.
struct Accepted {
  using Stream = TcpStream;
  using Addr = SocketAddr;

  TcpStream socket;
  SocketAddr peer;

  Accepted(TcpStream stream, SocketAddr addr) noexcept : socket(std::move(stream)), peer(addr) {}
  HEDDLE_FIELDS(socket, peer);
};

/// A socket that listens. Destroying it refuses the connections that wait in its queue.
///
/// Belongs to the runtime in which it was made, as do the streams that it accepts.
/// Threads     May move to any thread; one task accepts at a time.
///
/// Corresponds to Tokio's `net::TcpListener`.
class TcpListener {
 public:
  using Accepted = net::Accepted;

  /// Listens on `addr`; the text form takes an address or a name, with a port: the first that the name stands for and
  /// that can be had. Port 0 lets the system choose: see local_addr. The address may be in use by connections that are
  /// ending (SO_REUSEADDR), as in Tokio. TcpSocket has more options.
  ///
  /// Errors      kInvalidInput for text that is neither; what the lookup says; kAddrInUse, kAddrNotAvailable,
  ///             kPermissionDenied, kTooManyOpenFiles, or the system's code. Awaiting throws runtime::NoRuntime outside
  ///             a runtime.
  /// Corresponds to `TcpListener::bind`.
  [[nodiscard]] static Async<io::Result<TcpListener>> bind(SocketAddr addr);
  [[nodiscard]] static Async<io::Result<TcpListener>> bind(std::string_view addr);

  /// Takes over a socket that listens already, and makes it non-blocking. As TcpStream::from_fd and into_fd.
  [[nodiscard]] static io::Result<TcpListener> from_fd(io::OwnedFd fd);
  [[nodiscard]] io::OwnedFd into_fd() && noexcept { return std::move(socket_).release(); }
  [[nodiscard]] int as_raw_fd() const noexcept { return socket_.fd(); }

  /// Waits for a connection.
  ///
  /// Returns     An Accepted: `auto [socket, peer] = co_await ok(listener.accept());`
  /// Errors      kTooManyOpenFiles when no descriptor is free: the connection stays in the queue. The next accept then
  ///             waits for 50 ms before it tries again, so a loop that merely reports the error neither spins nor stops
  ///             serving. Connections that ended while they were queued are passed over.
  /// Cancelling  Safe: no connection is lost.
  /// Cost        Two system calls per connection, and one small block. Spends one unit of the task's budget.
  /// Corresponds to `TcpListener::accept`.
  [[nodiscard]] AcceptFuture<TcpListener> accept() noexcept {
    return AcceptFuture<TcpListener>(socket_.source(), not_before_);
  }

  [[nodiscard]] io::Result<SocketAddr> local_addr() const;

 private:
  friend detail::Access;
  explicit TcpListener(detail::Socket socket) noexcept : socket_(std::move(socket)) {}

  detail::Socket socket_;
  // Nanoseconds on the runtime's clock before which accept must not try again; 0: at any time.
  std::uint64_t not_before_ = 0;

  HEDDLE_FIELDS(socket_, not_before_);
};

}  // namespace heddle::inline v0::net
