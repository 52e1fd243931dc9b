// SPDX-License-Identifier: MIT
// What only Unix sockets can: descriptors that are passed, and who is at the other end.
#pragma once

#include "sys/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heddle::inline v0::sys {

struct Credentials {
  std::uint32_t uid;
  std::uint32_t gid;
  std::int32_t pid;
};
[[nodiscard]] Outcome<Credentials> peer_credentials(int fd) noexcept;

/// So many descriptors go with one message at most (SCM_MAX_FD).
inline constexpr std::size_t kMostFdsOfMessage = 253;

[[nodiscard]] Outcome<std::size_t> send_fds(int fd, std::span<const std::byte> from, std::span<const int> fds);

struct Received {
  std::size_t size;
  std::vector<Fd> fds;
  bool truncated;
};
[[nodiscard]] Outcome<Received> receive_fds(int fd, std::span<std::byte> into, std::size_t most);

}  // namespace heddle::inline v0::sys
