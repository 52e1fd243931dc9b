// SPDX-License-Identifier: MIT
// What every scheduler has: the books of its tasks, the queue through which they come from other threads, and the end.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/runtime/detail/task_cell.hpp>

#include "runtime/injection_queue.hpp"
#include "runtime/owned_tasks.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

namespace heddle::inline v0::runtime {

struct TaskHooks;

/// Counted by whoever runs its tasks, by handles, and by its shards of tasks.
class Scheduler {
 public:
  explicit Scheduler(std::size_t shards);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void add_reference() noexcept { references_.fetch_add(1, base::relaxed); }
  /// acq_rel: all that was done under any reference happens before the destruction.
  void drop_reference() noexcept {
    if (references_.fetch_sub(1, base::acq_rel) == 1) delete this;
  }

  /// Runs a notified task: it goes to this thread's own queue if that belongs to the scheduler, else to the common one.
  void schedule(detail::TaskHeader& task) noexcept;

  /// Enters a new task, with its JoinHandle's reference left to the caller, and schedules it; after the end cancels it.
  void launch(detail::TaskHeader& task) noexcept;

  /// The same, for a task that stays on this thread.
  virtual void launch_local(detail::TaskHeader& task) noexcept { launch(task); }

  /// An exception has left `task`, on the thread that polled it.
  virtual void task_panicked(const detail::TaskHeader& /*task*/, const std::exception_ptr& /*panic*/) noexcept {}

  [[nodiscard]] const TaskHooks* hooks() const noexcept { return hooks_; }

  /// A task had to yield because its budget was spent.
  void count_forced_yield() noexcept { forced_yields_.fetch_add(1, base::relaxed); }

  // Figures, for runtime::Metrics.
  [[nodiscard]] std::size_t alive_tasks() noexcept;
  [[nodiscard]] std::uint64_t spawned_tasks() const noexcept;
  [[nodiscard]] std::size_t injected_tasks() const noexcept { return injected_.size(); }
  [[nodiscard]] std::uint64_t remote_schedules() const noexcept { return remote_schedules_.load(base::relaxed); }
  [[nodiscard]] std::uint64_t forced_yields() const noexcept { return forced_yields_.load(base::relaxed); }

 protected:
  virtual ~Scheduler() = default;

  /// schedule() on a thread that is no worker of this scheduler.
  virtual void schedule_elsewhere(detail::TaskHeader& task) noexcept;

  /// Somebody must look at the injection queue.
  virtual void notify_injected() noexcept = 0;

  /// Cancels every task. Once, by the last thread that ran tasks, when every task that was in a queue of its own has
  /// been moved to the injection queue. release_books() comes after it. `in_polls`: so many tasks are in a poll all the
  /// while, which cancels them at its end.
  void cancel_all(std::size_t in_polls = 0) noexcept;

  /// Gives up the references that the books hold, as soon as they are empty. May destroy the scheduler.
  void release_books() noexcept;

  /// Cancels what is in the injection queue; returns how many.
  std::size_t cancel_injected() noexcept;

  /// Null for none. They outlive it. Within its construction.
  void use_hooks(const TaskHooks* hooks) noexcept { hooks_ = hooks; }

  detail::InjectionQueue injected_;

 private:
  base::atomic<std::size_t> references_{1};
  // Relaxed: read for their number alone.
  base::atomic<std::uint64_t> remote_schedules_{0};
  base::atomic<std::uint64_t> forced_yields_{0};
  std::vector<detail::TaskShard> shards_;
  // Constant after construction.
  const TaskHooks* hooks_ = nullptr;
};

namespace detail {

class CoreLease;

enum class AfterPoll : std::uint8_t {
  kWaits,    ///< nothing to do: a wake will queue it
  kEnded,    ///< nothing to do: it has given its output, or was cancelled
  kRequeue,  ///< push it to the back of a queue
};

/// Polls, or cancels, a notified task, whose reference it takes. `hooks` are its scheduler's: given, since a thief that
/// asked the task for them would wait for another core's memory. `lease`: the thread's, which may lose its core
/// meanwhile.
[[nodiscard]] AfterPoll run_task(TaskHeader& task, const TaskHooks* hooks = nullptr,
                                 CoreLease* lease = nullptr) noexcept;

/// The same within the poll of another task, whose context is `outer`: they share its budget. Without hooks.
[[nodiscard]] AfterPoll run_within_poll(TaskHeader& task, CoreLease& lease, Context& outer) noexcept;

/// Cancels a task whose kRunning the caller has set.
void cancel_running(TaskHeader& task, CoreLease* lease = nullptr, bool within_poll = false) noexcept;

/// Cancels a notified task instead of running it.
void cancel_notified(TaskHeader& task) noexcept;

}  // namespace detail
}  // namespace heddle::inline v0::runtime
