// SPDX-License-Identifier: MIT
// What all who know a runtime share: its scheduler, clock, timers and driver.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/runtime/detail/main_future.hpp>

#include "runtime/blocking_pool.hpp"
#include "runtime/clock.hpp"
#include "runtime/config.hpp"
#include "runtime/current.hpp"
#include "runtime/driver/driver.hpp"
#include "runtime/driver/timers.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/standstill.hpp"
#include "runtime/worker_metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>

namespace heddle::inline v0::runtime {

/// One per runtime; counted by the Runtime, its Handles, its workers, its watched descriptors and its shards of tasks.
class Shared : public Scheduler {
 public:
  Shared(const Config& config, std::size_t shards, std::unique_ptr<detail::Driver> driver);

  /// A thread that is no worker has armed a timer: whoever sleeps past `deadline` must look again.
  void timer_armed(std::uint64_t deadline) noexcept;

  /// Polls a future of block_on on this thread, which runs none of the runtime's tasks, until it is ready.
  void poll_here(detail::MainFuture& future);

  // For the deadlock report.
  /// Once, when the runtime is whole: from then on, until its tasks are cancelled, it must be at rest.
  void enter_books();
  /// True if nothing will happen in the runtime unless a thread from outside does something.
  [[nodiscard]] bool is_at_rest();
  /// How many polls have begun: it only has to change.
  [[nodiscard]] std::uint64_t polls() const noexcept;

  void task_panicked(const detail::TaskHeader& task, const std::exception_ptr& panic) noexcept final {
    const bool counts = config_.unhandled_panic == UnhandledPanic::kShutdownRuntime && !blocking_pool_.owns(task);
    if (counts) shut_down_for(panic);
  }

  /// A blocking job has ended, and with it what may have held up a paused clock.
  void blocking_job_done() noexcept {
    if (is_current_thread()) notify_injected();
  }

  [[nodiscard]] detail::BlockingPool& blocking_pool() noexcept { return blocking_pool_; }
  [[nodiscard]] Clock& clock() noexcept { return clock_; }
  [[nodiscard]] detail::Timers& timers() noexcept { return timers_; }
  [[nodiscard]] detail::Driver& driver() noexcept { return *driver_; }

  [[nodiscard]] virtual bool is_current_thread() const noexcept = 0;
  [[nodiscard]] virtual std::size_t worker_count() const noexcept = 0;
  /// Below worker_count().
  [[nodiscard]] virtual const detail::Measured& worker(std::size_t index) const noexcept = 0;

 protected:
  ~Shared() override = default;

  /// Whether every thread that runs tasks sleeps, with no end in sight.
  [[nodiscard]] virtual bool workers_rest() noexcept = 0;

  /// One poll of a future of block_on; true when it is ready.
  bool poll_main(detail::MainFuture& future, Context& cx);

  /// A task has panicked, on this thread, and the runtime shall not go on. Current-thread only.
  virtual void shut_down_for(const std::exception_ptr& /*panic*/) noexcept {}

  /// Cancels every task (see Scheduler::cancel_all), and wakes all that waits on drivers.
  void finish(std::size_t in_polls = 0) noexcept;

  const Config config_;
  // Until when the driver's holder sleeps, by the clock; 0 while it doesn't. See timer_armed.
  base::atomic<std::uint64_t> sleeps_until_{0};

 private:
  // Constant after enter_books().
  bool entered_ = false;
  // How many futures of block_on are being polled just now, and how many such polls have begun. Only counted while
  // diagnosing; acq_rel, so that whoever sees that a poll is over sees what it did.
  base::atomic<std::uint32_t> polling_main_{0};
  base::atomic<std::uint64_t> polls_of_main_{0};
  Clock clock_;
  std::unique_ptr<detail::Driver> driver_;
  detail::Timers timers_;
  detail::BlockingPool blocking_pool_;
};

}  // namespace heddle::inline v0::runtime
