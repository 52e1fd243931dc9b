// SPDX-License-Identifier: MIT
// Scheduling from anywhere, and the end of all tasks.
#include "runtime/scheduler.hpp"

#include "runtime/config.hpp"
#include "runtime/current.hpp"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace heddle::inline v0::runtime {

using namespace detail;

Scheduler::Scheduler(std::size_t shards) : shards_(shards) {
  for (TaskShard& shard : shards_) {
    shard.open(*this);
    add_reference();
  }
}

void Scheduler::schedule(TaskHeader& task) noexcept {
  if (Worker* worker = current().worker_of(*this)) return worker->schedule_local(task);
  schedule_elsewhere(task);
}

void Scheduler::schedule_elsewhere(TaskHeader& task) noexcept {
  // Once queued the task may run and go, and with it the last reference to this: hold on to it.
  task.add_reference();
  remote_schedules_.fetch_add(1, base::relaxed);
  injected_.push(task);
  notify_injected();
  task.drop_reference();
}

void Scheduler::launch(TaskHeader& task) noexcept {
  Current& mine = current();
  Worker* worker = mine.worker_of(*this);
  const bool open = shards_[worker == nullptr ? 0 : worker->shard].add(task, mine.take_task_id());
  if (hooks_ != nullptr) TaskHooks::call(hooks_->spawn, task);
  if (!open) return cancel_notified(task);
  if (worker == nullptr) return schedule_elsewhere(task);
  worker->schedule_new(task);
}

std::size_t Scheduler::alive_tasks() noexcept {
  std::size_t count = 0;
  for (TaskShard& shard : shards_) count += shard.size();
  return count;
}

std::uint64_t Scheduler::spawned_tasks() const noexcept {
  std::uint64_t count = 0;
  for (const TaskShard& shard : shards_) count += shard.entered();
  return count;
}

std::size_t Scheduler::cancel_injected() noexcept {
  TaskQueue tasks;
  injected_.pop(tasks, std::numeric_limits<std::size_t>::max());
  const std::size_t count = tasks.size();
  while (TaskHeader* task = tasks.pop_front()) cancel_notified(*task);
  return count;
}

void Scheduler::cancel_all(std::size_t in_polls) noexcept {
  TaskQueue idle;
  std::size_t queued = 0;
  for (TaskShard& shard : shards_) queued += shard.close(idle);
  while (TaskHeader* task = idle.pop_front()) cancel_running(*task);
  queued -= in_polls;
  // Whoever is between waking a task and queueing it will have done so in a moment.
  while (queued != 0) {
    const std::size_t cancelled = cancel_injected();
    queued -= std::min(queued, cancelled);
    if (cancelled == 0) std::this_thread::yield();
  }
}

void Scheduler::release_books() noexcept {
  for (TaskShard& shard : shards_) shard.release();
}

}  // namespace heddle::inline v0::runtime
