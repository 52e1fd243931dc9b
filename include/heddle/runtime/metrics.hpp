// SPDX-License-Identifier: MIT
// runtime::Metrics: what a runtime has done and holds.
#pragma once

#include <heddle/marker/rules.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace heddle::inline v0::runtime {

class Shared;

/// Figures of a runtime, out of date as soon as they are read. Counts never go down.
///
/// Errors      What asks for a worker throws std::out_of_range if there is no such worker: they count from 0 to
///             num_workers() - 1. A current-thread runtime has one, the thread that drives it.
/// Threads     Any. Outlives the runtime, whose figures then stand still.
/// Cost        The workers count without atomic read-modify-writes; reading costs some loads, and a lock where a queue
///             or the books are asked.
///
/// Corresponds to Tokio's `runtime::RuntimeMetrics`.
class Metrics {
 public:
  explicit Metrics(Shared& shared) noexcept;
  Metrics(Metrics&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  Metrics& operator=(Metrics&& other) noexcept {
    std::swap(shared_, other.shared_);
    return *this;
  }
  ~Metrics();

  [[nodiscard]] std::size_t num_workers() const noexcept;
  /// Tasks in memory: running, waiting, or done with their result not yet taken. Without blocking calls.
  [[nodiscard]] std::size_t num_alive_tasks() const noexcept;
  /// Tasks that were ever spawned, blocking calls not counted.
  [[nodiscard]] std::uint64_t spawned_tasks_count() const noexcept;
  /// Tasks in the queue that all workers share.
  [[nodiscard]] std::size_t global_queue_depth() const noexcept;
  /// How often a task was queued by a thread that is no worker.
  [[nodiscard]] std::uint64_t remote_schedule_count() const noexcept;
  /// How often a task had to yield because its budget was spent.
  [[nodiscard]] std::uint64_t budget_forced_yield_count() const noexcept;

  /// Threads for task::spawn_blocking.
  [[nodiscard]] std::size_t num_blocking_threads() const noexcept;
  [[nodiscard]] std::size_t num_idle_blocking_threads() const noexcept;
  /// Blocking calls that wait for a thread.
  [[nodiscard]] std::size_t blocking_queue_depth() const noexcept;

  /// How often the worker went to sleep.
  [[nodiscard]] std::uint64_t worker_park_count(std::size_t worker) const;
  /// How often it went back to sleep without having polled a task.
  [[nodiscard]] std::uint64_t worker_noop_count(std::size_t worker) const;
  /// Polls of tasks.
  [[nodiscard]] std::uint64_t worker_poll_count(std::size_t worker) const;
  /// Tasks that it has stolen, and in how many steps.
  [[nodiscard]] std::uint64_t worker_steal_count(std::size_t worker) const;
  [[nodiscard]] std::uint64_t worker_steal_operations(std::size_t worker) const;
  /// Tasks that were queued by its own thread.
  [[nodiscard]] std::uint64_t worker_local_schedule_count(std::size_t worker) const;
  /// How often its queue was full, so that tasks went to the shared one.
  [[nodiscard]] std::uint64_t worker_overflow_count(std::size_t worker) const;
  /// Tasks in its queue. Of a current-thread runtime: 0, since its queue is its thread's alone.
  [[nodiscard]] std::size_t worker_local_queue_depth(std::size_t worker) const;
  /// Time that it was awake, as of its last sleep or look at the driver.
  [[nodiscard]] std::chrono::nanoseconds worker_total_busy_duration(std::size_t worker) const;

 private:
  Shared* shared_;

  // As Handle.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::runtime
