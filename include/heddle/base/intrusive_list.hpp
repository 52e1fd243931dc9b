// SPDX-License-Identifier: MIT
// A doubly linked list of nodes that live elsewhere: in the frame of whoever waits.
//
//   operation      cost
//   push_back      O(1)
//   pop_front      O(1)
//   remove         O(1), from the node alone
//   splice_back    O(1)
//
// No lock and no atomics: whoever owns the list guards it. A node that is in no list says so (`linked()`), and
// destroying a linked node is a bug that debug builds report.
#pragma once

#include <heddle/base/assert.hpp>

namespace heddle::inline v0::base {

/// Base of everything that can be in an IntrusiveList. `Tag` tells apart the lists that one object can be in.
template <class Tag = void>
class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { HEDDLE_ASSERT(!linked(), "a list node was destroyed while in its list"); }

  [[nodiscard]] bool linked() const noexcept { return next_ != nullptr; }

 private:
  template <class T, class U>
  friend class IntrusiveList;

  void unlink() noexcept {
    prev_->next_ = next_;
    next_->prev_ = prev_;
    next_ = prev_ = nullptr;
  }

  ListNode* next_ = nullptr;
  ListNode* prev_ = nullptr;
};

/// A list of T, which derives from ListNode<Tag>.
template <class T, class Tag = void>
class IntrusiveList {
  using Node = ListNode<Tag>;

 public:
  IntrusiveList() noexcept { ring_.next_ = ring_.prev_ = &ring_; }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    HEDDLE_ASSERT(empty(), "an intrusive list was destroyed with nodes in it");
    ring_.next_ = ring_.prev_ = nullptr;
  }

  [[nodiscard]] bool empty() const noexcept { return ring_.next_ == &ring_; }

  [[nodiscard]] T* front() noexcept { return empty() ? nullptr : static_cast<T*>(ring_.next_); }

  [[nodiscard]] T* back() noexcept { return empty() ? nullptr : static_cast<T*>(ring_.prev_); }

  void push_back(T& item) noexcept {
    Node& node = item;
    HEDDLE_ASSERT(!node.linked(), "a node can be in one list at a time");
    node.prev_ = ring_.prev_;
    node.next_ = &ring_;
    ring_.prev_->next_ = &node;
    ring_.prev_ = &node;
  }

  /// The first item, taken out; null when empty.
  T* pop_front() noexcept {
    T* item = front();
    if (item != nullptr) static_cast<Node*>(item)->unlink();
    return item;
  }

  /// Takes `item` out of the list that it is in.
  static void remove(T& item) noexcept {
    Node& node = item;
    HEDDLE_ASSERT(node.linked(), "a node was removed that is in no list");
    node.unlink();
  }

  /// Moves all of `other` behind the last item.
  void splice_back(IntrusiveList& other) noexcept {
    if (other.empty()) return;
    Node* first = other.ring_.next_;
    Node* last = other.ring_.prev_;
    other.ring_.next_ = other.ring_.prev_ = &other.ring_;
    first->prev_ = ring_.prev_;
    last->next_ = &ring_;
    ring_.prev_->next_ = first;
    ring_.prev_ = last;
  }

  /// The item after `item`, null at the end.
  [[nodiscard]] T* next(T& item) noexcept {
    Node* node = static_cast<Node&>(item).next_;
    return node == &ring_ ? nullptr : static_cast<T*>(node);
  }

 private:
  Node ring_;
};

}  // namespace heddle::inline v0::base
