// SPDX-License-Identifier: MIT
// IpAddr and SocketAddr: numeric internet addresses, parsed and printed.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/marker/fields.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace heddle::inline v0::net {

/// An IPv4 or IPv6 address. Corresponds to Rust's `std::net::IpAddr`.
class IpAddr {
 public:
  [[nodiscard]] static constexpr IpAddr v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) noexcept {
    return IpAddr(Bytes{a, b, c, d}, false);
  }
  [[nodiscard]] static constexpr IpAddr v6(const std::array<std::uint8_t, 16>& bytes) noexcept {
    return IpAddr(bytes, true);
  }
  /// 127.0.0.1 and 0.0.0.0.
  [[nodiscard]] static constexpr IpAddr localhost() noexcept { return v4(127, 0, 0, 1); }
  [[nodiscard]] static constexpr IpAddr unspecified() noexcept { return v4(0, 0, 0, 0); }

  /// Parses "127.0.0.1" or "::1". Errors: kInvalidInput.
  [[nodiscard]] static io::Result<IpAddr> parse(std::string_view text);

  [[nodiscard]] constexpr bool is_v6() const noexcept { return v6_; }
  [[nodiscard]] constexpr bool is_loopback() const noexcept {
    if (!v6_) return bytes_[0] == 127;
    Bytes one{};
    one[15] = 1;
    return bytes_ == one;
  }
  /// In network order: the first 4 of an IPv4 address count.
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }

  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const IpAddr&, const IpAddr&) noexcept = default;

 private:
  using Bytes = std::array<std::uint8_t, 16>;
  constexpr IpAddr(const Bytes& bytes, bool v6) noexcept : v6_(v6), bytes_(bytes) {}

  bool v6_;
  Bytes bytes_;

  HEDDLE_FIELDS(v6_, bytes_);
};

/// An address and a port. Corresponds to Rust's `std::net::SocketAddr`.
class SocketAddr {
 public:
  constexpr SocketAddr(IpAddr ip, std::uint16_t port, std::uint32_t scope_id = 0) noexcept
      : ip_(ip), scope_id_(scope_id), port_(port) {}

  /// Parses "127.0.0.1:8080" or "[::1]:8080". Numeric only: names are for lookup. Errors: kInvalidInput.
  [[nodiscard]] static io::Result<SocketAddr> parse(std::string_view text);

  [[nodiscard]] constexpr const IpAddr& ip() const noexcept { return ip_; }
  [[nodiscard]] constexpr std::uint16_t port() const noexcept { return port_; }
  /// The interface of a link-local IPv6 address; else 0.
  [[nodiscard]] constexpr std::uint32_t scope_id() const noexcept { return scope_id_; }

  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const SocketAddr&, const SocketAddr&) noexcept = default;

 private:
  IpAddr ip_;
  std::uint32_t scope_id_;
  std::uint16_t port_;

  HEDDLE_FIELDS(ip_, scope_id_, port_);
};

}  // namespace heddle::inline v0::net
