// SPDX-License-Identifier: MIT
// Connections through Unix sockets.
#include <heddle/net/unix_stream.hpp>

#include <heddle/future/ok.hpp>

#include "net/adopt.hpp"
#include "net/options.hpp"
#include "net/system_addr.hpp"
#include "sys/unix_socket.hpp"

namespace heddle::inline v0::net {

Async<io::Result<UnixStream>> UnixStream::connect(UnixAddr addr) {
  const auto raw = detail::to_system(addr);
  if (!raw) co_return detail::bad_name();
  auto fd = sys::socket(sys::Family::kUnix, sys::Kind::kStream);
  if (!fd) co_return io::fail(fd.error());
  io::OwnedFd owned(fd->release());
  auto socket = co_await ok(detail::connect(std::move(owned), *raw, "UnixStream::connect"));
  co_return UnixStream(std::move(socket));
}

io::Result<UnixStreamPair> UnixStream::pair() {
  auto ends = sys::unix_pair(sys::Kind::kStream);
  if (!ends) return io::fail(ends.error());
  auto first = detail::adopt(std::move(ends->first), "UnixStream::pair");
  if (!first) return std::unexpected(std::move(first).error());
  auto second = detail::adopt(std::move(ends->second), "UnixStream::pair");
  if (!second) return std::unexpected(std::move(second).error());
  return UnixStreamPair(UnixStream(std::move(*first)), UnixStream(std::move(*second)));
}

io::Result<UnixStream> UnixStream::from_fd(io::OwnedFd fd) {
  return detail::make_from<UnixStream>(detail::adopt(std::move(fd), "UnixStream::from_fd"));
}

Async<io::Result<void>> UnixStream::shutdown() { co_return detail::shut_down_write(source()); }

io::Result<UCred> UnixStream::peer_cred() const {
  const auto found = sys::peer_credentials(as_raw_fd());
  if (!found) return io::fail(found.error());
  return UCred(found->uid, found->gid, found->pid != 0 ? std::optional(found->pid) : std::nullopt);
}

std::optional<io::Error> UnixStream::take_error() const { return detail::take_error(as_raw_fd()); }
io::Result<UnixAddr> UnixStream::local_addr() const { return detail::to_addr<UnixAddr>(sys::local_addr(as_raw_fd())); }
io::Result<UnixAddr> UnixStream::peer_addr() const { return detail::to_addr<UnixAddr>(sys::peer_addr(as_raw_fd())); }

}  // namespace heddle::inline v0::net
