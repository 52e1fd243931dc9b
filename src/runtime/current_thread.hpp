// SPDX-License-Identifier: MIT
// The current-thread scheduler: tasks run on the thread that calls block_on, and only meanwhile.
#pragma once

#include <heddle/base/random.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/future/waker.hpp>
#include <heddle/runtime/detail/main_future.hpp>

#include "runtime/config.hpp"
#include "runtime/current.hpp"
#include "runtime/parker.hpp"
#include "runtime/shared.hpp"
#include "runtime/stall_watch.hpp"
#include "runtime/task_queue.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

namespace heddle::inline v0::runtime {

class CurrentThread final : public Shared, private detail::Worker, private detail::Measured {
 public:
  CurrentThread(const Config& config, std::unique_ptr<detail::Driver> driver);

  [[nodiscard]] bool is_current_thread() const noexcept override { return true; }
  [[nodiscard]] std::size_t worker_count() const noexcept override { return 1; }
  [[nodiscard]] const detail::Measured& worker(std::size_t) const noexcept override { return *this; }

  /// Runs tasks until `future` is ready. While another thread does so, waits for its turn to run them.
  void block_on(detail::MainFuture& future);

  /// Starts to watch for stalls, where the builder asked for it. Returns an errno, or 0.
  [[nodiscard]] int start_watch() { return watch_ == nullptr ? 0 : watch_->start(); }

  /// Cancels all tasks: on this thread, or, while one drives, on that one when its block_on ends.
  void shut_down() noexcept;

 protected:
  void notify_injected() noexcept override { parker_.unpark(driver()); }
  [[nodiscard]] bool workers_rest() noexcept override;
  void shut_down_for(const std::exception_ptr& panic) noexcept override;

 private:
  class MainWaker;

  void schedule_local(detail::TaskHeader& task) noexcept override {
    metrics.local_schedules.add();
    queue_.push_back(task);
  }

  bool try_take_core() noexcept;
  void give_core() noexcept;
  void drive(detail::MainFuture& future);
  void end() noexcept;
  bool run_some_tasks() noexcept;
  [[nodiscard]] detail::TaskHeader* pop_any() noexcept;
  void turn(const MainWaker& main, std::uint64_t at_most) noexcept;
  void advance_paused_clock(const MainWaker& main) noexcept;
  [[nodiscard]] std::uint64_t time_to_wait() noexcept;

  detail::Parker parker_;
  // Constant after construction. Null unless the builder asked for stall reports.
  std::unique_ptr<StallWatch> watch_;

  // Owned by whoever has the core.
  detail::TaskQueue queue_;
  std::uint32_t tick_ = 0;
  std::uint32_t turned_at_ = 0;
  base::FastRandom random_;  // only for a simulation

  base::SpinLock lock_;
  // Guarded by lock_: whether somebody has the core, and whom to wake when it is free.
  bool core_taken_ = false;
  bool shut_down_ = false;
  std::vector<Waker> waiting_;
  // Of the task for which the runtime has shut down. Written by who has the core, guarded by lock_ for all others.
  std::exception_ptr panic_;
};

}  // namespace heddle::inline v0::runtime
