// SPDX-License-Identifier: MIT
// The multi-thread scheduler: workers that steal from each other, on one shared driver.
#pragma once

#include <heddle/base/random.hpp>

#include "runtime/config.hpp"
#include "runtime/crew.hpp"
#include "runtime/idle.hpp"
#include "runtime/live_threads.hpp"
#include "runtime/monitor.hpp"
#include "runtime/parker.hpp"
#include "runtime/poll_length.hpp"
#include "runtime/run_queue.hpp"
#include "runtime/seat.hpp"
#include "runtime/shared.hpp"
#include "runtime/young_tasks.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <vector>

namespace heddle::inline v0::runtime {

class MultiThread;

namespace detail {

/// The core of one worker: the loop, and what it works on. It goes from thread to thread: who has it, see core_lease.hpp.
/// Threads that don't have it touch only metrics, queue_, parker_ and poll_length_.
class MultiThreadWorker final : public Measured {
 public:
  MultiThreadWorker(MultiThread& shared, std::size_t index, const Config& config);

  [[nodiscard]] std::size_t index() const noexcept { return index_; }

  // For the thread that has it.

  /// The loop, until the runtime shuts down or the thread has lost the core in a poll.
  void run(Seat& seat);

  void schedule_local(TaskHeader& task) noexcept { fill_slot(task, false); }
  void schedule_new(TaskHeader& task) noexcept { fill_slot(task, true); }

  /// In a poll: true if `task` was at hand, and may be polled at once. It is in no queue then.
  [[nodiscard]] bool take_ahead(TaskHeader& task) noexcept;

  /// To the back of the queue.
  void requeue(TaskHeader& task) noexcept { push(task); }

  /// Gives all of its tasks to the common queue.
  void hand_over() noexcept;

  /// Whether tasks stand where nobody can steal them.
  [[nodiscard]] bool has_own() const noexcept { return lifo_ != nullptr || !young_.empty(); }

  // Any thread.

  [[nodiscard]] std::size_t queue_depth() const noexcept override { return queue_.size(); }
  [[nodiscard]] std::uint64_t overflows() const noexcept override { return queue_.overflows(); }

  void unpark() noexcept;
  [[nodiscard]] bool has_queue() const noexcept { return queue_.size() != 0; }
  /// Says how long its polls take, until it measures again.
  void assume_poll_length(std::uint32_t nanoseconds) noexcept { poll_length_.assume(nanoseconds); }

 private:
  // One step each of the loop.
  TaskHeader* next_task() noexcept;
  TaskHeader* pop_injected() noexcept;
  TaskHeader* steal() noexcept;
  [[nodiscard]] bool run_one(TaskHeader& task, Seat& seat) noexcept;
  void turn_driver() noexcept;
  void park() noexcept;
  void sleep_until_woken() noexcept;
  void sleep() noexcept;

  void fill_slot(TaskHeader& task, bool is_new) noexcept;
  void publish_young() noexcept;
  [[nodiscard]] bool has_work() const noexcept { return has_own() || queue_.size() != 0; }
  void push(TaskHeader& task) noexcept;
  void call_for_help() noexcept;
  void wake_if_worth() noexcept;
  [[nodiscard]] bool backlog_is_worth_waking() const noexcept;
  void review_estimate() noexcept;
  void measure_polls() noexcept;
  [[nodiscard]] bool polls_are_short() noexcept;
  void resume() noexcept;
  void watch_backlog() noexcept;
  [[nodiscard]] bool is_worth(std::size_t tasks, std::uint64_t nanoseconds) const noexcept;

  MultiThread& shared_;
  const std::size_t index_;
  const std::uint32_t event_interval_;
  const std::uint32_t global_queue_interval_;
  // Only where the monitor can take the core away: else a task would stay in the slot for as long as the thread is stuck.
  const bool uses_slot_ = sys::has_asymmetric_fence();

  // Owned by the thread that has the core.
  TaskHeader* lifo_ = nullptr;
  bool lifo_is_new_ = false;
  YoungTasks young_;
  std::uint32_t lifo_in_a_row_ = 0;
  // Polls: all, up to the last look at the driver, and up to the last at the injection queue.
  std::uint32_t tick_ = 0;
  std::uint32_t driver_tick_ = 0;
  std::uint32_t injected_tick_ = 0;
  bool searching_ = false;
  bool in_driver_turn_ = false;
  std::uint64_t backlog_since_ = 0;
  std::uint64_t backlog_polls_ = 0;
  // Of the poll that goes on: tasks that ran ahead in it, and when the first did.
  std::uint32_t ran_ahead_ = 0;
  std::uint64_t runs_ahead_since_ = 0;
  std::uint64_t last_turn_ = 0;
  base::FastRandom random_;

  // Stolen from by others.
  RunQueue queue_;
  // Measured by the worker, assumed by the monitor, read by thieves.
  PollLength poll_length_;
  Parker parker_;
};

}  // namespace detail

class MultiThread final : public Shared {
 public:
  MultiThread(const Config& config, std::size_t workers, std::unique_ptr<detail::Driver> driver);

  [[nodiscard]] bool is_current_thread() const noexcept override { return false; }
  [[nodiscard]] std::size_t worker_count() const noexcept override { return workers_.size(); }
  [[nodiscard]] const detail::Measured& worker(std::size_t index) const noexcept override { return *workers_[index]; }

  [[nodiscard]] detail::Crew& crew() noexcept { return crew_; }

  /// Starts the thread of a new member of the crew. Returns an errno on failure.
  [[nodiscard]] std::expected<detail::WorkerThread, int> start_worker(detail::Seat& seat);

  /// That thread, from its start to its end. Takes the member's reference.
  void run_worker(detail::Seat& seat);

  /// A member whose thread could not be started.
  void give_up_worker(detail::Seat& seat) noexcept;

  /// The monitor's thread, from its start to its end. Takes one reference.
  void run_monitor() noexcept;

  [[nodiscard]] const detail::LiveThreads& live_workers() const noexcept { return live_workers_; }

  /// Every thread ends after its current poll; the last one cancels all tasks.
  void shut_down() noexcept;

 protected:
  void notify_injected() noexcept override { static_cast<void>(wake_one()); }
  [[nodiscard]] bool workers_rest() noexcept override {
    return idle_.all_asleep() && sleeps_until_.load(base::seq_cst) == detail::TimerShard::kNever && crew_.rests();
  }

 private:
  friend class detail::Crew;
  friend class detail::MultiThreadWorker;
  friend class detail::Monitor;
  friend class detail::Seat;

  [[nodiscard]] std::vector<std::unique_ptr<detail::MultiThreadWorker>> make_workers(std::size_t count);
  /// False if there was nobody to wake.
  bool wake_one() noexcept;
  /// Cancels all tasks. Once, when the crew says so.
  void end(std::size_t in_polls) noexcept;
  /// A task that a thread without a core has polled.
  void requeue_elsewhere(detail::TaskHeader& task) noexcept;

  // Atomic. Workers whose threads have not ended.
  detail::LiveThreads live_workers_;
  detail::Idle idle_;
  std::vector<std::unique_ptr<detail::MultiThreadWorker>> workers_;
  detail::Crew crew_;
  detail::Monitor monitor_;
  // Release by shut_down, acquire by the workers' loops.
  base::atomic<bool> shut_down_{false};
};

}  // namespace heddle::inline v0::runtime
