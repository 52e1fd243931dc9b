// SPDX-License-Identifier: MIT
// A thread of a runtime: its refusal by the system is an answer and no exception.
#pragma once

#include "sys/thread.hpp"

#include <cstddef>
#include <expected>
#include <functional>
#include <string>

namespace heddle::inline v0::runtime::detail {

/// Ends by join() or detach(), before it is destroyed.
class WorkerThread {
 public:
  /// Starts a thread that calls `body`. The system keeps the first 15 bytes of `name`. `stack_size` 0: the system's
  /// default. Returns an errno on failure.
  static std::expected<WorkerThread, int> start(std::string name, std::size_t stack_size, std::function<void()> body);

  /// The one that calls.
  [[nodiscard]] static WorkerThread current() noexcept { return WorkerThread(sys::this_thread()); }

  void join() noexcept { static_cast<void>(sys::join_thread(handle_)); }
  void detach() noexcept { sys::detach_thread(handle_); }

 private:
  explicit WorkerThread(sys::ThreadHandle handle) noexcept : handle_(handle) {}

  sys::ThreadHandle handle_;
};

}  // namespace heddle::inline v0::runtime::detail
