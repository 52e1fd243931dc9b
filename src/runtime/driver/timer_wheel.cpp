// SPDX-License-Identifier: MIT
// The turning of the wheel.
#include "runtime/driver/timer_wheel.hpp"

#include <algorithm>
#include <bit>

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

void TimerWheel::link(TimerEntry& entry, Position position) noexcept {
  TimerEntry*& head = slots_[position.level][position.slot];
  entry.next_ = head;
  entry.previous_ = &head;
  if (head != nullptr) head->previous_ = &entry.next_;
  head = &entry;
  occupied_[position.level] |= std::uint64_t{1} << position.slot;
}

void TimerWheel::insert(TimerEntry& entry, std::uint64_t tick) noexcept {
  entry.tick_ = std::max(tick, elapsed_);
  link(entry, position_of(entry.tick_));
}

void TimerWheel::remove(TimerEntry& entry) noexcept {
  *entry.previous_ = entry.next_;
  if (entry.next_ != nullptr) entry.next_->previous_ = entry.previous_;
  // Its position may be that of an earlier elapsed_, so the slot is found by the address of its head.
  auto* const first = &slots_[0][0];
  auto* const last = first + kLevels * kSlots;
  if (entry.next_ == nullptr && entry.previous_ >= first && entry.previous_ < last) {
    const auto index = static_cast<std::size_t>(entry.previous_ - first);
    occupied_[index / kSlots] &= ~(std::uint64_t{1} << index % kSlots);
  }
  entry.next_ = nullptr;
  entry.previous_ = nullptr;
}

TimerEntry* TimerWheel::pop_expired(std::uint64_t now) noexcept {
  Position position{};
  while (first_occupied(position)) {
    const std::uint64_t start = start_of(position);
    if (start > now) break;
    elapsed_ = std::max(elapsed_, start);
    TimerEntry*& head = slots_[position.level][position.slot];
    if (position.level == 0) {
      TimerEntry* entry = head;
      remove(*entry);
      return entry;
    }
    // The whole slot moves down before anything else is looked at: its entries come before all others.
    while (head != nullptr) {
      TimerEntry* entry = head;
      remove(*entry);
      link(*entry, position_of(entry->tick_));
    }
  }
  elapsed_ = std::max(elapsed_, now);
  return nullptr;
}

TimerEntry* TimerWheel::pop_any() noexcept {
  Position position{};
  if (!first_occupied(position)) return nullptr;
  TimerEntry* entry = slots_[position.level][position.slot];
  remove(*entry);
  return entry;
}

std::uint64_t TimerWheel::next_turn() const noexcept {
  Position position{};
  return first_occupied(position) ? start_of(position) : kNever;
}

}  // namespace heddle::inline v0::runtime::detail
