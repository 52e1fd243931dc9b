// SPDX-License-Identifier: MIT
// SocketAddr to what system calls take, and back.
#pragma once

#include <heddle/net/socket_addr.hpp>

#include "sys/socket.hpp"

namespace heddle::inline v0::net::detail {

inline sys::InetAddr to_system(const SocketAddr& addr) noexcept {
  return {addr.ip().bytes(), addr.scope_id(), addr.port(), addr.ip().is_v6()};
}

inline SocketAddr from_system(const sys::InetAddr& addr) noexcept {
  const auto& b = addr.ip;
  return SocketAddr(addr.v6 ? IpAddr::v6(b) : IpAddr::v4(b[0], b[1], b[2], b[3]), addr.port, addr.scope_id);
}

}  // namespace heddle::inline v0::net::detail
