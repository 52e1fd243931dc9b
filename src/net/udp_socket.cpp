// SPDX-License-Identifier: MIT
// Binding, connecting and options of sockets of datagrams.
#include <heddle/net/udp_socket.hpp>

#include <heddle/future/ok.hpp>
#include <heddle/net/lookup_host.hpp>

#include "net/adopt.hpp"
#include "net/options.hpp"
#include "net/system_addr.hpp"

namespace heddle::inline v0::net {

using sys::SocketOption;

Async<io::Result<UdpSocket>> UdpSocket::bind(SocketAddr addr) {
  runtime::Shared& shared = runtime::detail::current_runtime("UdpSocket::bind");
  auto fd = sys::socket(addr.ip().is_v6() ? sys::Family::kV6 : sys::Family::kV4, sys::Kind::kDatagram);
  if (!fd) co_return io::fail(fd.error());
  const auto bound = sys::bind(fd->get(), *detail::to_system(addr));
  if (!bound) co_return io::fail(bound.error());
  auto socket = detail::Socket::adopt(shared, fd->release());
  if (!socket) co_return std::unexpected(std::move(socket).error());
  co_return UdpSocket(std::move(*socket));
}

Async<io::Result<UdpSocket>> UdpSocket::bind(std::string_view addr) {
  const auto addrs = co_await ok(lookup_host(addr));
  io::Result<UdpSocket> last = io::fail(io::ErrorKind::kInvalidInput, "there is no address to bind");
  for (const SocketAddr& each : addrs) {
    last = co_await bind(each);
    if (last.has_value()) break;
  }
  co_return last;
}

io::Result<UdpSocket> UdpSocket::from_fd(io::OwnedFd fd) {
  return detail::make_from<UdpSocket>(detail::adopt(std::move(fd), "UdpSocket::from_fd"));
}

Async<io::Result<void>> UdpSocket::connect(SocketAddr addr) const {
  const auto connected = sys::connect(as_raw_fd(), *detail::to_system(addr));
  if (!connected) co_return io::fail(connected.error());
  co_return io::Result<void>();
}

Async<io::Result<void>> UdpSocket::connect(std::string_view addr) const {
  const auto addrs = co_await ok(lookup_host(addr));
  io::Result<void> last = io::fail(io::ErrorKind::kInvalidInput, "there is no address to connect to");
  for (const SocketAddr& each : addrs) {
    last = co_await connect(each);
    if (last.has_value()) break;
  }
  co_return last;
}

io::Result<SocketAddr> UdpSocket::local_addr() const {
  return detail::to_addr<SocketAddr>(sys::local_addr(as_raw_fd()));
}
io::Result<SocketAddr> UdpSocket::peer_addr() const { return detail::to_addr<SocketAddr>(sys::peer_addr(as_raw_fd())); }
std::optional<io::Error> UdpSocket::take_error() const { return detail::take_error(as_raw_fd()); }

io::Result<void> UdpSocket::set_broadcast(bool on) const {
  return detail::set_flag(as_raw_fd(), SocketOption::kBroadcast, on);
}
io::Result<bool> UdpSocket::broadcast() const { return detail::flag(as_raw_fd(), SocketOption::kBroadcast); }
io::Result<void> UdpSocket::set_ttl(std::uint32_t hops) const {
  return detail::set_number(as_raw_fd(), SocketOption::kTtl, hops);
}
io::Result<std::uint32_t> UdpSocket::ttl() const { return detail::number(as_raw_fd(), SocketOption::kTtl); }
io::Result<void> UdpSocket::set_tos(std::uint32_t tos) const { return detail::set_tos(as_raw_fd(), tos); }
io::Result<std::uint32_t> UdpSocket::tos() const { return detail::tos(as_raw_fd()); }

namespace {

io::Result<void> set_membership(int fd, sys::Membership what, IpAddr group, IpAddr interface) {
  if (group.is_v6() || interface.is_v6()) return io::fail(io::ErrorKind::kInvalidInput, "a group of IPv4 was expected");
  return detail::to_result(sys::set_membership(fd, what, detail::to_inet(group), detail::to_inet(interface)));
}
io::Result<void> set_membership(int fd, sys::Membership what, IpAddr group, std::uint32_t interface) {
  if (!group.is_v6()) return io::fail(io::ErrorKind::kInvalidInput, "a group of IPv6 was expected");
  return detail::to_result(sys::set_membership(fd, what, detail::to_inet(group), interface));
}

}  // namespace

io::Result<void> UdpSocket::join_multicast_v4(IpAddr group, IpAddr interface) const {
  return set_membership(as_raw_fd(), sys::Membership::kJoin, group, interface);
}
io::Result<void> UdpSocket::leave_multicast_v4(IpAddr group, IpAddr interface) const {
  return set_membership(as_raw_fd(), sys::Membership::kLeave, group, interface);
}
io::Result<void> UdpSocket::join_multicast_v6(IpAddr group, std::uint32_t interface) const {
  return set_membership(as_raw_fd(), sys::Membership::kJoin, group, interface);
}
io::Result<void> UdpSocket::leave_multicast_v6(IpAddr group, std::uint32_t interface) const {
  return set_membership(as_raw_fd(), sys::Membership::kLeave, group, interface);
}
io::Result<void> UdpSocket::set_multicast_ttl_v4(std::uint32_t hops) const {
  return detail::set_number(as_raw_fd(), SocketOption::kMulticastTtl, hops);
}
io::Result<std::uint32_t> UdpSocket::multicast_ttl_v4() const {
  return detail::number(as_raw_fd(), SocketOption::kMulticastTtl);
}
io::Result<void> UdpSocket::set_multicast_loop_v4(bool on) const {
  return detail::set_flag(as_raw_fd(), SocketOption::kMulticastLoop, on);
}
io::Result<bool> UdpSocket::multicast_loop_v4() const {
  return detail::flag(as_raw_fd(), SocketOption::kMulticastLoop);
}
io::Result<void> UdpSocket::set_multicast_loop_v6(bool on) const {
  return detail::set_flag(as_raw_fd(), SocketOption::kMulticastLoopV6, on);
}
io::Result<bool> UdpSocket::multicast_loop_v6() const {
  return detail::flag(as_raw_fd(), SocketOption::kMulticastLoopV6);
}

}  // namespace heddle::inline v0::net
