// SPDX-License-Identifier: MIT
// The per-thread stack of held guards, and durations that don't overflow.
#include <heddle/base/held_guards.hpp>

#include <heddle/base/deadline.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <source_location>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace base = heddle::base;
using base::HeldGuards;
using base::held_guards;
using Here = std::source_location;

int locks[HeldGuards::kCapacity + 2];

TEST(HeldGuards, a_guard_is_found_until_it_is_removed) {
  const auto index = held_guards.add(&locks[0], Here::current());
  ASSERT_NE(held_guards.find(&locks[0]), nullptr);
  EXPECT_EQ(held_guards.find(&locks[0])->taken.line(), __LINE__ - 2U);
  held_guards.remove(index);
  EXPECT_EQ(held_guards.find(&locks[0]), nullptr);
}

TEST(HeldGuards, guards_go_in_any_order) {
  const auto a = held_guards.add(&locks[0], Here::current());
  const auto b = held_guards.add(&locks[1], Here::current());
  const auto c = held_guards.add(&locks[2], Here::current());
  held_guards.remove(b);
  EXPECT_EQ(held_guards.height(), 3U);
  EXPECT_EQ(held_guards.find(&locks[1]), nullptr);
  held_guards.remove(c);
  EXPECT_EQ(held_guards.height(), 1U);
  held_guards.remove(a);
  EXPECT_EQ(held_guards.height(), 0U);
}

TEST(HeldGuards, a_hole_at_the_bottom_closes_with_the_last_above) {
  const auto a = held_guards.add(&locks[0], Here::current());
  const auto b = held_guards.add(&locks[1], Here::current());
  held_guards.remove(a);
  EXPECT_EQ(held_guards.height(), 2U);
  held_guards.remove(b);
  EXPECT_EQ(held_guards.height(), 0U);
}

TEST(HeldGuards, beyond_the_capacity_a_guard_is_not_remembered) {
  std::vector<HeldGuards::Index> indices;
  for (auto& lock : locks) indices.push_back(held_guards.add(&lock, Here::current()));
  EXPECT_EQ(held_guards.height(), HeldGuards::kCapacity);
  EXPECT_EQ(held_guards.find(&locks[HeldGuards::kCapacity]), nullptr);
  for (const auto index : indices) held_guards.remove(index);
  EXPECT_EQ(held_guards.height(), 0U);
}

TEST(HeldGuards, the_last_one_that_is_remembered_goes_before_those_that_are_not) {
  std::vector<HeldGuards::Index> indices;
  for (auto& lock : locks) indices.push_back(held_guards.add(&lock, Here::current()));
  held_guards.remove(indices[HeldGuards::kCapacity - 1]);
  EXPECT_EQ(held_guards.height(), HeldGuards::kCapacity - 1);
  held_guards.remove(indices[HeldGuards::kCapacity]);
  EXPECT_EQ(held_guards.height(), HeldGuards::kCapacity - 1);
  for (std::size_t i = 0; i < HeldGuards::kCapacity - 1; ++i) held_guards.remove(indices[i]);
  EXPECT_EQ(held_guards.height(), 0U);
}

TEST(HeldGuards, of_one_thread_are_unseen_by_another) {
  const auto index = held_guards.add(&locks[0], Here::current());
  std::jthread([] { EXPECT_EQ(held_guards.height(), 0U); }).join();
  held_guards.remove(index);
}

TEST(HeldGuards, those_that_were_held_before_are_not_refused) {
  const auto outer = held_guards.add(&locks[0], Here::current());
  const std::uint32_t before = held_guards.height();
  EXPECT_NO_THROW(base::refuse_held_guards(before, Here::current()));
  const auto inner = held_guards.add(&locks[1], Here::current());
  EXPECT_THROW(base::refuse_held_guards(before, Here::current()), heddle::GuardHeldAcrossAwait);
  held_guards.remove(inner);
  EXPECT_NO_THROW(base::refuse_held_guards(before, Here::current()));
  held_guards.remove(outer);
}

TEST(Deadline, a_duration_saturates_at_both_ends) {
  using namespace std::chrono_literals;
  EXPECT_EQ(base::saturated_ns(-1s), 0U);
  EXPECT_EQ(base::saturated_ns(std::chrono::hours::min()), 0U);
  EXPECT_EQ(base::saturated_ns(std::chrono::hours::max()), base::kForever);
  EXPECT_EQ(base::saturated_ns(std::chrono::duration<double>::max()), base::kForever);
  EXPECT_EQ(base::saturated_ns(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())), 0U);
  EXPECT_EQ(base::saturated_ns(2ms), 2'000'000U);
}

TEST(Deadline, part_of_a_nanosecond_is_rounded_up) {
  EXPECT_EQ(base::saturated_ns(std::chrono::duration<double, std::nano>(0.5)), 1U);
}

TEST(Deadline, forever_from_now_is_forever) {
  EXPECT_EQ(base::deadline_after(std::chrono::hours::max()), base::kForever);
  EXPECT_GE(base::deadline_at(std::chrono::steady_clock::time_point::max()), base::kForever / 2);
  EXPECT_LT(base::deadline_after(std::chrono::hours(24)), base::kForever);
}

}  // namespace
