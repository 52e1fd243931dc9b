// SPDX-License-Identifier: MIT
// The life of a watched socket.
#include <heddle/net/detail/socket.hpp>

#include <heddle/runtime/spawn.hpp>

#include "net/poll_io.hpp"

namespace heddle::inline v0::net::detail {

io::Result<Watch> watch(int fd, const char* what_for) {
  return Watch::make(runtime::detail::current_runtime(what_for), fd, Watch::Source::kNothing);
}

io::Result<Socket> Socket::adopt(runtime::Shared& shared, int fd, runtime::detail::Readiness initial) {
  sys::Fd owner(fd);
  auto watch = Watch::make(shared, fd, initial);
  if (!watch) return std::unexpected(std::move(watch).error());
  static_cast<void>(owner.release());
  return Socket(std::move(*watch));
}

io::OwnedFd Socket::release() && noexcept {
  const int fd = source().fd();
  watch_.end();
  return io::OwnedFd(fd);
}

void Socket::close() noexcept {
  const int fd = source().fd();
  watch_.end();
  sys::close(fd);
}

}  // namespace heddle::inline v0::net::detail
