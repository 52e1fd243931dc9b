// SPDX-License-Identifier: MIT
// A plain FIFO of notified tasks, linked through the tasks themselves: unbounded, no allocation, no atomics.
#pragma once

#include <heddle/runtime/detail/task_cell.hpp>

#include <cstddef>

namespace heddle::inline v0::runtime::detail {

class TaskQueue {
 public:
  TaskQueue() = default;
  TaskQueue(TaskQueue&& other) noexcept { append(other); }
  TaskQueue& operator=(TaskQueue&&) = delete;

  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  void push_back(TaskHeader& task) noexcept {
    task.queue_next = nullptr;
    (tail_ == nullptr ? head_ : tail_->queue_next) = &task;
    tail_ = &task;
    ++size_;
  }

  [[nodiscard]] TaskHeader* pop_front() noexcept {
    TaskHeader* task = head_;
    if (task == nullptr) return nullptr;
    head_ = task->queue_next;
    if (head_ == nullptr) tail_ = nullptr;
    --size_;
    return task;
  }

  /// Moves all of `other` to the end.
  void append(TaskQueue& other) noexcept {
    if (other.empty()) return;
    (tail_ == nullptr ? head_ : tail_->queue_next) = other.head_;
    tail_ = other.tail_;
    size_ += other.size_;
    other.head_ = other.tail_ = nullptr;
    other.size_ = 0;
  }

  /// Moves up to `count` from the front of `other` to the end.
  void take(TaskQueue& other, std::size_t count) noexcept {
    for (; count != 0 && !other.empty(); --count) push_back(*other.pop_front());
  }

 private:
  TaskHeader* head_ = nullptr;
  TaskHeader* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace heddle::inline v0::runtime::detail
