// SPDX-License-Identifier: MIT
// A thread with a name and a stack of its own size, whose refusal by the system is an answer and no exception.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <string>

namespace heddle::inline v0::sys {

/// How many processors this process may run on: what its affinity mask says, at least 1.
[[nodiscard]] std::size_t usable_processors() noexcept;

/// Ends by join() or detach(), before it is destroyed.
class WorkerThread {
 public:
  /// Starts a thread that calls `body`. The system keeps the first 15 bytes of `name`. `stack_size` 0: the system's
  /// default. Returns an errno on failure.
  static std::expected<WorkerThread, int> start(std::string name, std::size_t stack_size, std::function<void()> body);

  void join() noexcept;
  void detach() noexcept;

 private:
  explicit WorkerThread(unsigned long handle) noexcept : handle_(handle) {}

  unsigned long handle_;  // a pthread_t
};

}  // namespace heddle::inline v0::sys
