// SPDX-License-Identifier: MIT
// A worker's own run queue: a bounded ring, one producer, any number of thieves. After Tokio's (which is after Go's).
//
// `head` packs two positions: `real`, where the owner pops, and `steal`, which lags behind it while a thief copies.
// Slots in [steal, real) belong to that thief, [real, tail) are filled, the rest is free. Equal: nobody steals.
//
//   site                     order     partner                 carries
//   O1 slot + tail store     release   T1                      the task pointers
//   O2 head load in push     acquire   T3                      the thief is done with the slots
//   O3 head CAS in pop       acq_rel   T2, T3                  which slots are whose
//   T1 tail load             acquire   O1                      the task pointers
//   T2 head CAS, claim       acq_rel   O3, T3 of the last      which slots are whose
//   T3 head CAS, done        acq_rel   O2, T2 of the next      the slots are read
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/cache_padded.hpp>

#include "runtime/injection_queue.hpp"
#include "runtime/worker_metrics.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace heddle::inline v0::runtime::detail {

class RunQueue {
 public:
#if defined(HEDDLE_MODEL)
  static constexpr std::uint32_t kCapacity = 4;
#else
  static constexpr std::uint32_t kCapacity = 1024;
#endif

  /// Any thread; exact for the owner, else a hint.
  [[nodiscard]] std::uint32_t size() const noexcept {
    const std::uint64_t head = head_->load(base::acquire);  // first: it never passes a tail that is read later
    return tail_->load(base::acquire) - real(head);
  }

  /// How many more fit in. Any thread; a hint while others steal.
  [[nodiscard]] std::size_t room() const noexcept { return kCapacity - std::min(size(), kCapacity); }

  /// How often it was full. Any thread.
  [[nodiscard]] std::uint64_t overflows() const noexcept { return overflows_.get(); }

  /// Owner. When full, half of the queue and `task` go to `overflow`.
  void push(TaskHeader& task, InjectionQueue& overflow) noexcept {
    const std::uint32_t tail = tail_->load(base::relaxed);  // only the owner writes it
    for (;;) {
      std::uint64_t head = head_->load(base::acquire);
      if (tail - steal(head) < kCapacity) break;
      if (steal(head) != real(head)) {  // a thief is making room
        overflows_.add();
        return overflow.push(task);
      }
      if (spill(head, task, overflow)) return;
    }
    slot(tail).store(&task, base::relaxed);
    tail_->store(tail + 1, base::release);
  }

  /// Owner. Null when empty.
  [[nodiscard]] TaskHeader* pop() noexcept {
    return pop_if([](const TaskHeader&) { return true; });
  }

  /// Owner. False if `task` isn't the next to be popped.
  [[nodiscard]] bool pop(const TaskHeader& task) noexcept {
    return pop_if([&task](const TaskHeader& next) { return &next == &task; }) != nullptr;
  }

  /// A thief, which owns `into`: moves half of this queue there, but for the last, which it returns to run at once.
  /// Null when there is nothing to take, or another thief is at it.
  [[nodiscard]] TaskHeader* steal_into(RunQueue& into) noexcept {
    const std::uint32_t to = into.tail_->load(base::relaxed);
    if (to - steal(into.head_->load(base::acquire)) > kCapacity / 2) return nullptr;  // no room
    std::uint64_t head = head_->load(base::acquire);
    std::uint32_t count = 0;
    do {
      if (steal(head) != real(head)) return nullptr;
      const std::uint32_t filled = tail_->load(base::acquire) - real(head);
      count = filled - filled / 2;
      if (count == 0) return nullptr;
    } while (!head_->compare_exchange_weak(head, pack(real(head), real(head) + count), base::acq_rel, base::acquire));

    const std::uint32_t from = real(head);
    for (std::uint32_t i = 0; i + 1 < count; ++i) {
      into.slot(to + i).store(slot(from + i).load(base::relaxed), base::relaxed);
    }
    TaskHeader* last = slot(from + count - 1).load(base::relaxed);
    head = head_->load(base::acquire);
    while (!head_->compare_exchange_weak(head, pack(real(head), real(head)), base::acq_rel, base::acquire)) {
    }
    if (count > 1) into.tail_->store(to + count - 1, base::release);
    return last;
  }

 private:
  using Slot = base::atomic<TaskHeader*>;

  static constexpr std::uint64_t pack(std::uint32_t steal, std::uint32_t real) noexcept {
    return std::uint64_t{steal} << 32 | real;
  }
  static constexpr std::uint32_t steal(std::uint64_t head) noexcept { return static_cast<std::uint32_t>(head >> 32); }
  static constexpr std::uint32_t real(std::uint64_t head) noexcept { return static_cast<std::uint32_t>(head); }
  Slot& slot(std::uint32_t position) noexcept { return slots_[position % kCapacity]; }

  TaskHeader* pop_if(auto is_wanted) noexcept {
    std::uint64_t head = head_->load(base::acquire);
    for (;;) {
      const std::uint32_t from = real(head);
      if (from == tail_->load(base::relaxed)) return nullptr;
      TaskHeader* task = slot(from).load(base::relaxed);
      if (!is_wanted(*task)) return nullptr;
      const std::uint64_t next = steal(head) == from ? pack(from + 1, from + 1) : pack(steal(head), from + 1);
      if (head_->compare_exchange_weak(head, next, base::acq_rel, base::acquire)) return task;
    }
  }

  /// Moves half of a full ring out. False when a thief came first.
  bool spill(std::uint64_t head, TaskHeader& task, InjectionQueue& overflow) noexcept {
    const std::uint32_t from = real(head);
    const std::uint32_t to = from + kCapacity / 2;
    if (!head_->compare_exchange_strong(head, pack(to, to), base::acq_rel, base::acquire)) return false;
    TaskQueue half;
    for (std::uint32_t i = from; i != to; ++i) half.push_back(*slot(i).load(base::relaxed));
    half.push_back(task);
    overflow.push(half);
    overflows_.add();
    return true;
  }

  // Atomic; see the table. Written by the owner and thieves.
  base::CachePadded<base::atomic<std::uint64_t>> head_{};
  // Written by the owner.
  base::CachePadded<base::atomic<std::uint32_t>> tail_{};
  std::array<Slot, kCapacity> slots_{};
  Counter overflows_;
};

}  // namespace heddle::inline v0::runtime::detail
