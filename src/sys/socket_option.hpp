// SPDX-License-Identifier: MIT
// Options of sockets: one table of those that are a number.
#pragma once

#include "sys/socket.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace heddle::inline v0::sys {

enum class SocketOption : std::uint8_t {
  kReuseAddr,
  kReusePort,
  kKeepAlive,
  kNoDelay,
  kSendBuffer,
  kReceiveBuffer,
  kBroadcast,
  kTtl,
  kTos,
  kMulticastTtl,
  kMulticastLoop,
  kTrafficClass,
  kMulticastLoopV6,
};

[[nodiscard]] Outcome<void> set_option(int fd, SocketOption option, int value) noexcept;
[[nodiscard]] Outcome<int> get_option(int fd, SocketOption option) noexcept;

/// Seconds to wait on close with unsent data; nothing: don't. Zero resets the connection.
[[nodiscard]] Outcome<void> set_linger(int fd, std::optional<int> seconds) noexcept;
[[nodiscard]] Outcome<std::optional<int>> linger_of(int fd) noexcept;

enum class Membership : std::uint8_t { kJoin, kLeave };
/// Of a multicast group, on an interface that is named by its address, or by its index.
[[nodiscard]] Outcome<void> set_membership(int fd, Membership what, const InetAddr& group, const InetAddr& on) noexcept;
[[nodiscard]] Outcome<void> set_membership(int fd, Membership what, const InetAddr& group,
                                           std::uint32_t index) noexcept;

}  // namespace heddle::inline v0::sys
