// SPDX-License-Identifier: MIT
// Options of sockets as the user sets and reads them.
#pragma once

#include <heddle/io/error.hpp>

#include "net/poll_io.hpp"
#include "sys/socket_option.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace heddle::inline v0::net::detail {

inline io::Result<void> set_flag(int fd, sys::SocketOption option, bool on) {
  return to_result(sys::set_option(fd, option, on ? 1 : 0));
}
inline io::Result<bool> flag(int fd, sys::SocketOption option) {
  const auto value = sys::get_option(fd, option);
  if (!value) return io::fail(value.error());
  return *value != 0;
}

/// Beyond what the system's int takes, its largest.
inline io::Result<void> set_number(int fd, sys::SocketOption option, std::uint32_t value) {
  constexpr std::uint32_t kMost = std::numeric_limits<int>::max();
  return to_result(sys::set_option(fd, option, static_cast<int>(std::min(value, kMost))));
}
inline io::Result<std::uint32_t> number(int fd, sys::SocketOption option) {
  const auto value = sys::get_option(fd, option);
  if (!value) return io::fail(value.error());
  return static_cast<std::uint32_t>(*value);
}

inline io::Result<void> set_linger(int fd, std::optional<std::chrono::seconds> duration) {
  constexpr std::chrono::seconds kMost(std::numeric_limits<int>::max());
  std::optional<int> seconds;
  if (duration.has_value()) seconds = static_cast<int>(std::clamp(*duration, std::chrono::seconds(0), kMost).count());
  return to_result(sys::set_linger(fd, seconds));
}
inline io::Result<std::optional<std::chrono::seconds>> linger(int fd) {
  const auto value = sys::linger_of(fd);
  if (!value) return io::fail(value.error());
  std::optional<std::chrono::seconds> duration;
  if (value->has_value()) duration = std::chrono::seconds(**value);
  return duration;
}

/// Which of two options an address family has, asked by trying: that of IPv6 where there is one.
inline io::Result<void> set_either(int fd, sys::SocketOption v6, sys::SocketOption v4, std::uint32_t value) {
  if (auto set = set_number(fd, v6, value)) return set;
  return set_number(fd, v4, value);
}
inline io::Result<std::uint32_t> either(int fd, sys::SocketOption v6, sys::SocketOption v4) {
  if (auto value = number(fd, v6)) return value;
  return number(fd, v4);
}
inline io::Result<void> set_tos(int fd, std::uint32_t value) {
  return set_either(fd, sys::SocketOption::kTrafficClass, sys::SocketOption::kTos, value);
}
inline io::Result<std::uint32_t> tos(int fd) {
  return either(fd, sys::SocketOption::kTrafficClass, sys::SocketOption::kTos);
}

inline std::optional<io::Error> take_error(int fd) {
  const int error = sys::take_error(fd);
  if (error == 0) return std::nullopt;
  return io::Error::from_raw_os_error(error);
}

}  // namespace heddle::inline v0::net::detail
