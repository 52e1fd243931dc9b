// SPDX-License-Identifier: MIT
// The life of a watched descriptor.
#include <heddle/runtime/detail/watched_fd.hpp>

#include "sys/fd.hpp"

namespace heddle::inline v0::runtime::detail {

io::Result<WatchedFd> WatchedFd::adopt(Shared& shared, int fd) {
  sys::Fd owner(fd);
  auto source = watch(shared, fd);
  if (!source) return std::unexpected(source.error());
  static_cast<void>(owner.release());
  return WatchedFd(**source);
}

int WatchedFd::release() noexcept {
  IoSource& source = *std::exchange(source_, nullptr);
  const int fd = source.fd();
  unwatch(source);
  return fd;
}

void WatchedFd::close() noexcept { sys::close(release()); }

}  // namespace heddle::inline v0::runtime::detail
