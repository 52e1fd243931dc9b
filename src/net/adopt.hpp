// SPDX-License-Identifier: MIT
// Sockets that come from elsewhere, and connecting, for every kind of stream.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/net/detail/socket.hpp>
#include <heddle/runtime/spawn.hpp>

#include "sys/socket.hpp"

namespace heddle::inline v0::net::detail {

/// Hands a descriptor to the current runtime, non-blocking. Throws NoRuntime, saying what needed it.
[[nodiscard]] io::Result<Socket> adopt(io::OwnedFd fd, const char* what_for,
                                       runtime::detail::Readiness initial = Socket::Source::kAssumed);

/// The same for a socket that was just made.
[[nodiscard]] inline io::Result<Socket> adopt(sys::Fd fd, const char* what_for) {
  return Socket::adopt(runtime::detail::current_runtime(what_for), fd.release());
}

/// Connects `fd`, and waits for that.
[[nodiscard]] Async<io::Result<Socket>> connect(io::OwnedFd fd, const sys::RawAddr& addr, const char* what_for);

}  // namespace heddle::inline v0::net::detail
