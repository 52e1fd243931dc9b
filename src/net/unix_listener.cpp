// SPDX-License-Identifier: MIT
// Listening at the name of a Unix socket.
#include <heddle/net/unix_listener.hpp>

#include "net/adopt.hpp"
#include "net/poll_io.hpp"
#include "net/system_addr.hpp"

namespace heddle::inline v0::net {

namespace {

// As TcpListener's.
constexpr int kBacklog = 1024;

}  // namespace

io::Result<UnixListener> UnixListener::bind(const UnixAddr& addr) {
  runtime::Shared& shared = runtime::detail::current_runtime("UnixListener::bind");
  const auto raw = detail::to_system(addr);
  if (!raw) return detail::bad_name();
  auto fd = sys::socket(sys::Family::kUnix, sys::Kind::kStream);
  if (!fd) return io::fail(fd.error());
  if (const auto bound = sys::bind(fd->get(), *raw); !bound) return io::fail(bound.error());
  if (const auto listening = sys::listen(fd->get(), kBacklog); !listening) return io::fail(listening.error());
  return detail::make_from<UnixListener>(detail::Socket::adopt(shared, fd->release()));
}

io::Result<UnixListener> UnixListener::from_fd(io::OwnedFd fd) {
  return detail::make_from<UnixListener>(detail::adopt(std::move(fd), "UnixListener::from_fd"));
}

io::Result<UnixAddr> UnixListener::local_addr() const {
  return detail::to_addr<UnixAddr>(sys::local_addr(as_raw_fd()));
}

}  // namespace heddle::inline v0::net
