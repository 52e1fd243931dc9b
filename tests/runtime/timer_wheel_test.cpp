// SPDX-License-Identifier: MIT
// The timer wheel against a sorted list: order, levels, the far future, and when it wants to turn.
#include <heddle/base/random.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "runtime/driver/timer_wheel.hpp"

namespace {

using namespace heddle::runtime::detail;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kNever = TimerWheel::kNever;

TEST(Wheel, an_empty_wheel_never_turns) {
  TimerWheel wheel;
  EXPECT_EQ(wheel.next_turn(), kNever);
  EXPECT_EQ(wheel.pop_expired(kMax), nullptr);
  EXPECT_EQ(wheel.pop_any(), nullptr);
}

TEST(Wheel, an_entry_fires_at_its_tick_and_not_before) {
  TimerWheel wheel;
  WheelNode entry;
  wheel.insert(entry, 5);
  EXPECT_EQ(wheel.next_turn(), 5U);
  EXPECT_EQ(wheel.pop_expired(4), nullptr);
  EXPECT_EQ(wheel.pop_expired(5), &entry);
  EXPECT_EQ(wheel.pop_expired(5), nullptr);
}

TEST(Wheel, an_entry_for_a_tick_that_has_passed_fires_at_the_next_turn) {
  TimerWheel wheel;
  WheelNode entry;
  ASSERT_EQ(wheel.pop_expired(100), nullptr);
  wheel.insert(entry, 3);
  EXPECT_EQ(wheel.next_turn(), 100U);
  EXPECT_EQ(wheel.pop_expired(100), &entry);
}

TEST(Wheel, entries_of_one_tick_fire_in_the_order_of_their_insertion_through_all_levels) {
  TimerWheel wheel;
  std::array<WheelNode, 6> entries;
  constexpr std::uint64_t kTick = 64 * 64 * 3 + 64 * 2 + 1;
  wheel.insert(entries[0], kTick);
  wheel.insert(entries[1], kTick);
  ASSERT_EQ(wheel.pop_expired(64 * 64 * 3), nullptr);
  wheel.insert(entries[2], kTick);
  wheel.insert(entries[3], kTick);
  ASSERT_EQ(wheel.pop_expired(64 * 64 * 3 + 64 * 2), nullptr);
  wheel.insert(entries[4], kTick);
  wheel.insert(entries[5], kTick);
  for (WheelNode& entry : entries) EXPECT_EQ(wheel.pop_expired(kTick), &entry);
}

TEST(Wheel, every_level_up_to_the_last_tick_there_is_fires_in_order) {
  TimerWheel wheel;
  std::deque<WheelNode> entries;
  for (unsigned bit = 0; bit < 64; ++bit) wheel.insert(entries.emplace_back(), std::uint64_t{1} << bit);
  wheel.insert(entries.emplace_back(), kMax);
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t tick = std::uint64_t{1} << bit;
    ASSERT_EQ(wheel.pop_expired(tick - 1), nullptr) << bit;
    ASSERT_EQ(wheel.pop_expired(tick), &entries[bit]) << bit;
  }
  EXPECT_EQ(wheel.pop_expired(kMax - 1), nullptr);
  EXPECT_EQ(wheel.pop_expired(kMax), &entries.back());
}

TEST(Wheel, a_removed_entry_never_fires_and_no_longer_turns_the_wheel) {
  TimerWheel wheel;
  std::array<WheelNode, 4> entries;
  for (WheelNode& entry : entries) wheel.insert(entry, 1000);
  wheel.remove(entries[0]);  // the first of its slot
  wheel.remove(entries[2]);
  wheel.remove(entries[3]);  // the last
  EXPECT_EQ(wheel.pop_expired(1000), &entries[1]);
  EXPECT_EQ(wheel.next_turn(), kNever);
  wheel.insert(entries[0], 2000);
  wheel.remove(entries[0]);
  EXPECT_EQ(wheel.next_turn(), kNever);
}

TEST(Wheel, pop_any_empties_it) {
  TimerWheel wheel;
  std::array<WheelNode, 5> entries;
  for (std::size_t i = 0; i < entries.size(); ++i) wheel.insert(entries[i], std::uint64_t{1} << (12 * i));
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_NE(wheel.pop_any(), nullptr);
  EXPECT_EQ(wheel.pop_any(), nullptr);
  EXPECT_EQ(wheel.next_turn(), kNever);
}

// What a wheel should do, in the simplest way.
class Model {
 public:
  void insert(WheelNode* entry, std::uint64_t tick) { by_tick_.emplace(std::max(tick, now_), entry); }
  bool remove(WheelNode* entry) {
    for (auto i = by_tick_.begin(); i != by_tick_.end(); ++i) {
      if (i->second != entry) continue;
      by_tick_.erase(i);
      return true;
    }
    return false;
  }
  WheelNode* pop_expired(std::uint64_t now) {
    if (by_tick_.empty() || by_tick_.begin()->first > now) {
      now_ = std::max(now_, now);
      return nullptr;
    }
    now_ = std::max(now_, by_tick_.begin()->first);
    return by_tick_.extract(by_tick_.begin()).mapped();
  }
  [[nodiscard]] std::uint64_t earliest() const { return by_tick_.empty() ? kNever : by_tick_.begin()->first; }
  [[nodiscard]] std::uint64_t now() const { return now_; }

 private:
  std::multimap<std::uint64_t, WheelNode*> by_tick_;
  std::uint64_t now_ = 0;
};

void compare_with_model(std::uint64_t seed) {
  heddle::base::FastRandom random(seed);
  TimerWheel wheel;
  Model model;
  std::deque<WheelNode> entries(200);
  std::vector<WheelNode*> idle;
  for (WheelNode& entry : entries) idle.push_back(&entry);
  std::uint64_t now = random.next() >> random.below(64);
  const auto far = [&] { return random.next() >> random.below(64); };
  const auto later = [](std::uint64_t a, std::uint64_t b) { return a > kMax - b ? kMax : a + b; };
  for (int step = 0; step < 4000; ++step) {
    const std::uint32_t choice = random.below(8);
    if (choice < 4 && !idle.empty()) {
      WheelNode* entry = idle.back();
      idle.pop_back();
      const std::uint64_t tick = choice == 0 ? far() : later(now, far() >> 20);
      wheel.insert(*entry, tick);
      model.insert(entry, tick);
    } else if (choice == 4) {
      WheelNode* entry = &entries[random.below(200)];
      if (model.remove(entry)) {
        wheel.remove(*entry);
        idle.push_back(entry);
      }
    } else {
      now = choice == 7 ? later(now, far() >> 16) : later(now, random.below(200));
      for (;;) {
        WheelNode* expected = model.pop_expired(now);
        ASSERT_EQ(wheel.pop_expired(now), expected) << "seed " << seed << ", step " << step;
        if (expected == nullptr) break;
        idle.push_back(expected);
      }
    }
    ASSERT_LE(wheel.next_turn(), model.earliest()) << "seed " << seed << ", step " << step;
    ASSERT_EQ(wheel.next_turn() == kNever, model.earliest() == kNever);
  }
  while (wheel.pop_any() != nullptr) {
  }
}

TEST(Wheel, random_operations_agree_with_a_sorted_list) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) compare_with_model(seed);
}

}  // namespace
