// SPDX-License-Identifier: MIT
// The members of a set of futures, each with a waker of its own, and the queue of those that are to be polled.
//
// A member is a WakeTarget: whoever wakes it puts it, and it alone, into the set's queue, and wakes whoever polls the set.
// So neither a wake nor the poll that follows it looks at the other members, however many there are.
//
//   kQueued        the member stands in a queue, or is on its way; or it has left the set and never will again
//   references     the set, each Waker, and the place in the queue
//
//   transition     from -> to                                     who may make it
//   to_queued      clear -> kQueued, which is a place             any Waker; the set's owner, for a member that yields
//   to_polled      kQueued -> clear                               the owner, who has taken it out of the queue
//   to_retired     any -> kQueued, which is none                  the owner, once
//
// Who may touch what:
//   1. The members' list, their futures and `ready_` are the owner's.
//   2. `next_ready` belongs to whoever made to_queued; in the shared list it is guarded by the lock; once taken, the owner's.
//   3. A set that is closed takes nobody into its queue: a waker may outlive it.
//
// Orderings: each transition is a read-modify-write, acq_rel, made even where nothing changes: a waker that finds kQueued
// set still has writes that the coming poll must see.
//
// The lost-wake pair: who polls the set finds the queue empty and registers in one section of the lock; who queues a
// member takes what is registered in one section too.
#pragma once

#include <heddle/base/intrusive_list.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/future/context.hpp>
#include <heddle/future/waker.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace heddle::inline v0::future::detail {

class ReadyQueue;

/// A member of a ReadySet, but for its future.
class ReadyNode : public WakeTarget, public base::ListNode<> {
 public:
  static constexpr std::uint64_t kQueued = 1;

  /// True if the caller has to queue it.
  [[nodiscard]] bool to_queued() noexcept { return (word_.fetch_or(kQueued, base::acq_rel) & kQueued) == 0; }
  void to_polled() noexcept { word_.fetch_and(~kQueued, base::acq_rel); }
  void to_retired() noexcept { word_.fetch_or(kQueued, base::acq_rel); }

  // Rule 2.
  ReadyNode* next_ready = nullptr;

 protected:
  /// With two references, for the set and for the place in the queue that ReadySet::add gives it.
  ReadyNode(const VTable& vtable, ReadyQueue& queue) noexcept;
  ~ReadyNode();

  static void wake_by_value(WakeTarget& target) noexcept;
  static void wake_by_reference(WakeTarget& target) noexcept;

 private:
  // Constant.
  ReadyQueue& queue_;
};

/// A FIFO of nodes, each with a reference.
class ReadyList {
 public:
  ReadyList() = default;
  ReadyList(ReadyList&& other) noexcept
      : head_(std::exchange(other.head_, nullptr)), tail_(std::exchange(other.tail_, nullptr)) {}
  ReadyList& operator=(ReadyList&&) = delete;

  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
  void push_back(ReadyNode& node) noexcept {
    node.next_ready = nullptr;
    (tail_ == nullptr ? head_ : tail_->next_ready) = &node;
    tail_ = &node;
  }
  [[nodiscard]] ReadyNode* pop_front() noexcept {
    ReadyNode* node = head_;
    if (node == nullptr) return nullptr;
    head_ = node->next_ready;
    if (head_ == nullptr) tail_ = nullptr;
    return node;
  }
  void swap(ReadyList& other) noexcept {
    std::swap(head_, other.head_);
    std::swap(tail_, other.tail_);
  }

 private:
  ReadyNode* head_ = nullptr;
  ReadyNode* tail_ = nullptr;
};

/// Where members are queued by their wakers, from any thread. Counted: by its set, and by every member in memory.
class ReadyQueue {
 public:
  ReadyQueue() = default;
  ReadyQueue(const ReadyQueue&) = delete;
  ReadyQueue& operator=(const ReadyQueue&) = delete;

  void add_reference() noexcept { references_.fetch_add(1, base::relaxed); }
  /// acq_rel: all that was done under any reference happens before the destruction.
  void drop_reference() noexcept {
    if (references_.fetch_sub(1, base::acq_rel) == 1) delete this;
  }

  /// Any thread: takes over a reference to `node`, and wakes whoever is registered.
  void push(ReadyNode& node) noexcept;

  /// The owner: moves all that is queued to `into`, which is empty. If there is nothing, registers `waker`: false.
  [[nodiscard]] bool take_or_register(ReadyList& into, const Waker& waker) noexcept;

  /// The owner, once: from now on push drops what it is given. Moves what is queued to `into`.
  void close(ReadyList& into) noexcept;

 private:
  base::atomic<std::size_t> references_{1};
  base::SpinLock lock_;
  // Guarded by lock_.
  bool closed_ = false;
  ReadyList list_;
  Waker waker_;
};

/// The members of a set of futures. Their futures are the business of whoever derives the nodes.
class ReadySet {
 public:
  ReadySet() : queue_(new ReadyQueue) {}
  ReadySet(ReadySet&& other);
  ReadySet& operator=(ReadySet&&) = delete;
  /// Only without members.
  ~ReadySet();

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] ReadyQueue& queue() noexcept { return *queue_; }

  /// Takes over a new node, and queues it.
  void add(ReadyNode& node) noexcept;

  /// Takes over a new node, which waits for the waker that is given.
  [[nodiscard]] Waker add_idle(ReadyNode& node) noexcept;

  void swap(ReadySet& other) noexcept;

  /// Whether a member may be ready to be polled; if not, `waker` is woken when one is.
  [[nodiscard]] bool any_ready(const Waker& waker) noexcept {
    return !ready_.empty() || queue_->take_or_register(ready_, waker);
  }

  /// The next to be polled, with the reference of its place; null if that has left the set. After any_ready.
  [[nodiscard]] ReadyNode* pop() noexcept;

  /// Queues a member that asks for another poll. Takes over a reference.
  void push_back(ReadyNode& node) noexcept;

  /// Takes a member out, and leaves the set's reference to the caller.
  void remove(ReadyNode& node) noexcept;

  /// The member that was added first; null without members.
  [[nodiscard]] ReadyNode* front() noexcept { return members_.front(); }
  /// The member that was added after `node`; null at the end.
  [[nodiscard]] ReadyNode* next(ReadyNode& node) noexcept { return members_.next(node); }

 private:
  static void drop(ReadyList& list) noexcept;

  ReadyQueue* queue_;
  ReadyList ready_;
  base::IntrusiveList<ReadyNode> members_;
  std::size_t size_ = 0;
};

}  // namespace heddle::inline v0::future::detail
