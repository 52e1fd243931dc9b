// SPDX-License-Identifier: MIT
// Threads for functions that block: as many as there are such functions at once, up to a limit, and kept for a while.
//
// A job is a task whose first poll runs its function; it has the same cell, states and JoinHandle as any other.
//
//   submit      a job goes to an idle thread, else to a new one, else it queues
//   run         a thread's life: job after job; then it is idle for the time that it is kept; then it leaves
//   shut_down   queued jobs are cancelled, idle threads leave, the others do so after their job
//
// Invariant: while jobs queue, there is a thread that is neither idle nor gone, and will look at the queue once more.
//   submit      takes the thread that it wakes out of the idle ones, or has started a thread, or has found all busy
//   run         becomes idle, or leaves, under the lock and with the queue empty
// So no job is stranded: not by a thread whose time runs out while it is being woken (it finds itself no longer idle),
// and not by a system that refuses a thread while others live. If none lives, submit gives the system's error.
//
// A thread that leaves is joined by the next one that does, the last one by who shuts down: when that returns, none of
// them runs any more. Threads are started under the lock, so that "a thread lives" is a fact and no hope.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/deadline.hpp>
#include <heddle/base/intrusive_list.hpp>
#include <heddle/sync/detail/raw_mutex.hpp>

#include "runtime/config.hpp"
#include "runtime/live_threads.hpp"
#include "runtime/owned_tasks.hpp"
#include "runtime/task_queue.hpp"
#include "runtime/worker_thread.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace heddle::inline v0::runtime {
class Shared;

namespace detail {

class BlockingPool {
 public:
  /// `config` outlives it.
  BlockingPool(Shared& shared, const Config& config);

  /// Runs a new job, whose JoinHandle's reference stays the caller's; after shut_down() cancels it. Returns 0, or, with
  /// the job cancelled, the errno of a system that refuses the only thread.
  [[nodiscard]] int submit(TaskHeader& job) noexcept;

  /// Once; submit() may go on. Runs the destructors of queued jobs.
  void shut_down() noexcept;

  /// After shut_down(). Waits until every thread has left; from `deadline` on they leave by themselves.
  void wait_until(base::Deadline deadline) noexcept;

  [[nodiscard]] bool owns(const TaskHeader& task) const noexcept { return task.shard == &jobs_; }

  /// Whether a job runs or queues. Acquire: the wakes of a job that is done have been made.
  [[nodiscard]] bool is_busy() const noexcept { return unfinished_.load(base::acquire) != 0; }

  /// A moment's figures.
  struct Figures {
    std::size_t threads;
    std::size_t idle;
    std::size_t queued;
  };
  [[nodiscard]] Figures figures() noexcept;

 private:
  /// An idle thread, on its stack.
  class Idle;
  class Lock;

  /// Wakes or starts one, or finds that those that work will do.
  [[nodiscard]] int find_thread() noexcept;
  [[nodiscard]] int start_thread() noexcept;

  /// A thread, from its start to its end.
  void run() noexcept;
  /// Its part under the lock, and its jobs. Returns the thread that left before it, to be joined.
  [[nodiscard]] std::optional<WorkerThread> work() noexcept;
  /// False if the thread shall leave.
  [[nodiscard]] bool stay_idle(Lock& lock) noexcept;
  void take_from_idle(Idle& idle) noexcept;
  void job_done() noexcept;

  Shared& shared_;
  const Config& config_;
  // Locked by itself: the jobs in memory, which keep the runtime's Shared there.
  TaskShard jobs_;
  // Jobs that have not ended. Written by who submits and who has run one; release by the latter.
  base::atomic<std::size_t> unfinished_{0};

  sync::detail::RawMutex mutex_;
  // Guarded by mutex_.
  bool shut_down_ = false;
  bool abandoned_ = false;  // nobody will join the threads that leave
  TaskQueue queue_;
  base::IntrusiveList<Idle> idle_;  // the one that became so last is woken first: the others' time may run out
  std::size_t idle_count_ = 0;
  std::size_t workers_ = 0;  // threads that will look at the queue
  std::optional<WorkerThread> last_left_;

  // Atomic. All threads, those that are leaving too.
  LiveThreads threads_;
};

}  // namespace detail
}  // namespace heddle::inline v0::runtime
