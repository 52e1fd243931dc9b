// SPDX-License-Identifier: MIT
// Queueing the members of a set of futures, and taking them out.
#include <heddle/future/detail/ready_queue.hpp>

#include <mutex>
#include <utility>

namespace heddle::inline v0::future::detail {

ReadyNode::ReadyNode(const VTable& vtable, ReadyQueue& queue) noexcept
    : WakeTarget(vtable, kQueued | 2 * kReference), queue_(queue) {
  queue_.add_reference();
}

ReadyNode::~ReadyNode() { queue_.drop_reference(); }

void ReadyNode::wake_by_value(WakeTarget& target) noexcept {
  auto& node = static_cast<ReadyNode&>(target);
  if (node.to_queued()) {
    node.queue_.push(node);
  } else {
    node.drop_reference();
  }
}

void ReadyNode::wake_by_reference(WakeTarget& target) noexcept {
  auto& node = static_cast<ReadyNode&>(target);
  if (!node.to_queued()) return;
  node.add_reference();
  node.queue_.push(node);
}

void ReadyQueue::push(ReadyNode& node) noexcept {
  Waker waker;
  bool taken = false;
  {
    const std::lock_guard guard(lock_);
    taken = !closed_;
    if (taken) {
      list_.push_back(node);
      waker = std::move(waker_);
    }
  }
  // From here on the set may be gone, and this with it.
  if (taken) {
    std::move(waker).wake();
  } else {
    node.drop_reference();
  }
}

bool ReadyQueue::take_or_register(ReadyList& into, const Waker& waker) noexcept {
  Waker old;  // destroyed after the unlock
  const std::lock_guard guard(lock_);
  if (!list_.empty()) {
    list_.swap(into);
    return true;
  }
  // To clone runs nobody's code, so the lock may be held.
  if (!waker_.will_wake(waker)) old = std::exchange(waker_, waker.clone());
  return false;
}

void ReadyQueue::close(ReadyList& into) noexcept {
  Waker old;  // destroyed after the unlock
  const std::lock_guard guard(lock_);
  closed_ = true;
  list_.swap(into);
  old = std::move(waker_);
}

ReadySet::ReadySet(ReadySet&& other)
    : queue_(std::exchange(other.queue_, new ReadyQueue)),
      ready_(std::move(other.ready_)),
      size_(std::exchange(other.size_, 0)) {
  members_.splice_back(other.members_);
}

ReadySet::~ReadySet() {
  HEDDLE_INVARIANT(size_ == 0, "a set of futures was destroyed with members in it");
  ReadyList queued;
  queue_->close(queued);
  drop(ready_);
  drop(queued);
  queue_->drop_reference();
}

void ReadySet::drop(ReadyList& list) noexcept {
  while (ReadyNode* node = list.pop_front()) node->drop_reference();
}

void ReadySet::add(ReadyNode& node) noexcept {
  members_.push_back(node);
  ++size_;
  queue_->push(node);
}

Waker ReadySet::add_idle(ReadyNode& node) noexcept {
  members_.push_back(node);
  ++size_;
  node.to_polled();
  return Waker::adopt(node);
}

void ReadySet::swap(ReadySet& other) noexcept {
  std::swap(queue_, other.queue_);
  ready_.swap(other.ready_);
  base::IntrusiveList<ReadyNode> mine;
  mine.splice_back(members_);
  members_.splice_back(other.members_);
  other.members_.splice_back(mine);
  std::swap(size_, other.size_);
}

ReadyNode* ReadySet::pop() noexcept {
  ReadyNode* node = ready_.pop_front();
  if (node->linked()) {
    node->to_polled();
    return node;
  }
  node->drop_reference();
  return nullptr;
}

void ReadySet::push_back(ReadyNode& node) noexcept {
  if (node.to_queued()) {
    ready_.push_back(node);
  } else {
    node.drop_reference();  // somebody has woken it besides
  }
}

void ReadySet::remove(ReadyNode& node) noexcept {
  base::IntrusiveList<ReadyNode>::remove(node);
  --size_;
  node.to_retired();
}

}  // namespace heddle::inline v0::future::detail
