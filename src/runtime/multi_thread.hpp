// SPDX-License-Identifier: MIT
// The multi-thread scheduler: workers that steal from each other, on one shared driver.
#pragma once

#include <heddle/base/random.hpp>

#include "runtime/config.hpp"
#include "runtime/current.hpp"
#include "runtime/idle.hpp"
#include "runtime/monitor.hpp"
#include "runtime/parker.hpp"
#include "runtime/run_queue.hpp"
#include "runtime/shared.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace heddle::inline v0::runtime {

class MultiThread;

namespace detail {

/// One worker: a thread's loop and what it owns. Other threads touch only metrics, queue_, parker_ and poll_ns_.
class MultiThreadWorker final : public Worker {
 public:
  MultiThreadWorker(MultiThread& shared, std::size_t index, const Config& config);

  /// The loop, until the runtime shuts down.
  void run();

  void schedule_local(TaskHeader& task) noexcept override;

  [[nodiscard]] std::size_t queue_depth() const noexcept override { return queue_.size(); }
  [[nodiscard]] std::uint64_t overflows() const noexcept override { return queue_.overflows(); }

  void unpark() noexcept;

  // For the monitor.
  [[nodiscard]] bool has_queue() const noexcept { return queue_.size() != 0; }
  /// Says how long its polls take, until it measures again.
  void assume_poll_length(std::uint32_t nanoseconds) noexcept { poll_ns_.store(nanoseconds, base::relaxed); }

 private:
  // One step each of the loop.
  TaskHeader* next_task() noexcept;
  TaskHeader* pop_injected() noexcept;
  TaskHeader* steal() noexcept;
  void run_one(TaskHeader& task) noexcept;
  void turn_driver() noexcept;
  void park() noexcept;
  void sleep_until_woken() noexcept;
  void sleep() noexcept;
  void hand_over() noexcept;

  void push(TaskHeader& task) noexcept;
  void call_for_help() noexcept;
  void measure_polls() noexcept;
  void watch_backlog() noexcept;
  [[nodiscard]] bool is_worth(std::size_t tasks, std::uint64_t nanoseconds) const noexcept;

  MultiThread& shared_;
  const std::size_t index_;
  const std::uint32_t event_interval_;
  const std::uint32_t global_queue_interval_;

  // Owned by the worker's thread.
  TaskHeader* lifo_ = nullptr;
  std::uint32_t lifo_in_a_row_ = 0;
  std::uint32_t tick_ = 0;
  bool searching_ = false;
  bool in_driver_turn_ = false;
  std::uint32_t measured_polls_ = 0;
  std::uint64_t measured_since_ = 0;
  std::uint64_t backlog_since_ = 0;
  std::uint64_t last_turn_ = 0;
  base::FastRandom random_;

  // Stolen from by others.
  RunQueue queue_;
  // Written by the worker and the monitor, read by thieves; relaxed: an estimate. How long a poll takes, in nanoseconds.
  base::atomic<std::uint32_t> poll_ns_;
  Parker parker_;
};

}  // namespace detail

class MultiThread final : public Shared {
 public:
  MultiThread(const Config& config, std::size_t workers, std::unique_ptr<detail::Driver> driver);

  [[nodiscard]] bool is_current_thread() const noexcept override { return false; }
  [[nodiscard]] std::size_t worker_count() const noexcept override { return workers_.size(); }
  [[nodiscard]] const detail::Worker& worker(std::size_t index) const noexcept override { return *workers_[index]; }

  /// A worker's thread, from its start to its end. Takes one reference.
  void run_worker(std::size_t index);

  /// A worker whose thread could not be made.
  void give_up_worker() noexcept;

  /// Whether more than one worker runs, so that one can help another.
  [[nodiscard]] bool is_monitored() const noexcept { return workers_.size() > 1; }

  /// The monitor's thread, from its start to its end. Takes one reference.
  void run_monitor() noexcept;

  [[nodiscard]] const detail::LiveThreads& live_workers() const noexcept { return live_workers_; }

  /// Every worker ends after its current poll; the last one cancels all tasks.
  void shut_down() noexcept;

 protected:
  void notify_injected() noexcept override { wake_one(); }
  [[nodiscard]] bool workers_rest() noexcept override {
    return idle_.all_asleep() && sleeps_until_.load(base::seq_cst) == detail::TimerShard::kNever;
  }

 private:
  friend class detail::MultiThreadWorker;
  friend class detail::Monitor;

  [[nodiscard]] std::vector<std::unique_ptr<detail::MultiThreadWorker>> make_workers(std::size_t count);
  void wake_one() noexcept;

  // Atomic. Workers whose threads have not ended.
  detail::LiveThreads live_workers_;
  detail::Idle idle_;
  std::vector<std::unique_ptr<detail::MultiThreadWorker>> workers_;
  detail::Monitor monitor_;
  // Release by shut_down, acquire by the workers' loops.
  base::atomic<bool> shut_down_{false};
  // Workers that have not ended; acq_rel: the last one sees what all have left in the injection queue.
  base::atomic<std::size_t> running_;
};

}  // namespace heddle::inline v0::runtime
