// SPDX-License-Identifier: MIT
// Entering, striking out and closing.
#include "runtime/owned_tasks.hpp"

#include "runtime/scheduler.hpp"

#include <mutex>

namespace heddle::inline v0::runtime::detail {

bool TaskShard::add(TaskHeader& task, std::uint64_t id) noexcept {
  task.shard = this;
  task.id_ = id;
  const std::lock_guard guard(lock_);
  if (released_ && count_ == 0) scheduler_->add_reference();  // again, for a task that comes after the end
  tasks_.push_back(task);
  ++count_;
  entered_.add();
  return !closed_;
}

void TaskShard::remove(TaskHeader& task) noexcept {
  bool last = false;
  {
    const std::lock_guard guard(lock_);
    base::IntrusiveList<TaskHeader, OwnedTag>::remove(task);
    --count_;
    last = released_ && count_ == 0;
  }
  if (last) scheduler_->drop_reference();
}

std::size_t TaskShard::close(TaskQueue& idle) noexcept {
  std::size_t queued = 0;
  const std::lock_guard guard(lock_);
  closed_ = true;
  for (TaskHeader* task = tasks_.front(); task != nullptr; task = tasks_.next(*task)) {
    switch (task->to_shut_down()) {
      case ToShutDown::kCancelNow: idle.push_back(*task); break;
      case ToShutDown::kQueued: ++queued; break;
      case ToShutDown::kNothing: break;
    }
  }
  return queued;
}

void TaskShard::release() noexcept {
  bool empty = false;
  {
    const std::lock_guard guard(lock_);
    released_ = true;
    empty = count_ == 0;
  }
  if (empty) scheduler_->drop_reference();
}

std::size_t TaskShard::size() noexcept {
  const std::lock_guard guard(lock_);
  return count_;
}

}  // namespace heddle::inline v0::runtime::detail
