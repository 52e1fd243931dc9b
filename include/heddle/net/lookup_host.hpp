// SPDX-License-Identifier: MIT
// lookup_host: from the name of a host to its addresses.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/io/error.hpp>
#include <heddle/net/socket_addr.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace heddle::inline v0::net {

/// The addresses that a name stands for: "localhost:8080" gives 127.0.0.1:8080 and [::1]:8080, in the system's order of
/// preference. An address in numbers stands for itself.
///
/// Errors      kInvalidInput for text that no host can have: without a port, empty, with a NUL, longer than 253 bytes, or
///             with a label that is empty or longer than 63. kNotFound if there is no such host. kTimedOut if no server
///             answers. kOther for the rest, with the system's words. Awaiting throws runtime::NoRuntime outside a
///             runtime.
/// Cancelling  Safe. The system's lookup can't be interrupted: it goes on by itself, and its answer is dropped.
/// Blocking    Asks the system (getaddrinfo) on a thread for blocking calls, see task::spawn_blocking; an address in
///             numbers asks nobody.
/// Corresponds to Tokio's `net::lookup_host`.
[[nodiscard]] Async<io::Result<std::vector<SocketAddr>>> lookup_host(std::string_view host_and_port);
[[nodiscard]] Async<io::Result<std::vector<SocketAddr>>> lookup_host(std::string_view host, std::uint16_t port);

}  // namespace heddle::inline v0::net
