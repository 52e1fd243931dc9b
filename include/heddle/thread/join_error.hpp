// SPDX-License-Identifier: MIT
// JoinError: the exception that left a thread, in place of its result; and where it goes when nobody joins.
#pragma once

#include <heddle/marker/fields.hpp>
#include <heddle/thread/thread.hpp>

#include <exception>
#include <string>
#include <utility>

namespace heddle::inline v0::thread {

/// Why joining gave no value: an exception left the thread.
///
/// Corresponds to the `Box<dyn Any>` in Rust's `thread::Result`.
class JoinError {
 public:
  explicit JoinError(std::exception_ptr panic) noexcept : panic_(std::move(panic)) {}

  /// True: nothing else ends a thread without a value. As in task::JoinError.
  [[nodiscard]] bool is_panic() const noexcept { return true; }
  /// The exception, to look at with std::rethrow_exception.
  [[nodiscard]] const std::exception_ptr& panic() const noexcept { return panic_; }
  /// The exception, moved out. Rust's `into_panic`.
  [[nodiscard]] std::exception_ptr into_panic() && noexcept { return std::move(panic_); }

  /// "the thread panicked: " and what the exception says.
  [[nodiscard]] std::string message() const;

  HEDDLE_FIELDS(panic_);

 private:
  std::exception_ptr panic_;
};

/// Called with every exception that leaves a thread whose handle was dropped without a join. The default prints one line
/// to stderr.
using PanicHook = void (*)(const Thread&, const std::exception_ptr&) noexcept;

/// Sets the hook and returns the one before. Corresponds to Rust's `std::panic::set_hook`.
PanicHook set_panic_hook(PanicHook hook) noexcept;

}  // namespace heddle::inline v0::thread
