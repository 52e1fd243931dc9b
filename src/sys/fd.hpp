// SPDX-License-Identifier: MIT
// Descriptors: who owns them, and what a call on one answers.
#pragma once

#include <expected>
#include <utility>

namespace heddle::inline v0::sys {

/// A value, or an errno.
template <class T>
using Outcome = std::expected<T, int>;

/// EAGAIN, for what is no system call and would have to wait.
extern const int kWouldBlock;
/// What an errno asks of a non-blocking call: wait, or try again.
[[nodiscard]] bool would_block(int error) noexcept;
[[nodiscard]] bool was_interrupted(int error) noexcept;

/// Owns a descriptor.
class Fd {
 public:
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// Closes a descriptor that no Fd owns.
void close(int fd) noexcept;

}  // namespace heddle::inline v0::sys
