// SPDX-License-Identifier: MIT
// The places of a bounded channel: a ring of raw slots.
//
// No lock of its own and no count: Core's lock guards it, Core's stored_ says how many slots are filled, from head_ on.
// A constructor that throws leaves the ring as it was; so does one that throws on the way out.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace heddle::inline v0::channel::detail {

template <class T>
class ArrayQueue {
 public:
  /// Throws std::bad_alloc, also where capacity * sizeof(T) would overflow.
  explicit ArrayQueue(std::size_t capacity) : capacity_(capacity) {
    if (capacity != 0) slots_ = std::allocator<T>().allocate(capacity);
  }
  ArrayQueue(const ArrayQueue&) = delete;
  ArrayQueue& operator=(const ArrayQueue&) = delete;
  /// The slots must be empty.
  ~ArrayQueue() {
    if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, capacity_);
  }

  /// Only while fewer than `capacity` are stored.
  void push(T& value) {
    std::construct_at(slots_ + tail_, std::move(value));
    tail_ = after(tail_);
  }

  /// Only while one is stored. `take` gets it as an rvalue.
  template <class Take>
  [[gnu::always_inline]] void pop(Take&& take) {
    T& value = slots_[head_];
    take(std::move(value));
    std::destroy_at(std::addressof(value));
    head_ = after(head_);
  }

  /// Destroys the oldest.
  void drop_front() noexcept {
    std::destroy_at(slots_ + head_);
    head_ = after(head_);
  }

 private:
  [[nodiscard]] std::size_t after(std::size_t index) const noexcept { return index + 1 == capacity_ ? 0 : index + 1; }

  T* slots_ = nullptr;
  std::size_t capacity_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace heddle::inline v0::channel::detail
