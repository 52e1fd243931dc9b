// SPDX-License-Identifier: MIT
// Waker: counted references to what it wakes.
#include <heddle/future/waker.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "support/tracked.hpp"

namespace {

using heddle::Waker;
using heddle::future::waker_fn;
using heddle::future::WakeTarget;
using heddle::test::Lives;
using heddle::test::Tracked;

/// Counts what reaches it.
class CountingTarget final : public WakeTarget {
 public:
  struct Counts {
    int wakes = 0;
    int wakes_by_ref = 0;
    int destroyed = 0;
  };
  explicit CountingTarget(Counts& counts) noexcept : WakeTarget(kVTable, kReference), counts_(counts) {}

  [[nodiscard]] std::uint64_t references() const noexcept { return word_.load(heddle::base::relaxed) / kReference; }

 private:
  static CountingTarget& self(WakeTarget& target) noexcept { return static_cast<CountingTarget&>(target); }
  static const VTable kVTable;
  Counts& counts_;
};

constexpr WakeTarget::VTable CountingTarget::kVTable{
    [](WakeTarget& target) noexcept {
      ++self(target).counts_.wakes;
      target.drop_reference();
    },
    [](WakeTarget& target) noexcept { ++self(target).counts_.wakes_by_ref; },
    [](WakeTarget& target) noexcept {
      ++self(target).counts_.destroyed;
      delete &self(target);
    },
};

class Wakers : public ::testing::Test {
 protected:
  CountingTarget::Counts counts_;
  CountingTarget* target_ = new CountingTarget(counts_);
  std::optional<Waker> waker_ = Waker::adopt(*target_);
};

TEST_F(Wakers, a_clone_counts_one_reference_and_its_destruction_gives_it_back) {
  {
    const Waker clone = waker_->clone();
    EXPECT_EQ(target_->references(), 2U);
  }
  EXPECT_EQ(target_->references(), 1U);
  EXPECT_EQ(counts_.destroyed, 0);
}

TEST_F(Wakers, the_last_waker_destroys_the_target_and_wakes_nobody) {
  waker_.reset();
  EXPECT_EQ(counts_.destroyed, 1);
  EXPECT_EQ(counts_.wakes + counts_.wakes_by_ref, 0);
}

TEST_F(Wakers, a_move_counts_nothing) {
  Waker moved = std::move(*waker_);
  EXPECT_EQ(target_->references(), 1U);
  *waker_ = std::move(moved);
  EXPECT_EQ(target_->references(), 1U);
  EXPECT_EQ(waker_->identity(), target_);
}

TEST_F(Wakers, assignment_gives_back_the_reference_held_before) {
  *waker_ = Waker();
  EXPECT_EQ(counts_.destroyed, 1);
}

TEST_F(Wakers, assignment_to_itself_changes_nothing) {
  Waker& alias = *waker_;
  *waker_ = std::move(alias);
  EXPECT_EQ(target_->references(), 1U);
  EXPECT_EQ(waker_->identity(), target_);
}

TEST_F(Wakers, wake_gives_its_reference_away_with_the_wake) {
  std::move(*waker_).wake();
  EXPECT_EQ(counts_.wakes, 1);
  EXPECT_EQ(counts_.destroyed, 1);
  EXPECT_EQ(waker_->identity(), nullptr);
}

TEST_F(Wakers, wake_by_ref_keeps_the_waker_usable) {
  waker_->wake_by_ref();
  waker_->wake_by_ref();
  EXPECT_EQ(counts_.wakes_by_ref, 2);
  EXPECT_EQ(target_->references(), 1U);
}

TEST_F(Wakers, clones_will_wake_the_same_and_others_will_not) {
  EXPECT_TRUE(waker_->will_wake(waker_->clone()));
  EXPECT_FALSE(waker_->will_wake(Waker()));
  EXPECT_FALSE(waker_->will_wake(waker_fn([] {})));
}

TEST_F(Wakers, a_reference_taken_out_raw_comes_back_uncounted) {
  WakeTarget* raw = std::move(*waker_).into_raw();
  EXPECT_EQ(raw, target_);
  EXPECT_EQ(target_->references(), 1U);
  *waker_ = Waker::adopt(*raw);
  EXPECT_EQ(target_->references(), 1U);
}

TEST(Waker, the_default_waker_wakes_nobody) {
  Waker nobody;
  nobody.wake_by_ref();
  EXPECT_TRUE(nobody.will_wake(nobody.clone()));
  std::move(nobody).wake();
}

TEST(WakerFn, each_wake_calls_the_function_once) {
  int calls = 0;
  Waker waker = waker_fn([&] { ++calls; });
  waker.wake_by_ref();
  waker.clone().wake();
  EXPECT_EQ(calls, 2);
  std::move(waker).wake();
  EXPECT_EQ(calls, 3);
}

TEST(WakerFn, the_function_lives_as_long_as_the_last_waker) {
  Lives lives;
  Waker waker = waker_fn([tracked = Tracked(lives, 1)] {});
  Waker last = waker.clone();
  waker = Waker();
  EXPECT_TRUE(lives.ended.empty());
  last = Waker();
  EXPECT_EQ(lives.ended, std::vector<int>{1});
  EXPECT_EQ(lives.alive, 0);
}

TEST(WakerFn, wakers_are_cloned_woken_and_dropped_by_many_threads_at_once) {
  constexpr int kRounds = 2000;
  std::atomic<int> calls{0};
  {
    const Waker waker = waker_fn([&] { calls.fetch_add(1, std::memory_order_relaxed); });
    const auto work = [&waker] {
      for (int i = 0; i < kRounds; ++i) {
        Waker clone = waker.clone();
        clone.wake_by_ref();
        std::move(clone).wake();
      }
    };
    std::thread one(work);
    std::thread two(work);
    one.join();
    two.join();
  }
  EXPECT_EQ(calls.load(std::memory_order_relaxed), 2 * 2 * kRounds);
}

}  // namespace
