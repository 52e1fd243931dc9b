// SPDX-License-Identifier: MIT
// Fibers: threads of a model, all on one thread of the system, each with a stack and thread-locals of its own.
#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <vector>

#include <ucontext.h>

namespace heddle_model::detail {

/// The thread-locals of the program, and what the C++ runtime knows of a thread's exceptions: swapped at each switch,
/// so that code under the checker may keep what it keeps per thread.
class ThreadLocals {
 public:
  /// As in a new thread.
  void reset();
  void save() noexcept;
  void restore() const noexcept;
  /// Whether `address` lies in them: then it means another variable in each thread.
  static bool contain(const void* address) noexcept;

 private:
  std::vector<std::byte> bytes_;
  std::array<std::byte, 2 * sizeof(void*)> exceptions_{};
};

class Fiber {
 public:
  using Body = void (*)();

  /// The fiber that runs on the stack of its maker.
  Fiber() = default;

  /// From the next switch to it on: runs `body`, which doesn't return.
  void start(std::byte* stack, std::size_t size, Body body);

  /// A fiber that is left at the end of its loop goes around once more as if it were new.
  void renew() { locals_.reset(); }

  /// Leaves this fiber, which is `this`, for `other`; returns when somebody switches back.
  void switch_to(Fiber& other);

 private:
  void enter();

  jmp_buf place_{};
  ucontext_t context_{};
  bool fresh_ = false;
  ThreadLocals locals_;
};

}  // namespace heddle_model::detail
