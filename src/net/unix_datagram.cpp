// SPDX-License-Identifier: MIT
// Sockets of datagrams with names of Unix sockets.
#include <heddle/net/unix_datagram.hpp>

#include "net/adopt.hpp"
#include "net/options.hpp"
#include "net/system_addr.hpp"

namespace heddle::inline v0::net {

namespace {

io::Result<detail::Socket> make(const char* what_for, const UnixAddr* addr) {
  runtime::Shared& shared = runtime::detail::current_runtime(what_for);
  auto fd = sys::socket(sys::Family::kUnix, sys::Kind::kDatagram);
  if (!fd) return io::fail(fd.error());
  if (addr != nullptr) {
    const auto raw = detail::to_system(*addr);
    if (!raw) return detail::bad_name();
    if (const auto bound = sys::bind(fd->get(), *raw); !bound) return io::fail(bound.error());
  }
  return detail::Socket::adopt(shared, fd->release());
}

}  // namespace

io::Result<UnixDatagram> UnixDatagram::bind(const UnixAddr& addr) {
  return detail::make_from<UnixDatagram>(make("UnixDatagram::bind", &addr));
}

io::Result<UnixDatagram> UnixDatagram::unbound() {
  return detail::make_from<UnixDatagram>(make("UnixDatagram::unbound", nullptr));
}

io::Result<UnixDatagramPair> UnixDatagram::pair() {
  auto ends = sys::unix_pair(sys::Kind::kDatagram);
  if (!ends) return io::fail(ends.error());
  auto first = detail::adopt(std::move(ends->first), "UnixDatagram::pair");
  if (!first) return std::unexpected(std::move(first).error());
  auto second = detail::adopt(std::move(ends->second), "UnixDatagram::pair");
  if (!second) return std::unexpected(std::move(second).error());
  return UnixDatagramPair(UnixDatagram(std::move(*first)), UnixDatagram(std::move(*second)));
}

io::Result<UnixDatagram> UnixDatagram::from_fd(io::OwnedFd fd) {
  return detail::make_from<UnixDatagram>(detail::adopt(std::move(fd), "UnixDatagram::from_fd"));
}

io::Result<void> UnixDatagram::connect(const UnixAddr& addr) const {
  const auto raw = detail::to_system(addr);
  if (!raw) return detail::bad_name();
  const auto connected = sys::connect(as_raw_fd(), *raw);
  if (!connected) return io::fail(connected.error());
  return {};
}

io::Result<void> UnixDatagram::shutdown(Shutdown how) const {
  sys::Half half = sys::Half::kBoth;
  if (how == Shutdown::kRead) half = sys::Half::kRead;
  if (how == Shutdown::kWrite) half = sys::Half::kWrite;
  return detail::to_result(sys::shut_down(as_raw_fd(), half));
}

io::Result<UnixAddr> UnixDatagram::local_addr() const {
  return detail::to_addr<UnixAddr>(sys::local_addr(as_raw_fd()));
}
io::Result<UnixAddr> UnixDatagram::peer_addr() const { return detail::to_addr<UnixAddr>(sys::peer_addr(as_raw_fd())); }
std::optional<io::Error> UnixDatagram::take_error() const { return detail::take_error(as_raw_fd()); }

}  // namespace heddle::inline v0::net
