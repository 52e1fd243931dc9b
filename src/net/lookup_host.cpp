// SPDX-License-Identifier: MIT
// Looking up hosts on a thread for blocking calls.
#include <heddle/net/lookup_host.hpp>

#include <heddle/future/ok.hpp>
#include <heddle/runtime/spawn_blocking.hpp>

#include "net/system_addr.hpp"
#include "sys/resolve.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace heddle::inline v0::net {

namespace {

using Addrs = std::vector<SocketAddr>;

/// Why `host` can't be the name of one; nullptr if it can.
const char* objection_to(std::string_view host) noexcept {
  // RFC 1035, 2.3.4: what doesn't fit can't exist, and resolvers cut it, or ask for something else.
  constexpr std::size_t kLongestName = 253;
  constexpr std::size_t kLongestLabel = 63;
  if (host.empty()) return "a host name is empty";
  if (host.find('\0') != std::string_view::npos) return "a host name contains a NUL";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() > kLongestName) return "a host name is longer than 253 bytes";
  for (std::size_t at = 0; at <= host.size();) {
    const std::size_t end = std::min(host.find('.', at), host.size());
    if (end == at) return "a host name has an empty label";
    if (end - at > kLongestLabel) return "a host name has a label longer than 63 bytes";
    at = end + 1;
  }
  return nullptr;
}

io::Error error_of(const sys::LookupError& error) {
  switch (error.failure) {
    case sys::LookupFailure::kNoSuchHost:
      return io::Error(io::ErrorKind::kNotFound, "failed to look up the host: " + error.what);
    case sys::LookupFailure::kTryAgain:
      return io::Error(io::ErrorKind::kTimedOut, "failed to look up the host: " + error.what);
    case sys::LookupFailure::kOutOfMemory:
      return io::Error(io::ErrorKind::kOutOfMemory, "failed to look up the host: " + error.what);
    case sys::LookupFailure::kSystem: return io::Error::from_raw_os_error(error.error);
    case sys::LookupFailure::kOther: break;
  }
  return io::Error(io::ErrorKind::kOther, "failed to look up the host: " + error.what);
}

io::Result<Addrs> ask_system(const std::string& host, std::uint16_t port) {
  const auto found = sys::resolve(host, port);
  if (!found) return std::unexpected(error_of(found.error()));
  Addrs addrs;
  for (const sys::InetAddr& each : *found) addrs.push_back(detail::from_system<SocketAddr>(sys::to_raw(each)));
  return addrs;
}

}  // namespace

Async<io::Result<Addrs>> lookup_host(std::string_view host, std::uint16_t port) {
  if (const auto ip = IpAddr::parse(host)) co_return Addrs{SocketAddr(*ip, port)};
  if (const char* objection = objection_to(host)) co_return io::fail(io::ErrorKind::kInvalidInput, objection);
  auto asking = task::spawn_blocking([](std::string name, std::uint16_t number) { return ask_system(name, number); },
                                     std::string(host), port);
  auto answer = co_await asking;
  if (!answer) co_return io::fail(io::ErrorKind::kOther, "the lookup of a host was given up: the runtime shuts down");
  co_return std::move(*answer);
}

Async<io::Result<Addrs>> lookup_host(std::string_view host_and_port) {
  if (const auto addr = SocketAddr::parse(host_and_port)) co_return Addrs{*addr};
  const std::size_t colon = host_and_port.rfind(':');
  const std::string_view digits = colon == std::string_view::npos ? "" : host_and_port.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || host_and_port.starts_with('[')) {
    co_return io::fail(
        io::ErrorKind::kInvalidInput,
        "invalid socket address: expected 127.0.0.1:80, [::1]:80, or a host with a port, example.org:80");
  }
  co_return co_await lookup_host(host_and_port.substr(0, colon), port);
}

}  // namespace heddle::inline v0::net
