// SPDX-License-Identifier: MIT
// The system calls behind sockets.
#include "sys/socket.hpp"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

// One buffer for both families, copied in and out: an address is never cast in place.
struct SystemAddr {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* raw() noexcept {
    // SAFETY: sockaddr_storage is made to be seen as a sockaddr.
    return reinterpret_cast<sockaddr*>(&storage);
  }
};

SystemAddr to_system(const InetAddr& addr) noexcept {
  SystemAddr result;
  if (addr.v6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(addr.port);
    v6.sin6_scope_id = addr.scope_id;
    std::memcpy(&v6.sin6_addr, addr.ip.data(), 16);
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.size = sizeof v6;
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(addr.port);
    std::memcpy(&v4.sin_addr, addr.ip.data(), 4);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.size = sizeof v4;
  }
  return result;
}

InetAddr from_system(const SystemAddr& addr) noexcept {
  InetAddr result;
  if (addr.storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &addr.storage, sizeof v6);
    result.v6 = true;
    result.port = ntohs(v6.sin6_port);
    result.scope_id = v6.sin6_scope_id;
    std::memcpy(result.ip.data(), &v6.sin6_addr, 16);
  } else {
    sockaddr_in v4{};
    std::memcpy(&v4, &addr.storage, sizeof v4);
    result.port = ntohs(v4.sin_port);
    std::memcpy(result.ip.data(), &v4.sin_addr, 4);
  }
  return result;
}

std::unexpected<int> failed() noexcept { return std::unexpected(errno); }

Outcome<void> done(int answer) noexcept {
  if (answer != 0) return failed();
  return {};
}

template <class Value>
Outcome<void> set_option(int fd, int level, int name, const Value& value) noexcept {
  return done(::setsockopt(fd, level, name, &value, sizeof value));
}

Outcome<std::size_t> transferred(ssize_t answer) noexcept {
  if (answer < 0) return failed();
  return static_cast<std::size_t>(answer);
}

}  // namespace

bool ended_in_queue(int error) noexcept { return error == ECONNABORTED || error == EPROTO; }

bool parse_ip(std::string_view text, std::array<std::uint8_t, 16>& bytes, bool& v6) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::memcpy(terminated.data(), text.data(), text.size());
  bytes = {};
  v6 = text.find(':') != std::string_view::npos;
  return ::inet_pton(v6 ? AF_INET6 : AF_INET, terminated.data(), bytes.data()) == 1;
}

std::string ip_to_string(const std::array<std::uint8_t, 16>& bytes, bool v6) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
  return text.data();
}

Outcome<Fd> tcp_socket(bool v6) noexcept {
  const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failed();
  return Fd(fd);
}

Outcome<void> listen_on(int fd, const InetAddr& addr, int backlog) noexcept {
  if (auto set = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1); !set) return set;
  SystemAddr system = to_system(addr);
  if (::bind(fd, system.raw(), system.size) != 0) return failed();
  return done(::listen(fd, backlog));
}

Outcome<std::pair<int, InetAddr>> accept(int fd) noexcept {
  SystemAddr peer;
  const int accepted = ::accept4(fd, peer.raw(), &peer.size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (accepted < 0) return failed();
  return std::pair(accepted, from_system(peer));
}

Outcome<Connect> connect(int fd, const InetAddr& addr) noexcept {
  SystemAddr system = to_system(addr);
  if (::connect(fd, system.raw(), system.size) == 0) return Connect::kDone;
  // An interrupted attempt goes on by itself.
  if (errno == EINPROGRESS || errno == EINTR) return Connect::kUnderWay;
  return failed();
}

int take_error(int fd) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Outcome<InetAddr> local_addr(int fd) noexcept {
  SystemAddr addr;
  if (::getsockname(fd, addr.raw(), &addr.size) != 0) return failed();
  return from_system(addr);
}

Outcome<InetAddr> peer_addr(int fd) noexcept {
  SystemAddr addr;
  if (::getpeername(fd, addr.raw(), &addr.size) != 0) return failed();
  return from_system(addr);
}

Outcome<std::size_t> receive(int fd, std::span<std::byte> into, Peek peek) noexcept {
  return transferred(::recv(fd, into.data(), into.size(), peek == Peek::kYes ? MSG_PEEK : 0));
}

Outcome<std::size_t> send(int fd, std::span<const std::byte> from) noexcept {
  return transferred(::send(fd, from.data(), from.size(), MSG_NOSIGNAL));
}

Outcome<void> shut_down(int fd, Half half) noexcept {
  return done(::shutdown(fd, half == Half::kRead ? SHUT_RD : half == Half::kWrite ? SHUT_WR : SHUT_RDWR));
}

Outcome<void> set_nodelay(int fd, bool on) noexcept {
  return set_option(fd, IPPROTO_TCP, TCP_NODELAY, static_cast<int>(on));
}

Outcome<bool> nodelay(int fd) noexcept {
  int on = 0;
  socklen_t size = sizeof on;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size) != 0) return failed();
  return on != 0;
}

Outcome<void> set_linger(int fd, std::optional<int> seconds) noexcept {
  linger value{};
  value.l_onoff = seconds.has_value() ? 1 : 0;
  value.l_linger = seconds.value_or(0);
  return set_option(fd, SOL_SOCKET, SO_LINGER, value);
}

}  // namespace heddle::inline v0::sys
