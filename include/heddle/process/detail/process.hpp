// SPDX-License-Identifier: MIT
// A child as the system has it: who is responsible for its end.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/process/exit_status.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace heddle::inline v0::process::detail {

/// Owns a child process by its pidfd. One that still runs when this is dropped is killed, or left to the reaper.
class Process {
 public:
  Process(std::uint32_t pid, io::OwnedFd pidfd) noexcept : pidfd_(std::move(pidfd)), pid_(pid) {}
  Process(Process&&) noexcept = default;
  Process& operator=(Process&& other) noexcept {
    std::swap(pidfd_, other.pidfd_);
    std::swap(status_, other.status_);
    std::swap(pid_, other.pid_);
    std::swap(kill_on_drop_, other.kill_on_drop_);
    std::swap(lost_, other.lost_);
    return *this;
  }
  ~Process();

  [[nodiscard]] int as_raw_fd() const noexcept { return pidfd_.as_raw_fd(); }
  /// Nothing once it was reaped: the number may be another's then.
  [[nodiscard]] std::optional<std::uint32_t> id() const noexcept {
    if (is_over()) return std::nullopt;
    return pid_;
  }
  void kill_on_drop(bool on) noexcept { kill_on_drop_ = on; }

  [[nodiscard]] io::Result<std::optional<ExitStatus>> try_wait();
  [[nodiscard]] io::Result<void> kill();

 private:
  [[nodiscard]] bool is_over() const noexcept { return status_.has_value() || lost_; }

  io::OwnedFd pidfd_;
  std::optional<ExitStatus> status_;
  std::uint32_t pid_;
  bool kill_on_drop_ = true;  // until it is somebody's
  // Somebody else reaped it, such as a program that ignores SIGCHLD.
  bool lost_ = false;

  HEDDLE_FIELDS(pidfd_, status_, pid_, kill_on_drop_, lost_);
};

}  // namespace heddle::inline v0::process::detail
