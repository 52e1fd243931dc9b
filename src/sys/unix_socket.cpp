// SPDX-License-Identifier: MIT
// SCM_RIGHTS and SO_PEERCRED.
#include "sys/unix_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/uio.h>

namespace heddle::inline v0::sys {

namespace {

/// The room that a message needs beside its bytes.
using Control = std::array<std::byte, CMSG_SPACE(kMostFdsOfMessage * sizeof(int))>;

msghdr header_of(iovec& place, Control& control, std::size_t fds) noexcept {
  msghdr header{};
  header.msg_iov = &place;
  header.msg_iovlen = 1;
  if (fds != 0) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(fds * sizeof(int));
  }
  return header;
}

void take_fds(msghdr& header, std::vector<Fd>& fds) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof fd);
      fds.emplace_back(fd);
    }
  }
}

}  // namespace

Outcome<Credentials> peer_credentials(int fd) noexcept {
  ucred found{};
  socklen_t size = sizeof found;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) return std::unexpected(errno);
  return Credentials{found.uid, found.gid, found.pid};
}

Outcome<std::size_t> send_fds(int fd, std::span<const std::byte> from, std::span<const int> fds) {
  alignas(cmsghdr) Control control{};
  // SAFETY: an iovec says nothing of const; sendmsg only reads what it names.
  iovec place{const_cast<std::byte*>(from.data()), from.size()};
  msghdr header = header_of(place, control, fds.size());
  if (!fds.empty()) {
    cmsghdr* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(part), fds.data(), fds.size_bytes());
  }
  const auto sent = ::sendmsg(fd, &header, MSG_NOSIGNAL);
  if (sent < 0) return std::unexpected(errno);
  return static_cast<std::size_t>(sent);
}

Outcome<Received> receive_fds(int fd, std::span<std::byte> into, std::size_t most) {
  alignas(cmsghdr) Control control{};
  iovec place{into.data(), into.size()};
  const std::size_t room = std::min(most, kMostFdsOfMessage);
  Received received{0, {}, false};
  // Before the call: if there is no memory, nothing has been received.
  received.fds.reserve(room + 1);
  msghdr header = header_of(place, control, room);
  const auto count = ::recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
  if (count < 0) return std::unexpected(errno);
  take_fds(header, received.fds);
  received.size = static_cast<std::size_t>(count);
  // CMSG_SPACE rounds up: one more than there is room for may have come.
  received.truncated = (header.msg_flags & MSG_CTRUNC) != 0 || received.fds.size() > most;
  while (received.fds.size() > most) received.fds.pop_back();
  return received;
}

}  // namespace heddle::inline v0::sys
