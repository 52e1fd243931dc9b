// SPDX-License-Identifier: MIT
// What wakers, handles and the last reference do to a task.
#include <heddle/runtime/detail/task_cell.hpp>

#include "runtime/current.hpp"
#include "runtime/owned_tasks.hpp"
#include "runtime/scheduler.hpp"

namespace heddle::inline v0::runtime::detail {

void TaskHeader::wake_by_reference(future::WakeTarget& target) noexcept {
  auto& task = static_cast<TaskHeader&>(target);
  if (task.to_notified() == Submit::kYes) task.shard->scheduler().schedule(task);
}

void TaskHeader::wake_by_value(future::WakeTarget& target) noexcept {
  auto& task = static_cast<TaskHeader&>(target);
  if (task.to_notified_by_value() == Submit::kYes) {
    task.shard->scheduler().schedule(task);
  } else {
    task.drop_reference();
  }
}

void run_ahead(TaskHeader& task, const future::detail::Tree& tree) noexcept {
  if (Worker* worker = current().worker) worker->run_ahead(task, tree);
}

void TaskHeader::abort() noexcept {
  if (to_cancelled() == Submit::kYes) shard->scheduler().schedule(*this);
}

void task_panicked(const TaskHeader& task, const std::exception_ptr& panic) noexcept {
  task.shard->scheduler().task_panicked(task, panic);
}

void TaskHeader::retire() noexcept { shard->remove(*this); }

}  // namespace heddle::inline v0::runtime::detail
