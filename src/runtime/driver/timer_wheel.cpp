// SPDX-License-Identifier: MIT
// The turning of the wheel.
#include "runtime/driver/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace heddle::inline v0::runtime::detail {

TimerWheel::Position TimerWheel::position_of(std::uint64_t tick) const noexcept {
  const std::uint64_t differing = (elapsed_ ^ tick) | (kSlots - 1);  // equal ticks are on level 0 as well
  const unsigned level = static_cast<unsigned>(63 - std::countl_zero(differing)) / kBits;
  return {level, static_cast<unsigned>(tick >> (level * kBits)) % kSlots};
}

std::uint64_t TimerWheel::start_of(Position position) const noexcept {
  const unsigned shift = position.level * kBits;
  // The digits above the level are those of elapsed_; for the top level there are none.
  const std::uint64_t above = shift + kBits < 64 ? elapsed_ >> (shift + kBits) << (shift + kBits) : 0;
  return above | std::uint64_t{position.slot} << shift;
}

bool TimerWheel::first_occupied(Position& position) const noexcept {
  for (unsigned level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    position = {level, static_cast<unsigned>(std::countr_zero(occupied_[level]))};
    return true;
  }
  return false;
}

void TimerWheel::link(WheelNode& entry) noexcept {
  const auto [level, slot] = position_of(entry.tick_);
  WheelNode*& first = slots_[level][slot];
  if (first == nullptr) {
    first = entry.next_ = entry.previous_ = &entry;
    occupied_[level] |= std::uint64_t{1} << slot;
    return;
  }
  entry.next_ = first;
  entry.previous_ = first->previous_;
  entry.previous_->next_ = entry.next_->previous_ = &entry;
}

void TimerWheel::insert(WheelNode& entry, std::uint64_t tick) noexcept {
  entry.tick_ = std::max(tick, elapsed_);
  link(entry);
}

void TimerWheel::remove(WheelNode& entry) noexcept {
  // Its position is what it was when it was linked: `elapsed_` has not reached its slot, or the slot is of level 0.
  const auto [level, slot] = position_of(entry.tick_);
  WheelNode*& first = slots_[level][slot];
  if (entry.next_ == &entry) {
    first = nullptr;
    occupied_[level] &= ~(std::uint64_t{1} << slot);
  } else {
    if (first == &entry) first = entry.next_;
    entry.previous_->next_ = entry.next_;
    entry.next_->previous_ = entry.previous_;
  }
  entry.next_ = entry.previous_ = nullptr;
}

void TimerWheel::move_down(Position position) noexcept {
  WheelNode* const first = std::exchange(slots_[position.level][position.slot], nullptr);
  occupied_[position.level] &= ~(std::uint64_t{1} << position.slot);
  WheelNode* entry = first;
  do {
    WheelNode* const next = entry->next_;
    link(*entry);
    entry = next;
  } while (entry != first);
}

WheelNode* TimerWheel::pop_expired(std::uint64_t now) noexcept {
  Position position{};
  while (first_occupied(position)) {
    const std::uint64_t start = start_of(position);
    if (start > now) break;
    elapsed_ = std::max(elapsed_, start);
    if (position.level == 0) {
      WheelNode* entry = slots_[0][position.slot];
      remove(*entry);
      return entry;
    }
    move_down(position);
  }
  elapsed_ = std::max(elapsed_, now);
  return nullptr;
}

WheelNode* TimerWheel::pop_any() noexcept {
  Position position{};
  if (!first_occupied(position)) return nullptr;
  WheelNode* entry = slots_[position.level][position.slot];
  remove(*entry);
  return entry;
}

WheelNode* TimerWheel::first() const noexcept {
  Position position{};
  if (!first_occupied(position)) return nullptr;
  WheelNode* const head = slots_[position.level][position.slot];
  WheelNode* earliest = head;
  for (WheelNode* node = head->next_; node != head; node = node->next_) {
    if (node->tick_ < earliest->tick_) earliest = node;
  }
  return earliest;
}

std::uint64_t TimerWheel::next_turn() const noexcept {
  Position position{};
  return first_occupied(position) ? start_of(position) : kNever;
}

}  // namespace heddle::inline v0::runtime::detail
