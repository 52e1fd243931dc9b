// SPDX-License-Identifier: MIT
// Stdio: what a child gets for a standard stream.
#pragma once

#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>

#include <cstdint>
#include <utility>

namespace heddle::inline v0::process {

class Command;

/// What a child gets for a standard stream.
///
/// Corresponds to Rust's `std::process::Stdio`.
class Stdio {
 public:
  enum class Kind : std::uint8_t { kInherit, kNull, kPiped, kFd };

  /// The same as this process has.
  [[nodiscard]] static Stdio inherit() noexcept { return {Kind::kInherit, io::OwnedFd(-1)}; }
  /// /dev/null: reads the end, and swallows what is written.
  [[nodiscard]] static Stdio null() noexcept { return {Kind::kNull, io::OwnedFd(-1)}; }
  /// A pipe, whose other end the Child has.
  [[nodiscard]] static Stdio piped() noexcept { return {Kind::kPiped, io::OwnedFd(-1)}; }
  /// A file, socket or pipe. The Command keeps it open: who waits for the end of a pipe must drop the Command too.
  [[nodiscard]] static Stdio from_fd(io::OwnedFd fd) noexcept { return {Kind::kFd, std::move(fd)}; }

  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  friend Command;
  Stdio(Kind kind, io::OwnedFd fd) noexcept : fd_(std::move(fd)), kind_(kind) {}

  io::OwnedFd fd_;
  Kind kind_;

  HEDDLE_FIELDS(fd_, kind_);
};

}  // namespace heddle::inline v0::process
