// SPDX-License-Identifier: MIT
// Starting processes, and waiting for them by descriptors (pidfd).
#pragma once

#include "sys/socket.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace heddle::inline v0::sys {

/// What a child is to become. All is borrowed for the call.
struct NewProcess {
  /// Paths of the program, tried in turn.
  std::span<const char* const> programs;
  /// They end with a nullptr.
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* directory = nullptr;
  /// What is to be its standard input, output and error; -1: what this process has.
  std::array<int, 3> stdio{-1, -1, -1};
  std::optional<std::uint32_t> user;
  std::optional<std::uint32_t> group;
  std::optional<int> process_group;
};

struct StartedProcess {
  int pid;
  Fd pidfd;
};

/// Returns when the child runs its program, or else with the errno of what failed in it; then it is gone again.
[[nodiscard]] Outcome<StartedProcess> start_process(const NewProcess& plan) noexcept;

/// How a child ended, as wait(2) encodes it; nothing if it runs. Once it was said, the child is gone.
[[nodiscard]] Outcome<std::optional<int>> reap(int pidfd) noexcept;
/// Sends SIGKILL. A child that has ended, and wasn't reaped, doesn't mind.
[[nodiscard]] Outcome<void> kill_process(int pidfd) noexcept;

/// /dev/null, close-on-exec.
[[nodiscard]] Outcome<Fd> open_null() noexcept;
/// The environment of this process: NAME=value.
[[nodiscard]] std::vector<std::string> environment();

}  // namespace heddle::inline v0::sys
