// SPDX-License-Identifier: MIT
// A socket that a runtime watches: what TcpStream and TcpListener own.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/socket_addr.hpp>
#include <heddle/runtime/detail/watched_fd.hpp>

#include <utility>

namespace heddle::inline v0::net::detail {

class Socket {
 public:
  /// Hands `fd` to `shared`, which closes it even if this fails.
  [[nodiscard]] static io::Result<Socket> adopt(runtime::Shared& shared, int fd);

  [[nodiscard]] runtime::detail::IoSource& source() const noexcept { return fd_.source(); }

  [[nodiscard]] io::Result<SocketAddr> local_addr() const;
  [[nodiscard]] io::Result<SocketAddr> peer_addr() const;

 private:
  explicit Socket(runtime::detail::WatchedFd fd) noexcept : fd_(std::move(fd)) {}

  runtime::detail::WatchedFd fd_;

  HEDDLE_FIELDS(fd_);
};

}  // namespace heddle::inline v0::net::detail
