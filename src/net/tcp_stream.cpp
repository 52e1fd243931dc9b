// SPDX-License-Identifier: MIT
// Connecting, and what a connection is asked and told.
#include <heddle/net/tcp_stream.hpp>

#include <heddle/future/ok.hpp>
#include <heddle/net/lookup_host.hpp>
#include <heddle/net/tcp_socket.hpp>
#include <heddle/runtime/spawn.hpp>

#include "net/adopt.hpp"
#include "net/options.hpp"
#include "net/system_addr.hpp"

namespace heddle::inline v0::net {

using sys::SocketOption;

Async<io::Result<TcpStream>> TcpStream::connect(SocketAddr addr) {
  auto socket = addr.ip().is_v6() ? TcpSocket::new_v6() : TcpSocket::new_v4();
  if (!socket) co_return std::unexpected(std::move(socket).error());
  co_return co_await std::move(*socket).connect(addr);
}

Async<io::Result<TcpStream>> TcpStream::connect(std::span<const SocketAddr> addrs) {
  io::Result<TcpStream> last = io::fail(io::ErrorKind::kInvalidInput, "there is no address to connect to");
  for (const SocketAddr& addr : addrs) {
    last = co_await connect(addr);
    if (last.has_value()) break;
  }
  co_return last;
}

Async<io::Result<TcpStream>> TcpStream::connect(std::string_view addr) {
  const auto addrs = co_await ok(lookup_host(addr));
  co_return co_await connect(std::span(addrs));
}

io::Result<TcpStream> TcpStream::from_fd(io::OwnedFd fd) {
  return detail::make_from<TcpStream>(detail::adopt(std::move(fd), "TcpStream::from_fd"));
}

Async<io::Result<void>> TcpStream::shutdown() { co_return detail::shut_down_write(source()); }

io::Result<void> TcpStream::set_nodelay(bool on) const {
  return detail::set_flag(as_raw_fd(), SocketOption::kNoDelay, on);
}
io::Result<bool> TcpStream::nodelay() const { return detail::flag(as_raw_fd(), SocketOption::kNoDelay); }

io::Result<void> TcpStream::set_linger(std::optional<std::chrono::seconds> duration) const {
  return detail::set_linger(as_raw_fd(), duration);
}
io::Result<std::optional<std::chrono::seconds>> TcpStream::linger() const { return detail::linger(as_raw_fd()); }

io::Result<void> TcpStream::set_ttl(std::uint32_t hops) const {
  return detail::set_number(as_raw_fd(), SocketOption::kTtl, hops);
}
io::Result<std::uint32_t> TcpStream::ttl() const { return detail::number(as_raw_fd(), SocketOption::kTtl); }

std::optional<io::Error> TcpStream::take_error() const { return detail::take_error(as_raw_fd()); }

io::Result<SocketAddr> TcpStream::local_addr() const {
  return detail::to_addr<SocketAddr>(sys::local_addr(as_raw_fd()));
}
io::Result<SocketAddr> TcpStream::peer_addr() const { return detail::to_addr<SocketAddr>(sys::peer_addr(as_raw_fd())); }

}  // namespace heddle::inline v0::net
