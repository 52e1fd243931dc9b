// SPDX-License-Identifier: MIT
// A socket that a runtime watches: what TcpStream and TcpListener own.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/net/socket_addr.hpp>
#include <heddle/runtime/detail/io_source.hpp>

#include <utility>

namespace heddle::inline v0::net::detail {

/// Owns a descriptor and its place in the driver. One pointer; empty after a move.
class Socket {
 public:
  using Source = runtime::detail::IoSource;

  /// Hands `fd` to `shared`, which closes it even if this fails.
  [[nodiscard]] static io::Result<Socket> adopt(runtime::Shared& shared, int fd);

  Socket(Socket&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(source_, other.source_);
    return *this;
  }
  ~Socket() {
    if (source_ != nullptr) close();
  }

  [[nodiscard]] Source& source() const noexcept {
    HEDDLE_INVARIANT(source_ != nullptr, "a socket was used after it had been moved from");
    return *source_;
  }

  [[nodiscard]] io::Result<SocketAddr> local_addr() const;
  [[nodiscard]] io::Result<SocketAddr> peer_addr() const;

 private:
  explicit Socket(Source& source) noexcept : source_(&source) {}
  void close() noexcept;

  Source* source_;

  // The source is owned, and its state is atomic or under its lock.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::net::detail
