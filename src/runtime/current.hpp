// SPDX-License-Identifier: MIT
// What this thread runs for: its runtime, its worker, its task; and what holds for that task alone.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::inline v0::future::detail {
struct Tree;
}  // namespace heddle::inline v0::future::detail

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
  // Only from its own thread.

  /// Puts a notified task into this worker's own queue.
  virtual void schedule_local(TaskHeader& task) noexcept = 0;

  /// The same for a task that nobody has polled.
  virtual void schedule_new(TaskHeader& task) noexcept { schedule_local(task); }

  /// In the poll of a task: its coroutines of `tree` are about to wait for `task`. If they wait for nothing else, and it is at
  /// hand, it runs at once.
  virtual void run_ahead(TaskHeader& /*task*/, const future::detail::Tree& /*tree*/) noexcept {}

  /// In a poll: whether this thread will look at timers and queues before it sleeps. False: another one has taken over.
  [[nodiscard]] virtual bool goes_on() noexcept { return true; }

  /// In a poll: lets another thread do the worker's work, so that this one may block. False if none can.
  virtual bool begin_blocking() noexcept { return false; }
  /// After a begin_blocking() that was granted.
  virtual void end_blocking() noexcept {}

  // Constant.
  const Scheduler& scheduler;
  // Owned by the thread; changes when the worker takes another's work.
  /// Which of the runtime's shards of timers and tasks is its own.
  std::size_t shard;

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
