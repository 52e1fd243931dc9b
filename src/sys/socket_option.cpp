// SPDX-License-Identifier: MIT
// The system calls behind options.
#include "sys/socket_option.hpp"

#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace heddle::inline v0::sys {

namespace {

struct Name {
  int level;
  int option;
};

Name name_of(SocketOption option) noexcept {
  switch (option) {
    case SocketOption::kReuseAddr: return {SOL_SOCKET, SO_REUSEADDR};
    case SocketOption::kReusePort: return {SOL_SOCKET, SO_REUSEPORT};
    case SocketOption::kKeepAlive: return {SOL_SOCKET, SO_KEEPALIVE};
    case SocketOption::kNoDelay: return {IPPROTO_TCP, TCP_NODELAY};
    case SocketOption::kSendBuffer: return {SOL_SOCKET, SO_SNDBUF};
    case SocketOption::kReceiveBuffer: return {SOL_SOCKET, SO_RCVBUF};
    case SocketOption::kBroadcast: return {SOL_SOCKET, SO_BROADCAST};
    case SocketOption::kTtl: return {IPPROTO_IP, IP_TTL};
    case SocketOption::kTos: return {IPPROTO_IP, IP_TOS};
    case SocketOption::kMulticastTtl: return {IPPROTO_IP, IP_MULTICAST_TTL};
    case SocketOption::kMulticastLoop: return {IPPROTO_IP, IP_MULTICAST_LOOP};
    case SocketOption::kTrafficClass: return {IPPROTO_IPV6, IPV6_TCLASS};
    case SocketOption::kMulticastLoopV6: return {IPPROTO_IPV6, IPV6_MULTICAST_LOOP};
  }
  return {-1, -1};
}

template <class Value>
Outcome<void> set(int fd, Name name, const Value& value) noexcept {
  if (::setsockopt(fd, name.level, name.option, &value, sizeof value) != 0) return std::unexpected(errno);
  return {};
}

template <class Value>
Outcome<Value> get(int fd, Name name) noexcept {
  Value value{};
  socklen_t size = sizeof value;
  if (::getsockopt(fd, name.level, name.option, &value, &size) != 0) return std::unexpected(errno);
  return value;
}

}  // namespace

Outcome<void> set_option(int fd, SocketOption option, int value) noexcept { return set(fd, name_of(option), value); }
Outcome<int> get_option(int fd, SocketOption option) noexcept { return get<int>(fd, name_of(option)); }

Outcome<void> set_linger(int fd, std::optional<int> seconds) noexcept {
  linger value{};
  value.l_onoff = seconds.has_value() ? 1 : 0;
  value.l_linger = seconds.value_or(0);
  return set(fd, {SOL_SOCKET, SO_LINGER}, value);
}

Outcome<std::optional<int>> linger_of(int fd) noexcept {
  const auto value = get<linger>(fd, {SOL_SOCKET, SO_LINGER});
  if (!value) return std::unexpected(value.error());
  return value->l_onoff != 0 ? std::optional(value->l_linger) : std::nullopt;
}

Outcome<void> set_membership(int fd, Membership what, const InetAddr& group, const InetAddr& on) noexcept {
  ip_mreq request{};
  std::memcpy(&request.imr_multiaddr, group.ip.data(), sizeof request.imr_multiaddr);
  std::memcpy(&request.imr_interface, on.ip.data(), sizeof request.imr_interface);
  return set(fd, {IPPROTO_IP, what == Membership::kJoin ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP}, request);
}

Outcome<void> set_membership(int fd, Membership what, const InetAddr& group, std::uint32_t index) noexcept {
  ipv6_mreq request{};
  std::memcpy(&request.ipv6mr_multiaddr, group.ip.data(), sizeof request.ipv6mr_multiaddr);
  request.ipv6mr_interface = index;
  return set(fd, {IPPROTO_IPV6, what == Membership::kJoin ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP}, request);
}

}  // namespace heddle::inline v0::sys
