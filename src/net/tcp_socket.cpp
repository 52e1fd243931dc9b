// SPDX-License-Identifier: MIT
// Options first, then listening or connecting.
#include <heddle/net/tcp_socket.hpp>

#include <heddle/future/ok.hpp>

#include "net/adopt.hpp"
#include "net/options.hpp"
#include "net/system_addr.hpp"

namespace heddle::inline v0::net {

using sys::SocketOption;

io::Result<TcpSocket> TcpSocket::make(bool v6) {
  auto fd = sys::socket(v6 ? sys::Family::kV6 : sys::Family::kV4, sys::Kind::kStream);
  if (!fd) return io::fail(fd.error());
  return TcpSocket(io::OwnedFd(fd->release()));
}

io::Result<TcpSocket> TcpSocket::new_v4() { return make(false); }
io::Result<TcpSocket> TcpSocket::new_v6() { return make(true); }

io::Result<TcpSocket> TcpSocket::from_fd(io::OwnedFd fd) {
  const auto set = sys::set_nonblocking(fd.as_raw_fd(), true);
  if (!set) return io::fail(set.error());
  return TcpSocket(std::move(fd));
}

io::Result<void> TcpSocket::set_reuseaddr(bool on) const {
  return detail::set_flag(as_raw_fd(), SocketOption::kReuseAddr, on);
}
io::Result<bool> TcpSocket::reuseaddr() const { return detail::flag(as_raw_fd(), SocketOption::kReuseAddr); }
io::Result<void> TcpSocket::set_reuseport(bool on) const {
  return detail::set_flag(as_raw_fd(), SocketOption::kReusePort, on);
}
io::Result<bool> TcpSocket::reuseport() const { return detail::flag(as_raw_fd(), SocketOption::kReusePort); }
io::Result<void> TcpSocket::set_keepalive(bool on) const {
  return detail::set_flag(as_raw_fd(), SocketOption::kKeepAlive, on);
}
io::Result<bool> TcpSocket::keepalive() const { return detail::flag(as_raw_fd(), SocketOption::kKeepAlive); }
io::Result<void> TcpSocket::set_nodelay(bool on) const {
  return detail::set_flag(as_raw_fd(), SocketOption::kNoDelay, on);
}
io::Result<bool> TcpSocket::nodelay() const { return detail::flag(as_raw_fd(), SocketOption::kNoDelay); }
io::Result<void> TcpSocket::set_linger(std::optional<std::chrono::seconds> duration) const {
  return detail::set_linger(as_raw_fd(), duration);
}
io::Result<std::optional<std::chrono::seconds>> TcpSocket::linger() const { return detail::linger(as_raw_fd()); }
io::Result<void> TcpSocket::set_send_buffer_size(std::uint32_t size) const {
  return detail::set_number(as_raw_fd(), SocketOption::kSendBuffer, size);
}
io::Result<std::uint32_t> TcpSocket::send_buffer_size() const {
  return detail::number(as_raw_fd(), SocketOption::kSendBuffer);
}
io::Result<void> TcpSocket::set_recv_buffer_size(std::uint32_t size) const {
  return detail::set_number(as_raw_fd(), SocketOption::kReceiveBuffer, size);
}
io::Result<std::uint32_t> TcpSocket::recv_buffer_size() const {
  return detail::number(as_raw_fd(), SocketOption::kReceiveBuffer);
}

io::Result<void> TcpSocket::set_tos(std::uint32_t tos) const { return detail::set_tos(as_raw_fd(), tos); }
io::Result<std::uint32_t> TcpSocket::tos() const { return detail::tos(as_raw_fd()); }

io::Result<SocketAddr> TcpSocket::local_addr() const {
  return detail::to_addr<SocketAddr>(sys::local_addr(as_raw_fd()));
}
std::optional<io::Error> TcpSocket::take_error() const { return detail::take_error(as_raw_fd()); }

io::Result<void> TcpSocket::bind(SocketAddr addr) const {
  return detail::to_result(sys::bind(as_raw_fd(), *detail::to_system(addr)));
}

io::Result<TcpListener> TcpSocket::listen(std::uint32_t backlog) && {
  runtime::Shared& shared = runtime::detail::current_runtime("TcpSocket::listen");
  constexpr std::uint32_t kMost = std::numeric_limits<int>::max();
  const auto listening = sys::listen(as_raw_fd(), static_cast<int>(std::min(backlog, kMost)));
  if (!listening) return io::fail(listening.error());
  return detail::make_from<TcpListener>(detail::Socket::adopt(shared, std::move(fd_).into_raw_fd()));
}

Async<io::Result<TcpStream>> TcpSocket::connect(SocketAddr addr) && {
  const sys::RawAddr raw = *detail::to_system(addr);
  auto socket = co_await ok(detail::connect(std::move(fd_), raw, "TcpStream::connect"));
  co_return detail::Access::make<TcpStream>(std::move(socket));
}

}  // namespace heddle::inline v0::net
