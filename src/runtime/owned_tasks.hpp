// SPDX-License-Identifier: MIT
// The books of a scheduler: every task cell that is in memory, so that shutdown can cancel each.
//
// In shards, one per worker, so that workers rarely meet. A cell is entered by spawn and struck out by its destruction,
// not by its completion: while any cell is in memory, so is its scheduler, and a waker may always ask it to run
// its task. A shard holds one reference to the scheduler until it is released, and whenever it is not empty.
#pragma once

#include <heddle/base/cache_padded.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/runtime/detail/task_cell.hpp>

#include "runtime/task_queue.hpp"
#include "runtime/worker_metrics.hpp"

#include <cstddef>
#include <cstdint>

namespace heddle::inline v0::runtime {
class Scheduler;

namespace detail {

class TaskShard {
 public:
  TaskShard() = default;

  /// Once, before anything else.
  void open(Scheduler& scheduler) noexcept { scheduler_ = &scheduler; }

  [[nodiscard]] Scheduler& scheduler() const noexcept { return *scheduler_; }

  /// Enters a new task. False after close(): the task must be cancelled, but is entered all the same.
  [[nodiscard]] bool add(TaskHeader& task, std::uint64_t id) noexcept;

  /// Strikes out a task that is being destroyed. May destroy the scheduler.
  void remove(TaskHeader& task) noexcept;

  /// From now on add() answers false. Marks every task cancelled, pushes the idle ones onto `idle`, each with kRunning
  /// and a reference held for the caller, and returns how many others will yet come out of a run queue.
  [[nodiscard]] std::size_t close(TaskQueue& idle) noexcept;

  /// Gives up the shard's reference to the scheduler as soon as it is empty. After close(). May destroy the scheduler.
  void release() noexcept;

  [[nodiscard]] std::size_t size() noexcept;

  /// How many tasks were ever entered. Any thread.
  [[nodiscard]] std::uint64_t entered() const noexcept { return entered_.get(); }

 private:
  base::SpinLock lock_;
  // Guarded by lock_.
  bool closed_ = false;
  bool released_ = false;
  std::size_t count_ = 0;
  base::IntrusiveList<TaskHeader, OwnedTag> tasks_;
  // Written under lock_.
  Counter entered_;
  // Constant after open().
  Scheduler* scheduler_ = nullptr;
};

}  // namespace detail
}  // namespace heddle::inline v0::runtime
