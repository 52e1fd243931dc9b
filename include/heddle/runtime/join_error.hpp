// SPDX-License-Identifier: MIT
// JoinError: why a task gave no value: it was cancelled, or an exception left it.
#pragma once

#include <heddle/marker/fields.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace heddle::inline v0::task {

/// Names a task; unique while the process lives. Corresponds to Tokio's `task::Id`.
class Id {
 public:
  explicit constexpr Id(std::uint64_t number) noexcept : number_(number) {}
  [[nodiscard]] constexpr std::uint64_t number() const noexcept { return number_; }
  friend constexpr auto operator<=>(Id, Id) noexcept = default;

 private:
  std::uint64_t number_;

  HEDDLE_FIELDS(number_);
};

/// Why awaiting a JoinHandle gave no value.
///
/// Corresponds to Tokio's `task::JoinError`.
class JoinError {
 public:
  [[nodiscard]] static JoinError cancelled(Id id) noexcept { return JoinError(id, nullptr); }
  [[nodiscard]] static JoinError panic(Id id, std::exception_ptr exception) noexcept {
    return JoinError(id, std::move(exception));
  }

  /// The task was aborted, or its runtime shut down, before it ended.
  [[nodiscard]] bool is_cancelled() const noexcept { return exception_ == nullptr; }
  /// An exception left the task.
  [[nodiscard]] bool is_panic() const noexcept { return exception_ != nullptr; }
  /// The exception that left the task; null if it was cancelled.
  [[nodiscard]] const std::exception_ptr& panic() const noexcept { return exception_; }
  /// The exception that left the task, moved out. Rust's `into_panic`.
  [[nodiscard]] std::exception_ptr into_panic() && noexcept { return std::move(exception_); }

  [[nodiscard]] Id id() const noexcept { return id_; }

  /// "task 7 was cancelled", or "task 7 panicked: " and what the exception says.
  [[nodiscard]] std::string message() const;

 private:
  JoinError(Id id, std::exception_ptr exception) noexcept : exception_(std::move(exception)), id_(id) {}

  std::exception_ptr exception_;
  Id id_;

  HEDDLE_FIELDS(exception_, id_);
};

}  // namespace heddle::inline v0::task
