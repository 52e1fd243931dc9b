// SPDX-License-Identifier: MIT
// Sockets: the system calls, with every descriptor close-on-exec and non-blocking, and no SIGPIPE.
#pragma once

#include "sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <array>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace heddle::inline v0::sys {

/// accept failed for a connection that is gone by now; the next one may be fine.
[[nodiscard]] bool ended_in_queue(int error) noexcept;

/// An internet address, free of the system's types.
struct InetAddr {
  std::array<std::uint8_t, 16> ip{};
  std::uint32_t scope_id = 0;
  std::uint16_t port = 0;
  bool v6 = false;
};

/// Text to 4 or 16 bytes and back (inet_pton, inet_ntop).
[[nodiscard]] bool parse_ip(std::string_view text, std::array<std::uint8_t, 16>& bytes, bool& v6) noexcept;
[[nodiscard]] std::string ip_to_string(const std::array<std::uint8_t, 16>& bytes, bool v6);

[[nodiscard]] Outcome<Fd> tcp_socket(bool v6) noexcept;
/// SO_REUSEADDR, bind, listen.
[[nodiscard]] Outcome<void> listen_on(int fd, const InetAddr& addr, int backlog) noexcept;
[[nodiscard]] Outcome<std::pair<int, InetAddr>> accept(int fd) noexcept;
enum class Connect : std::uint8_t { kDone, kUnderWay };
/// kUnderWay: wait for writability, then ask take_error.
[[nodiscard]] Outcome<Connect> connect(int fd, const InetAddr& addr) noexcept;
/// The pending error of a socket: 0 if there is none.
[[nodiscard]] int take_error(int fd) noexcept;
[[nodiscard]] Outcome<InetAddr> local_addr(int fd) noexcept;
[[nodiscard]] Outcome<InetAddr> peer_addr(int fd) noexcept;

enum class Peek : bool { kNo, kYes };
[[nodiscard]] Outcome<std::size_t> receive(int fd, std::span<std::byte> into, Peek peek = Peek::kNo) noexcept;
[[nodiscard]] Outcome<std::size_t> send(int fd, std::span<const std::byte> from) noexcept;

enum class Half : std::uint8_t { kRead, kWrite, kBoth };
[[nodiscard]] Outcome<void> shut_down(int fd, Half half) noexcept;

[[nodiscard]] Outcome<void> set_nodelay(int fd, bool on) noexcept;
[[nodiscard]] Outcome<bool> nodelay(int fd) noexcept;
/// Seconds to wait on close with unsent data; nothing: don't. Zero resets the connection.
[[nodiscard]] Outcome<void> set_linger(int fd, std::optional<int> seconds) noexcept;

}  // namespace heddle::inline v0::sys
