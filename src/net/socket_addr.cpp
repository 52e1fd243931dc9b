// SPDX-License-Identifier: MIT
// Parsing and printing of addresses.
#include <heddle/net/socket_addr.hpp>

#include "sys/socket.hpp"

#include <charconv>
#include <system_error>

namespace heddle::inline v0::net {

io::Result<IpAddr> IpAddr::parse(std::string_view text) {
  Bytes bytes{};
  bool v6 = false;
  if (!sys::parse_ip(text, bytes, v6)) return io::fail(io::ErrorKind::kInvalidInput, "invalid IP address syntax");
  return IpAddr(bytes, v6);
}

std::string IpAddr::to_string() const { return sys::ip_to_string(bytes_, v6_); }

namespace {

template <class Number>
bool parse_number(std::string_view text, Number& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::unexpected<io::Error> invalid() {
  return io::fail(io::ErrorKind::kInvalidInput, "invalid socket address syntax: expected 127.0.0.1:80 or [::1]:80");
}

}  // namespace

io::Result<SocketAddr> SocketAddr::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid();
  std::string_view host = text.substr(0, colon);
  std::uint16_t port = 0;
  if (!parse_number(text.substr(colon + 1), port)) return invalid();

  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  std::uint32_t scope_id = 0;
  if (const std::size_t percent = host.find('%'); bracketed && percent != std::string_view::npos) {
    if (!parse_number(host.substr(percent + 1), scope_id)) return invalid();
    host = host.substr(0, percent);
  }
  const auto ip = IpAddr::parse(host);
  if (!ip || ip->is_v6() != bracketed) return invalid();
  return SocketAddr(*ip, port, scope_id);
}

std::string SocketAddr::to_string() const {
  const std::string port = std::to_string(port_);
  if (!ip_.is_v6()) return ip_.to_string() + ":" + port;
  const std::string scope = scope_id_ == 0 ? "" : "%" + std::to_string(scope_id_);
  return "[" + ip_.to_string() + scope + "]:" + port;
}

}  // namespace heddle::inline v0::net
