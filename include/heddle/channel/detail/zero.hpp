// SPDX-License-Identifier: MIT
// The hand-over of a rendezvous channel: what a waiting receiver lends for a message to be put in.
//
// A sender that finds a waiting receiver makes the message right in the receiver's parcel, under Core's lock, and goes
// on: a waiter is either queued or done, never in between. A task's receive that is dropped after that leaves its
// parcel to the channel, and the next receive takes it first: nothing is lost. That is why the parcels of tasks are
// allocated, and those of threads, which can't go away, needn't be.
#pragma once

#include <heddle/base/block_cache.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace heddle::inline v0::channel::detail {

template <class T>
struct Parcel {
  Parcel() noexcept {}
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;
  ~Parcel() {
    if (full) std::destroy_at(std::addressof(value));
  }

  void fill(T& from) {
    std::construct_at(std::addressof(value), std::move(from));
    full = true;
  }

  // In the recycled memory of frames, where the alignment allows it.
  static void* operator new(std::size_t size) { return base::allocate_block(size); }
  static void operator delete(void* block, std::size_t size) noexcept { base::free_block(block, size); }
  static void* operator new(std::size_t size, std::align_val_t alignment) { return ::operator new(size, alignment); }
  static void operator delete(void* block, std::size_t size, std::align_val_t alignment) noexcept {
    ::operator delete(block, size, alignment);
  }

  Parcel* next = nullptr;
  union {
    T value;
  };
  bool full = false;
};

/// Parcels whose receivers went away, oldest first. Guarded by Core's lock; Core's stored_ counts them.
template <class T>
class Returned {
 public:
  Returned() noexcept {}
  Returned(const Returned&) = delete;
  Returned& operator=(const Returned&) = delete;

  void push(std::unique_ptr<Parcel<T>> parcel) noexcept {
    *end_ = parcel.release();
    end_ = &(*end_)->next;
  }

  /// Only while there is one.
  [[nodiscard]] std::unique_ptr<Parcel<T>> pop() noexcept {
    std::unique_ptr<Parcel<T>> parcel(std::exchange(first_, first_->next));
    if (first_ == nullptr) end_ = &first_;
    return parcel;
  }

  [[nodiscard]] T& front() noexcept { return first_->value; }

 private:
  Parcel<T>* first_ = nullptr;
  Parcel<T>** end_ = &first_;
};

}  // namespace heddle::inline v0::channel::detail
