// SPDX-License-Identifier: MIT
// TcpSocket: a TCP socket whose options are set before it listens or connects.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace heddle::inline v0::net {

/// A socket that is neither connected nor listening yet.
///
/// Shape       `auto socket = TcpSocket::new_v4(); socket->set_reuseport(true); … std::move(*socket).listen(1024)`
/// Errors      Of every member: the system's code, and the kinds that it stands for.
/// Threads     May move to any thread. Not tied to a runtime before `listen` or `connect`.
///
/// Corresponds to Tokio's `net::TcpSocket`.
class TcpSocket {
 public:
  [[nodiscard]] static io::Result<TcpSocket> new_v4();
  [[nodiscard]] static io::Result<TcpSocket> new_v6();
  /// Takes over a socket that was made elsewhere, and makes it non-blocking. Tokio's `from_std_stream`.
  [[nodiscard]] static io::Result<TcpSocket> from_fd(io::OwnedFd fd);
  [[nodiscard]] int as_raw_fd() const noexcept { return fd_.as_raw_fd(); }

  /// Whether an address may be bound that connections which are ending still use.
  [[nodiscard]] io::Result<void> set_reuseaddr(bool on) const;
  [[nodiscard]] io::Result<bool> reuseaddr() const;
  /// Whether several sockets may listen on one port, which then share its connections.
  [[nodiscard]] io::Result<void> set_reuseport(bool on) const;
  [[nodiscard]] io::Result<bool> reuseport() const;
  /// Whether the system asks a silent peer now and then whether it is there.
  [[nodiscard]] io::Result<void> set_keepalive(bool on) const;
  [[nodiscard]] io::Result<bool> keepalive() const;
  /// As TcpStream's.
  [[nodiscard]] io::Result<void> set_nodelay(bool on) const;
  [[nodiscard]] io::Result<bool> nodelay() const;
  [[nodiscard]] io::Result<void> set_linger(std::optional<std::chrono::seconds> duration) const;
  [[nodiscard]] io::Result<std::optional<std::chrono::seconds>> linger() const;
  /// How many bytes the system keeps for sending and receiving. It doubles what is set, up to its own limits.
  [[nodiscard]] io::Result<void> set_send_buffer_size(std::uint32_t size) const;
  [[nodiscard]] io::Result<std::uint32_t> send_buffer_size() const;
  [[nodiscard]] io::Result<void> set_recv_buffer_size(std::uint32_t size) const;
  [[nodiscard]] io::Result<std::uint32_t> recv_buffer_size() const;
  /// The type of service of each packet: IP_TOS, and IPV6_TCLASS.
  [[nodiscard]] io::Result<void> set_tos(std::uint32_t tos) const;
  [[nodiscard]] io::Result<std::uint32_t> tos() const;

  [[nodiscard]] io::Result<SocketAddr> local_addr() const;
  [[nodiscard]] std::optional<io::Error> take_error() const;

  /// Gives the socket an address of its own: before listening, or before connecting from it.
  /// Errors      kAddrInUse, kAddrNotAvailable, kPermissionDenied, or the system's code.
  [[nodiscard]] io::Result<void> bind(SocketAddr addr) const;

  /// Makes it a listener, which keeps up to `backlog` connections that nobody has accepted yet (the system has a limit
  /// of its own). Throws runtime::NoRuntime outside a runtime. Corresponds to `TcpSocket::listen`.
  [[nodiscard]] io::Result<TcpListener> listen(std::uint32_t backlog) &&;

  /// Connects it. The socket is given away, whatever comes of it: name it, and let it live until the future is done.
  ///
  /// Errors, Cancelling  As TcpStream::connect.
  /// Corresponds to `TcpSocket::connect`.
  [[nodiscard]] Async<io::Result<TcpStream>> connect(SocketAddr addr) &&;

 private:
  explicit TcpSocket(io::OwnedFd fd) noexcept : fd_(std::move(fd)) {}
  [[nodiscard]] static io::Result<TcpSocket> make(bool v6);

  io::OwnedFd fd_;

  HEDDLE_FIELDS(fd_);
};

}  // namespace heddle::inline v0::net
