// SPDX-License-Identifier: MIT
// TryLockError: the lock is held by somebody else.
#pragma once

namespace heddle::inline v0::async {

/// The lock couldn't be had at once. Corresponds to Tokio's `sync::TryLockError`.
class TryLockError {
 public:
  explicit TryLockError() noexcept {}
  [[nodiscard]] static const char* message() noexcept { return "operation would block"; }
  friend bool operator==(TryLockError, TryLockError) noexcept { return true; }
};

}  // namespace heddle::inline v0::async
