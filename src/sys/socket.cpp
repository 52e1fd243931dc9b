// SPDX-License-Identifier: MIT
// The system calls behind sockets.
#include "sys/socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

static_assert(sizeof(sockaddr_storage) == RawAddr::kRoom && alignof(sockaddr_storage) <= 8);

const sockaddr* raw(const RawAddr& addr) noexcept {
  // SAFETY: a RawAddr has the size and alignment of sockaddr_storage, which is made to be seen as a sockaddr.
  return reinterpret_cast<const sockaddr*>(addr.bytes.data());
}
sockaddr* raw(RawAddr& addr) noexcept {
  // SAFETY: as above.
  return reinterpret_cast<sockaddr*>(addr.bytes.data());
}

// An address is copied in and out: it is never cast in place.
template <class Sockaddr>
RawAddr pack(const Sockaddr& addr, std::size_t size = sizeof(Sockaddr)) noexcept {
  RawAddr result;
  std::memcpy(result.bytes.data(), &addr, size);
  result.size = static_cast<std::uint32_t>(size);
  return result;
}
template <class Sockaddr>
Sockaddr unpack(const RawAddr& addr) noexcept {
  Sockaddr result{};
  std::memcpy(&result, addr.bytes.data(), sizeof result);
  return result;
}

std::unexpected<int> failed() noexcept { return std::unexpected(errno); }

Outcome<void> done(int answer) noexcept {
  if (answer != 0) return failed();
  return {};
}

Outcome<std::size_t> transferred(ssize_t answer) noexcept {
  if (answer < 0) return failed();
  return static_cast<std::size_t>(answer);
}

// So many places of a vectored call are passed on: as many as a caller is likely to have, and little stack.
constexpr std::size_t kMostPlaces = 64;

/// A message to or from several places.
template <class Byte>
class Message {
 public:
  explicit Message(std::span<const std::span<Byte>> places) noexcept {
    const std::size_t count = std::min(places.size(), kMostPlaces);
    for (std::size_t i = 0; i < count; ++i) {
      // SAFETY: an iovec says nothing of const; sendmsg only reads what it names.
      places_[i] = {const_cast<std::byte*>(places[i].data()), places[i].size()};
    }
    header_.msg_iov = places_.data();
    header_.msg_iovlen = count;
  }
  [[nodiscard]] msghdr* header() noexcept { return &header_; }

 private:
  std::array<iovec, kMostPlaces> places_;
  msghdr header_{};
};

}  // namespace

bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }
bool was_interrupted(int error) noexcept { return error == EINTR; }
bool ended_in_queue(int error) noexcept { return error == ECONNABORTED || error == EPROTO; }

void close(int fd) noexcept { ::close(fd); }

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

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

Outcome<Fd> duplicate(int fd) noexcept {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return failed();
  return Fd(copy);
}

Outcome<void> set_nonblocking(int fd, bool on) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return failed();
  const int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  return done(flags == wanted ? 0 : ::fcntl(fd, F_SETFL, wanted));
}

RawAddr to_raw(const InetAddr& addr) noexcept {
  if (addr.v6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(addr.port);
    v6.sin6_scope_id = addr.scope_id;
    std::memcpy(&v6.sin6_addr, addr.ip.data(), 16);
    return pack(v6);
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(addr.port);
  std::memcpy(&v4.sin_addr, addr.ip.data(), 4);
  return pack(v4);
}

InetAddr inet_of(const RawAddr& addr) noexcept {
  InetAddr result;
  if (raw(addr)->sa_family == AF_INET6) {
    const auto v6 = unpack<sockaddr_in6>(addr);
    result.v6 = true;
    result.port = ntohs(v6.sin6_port);
    result.scope_id = v6.sin6_scope_id;
    std::memcpy(result.ip.data(), &v6.sin6_addr, 16);
  } else {
    const auto v4 = unpack<sockaddr_in>(addr);
    result.port = ntohs(v4.sin_port);
    std::memcpy(result.ip.data(), &v4.sin_addr, 4);
  }
  return result;
}

std::optional<RawAddr> unix_to_raw(std::string_view name) noexcept {
  sockaddr_un addr{};
  addr.sun_family = AF_UNIX;
  const bool is_path = !name.empty() && name.front() != '\0';
  // A path ends with a NUL that must have its place; an abstract name is as long as the address says.
  if (name.size() + (is_path ? 1 : 0) > sizeof addr.sun_path) return std::nullopt;
  if (is_path && name.find('\0') != std::string_view::npos) return std::nullopt;
  if (!name.empty()) std::memcpy(addr.sun_path, name.data(), name.size());
  return pack(addr, offsetof(sockaddr_un, sun_path) + name.size() + (is_path ? 1 : 0));
}

std::string unix_name_of(const RawAddr& addr) {
  constexpr std::size_t kPathAt = offsetof(sockaddr_un, sun_path);
  if (addr.size <= kPathAt) return {};
  const auto system = unpack<sockaddr_un>(addr);
  const std::string_view name(system.sun_path, std::min<std::size_t>(addr.size - kPathAt, sizeof system.sun_path));
  if (name.front() == '\0') return std::string(name);
  return std::string(name.substr(0, name.find('\0')));
}

namespace {

int domain_of(Family family) noexcept {
  if (family == Family::kUnix) return AF_UNIX;
  return family == Family::kV6 ? AF_INET6 : AF_INET;
}
int type_of(Kind kind) noexcept {
  return (kind == Kind::kStream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
}

}  // namespace

Outcome<Fd> socket(Family family, Kind kind) noexcept {
  const int fd = ::socket(domain_of(family), type_of(kind), 0);
  if (fd < 0) return failed();
  return Fd(fd);
}

Outcome<std::pair<Fd, Fd>> unix_pair(Kind kind) noexcept {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, type_of(kind), 0, ends.data()) != 0) return failed();
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

Outcome<void> bind(int fd, const RawAddr& addr) noexcept { return done(::bind(fd, raw(addr), addr.size)); }
Outcome<void> listen(int fd, int backlog) noexcept { return done(::listen(fd, backlog)); }

Outcome<std::pair<int, RawAddr>> accept(int fd) noexcept {
  RawAddr peer;
  const int accepted = ::accept4(fd, raw(peer), &peer.size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (accepted < 0) return failed();
  return std::pair(accepted, peer);
}

Outcome<Connect> connect(int fd, const RawAddr& addr) noexcept {
  if (::connect(fd, raw(addr), addr.size) == 0) return Connect::kDone;
  // An interrupted attempt goes on by itself.
  if (errno == EINPROGRESS || errno == EINTR) return Connect::kUnderWay;
  return failed();
}

int take_error(int fd) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Outcome<RawAddr> local_addr(int fd) noexcept {
  RawAddr addr;
  if (::getsockname(fd, raw(addr), &addr.size) != 0) return failed();
  return addr;
}

Outcome<RawAddr> peer_addr(int fd) noexcept {
  RawAddr addr;
  if (::getpeername(fd, raw(addr), &addr.size) != 0) return failed();
  return addr;
}

Outcome<std::size_t> receive(int fd, std::span<std::byte> into, Peek peek) noexcept {
  return transferred(::recv(fd, into.data(), into.size(), peek == Peek::kYes ? MSG_PEEK : 0));
}

Outcome<std::size_t> send(int fd, std::span<const std::byte> from) noexcept {
  return transferred(::send(fd, from.data(), from.size(), MSG_NOSIGNAL));
}

Outcome<std::size_t> receive(int fd, std::span<const std::span<std::byte>> into) noexcept {
  Message<std::byte> message(into);
  return transferred(::recvmsg(fd, message.header(), MSG_CMSG_CLOEXEC));
}

Outcome<std::size_t> send(int fd, std::span<const std::span<const std::byte>> from) noexcept {
  Message<const std::byte> message(from);
  return transferred(::sendmsg(fd, message.header(), MSG_NOSIGNAL));
}

Outcome<std::pair<std::size_t, RawAddr>> receive_from(int fd, std::span<std::byte> into, Peek peek) noexcept {
  RawAddr from;
  const auto count = ::recvfrom(fd, into.data(), into.size(), peek == Peek::kYes ? MSG_PEEK : 0, raw(from), &from.size);
  if (count < 0) return failed();
  return std::pair(static_cast<std::size_t>(count), from);
}

Outcome<std::size_t> send_to(int fd, std::span<const std::byte> from, const RawAddr& to) noexcept {
  return transferred(::sendto(fd, from.data(), from.size(), MSG_NOSIGNAL, raw(to), to.size));
}

Outcome<void> shut_down(int fd, Half half) noexcept {
  return done(::shutdown(fd, half == Half::kRead ? SHUT_RD : half == Half::kWrite ? SHUT_WR : SHUT_RDWR));
}

}  // namespace heddle::inline v0::sys
