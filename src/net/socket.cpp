// SPDX-License-Identifier: MIT
// A watched socket: its life, and its addresses.
#include <heddle/net/detail/socket.hpp>

#include "net/poll_io.hpp"
#include "net/system_addr.hpp"
#include "sys/socket.hpp"

namespace heddle::inline v0::net::detail {

io::Result<Socket> Socket::adopt(runtime::Shared& shared, int fd) {
  auto watched = runtime::detail::WatchedFd::adopt(shared, fd);
  if (!watched) return std::unexpected(std::move(watched).error());
  return Socket(*std::move(watched));
}

namespace {

io::Result<SocketAddr> to_addr(const sys::Outcome<sys::InetAddr>& addr) {
  if (!addr) return io::fail(addr.error());
  return from_system(*addr);
}

}  // namespace

io::Result<SocketAddr> Socket::local_addr() const { return to_addr(sys::local_addr(source().fd())); }
io::Result<SocketAddr> Socket::peer_addr() const { return to_addr(sys::peer_addr(source().fd())); }

}  // namespace heddle::inline v0::net::detail
