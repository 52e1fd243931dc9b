// SPDX-License-Identifier: MIT
// OwnedFd: a descriptor that is closed when its owner goes.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/marker/fields.hpp>

#include <concepts>
#include <utility>

namespace heddle::inline v0::io {

/// Owns a descriptor of the system. Empty (-1) after a move.
///
/// Corresponds to Rust's `std::os::fd::OwnedFd`.
class OwnedFd {
 public:
  /// Takes `fd`, which nobody else may own. Rust's `from_raw_fd`.
  explicit OwnedFd(int fd) noexcept : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedFd();

  [[nodiscard]] int as_raw_fd() const noexcept { return fd_; }
  /// Gives the descriptor away: closing it is the caller's from now on.
  [[nodiscard]] int into_raw_fd() && noexcept { return std::exchange(fd_, -1); }

  /// Another descriptor for the same file, close-on-exec. Errors: kTooManyOpenFiles, or the system's code.
  [[nodiscard]] Result<OwnedFd> try_clone() const;

 private:
  int fd_;

  HEDDLE_FIELDS(fd_);
};

/// Has a descriptor and keeps it open: `as_raw_fd()` says which. Rust's `AsRawFd`.
template <class T>
concept AsRawFd = requires(const T& owner) {
  { owner.as_raw_fd() } -> std::convertible_to<int>;
};

}  // namespace heddle::inline v0::io
