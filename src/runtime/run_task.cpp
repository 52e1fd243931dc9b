// SPDX-License-Identifier: MIT
// One turn of a task: poll, then idle, requeue or complete; and how it is cancelled.
#include "runtime/config.hpp"
#include "runtime/core_lease.hpp"
#include "runtime/current.hpp"
#include "runtime/scheduler.hpp"

#include <cstdio>
#include <utility>

namespace heddle::inline v0::runtime::detail {

namespace {

/// For as long as it lives the thread runs code of the task, which may take long.
class InTask {
 public:
  InTask(CoreLease* lease, const TaskHeader& task, const Context* cx) noexcept : lease_(lease), polled_{&task, cx} {
    if (lease_ != nullptr) lease_->begin_poll(polled_);
  }
  InTask(const InTask&) = delete;
  InTask& operator=(const InTask&) = delete;
  ~InTask() {
    if (lease_ != nullptr) lease_->end_poll();
  }

 private:
  CoreLease* lease_;
  const Polled polled_;
};

void complete(TaskHeader& task, const TaskHooks* hooks) noexcept {
  if (hooks != nullptr) [[unlikely]] TaskHooks::call(hooks->terminate, task);
  switch (task.to_complete()) {
    case ToComplete::kDone: return;
    case ToComplete::kFree: task.vtable().destroy(task); return;
    case ToComplete::kWakeJoiner: std::move(task.join_waker).wake(); break;
    case ToComplete::kDropOutput: task.vtable().drop_output(task); break;
  }
  task.drop_references(2);
}

/// While it lives, this thread polls or destroys the future of `task`. A task may do that to others, those of a LocalSet:
/// it is again the current one when that is done, and its task-locals weren't theirs.
class Running {
 public:
  explicit Running(TaskHeader& task) noexcept
      : mine_(current()), task_(std::exchange(mine_.task, &task)), scopes_(std::exchange(mine_.scopes, nullptr)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    mine_.task = task_;
    mine_.scopes = scopes_;
  }

 private:
  Current& mine_;
  TaskHeader* task_;
  task::detail::Scope* scopes_;
};

}  // namespace

void cancel_running(TaskHeader& task, CoreLease* lease) noexcept {
  {
    const Running running(task);
    const InTask in_task(lease, task, nullptr);
    task.vtable().cancel(task);
  }
  complete(task, task.shard->scheduler().hooks());
}

void cancel_notified(TaskHeader& task) noexcept {
  static_cast<void>(task.to_running());
  cancel_running(task);
}

AfterPoll run_task(TaskHeader& task, const TaskHooks* hooks, CoreLease* lease) noexcept {
  if (task.to_running() == ToRunning::kCancel) {
    cancel_running(task, lease);
    return AfterPoll::kEnded;
  }
  // The runner's own reference: borrowed by the waker, given back before anything else happens to it.
  Waker waker = Waker::adopt(task);
  bool done = false;
  bool yielded = false;
  {
    const Running running(task);
    if (hooks != nullptr) [[unlikely]] TaskHooks::call(hooks->before_poll, task);
    Context cx(waker);
    const InTask in_task(lease, task, &cx);
    done = task.vtable().poll(task, cx);
    yielded = cx.take_yielded();
    if (yielded && cx.budget() == 0) [[unlikely]] task.shard->scheduler().count_forced_yield();
    if (hooks != nullptr) [[unlikely]] TaskHooks::call(hooks->after_poll, task);
  }
  static_cast<void>(std::move(waker).into_raw());
  if (done) {
    complete(task, hooks);
    return AfterPoll::kEnded;
  }
  // A task that yielded keeps kRunning while it queues: nobody else may poll it, and no step of its state is needed.
  if (yielded) return AfterPoll::kRequeue;
  switch (task.to_idle()) {
    case ToIdle::kIdle: return AfterPoll::kWaits;
    case ToIdle::kRequeue: return AfterPoll::kRequeue;
    case ToIdle::kCancel: break;
  }
  cancel_running(task, lease);
  return AfterPoll::kEnded;
}

}  // namespace heddle::inline v0::runtime::detail
