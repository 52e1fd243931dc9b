// SPDX-License-Identifier: MIT
// The life of a watched socket.
#include <heddle/net/detail/socket.hpp>

#include "net/poll_io.hpp"
#include "net/system_addr.hpp"
#include "sys/socket.hpp"

namespace heddle::inline v0::net::detail {

io::Result<Socket> Socket::adopt(runtime::Shared& shared, int fd) {
  sys::Fd owner(fd);
  auto source = runtime::detail::watch(shared, fd);
  if (!source) return std::unexpected(source.error());
  static_cast<void>(owner.release());
  return Socket(**source);
}

void Socket::close() noexcept {
  const int fd = source_->fd();
  runtime::detail::unwatch(*source_);
  sys::close(fd);
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
