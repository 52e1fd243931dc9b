// SPDX-License-Identifier: MIT
// Running, waking and ending the tasks of a LocalSet.
#include "runtime/local_scheduler.hpp"

#include <limits>
#include <mutex>
#include <utility>

namespace heddle::inline v0::runtime {

using namespace detail;

void LocalScheduler::launch_local(TaskHeader& task) noexcept {
  HEDDLE_INVARIANT(is_owner(), "a LocalSet was used on another thread than the one that made it");
  ++unfinished_;
  launch(task);
}

void LocalScheduler::begin_poll() noexcept {
  HEDDLE_INVARIANT(is_owner(), "a LocalSet was polled on another thread than the one that made it");
  ++polls_;
}

void LocalScheduler::end_poll() noexcept {
  if (--polls_ == 0 && closed_) end();
}

bool LocalScheduler::run_tasks(Context& cx, future::Waiter& waiter) noexcept {
  for (std::uint32_t i = 0; i < kTasksPerPoll && !closed_; ++i) {
    TaskHeader* task = next_task();
    if (task == nullptr) {
      const bool more = future::wait_until(lock_, waiting_, waiter, cx, [&] { return !injected_.empty(); });
      if (!more) return unfinished_ == 0;
      continue;
    }
    switch (run_task(*task)) {
      case AfterPoll::kWaits: break;
      case AfterPoll::kRequeue: queue_.push_back(*task); break;
      case AfterPoll::kEnded:
        // Another one may await the set.
        if (--unfinished_ == 0) notify_injected();
        break;
    }
  }
  if (!closed_) cx.yield();
  return false;
}

TaskHeader* LocalScheduler::next_task() noexcept {
  if (++tick_ % kInjectedInterval == 0 || queue_.empty()) {
    injected_.pop(queue_, std::numeric_limits<std::size_t>::max());
  }
  return queue_.pop_front();
}

void LocalScheduler::schedule_elsewhere(TaskHeader& task) noexcept {
  if (!is_owner() || closed_) return Scheduler::schedule_elsewhere(task);
  queue_.push_back(task);
  if (polls_ == 0) notify_injected();
}

void LocalScheduler::notify_injected() noexcept { waiting_.wake_all(std::unique_lock(lock_)); }

void LocalScheduler::close() noexcept {
  HEDDLE_INVARIANT(is_owner(), "a LocalSet was destroyed on another thread than the one that made it");
  stop_waiting(own_waiter_);
  closed_ = true;
  if (polls_ == 0) end();
}

void LocalScheduler::end() noexcept {
  Scheduler* const before = std::exchange(current().local, this);
  if (!queue_.empty()) injected_.push(queue_);
  cancel_all();
  current().local = before;
  release_books();
}

}  // namespace heddle::inline v0::runtime
