// SPDX-License-Identifier: MIT
// Scheduling from anywhere, and the end of a runtime.
#include "runtime/shared.hpp"

#include <heddle/base/diagnosing.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/runtime/spawn.hpp>

#include "runtime/current.hpp"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace heddle::inline v0::runtime {

using namespace detail;

namespace {

// Ids are given out in blocks per thread, so that spawning costs no shared atomic operation.
std::uint64_t next_task_id(Current& mine) noexcept {
  constexpr std::uint64_t kBlock = 1024;
  static constinit base::atomic<std::uint64_t> blocks{0};
  if (mine.next_id == mine.last_id) {
    mine.next_id = blocks.fetch_add(1, base::relaxed) * kBlock + 1;  // only uniqueness matters
    mine.last_id = mine.next_id + kBlock;
  }
  return mine.next_id++;
}

}  // namespace

Shared::Shared(std::size_t shards, std::unique_ptr<Driver> driver)
    : driver_(std::move(driver)), timers_(shards), shards_(shards) {
  for (TaskShard& shard : shards_) {
    shard.open(*this);
    add_reference();
  }
}

void Shared::schedule(TaskHeader& task) noexcept {
  if (Worker* worker = current().worker_of(*this)) return worker->schedule_local(task);
  // Once queued the task may run and go, and with it the last reference to this: hold on to it.
  task.add_reference();
  injected_.push(task);
  notify_injected();
  task.drop_reference();
}

void detail::launch(Shared& shared, TaskHeader& task) noexcept { shared.launch(task); }

void Shared::launch(TaskHeader& task) noexcept {
  Current& mine = current();
  const Worker* worker = mine.worker_of(*this);
  const bool open = shards_[worker == nullptr ? 0 : worker->shard].add(task, next_task_id(mine));
  if (open) {
    schedule(task);
  } else {
    cancel_notified(task);
  }
}

void Shared::timer_armed(std::uint64_t deadline) noexcept {
  if (deadline < sleeps_until_.load(base::seq_cst)) driver_->interrupt();
}

void Shared::poll_here(MainFuture& future) {
  auto* thread = new future::ThreadWaker;
  const Waker waker = Waker::adopt(*thread);
  Standstill standstill(*this);
  for (;;) {
    Context cx(waker);
    const bool ready = poll_once_here(future, cx);
    const bool yielded = cx.take_yielded();
    if (ready) return;
    if (yielded) continue;
    while (!thread->sleep_until(base::deadline_after_ns(standstill.period()))) standstill.look();
  }
}

bool Shared::poll_once_here(MainFuture& future, Context& cx) {
  if (!base::diagnosing()) [[likely]] return future.poll(cx);
  struct Polling {
    base::atomic<std::uint32_t>& count;
    ~Polling() { count.fetch_sub(1, base::acq_rel); }
  };
  polling_here_.fetch_add(1, base::acq_rel);
  const Polling polling{polling_here_};
  polls_here_.fetch_add(1, base::acq_rel);
  return future.poll(cx);
}

void Shared::watch_for_deadlocks(DeadlockHook hook, std::uint64_t period) {
  if (hook) base::start_diagnosing();
  deadlock_hook_ = std::move(hook);
  deadlock_period_ = period;
  watched_ = true;
  enter_runtime(*this);
}

bool Shared::is_at_rest() {
  return workers_rest() && polling_here_.load(base::acquire) == 0 && injected_.empty() &&
         timers_.exact_next_turn() == TimerShard::kNever && !driver_->is_waited_for();
}

std::size_t Shared::alive_tasks() noexcept {
  std::size_t count = 0;
  for (TaskShard& shard : shards_) count += shard.size();
  return count;
}

std::size_t Shared::cancel_injected() noexcept {
  TaskQueue tasks;
  injected_.pop(tasks, std::numeric_limits<std::size_t>::max());
  const std::size_t count = tasks.size();
  while (TaskHeader* task = tasks.pop_front()) cancel_notified(*task);
  return count;
}

void Shared::finish() noexcept {
  TaskQueue idle;
  std::size_t queued = 0;
  for (TaskShard& shard : shards_) queued += shard.close(idle);
  while (TaskHeader* task = idle.pop_front()) cancel_running(*task);
  // Whoever is between waking a task and queueing it will have done so in a moment.
  while (queued != 0) {
    const std::size_t cancelled = cancel_injected();
    queued -= std::min(queued, cancelled);
    if (cancelled == 0) std::this_thread::yield();
  }
  timers_.shut_down();
  driver_->shut_down();
  if (watched_) strike_out_runtime(*this);
  for (TaskShard& shard : shards_) shard.release();
}

}  // namespace heddle::inline v0::runtime
