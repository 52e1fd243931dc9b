// SPDX-License-Identifier: MIT
// The life of a watched socket.
#include <heddle/net/detail/socket.hpp>

#include <heddle/runtime/spawn.hpp>

#include "net/poll_io.hpp"

namespace heddle::inline v0::net::detail {

using runtime::detail::Direction;

io::Result<Watch> Watch::make(runtime::Shared& shared, int fd) {
  auto source = runtime::detail::watch(shared, fd);
  if (!source) return std::unexpected(std::move(source).error());
  return Watch(**source);
}

namespace {

// What the driver has said meanwhile stays: that moved the tick.
void assume_nothing(Watch::Source& source) noexcept {
  source.clear(Watch::Source::kAssumed, Direction::kRead);
  source.clear(Watch::Source::kAssumed, Direction::kWrite);
}

}  // namespace

io::Result<Watch> watch(int fd, const char* what_for) {
  auto made = Watch::make(runtime::detail::current_runtime(what_for), fd);
  if (made) assume_nothing(made->source());
  return made;
}

io::Result<Socket> Socket::adopt(runtime::Shared& shared, int fd, Assume assume) {
  sys::Fd owner(fd);
  auto watch = Watch::make(shared, fd);
  if (!watch) return std::unexpected(std::move(watch).error());
  static_cast<void>(owner.release());
  if (assume == Assume::kNothing) assume_nothing(watch->source());
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
