// SPDX-License-Identifier: MIT
// What the files of sockets use of the steps that wait for a descriptor.
#pragma once

#include <heddle/net/detail/io_future.hpp>

#include "runtime/poll_io.hpp"
#include "sys/socket.hpp"

namespace heddle::inline v0::net::detail {

using runtime::detail::poll_io;
using runtime::detail::runtime_gone;
using runtime::detail::to_result;

}  // namespace heddle::inline v0::net::detail
