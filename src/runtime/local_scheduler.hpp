// SPDX-License-Identifier: MIT
// The scheduler of a LocalSet: a queue for the thread that made it, and an inbox for all others.
//
// It has no thread: whoever polls the set lends it his, the owner's. What is woken there goes to `queue_`, without a
// lock; what is woken elsewhere goes to the injection queue, and wakes those who wait.
//
// A task is polled, cancelled and, with it, destroyed by the owner's thread alone. Other threads hold wakers and handles,
// which keep the cell in memory and not the future in it: that is gone before the cell's last reference is, since until
// it is complete the task holds one itself. So the last waker, wherever it dies, frees memory and runs no destructor of
// the task's.
//
// Ordering, the lost-wake pair: a waker pushes and then takes the lock to look for those who wait; who is about to wait
// takes the lock to register, and looks at the injection queue with it held.
#pragma once

#include <heddle/base/spin_lock.hpp>
#include <heddle/future/wait_list.hpp>

#include "runtime/current.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/task_queue.hpp"

#include <cstddef>
#include <cstdint>

namespace heddle::inline v0::runtime {

class LocalScheduler final : public Scheduler {
 public:
  LocalScheduler() : Scheduler(1), owner_(detail::number_of_this_thread()) {}

  // All for the owner's thread.

  void launch_local(detail::TaskHeader& task) noexcept override;

  void begin_poll() noexcept;
  void end_poll() noexcept;
  /// Between the two. Runs tasks; true if none is left. See LocalPoll.
  bool run_tasks(Context& cx, future::Waiter& waiter) noexcept;

  /// Cancels all tasks: now, or when the poll ends that calls it.
  void close() noexcept;

  void stop_waiting(future::Waiter& waiter) noexcept { future::stop_waiting(lock_, waiting_, waiter); }

  /// The wait of who awaits the set itself.
  [[nodiscard]] future::Waiter& own_waiter() noexcept { return own_waiter_; }

 protected:
  void schedule_elsewhere(detail::TaskHeader& task) noexcept override;
  void notify_injected() noexcept override;

 private:
  // How many tasks run before whoever polls the set has another turn, and before the injection queue has one: as in the
  // current-thread scheduler.
  static constexpr std::uint32_t kTasksPerPoll = 61;
  static constexpr std::uint32_t kInjectedInterval = 31;

  [[nodiscard]] bool is_owner() const noexcept { return detail::current().thread == owner_; }
  detail::TaskHeader* next_task() noexcept;
  void end() noexcept;

  // Constant: the owner's number.
  const std::uint64_t owner_;

  // Owned by the owner's thread.
  detail::TaskQueue queue_;
  std::size_t unfinished_ = 0;
  std::uint32_t tick_ = 0;
  std::uint32_t polls_ = 0;  // on the stack: a task may await its own set
  bool closed_ = false;
  future::Waiter own_waiter_;

  base::SpinLock lock_;
  // Guarded by lock_: who polls the set, and sleeps.
  future::WaitList waiting_;
};

}  // namespace heddle::inline v0::runtime
