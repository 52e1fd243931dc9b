// SPDX-License-Identifier: MIT
// Pipes, with and without a name: descriptors that are close-on-exec and non-blocking, and writes without SIGPIPE.
#pragma once

#include "sys/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace heddle::inline v0::sys {

/// The reading end, and the writing end.
[[nodiscard]] Outcome<std::pair<Fd, Fd>> pipe() noexcept;

enum class Access : std::uint8_t { kRead, kWrite, kBoth };
[[nodiscard]] Outcome<Fd> open_fifo(const char* path, Access access) noexcept;
[[nodiscard]] Outcome<bool> is_pipe(int fd) noexcept;
/// How a descriptor was opened.
[[nodiscard]] Outcome<Access> access_of(int fd) noexcept;

[[nodiscard]] Outcome<std::size_t> read(int fd, std::span<std::byte> into) noexcept;
[[nodiscard]] Outcome<std::size_t> read(int fd, std::span<const std::span<std::byte>> into) noexcept;
/// A pipe that nobody reads is EPIPE, and no signal, whatever the program does with SIGPIPE.
[[nodiscard]] Outcome<std::size_t> write(int fd, std::span<const std::byte> from) noexcept;
[[nodiscard]] Outcome<std::size_t> write(int fd, std::span<const std::span<const std::byte>> from) noexcept;

}  // namespace heddle::inline v0::sys
