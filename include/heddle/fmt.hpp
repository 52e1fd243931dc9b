// SPDX-License-Identifier: MIT
// Formatters for {fmt}: include this beside <fmt/format.h> to print heddle's addresses and errors.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/net/socket_addr.hpp>
#include <heddle/net/unix_addr.hpp>
#include <heddle/runtime/join_error.hpp>

#include <fmt/format.h>

#include <string_view>

namespace heddle::inline v0::fmt_support {

/// Prints what `text(value)` gives, with the format of a string: "{:>20}" works.
template <class T, auto text>
struct AsText : fmt::formatter<std::string_view> {
  template <class FormatContext>
  auto format(const T& value, FormatContext& context) const {
    return fmt::formatter<std::string_view>::format(text(value), context);
  }
};

inline constexpr auto to_string = [](const auto& value) { return value.to_string(); };
inline constexpr auto message = [](const auto& value) { return value.message(); };

}  // namespace heddle::inline v0::fmt_support

template <>
struct fmt::formatter<heddle::net::IpAddr>
    : heddle::fmt_support::AsText<heddle::net::IpAddr, heddle::fmt_support::to_string> {};

template <>
struct fmt::formatter<heddle::net::SocketAddr>
    : heddle::fmt_support::AsText<heddle::net::SocketAddr, heddle::fmt_support::to_string> {};

template <>
struct fmt::formatter<heddle::net::UnixAddr>
    : heddle::fmt_support::AsText<heddle::net::UnixAddr, heddle::fmt_support::to_string> {};

template <>
struct fmt::formatter<heddle::io::Error>
    : heddle::fmt_support::AsText<heddle::io::Error, heddle::fmt_support::message> {};

template <>
struct fmt::formatter<heddle::task::JoinError>
    : heddle::fmt_support::AsText<heddle::task::JoinError, heddle::fmt_support::message> {};
