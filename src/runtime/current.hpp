// SPDX-License-Identifier: MIT
// What this thread runs for: its runtime, its worker, its task; and what holds for that task alone.
#pragma once

#include "runtime/worker_metrics.hpp"

#include <cstddef>
#include <cstdint>

namespace heddle::inline v0::task::detail {
class Scope;
}  // namespace heddle::inline v0::task::detail

namespace heddle::inline v0::runtime {

class Scheduler;
class Shared;

namespace detail {

class BlockingPool;
class TaskHeader;

/// A thread that runs tasks: a worker of a multi-thread runtime, or the driver of a current-thread one.
class Worker {
 public:
  /// Puts a notified task into this worker's own queue. Only from its own thread.
  virtual void schedule_local(TaskHeader& task) noexcept = 0;

  // Any thread, for runtime::Metrics: tasks in its own queue, and how often that was full.
  [[nodiscard]] virtual std::size_t queue_depth() const noexcept { return 0; }
  [[nodiscard]] virtual std::uint64_t overflows() const noexcept { return 0; }

  // Constant.
  const Scheduler& scheduler;
  /// Which of the runtime's shards of timers and tasks is its own.
  const std::size_t shard;

  WorkerMetrics metrics;

 protected:
  Worker(const Scheduler& its_scheduler, std::size_t its_shard) noexcept : scheduler(its_scheduler), shard(its_shard) {}
  ~Worker() = default;
};

/// One per thread, never shared.
struct Current {
  Shared* shared = nullptr;
  Worker* worker = nullptr;
  TaskHeader* task = nullptr;
  // Where task::spawn_local puts tasks.
  Scheduler* local = nullptr;
  // The values of task-locals that hold for what is polled just now, innermost first.
  task::detail::Scope* scopes = nullptr;
  // Set on the threads of a pool, for their life.
  const BlockingPool* pool = nullptr;
  // Task ids that this thread may give out.
  std::uint64_t next_id = 0;
  std::uint64_t last_id = 0;
  // Which thread this is; 0 until number_of_this_thread.
  std::uint64_t thread = 0;

  /// An id that no task has had yet.
  [[nodiscard]] std::uint64_t take_task_id() noexcept;

  /// This thread's worker, if it is one of `scheduler`: a task may have entered another runtime than that of its worker.
  [[nodiscard]] Worker* worker_of(const Scheduler& scheduler) const noexcept {
    return worker != nullptr && &worker->scheduler == &scheduler ? worker : nullptr;
  }
};

/// This thread's Current. Not inline: a coroutine may resume on another thread, and compilers keep the address of a
/// thread-local across a suspension.
[[nodiscard, gnu::noinline]] Current& current() noexcept;

/// Tells this thread from all others, those that have ended included.
[[nodiscard]] std::uint64_t number_of_this_thread() noexcept;

}  // namespace detail
}  // namespace heddle::inline v0::runtime
