// SPDX-License-Identifier: MIT
// Tasks that were spawned on a worker and that nobody has polled, newest first: its own, out of the thieves' sight.
//
// Who forks small tasks and awaits them at once finds them here, in its own cache, and runs them itself; newest first, the
// tree of tasks is walked into its depth, and few are alive at once. What is forked when there is no room pushes the oldest
// out, to the run queue.
#pragma once

#include <heddle/runtime/detail/task_cell.hpp>

#include <array>
#include <cstdint>

namespace heddle::inline v0::runtime::detail {

class YoungTasks {
 public:
#if defined(HEDDLE_MODEL)
  static constexpr std::uint32_t kCapacity = 2;
#else
  static constexpr std::uint32_t kCapacity = 64;
#endif

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Returns the oldest if there was no room, else null.
  TaskHeader* push(TaskHeader& task) noexcept {
    TaskHeader* oldest = size_ == kCapacity ? pop_oldest() : nullptr;
    at(size_++) = &task;
    return oldest;
  }

  /// Null when empty.
  TaskHeader* pop_newest() noexcept { return size_ == 0 ? nullptr : at(--size_); }
  TaskHeader* pop_oldest() noexcept {
    if (size_ == 0) return nullptr;
    --size_;
    return tasks_[oldest_++ % kCapacity];
  }

  /// False if it isn't here.
  bool remove(const TaskHeader& task) noexcept {
    if (size_ != 0 && at(0) == &task) return pop_oldest() != nullptr;
    for (std::uint32_t i = size_; i > 1; --i) {
      if (at(i - 1) != &task) continue;
      for (; i != size_; ++i) at(i - 1) = at(i);
      --size_;
      return true;
    }
    return false;
  }

 private:
  /// By age: 0 is the oldest.
  TaskHeader*& at(std::uint32_t index) noexcept { return tasks_[(oldest_ + index) % kCapacity]; }

  std::array<TaskHeader*, kCapacity> tasks_{};
  std::uint32_t oldest_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace heddle::inline v0::runtime::detail
