// SPDX-License-Identifier: MIT
// The queue through which tasks enter a runtime from outside its workers, and overflow from inside.
#pragma once

#include <heddle/base/spin_lock.hpp>

#include "runtime/task_queue.hpp"

#include <cstddef>
#include <mutex>

namespace heddle::inline v0::runtime::detail {

/// A locked FIFO whose emptiness is seen without the lock.
///
/// Whoever sleeps on an empty queue first publishes that it sleeps and then looks at empty(); whoever pushes looks for
/// sleepers after the push. Both steps are seq_cst (here: the store and load of size_), so one sees the other.
class InjectionQueue {
 public:
  void push(TaskHeader& task) noexcept {
    TaskQueue one;
    one.push_back(task);
    push(one);
  }

  void push(TaskQueue& tasks) noexcept {
    const std::lock_guard guard(lock_);
    queue_.append(tasks);
    size_.store(queue_.size(), base::seq_cst);
  }

  /// Moves up to `count` tasks to the end of `into`.
  void pop(TaskQueue& into, std::size_t count) noexcept {
    if (empty()) return;
    const std::lock_guard guard(lock_);
    into.take(queue_, count);
    size_.store(queue_.size(), base::seq_cst);
  }

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(base::seq_cst); }

 private:
  base::SpinLock lock_;
  // Guarded by lock_.
  TaskQueue queue_;
  // Written under lock_, read by all; see above.
  base::atomic<std::size_t> size_{0};
};

}  // namespace heddle::inline v0::runtime::detail
