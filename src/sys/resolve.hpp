// SPDX-License-Identifier: MIT
// Asks the system's resolver for the addresses of a host. Blocks.
#pragma once

#include "sys/socket.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace heddle::inline v0::sys {

/// Why not. kSystem: an errno says.
enum class LookupFailure : std::uint8_t { kNoSuchHost, kTryAgain, kOutOfMemory, kSystem, kOther };

struct LookupError {
  LookupFailure failure;
  int error;         // errno, for kSystem
  std::string what;  // the resolver's words
};

/// `host` has no NUL in it.
[[nodiscard]] std::expected<std::vector<InetAddr>, LookupError> resolve(const std::string& host, std::uint16_t port);

}  // namespace heddle::inline v0::sys
