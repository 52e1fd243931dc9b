// SPDX-License-Identifier: MIT
// Closing and duplicating descriptors.
#include <heddle/io/owned_fd.hpp>

#include "sys/socket.hpp"

namespace heddle::inline v0::io {

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) sys::close(fd_);
}

Result<OwnedFd> OwnedFd::try_clone() const {
  auto copy = sys::duplicate(fd_);
  if (!copy) return fail(copy.error());
  return OwnedFd(copy->release());
}

}  // namespace heddle::inline v0::io
