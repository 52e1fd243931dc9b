// SPDX-License-Identifier: MIT
// The wheel, the timer and the table of a DelayQueue.
#include <heddle/runtime/detail/timer_entry.hpp>
#include <heddle/time/delay_queue.hpp>

#include "runtime/clock.hpp"
#include "runtime/driver/timer_wheel.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

namespace heddle::inline v0::time::detail {

using runtime::Clock;
using runtime::detail::TimerWheel;

struct DelayCore::Parts {
  static constexpr std::size_t kNone = ~std::size_t{0};

  struct Slot {
    DelayNode* node = nullptr;
    std::size_t next_free = kNone;
  };

  /// Adds a node that has its deadline, and sees to it that whoever waits learns of an earlier one.
  void link(DelayNode& node) noexcept {
    wheel.insert(node, Clock::tick_of(node.deadline.nanoseconds()));
    if (Clock::time_of(wheel.next_turn()) < armed_for) wake();
  }

  /// The node has left the wheel: its key isn't valid any more.
  void release(const DelayNode& node) noexcept {
    slots[node.slot] = {nullptr, std::exchange(first_free, node.slot)};
    --size;
  }

  void wake() noexcept { std::exchange(waker, Waker()).wake(); }

  TimerWheel wheel;
  std::vector<Slot> slots;
  std::size_t first_free = kNone;
  std::size_t size = 0;
  std::uint64_t next_id = 0;
  runtime::detail::TimerEntry timer;
  // Of the task that waits for the timer, and until when; empty if none does.
  Waker waker;
  std::uint64_t armed_for = 0;
};

DelayCore::DelayCore() : parts_(std::make_unique<Parts>()) {}
DelayCore::DelayCore(DelayCore&&) noexcept = default;
DelayCore& DelayCore::operator=(DelayCore&&) noexcept = default;
DelayCore::~DelayCore() = default;

Key DelayCore::insert(DelayNode& node, Instant deadline) {
  Parts& parts = *parts_;
  if (parts.first_free == Parts::kNone) {
    parts.slots.emplace_back();
    parts.first_free = parts.slots.size() - 1;
  }
  node.slot = parts.first_free;
  node.id = parts.next_id++;
  node.deadline = deadline;
  parts.first_free = std::exchange(parts.slots[node.slot], {&node, Parts::kNone}).next_free;
  ++parts.size;
  parts.link(node);
  return key_of(node);
}

DelayNode* DelayCore::find(Key key) const noexcept {
  if (key.slot_ >= parts_->slots.size()) return nullptr;
  DelayNode* node = parts_->slots[key.slot_].node;
  return node != nullptr && node->id == key.id_ ? node : nullptr;
}

DelayNode& DelayCore::at(Key key) const {
  DelayNode* node = find(key);
  if (node == nullptr) throw std::out_of_range("time::DelayQueue: the entry of this key is gone");
  return *node;
}

void DelayCore::remove(DelayNode& node) noexcept {
  parts_->wheel.remove(node);
  parts_->release(node);
  if (parts_->size == 0) parts_->wake();
}

void DelayCore::reset(DelayNode& node, Instant deadline) noexcept {
  parts_->wheel.remove(node);
  node.deadline = deadline;
  parts_->link(node);
}

DelayNode* DelayCore::take_any() noexcept {
  if (parts_ == nullptr) return nullptr;  // moved from
  // SAFETY: the wheel of a DelayQueue holds DelayNodes only.
  auto* node = static_cast<DelayNode*>(parts_->wheel.pop_any());
  if (node == nullptr) return nullptr;
  parts_->release(*node);
  if (parts_->size == 0) parts_->wake();
  return node;
}

Poll<DelayNode*> DelayCore::poll(Context& cx) {
  if (!cx.may_proceed()) return Pending;
  Parts& parts = *parts_;
  for (;;) {
    // SAFETY: as in take_any.
    auto* node = static_cast<DelayNode*>(parts.wheel.pop_expired(Instant::now().nanoseconds() / Clock::kTick));
    if (node != nullptr) parts.release(*node);
    if (node != nullptr || parts.size == 0) {
      parts.timer.disarm();
      parts.waker = Waker();
      cx.made_progress();
      return Poll<DelayNode*>(std::in_place, node);
    }
    const std::uint64_t turn = Clock::time_of(parts.wheel.next_turn());
    if (std::exchange(parts.armed_for, turn) != turn) parts.timer.disarm();
    if (parts.timer.poll(cx, turn).is_pending()) {
      if (!parts.waker.will_wake(cx.waker())) parts.waker = cx.waker().clone();
      return Pending;
    }
  }
}

DelayNode* DelayCore::first() const noexcept {
  // SAFETY: as in take_any.
  return static_cast<DelayNode*>(parts_->wheel.first());
}

std::size_t DelayCore::size() const noexcept { return parts_->size; }

std::size_t DelayCore::capacity() const noexcept { return parts_->slots.capacity(); }

void DelayCore::reserve(std::size_t more) { parts_->slots.reserve(parts_->size + more); }

void DelayCore::compact() {
  auto& slots = parts_->slots;
  while (!slots.empty() && slots.back().node == nullptr) slots.pop_back();
  slots.shrink_to_fit();
  parts_->first_free = Parts::kNone;
  for (std::size_t i = slots.size(); i-- > 0;) {
    if (slots[i].node == nullptr) slots[i].next_free = std::exchange(parts_->first_free, i);
  }
}

}  // namespace heddle::inline v0::time::detail
