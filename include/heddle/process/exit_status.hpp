// SPDX-License-Identifier: MIT
// ExitStatus: how a process ended. Output: that, and what it wrote.
#pragma once

#include <heddle/marker/fields.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heddle::inline v0::process {

/// How a process ended: by itself, with a code, or by a signal.
///
/// Corresponds to Rust's `std::process::ExitStatus`.
class ExitStatus {
 public:
  /// From what wait(2) says. Rust's `ExitStatusExt::from_raw`.
  [[nodiscard]] static ExitStatus from_raw(int wait_status) noexcept { return ExitStatus(wait_status); }
  [[nodiscard]] int into_raw() const noexcept { return raw_; }

  /// It ended by itself, with code 0.
  [[nodiscard]] bool success() const noexcept { return raw_ == 0; }
  /// What it gave to exit, 0 to 255; nothing if a signal ended it.
  [[nodiscard]] std::optional<int> code() const noexcept {
    if (signal_bits() != 0) return std::nullopt;
    return (raw_ >> 8) & 0xff;
  }
  /// The signal that ended it; nothing if it ended by itself.
  [[nodiscard]] std::optional<int> signal() const noexcept {
    if (signal_bits() == 0) return std::nullopt;
    return signal_bits();
  }
  [[nodiscard]] bool core_dumped() const noexcept { return signal_bits() != 0 && (raw_ & kCore) != 0; }

  /// For people: "exit status: 1", "signal: 9".
  [[nodiscard]] std::string message() const;

  friend bool operator==(const ExitStatus&, const ExitStatus&) noexcept = default;

 private:
  static constexpr int kCore = 0x80;
  explicit ExitStatus(int raw) noexcept : raw_(raw) {}
  [[nodiscard]] int signal_bits() const noexcept { return raw_ & 0x7f; }

  int raw_;

  HEDDLE_FIELDS(raw_);
};

/// How a process ended, and what it wrote. Rust's `std::process::Output`.
struct Output {
  ExitStatus status;
  std::vector<std::byte> stdout_;
  std::vector<std::byte> stderr_;

  Output(ExitStatus how, std::vector<std::byte> out, std::vector<std::byte> err) noexcept
      : status(how), stdout_(std::move(out)), stderr_(std::move(err)) {}
  HEDDLE_FIELDS(status, stdout_, stderr_);
};

}  // namespace heddle::inline v0::process
