// SPDX-License-Identifier: MIT
// A hierarchical timer wheel over all of 64-bit time: insert, remove and the next deadline in O(1).
//
// Eleven levels of 64 slots, six bits of the tick each: level 0 holds single ticks, level 1 runs of 64, and so on up to
// the 66th bit, so no deadline is too far and none wraps around. An entry's level is that of the highest digit in which
// its tick differs from `elapsed_`; so all entries of a level come before all of the next, and within a level every
// occupied slot lies ahead of the current digit. The next deadline is the first occupied slot of the first occupied
// level. When `elapsed_` reaches a slot of a higher level, its entries move down. Entries of one tick come out in the order
// in which they went in. (After Varghese and Lauck, and Tokio.)
//
// Not synchronised: whoever owns it guards it.
#pragma once

#include <heddle/runtime/detail/wheel_node.hpp>

#include <array>
#include <cstdint>
#include <limits>

namespace heddle::inline v0::runtime::detail {

class TimerWheel {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  TimerWheel() = default;
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Adds an entry for `tick`; a tick that has passed fires at the next turn.
  void insert(WheelNode& entry, std::uint64_t tick) noexcept;

  /// Takes out an entry that is in the wheel.
  void remove(WheelNode& entry) noexcept;

  /// Takes out and returns one entry whose tick is `now` or earlier; null when there is none. `now` never goes back.
  [[nodiscard]] WheelNode* pop_expired(std::uint64_t now) noexcept;

  /// The entry that comes out next, if none is added: of those of the earliest tick the first. Null when empty. Looks at
  /// a whole slot.
  [[nodiscard]] WheelNode* first() const noexcept;

  /// Takes out any entry; null when empty.
  [[nodiscard]] WheelNode* pop_any() noexcept;

  /// A tick before which nothing fires, and at which the wheel wants to turn; kNever when empty.
  [[nodiscard]] std::uint64_t next_turn() const noexcept;

 private:
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1U << kBits;
  static constexpr unsigned kLevels = (64 + kBits - 1) / kBits;

  struct Position {
    unsigned level;
    unsigned slot;
  };
  [[nodiscard]] Position position_of(std::uint64_t tick) const noexcept;
  [[nodiscard]] std::uint64_t start_of(Position position) const noexcept;
  [[nodiscard]] bool first_occupied(Position& position) const noexcept;
  void link(WheelNode& entry) noexcept;
  void move_down(Position position) noexcept;

  std::uint64_t elapsed_ = 0;
  std::array<std::uint64_t, kLevels> occupied_{};
  // The first entry of each slot, the others in a ring behind it.
  std::array<std::array<WheelNode*, kSlots>, kLevels> slots_{};
};

}  // namespace heddle::inline v0::runtime::detail
