// SPDX-License-Identifier: MIT
// One turn of a task: poll, then idle, requeue or complete; and how it is cancelled.
#include "runtime/config.hpp"
#include "runtime/current.hpp"
#include "runtime/scheduler.hpp"

#include <cstdio>
#include <utility>

namespace heddle::inline v0::runtime::detail {

namespace {

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

}  // namespace

void cancel_running(TaskHeader& task) noexcept {
  TaskHeader*& current_task = current().task;
  TaskHeader* const before = std::exchange(current_task, &task);
  task.vtable().cancel(task);
  current_task = before;
  complete(task, task.shard->scheduler().hooks());
}

void cancel_notified(TaskHeader& task) noexcept {
  static_cast<void>(task.to_running());
  cancel_running(task);
}

AfterPoll run_task(TaskHeader& task, const TaskHooks* hooks) noexcept {
  if (task.to_running() == ToRunning::kCancel) {
    cancel_running(task);
    return AfterPoll::kDone;
  }
  Current& mine = current();
  // A task may poll others: those of a LocalSet.
  TaskHeader* const before = std::exchange(mine.task, &task);
  if (hooks != nullptr) [[unlikely]] TaskHooks::call(hooks->before_poll, task);
  // The runner's own reference: borrowed by the waker, given back before anything else happens to it.
  Waker waker = Waker::adopt(task);
  bool done = false;
  bool yielded = false;
  {
    Context cx(waker);
    done = task.vtable().poll(task, cx);
    yielded = cx.take_yielded();
    if (yielded && cx.budget() == 0) [[unlikely]] task.shard->scheduler().count_forced_yield();
  }
  static_cast<void>(std::move(waker).into_raw());
  if (hooks != nullptr) [[unlikely]] TaskHooks::call(hooks->after_poll, task);
  mine.task = before;
  if (done) {
    complete(task, hooks);
    return AfterPoll::kDone;
  }
  // A task that yielded keeps kRunning while it queues: nobody else may poll it, and no step of its state is needed.
  if (yielded) return AfterPoll::kRequeue;
  switch (task.to_idle()) {
    case ToIdle::kIdle: return AfterPoll::kDone;
    case ToIdle::kRequeue: return AfterPoll::kRequeue;
    case ToIdle::kCancel: break;
  }
  cancel_running(task);
  return AfterPoll::kDone;
}

}  // namespace heddle::inline v0::runtime::detail
