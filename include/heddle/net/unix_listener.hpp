// SPDX-License-Identifier: MIT
// UnixListener: accepts connections of this machine.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/accept.hpp>
#include <heddle/net/unix_stream.hpp>

#include <cstdint>
#include <utility>

namespace heddle::inline v0::net {

/// What accept gives. The peer is unnamed, as a rule: who it is, `socket.peer_cred()` says.
struct UnixAccepted {
  using Stream = UnixStream;
  using Addr = UnixAddr;

  UnixStream socket;
  UnixAddr peer;

  UnixAccepted(UnixStream stream, UnixAddr addr) noexcept : socket(std::move(stream)), peer(std::move(addr)) {}
  HEDDLE_FIELDS(socket, peer);
};

/// A Unix socket that listens. As TcpListener; destroying it leaves its file where it is.
///
/// Corresponds to Tokio's `net::UnixListener`.
class UnixListener {
 public:
  using Accepted = UnixAccepted;

  /// Listens at `addr`: a path where there is no file yet, or UnixAddr::abstract_name. Throws runtime::NoRuntime outside
  /// a runtime.
  /// Errors      kAddrInUse if there is something; kNotFound, kPermissionDenied; kInvalidInput for a name that can't be.
  /// Corresponds to `UnixListener::bind`.
  [[nodiscard]] static io::Result<UnixListener> bind(const UnixAddr& addr);

  /// As TcpListener's.
  [[nodiscard]] static io::Result<UnixListener> from_fd(io::OwnedFd fd);
  [[nodiscard]] io::OwnedFd into_fd() && noexcept { return std::move(socket_).release(); }
  [[nodiscard]] int as_raw_fd() const noexcept { return socket_.fd(); }
  [[nodiscard]] AcceptFuture<UnixListener> accept() noexcept {
    return AcceptFuture<UnixListener>(socket_.source(), not_before_);
  }

  [[nodiscard]] io::Result<UnixAddr> local_addr() const;

 private:
  friend detail::Access;
  explicit UnixListener(detail::Socket socket) noexcept : socket_(std::move(socket)) {}

  detail::Socket socket_;
  // As TcpListener's.
  std::uint64_t not_before_ = 0;

  HEDDLE_FIELDS(socket_, not_before_);
};

}  // namespace heddle::inline v0::net
