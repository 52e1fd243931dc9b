// SPDX-License-Identifier: MIT
// LocalSet as its users see it.
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/local_set.hpp>

#include "runtime/current.hpp"
#include "runtime/local_scheduler.hpp"

#include <stdexcept>
#include <utility>

namespace heddle::inline v0 {

namespace runtime::detail {

Scheduler& current_local() {
  Scheduler* local = current().local;
  if (local == nullptr) throw NoLocalSet();
  return *local;
}

void launch_local(Scheduler& local, TaskHeader& task) noexcept { local.launch_local(task); }

LocalPoll::LocalPoll(LocalScheduler& scheduler) : scheduler_(scheduler), before_(current().local) {
  if (before_ == nullptr && current().task != nullptr) {
    throw std::logic_error(
        "a LocalSet stays on its thread, and this task may move to another: await the set in block_on, or in a local "
        "task");
  }
  scheduler_.add_reference();  // the set may be dropped by one of its tasks
  scheduler_.begin_poll();
  current().local = &scheduler_;
}

LocalPoll::~LocalPoll() {
  current().local = before_;
  scheduler_.end_poll();
  scheduler_.drop_reference();
}

bool LocalPoll::run_tasks(Context& cx, future::Waiter& waiter) noexcept { return scheduler_.run_tasks(cx, waiter); }

LocalWait::LocalWait(LocalScheduler& scheduler) noexcept : scheduler_(scheduler) { scheduler_.add_reference(); }

LocalWait::~LocalWait() {
  scheduler_.stop_waiting(waiter_);
  scheduler_.drop_reference();
}

}  // namespace runtime::detail

namespace task {

LocalEnterGuard::LocalEnterGuard(runtime::Scheduler& local) noexcept
    : local_(local), before_(std::exchange(runtime::detail::current().local, &local)) {
  local_.add_reference();
}

LocalEnterGuard::~LocalEnterGuard() {
  runtime::detail::current().local = before_;
  local_.drop_reference();
}

LocalSet::LocalSet() : scheduler_(new runtime::LocalScheduler) {}

Poll<void> LocalSet::poll(Context& cx) {
  runtime::LocalScheduler& scheduler = *scheduler_;
  runtime::detail::LocalPoll tasks(scheduler);
  if (!tasks.run_tasks(cx, scheduler.own_waiter())) return Pending;
  scheduler.stop_waiting(scheduler.own_waiter());
  return Ready();
}

void LocalSet::cancel() noexcept {
  if (scheduler_ == nullptr) return;
  scheduler_->close();
  std::exchange(scheduler_, nullptr)->drop_reference();
}

runtime::Scheduler& LocalSet::books() const noexcept { return *scheduler_; }

}  // namespace task
}  // namespace heddle::inline v0
