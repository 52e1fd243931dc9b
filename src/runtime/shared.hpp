// SPDX-License-Identifier: MIT
// What all who know a runtime share: its scheduler, clock, timers and driver.
#pragma once

#include <heddle/base/atomic.hpp>

#include "runtime/blocking_pool.hpp"
#include "runtime/clock.hpp"
#include "runtime/config.hpp"
#include "runtime/current.hpp"
#include "runtime/driver/driver.hpp"
#include "runtime/driver/timers.hpp"
#include "runtime/scheduler.hpp"

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
  [[nodiscard]] virtual const detail::Worker& worker(std::size_t index) const noexcept = 0;

 protected:
  ~Shared() override = default;

  /// A task has panicked, on this thread, and the runtime shall not go on. Current-thread only.
  virtual void shut_down_for(const std::exception_ptr& /*panic*/) noexcept {}

  /// Cancels every task (see Scheduler::cancel_all), and wakes all that waits on drivers.
  void finish() noexcept;

  const Config config_;
  // Until when the driver's holder sleeps, by the clock; 0 while it doesn't. See timer_armed.
  base::atomic<std::uint64_t> sleeps_until_{0};

 private:
  Clock clock_;
  std::unique_ptr<detail::Driver> driver_;
  detail::Timers timers_;
  detail::BlockingPool blocking_pool_;
};

}  // namespace heddle::inline v0::runtime
