// SPDX-License-Identifier: MIT
// The addresses of this room to what system calls take, and back.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/net/socket_addr.hpp>
#include <heddle/net/unix_addr.hpp>

#include "sys/socket.hpp"

#include <optional>

namespace heddle::inline v0::net::detail {

inline sys::InetAddr to_inet(const IpAddr& ip, std::uint16_t port = 0, std::uint32_t scope_id = 0) noexcept {
  return {ip.bytes(), scope_id, port, ip.is_v6()};
}

inline std::optional<sys::RawAddr> to_system(const SocketAddr& addr) noexcept {
  return sys::to_raw(to_inet(addr.ip(), addr.port(), addr.scope_id()));
}
/// Nothing if the name is too long, or a path with a NUL in it.
inline std::optional<sys::RawAddr> to_system(const UnixAddr& addr) noexcept {
  return sys::unix_to_raw(addr.raw_name());
}

/// What a UnixAddr that is none gets for an answer.
inline std::unexpected<io::Error> bad_name() {
  return io::fail(io::ErrorKind::kInvalidInput,
                  "the name of a Unix socket is longer than 107 bytes, or contains a NUL");
}

template <class Addr>
Addr from_system(const sys::RawAddr& raw);
template <>
inline SocketAddr from_system<SocketAddr>(const sys::RawAddr& raw) {
  const sys::InetAddr addr = sys::inet_of(raw);
  const auto& b = addr.ip;
  return SocketAddr(addr.v6 ? IpAddr::v6(b) : IpAddr::v4(b[0], b[1], b[2], b[3]), addr.port, addr.scope_id);
}
template <>
inline UnixAddr from_system<UnixAddr>(const sys::RawAddr& raw) {
  return UnixAddr::from_raw_name(sys::unix_name_of(raw));
}

/// The two addresses of a socket.
template <class Addr>
io::Result<Addr> to_addr(const sys::Outcome<sys::RawAddr>& raw) {
  if (!raw) return io::fail(raw.error());
  return from_system<Addr>(*raw);
}

}  // namespace heddle::inline v0::net::detail
