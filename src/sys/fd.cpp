// SPDX-License-Identifier: MIT
// Closing, and the errors that ask for another try.
#include "sys/fd.hpp"

#include <cerrno>

#include <unistd.h>

namespace heddle::inline v0::sys {

constinit const int kWouldBlock = EAGAIN;

bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }
bool was_interrupted(int error) noexcept { return error == EINTR; }

void close(int fd) noexcept { ::close(fd); }

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace heddle::inline v0::sys
