// SPDX-License-Identifier: MIT
// What all who know a runtime share: its books, clock, timers and driver; and what a scheduler must offer.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/runtime/detail/main_future.hpp>
#include <heddle/runtime/detail/task_cell.hpp>

#include "runtime/clock.hpp"
#include "runtime/driver/driver.hpp"
#include "runtime/driver/timers.hpp"
#include "runtime/injection_queue.hpp"
#include "runtime/owned_tasks.hpp"
#include "runtime/standstill.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace heddle::inline v0::runtime {

/// One per runtime; counted by the Runtime, its Handles, its workers, its watched descriptors and its shards of tasks.
class Shared {
 public:
  Shared(std::size_t shards, std::unique_ptr<detail::Driver> driver);
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  void add_reference() noexcept { references_.fetch_add(1, base::relaxed); }
  /// acq_rel: all that was done under any reference happens before the destruction.
  void drop_reference() noexcept {
    if (references_.fetch_sub(1, base::acq_rel) == 1) delete this;
  }

  /// Runs a notified task: it goes to this thread's own queue if that belongs to the runtime, else to the common one.
  void schedule(detail::TaskHeader& task) noexcept;

  /// Enters a new task, with its JoinHandle's reference left to the caller, and schedules it; after shutdown cancels it.
  void launch(detail::TaskHeader& task) noexcept;

  /// A thread that is no worker has armed a timer: whoever sleeps past `deadline` must look again.
  void timer_armed(std::uint64_t deadline) noexcept;

  /// Polls `future` on this thread, which runs none of the runtime's tasks, until it is ready.
  void poll_here(detail::MainFuture& future);

  // For the deadlock report.
  /// Before the runtime is given out: what is called with a report, and how long rest must have lasted.
  void watch_for_deadlocks(detail::DeadlockHook hook, std::uint64_t period);
  [[nodiscard]] const detail::DeadlockHook& deadlock_hook() const noexcept { return deadlock_hook_; }
  [[nodiscard]] std::uint64_t deadlock_period() const noexcept { return deadlock_period_; }
  /// True if nothing will happen in the runtime unless a thread from outside does something; a hint to others.
  [[nodiscard]] bool is_at_rest();
  /// How many polls have begun: a hint, which only has to change.
  [[nodiscard]] std::uint64_t polls() const noexcept { return polls_here_.load(base::relaxed) + polls_of_workers(); }

  [[nodiscard]] Clock& clock() noexcept { return clock_; }
  [[nodiscard]] detail::Timers& timers() noexcept { return timers_; }
  [[nodiscard]] detail::Driver& driver() noexcept { return *driver_; }
  [[nodiscard]] std::size_t alive_tasks() noexcept;

  [[nodiscard]] virtual bool is_current_thread() const noexcept = 0;
  [[nodiscard]] virtual std::size_t worker_count() const noexcept = 0;

 protected:
  virtual ~Shared() = default;

  /// Whether every thread that runs tasks sleeps with no end in sight, and has none in a queue of its own.
  [[nodiscard]] virtual bool workers_rest() noexcept = 0;
  [[nodiscard]] virtual std::uint64_t polls_of_workers() const noexcept = 0;

  /// One poll of a future of block_on on a thread that is no worker's. True when it is ready.
  bool poll_once_here(detail::MainFuture& future, Context& cx);

  /// Somebody must look at the injection queue.
  virtual void notify_injected() noexcept = 0;

  /// Cancels every task, wakes all that waits on drivers. Once, by the last thread that ran tasks, when every task that
  /// was in a worker's queue has been moved to the injection queue.
  void finish() noexcept;

  /// Cancels what is in the injection queue; returns how many.
  std::size_t cancel_injected() noexcept;

  detail::InjectionQueue injected_;
  // Until when the driver's holder sleeps, by the clock; 0 while it doesn't. See timer_armed.
  base::atomic<std::uint64_t> sleeps_until_{0};

 private:
  base::atomic<std::size_t> references_{1};
  // Constant after watch_for_deadlocks().
  bool watched_ = false;
  detail::DeadlockHook deadlock_hook_;
  std::uint64_t deadlock_period_ = base::kForever;
  // How many threads outside of the workers poll a future of block_on just now, and how many such polls have begun. Only
  // counted while diagnosing; acq_rel, so that a poll that isn't counted any more has left its traces elsewhere.
  base::atomic<std::uint32_t> polling_here_{0};
  base::atomic<std::uint64_t> polls_here_{0};
  Clock clock_;
  std::unique_ptr<detail::Driver> driver_;
  detail::Timers timers_;
  std::vector<detail::TaskShard> shards_;
};

namespace detail {

enum class AfterPoll : std::uint8_t { kDone, kRequeue };

/// Polls, or cancels, a notified task, whose reference it takes. kRequeue: push it to the back of a queue.
[[nodiscard]] AfterPoll run_task(TaskHeader& task) noexcept;

/// Cancels a task whose kRunning the caller has set.
void cancel_running(TaskHeader& task) noexcept;

/// Cancels a notified task instead of running it.
void cancel_notified(TaskHeader& task) noexcept;

}  // namespace detail
}  // namespace heddle::inline v0::runtime
