// SPDX-License-Identifier: MIT
// What every future on a socket is made of.
#pragma once

#include <heddle/future/poll.hpp>
#include <heddle/io/error.hpp>
#include <heddle/runtime/detail/io_future.hpp>

namespace heddle::inline v0::net::detail {

using runtime::detail::IoFuture;

}  // namespace heddle::inline v0::net::detail
