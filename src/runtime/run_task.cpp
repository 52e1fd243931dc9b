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
  InTask(CoreLease* lease, const TaskHeader& task, const Context* cx, bool within_poll) noexcept
      : lease_(lease), polled_{&task, cx} {
    if (within_poll) {
      outer_ = &lease_->polled();
      if (!lease_->interrupt_poll()) lease_ = nullptr;
    }
    if (lease_ != nullptr) lease_->begin_poll(polled_);
  }
  InTask(const InTask&) = delete;
  InTask& operator=(const InTask&) = delete;
  ~InTask() {
    if (lease_ == nullptr) return;
    const bool has_core = lease_->end_poll();
    if (outer_ != nullptr) lease_->go_on_with_poll(*outer_, has_core);
  }

 private:
  CoreLease* lease_;
  const Polled* outer_ = nullptr;
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

void cancel_running(TaskHeader& task, CoreLease* lease, bool within_poll) noexcept {
  {
    const Running running(task);
    const InTask in_task(lease, task, nullptr, within_poll);
    task.vtable().cancel(task);
  }
  complete(task, task.shard->scheduler().hooks());
}

void cancel_notified(TaskHeader& task) noexcept {
  static_cast<void>(task.to_running());
  cancel_running(task);
}

// Inlined by force into two, since most polls are within no other.
[[gnu::always_inline]] inline AfterPoll run(TaskHeader& task, const TaskHooks* hooks, CoreLease* lease, Context* outer) noexcept {
  const bool within_poll = outer != nullptr;
  if (task.to_running() == ToRunning::kCancel) {
    cancel_running(task, lease, within_poll);
    return AfterPoll::kEnded;
  }
  // The runner's own reference: borrowed by the waker, given back before anything else happens to it.
  Waker waker = Waker::adopt(task);
  bool done = false;
  bool yielded = false;
  {
    const Running running(task);
    if (hooks != nullptr) [[unlikely]] TaskHooks::call(hooks->before_poll, task);
    const bool shares_budget = within_poll && outer->budget() != Context::kUnlimited;
    Context cx(waker, shares_budget ? outer->budget() : Context::kBudget);
    const InTask in_task(lease, task, &cx, within_poll);
    done = task.vtable().poll(task, cx);
    yielded = cx.take_yielded();
    if (shares_budget) outer->set_budget(cx.budget());
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
  cancel_running(task, lease, within_poll);
  return AfterPoll::kEnded;
}

AfterPoll run_task(TaskHeader& task, const TaskHooks* hooks, CoreLease* lease) noexcept {
  return run(task, hooks, lease, nullptr);
}

AfterPoll run_within_poll(TaskHeader& task, CoreLease& lease, Context& outer) noexcept {
  return run(task, nullptr, &lease, &outer);
}

}  // namespace heddle::inline v0::runtime::detail
