// SPDX-License-Identifier: MIT
// SetOnce: the cases of Tokio's sync_set_once.rs, and our own promises.
#include <heddle/async/set_once.hpp>
#include <heddle/future/block_on.hpp>

#include "support/polled.hpp"
#include "support/tracked.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using heddle::async::SetOnce;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Polled;
using heddle::test::Tracked;

TEST(AsyncSetOnce, drop_cell) {
  Lives lives;
  {
    const SetOnce<Tracked> cell;
    EXPECT_TRUE(cell.set(Tracked(lives, 1)));
  }
  EXPECT_EQ(lives.ended, (std::vector{1}));
}

TEST(AsyncSetOnce, drop_cell_new_with) {
  Lives lives;
  { const SetOnce<Tracked> cell(Tracked(lives, 1)); }
  EXPECT_EQ(lives.ended, (std::vector{1}));
}

TEST(AsyncSetOnce, drop_into_inner) {
  Lives lives;
  {
    SetOnce<Tracked> cell;
    EXPECT_TRUE(cell.set(Tracked(lives, 1)));
    auto value = std::move(cell).into_inner();
    EXPECT_TRUE(lives.ended.empty());
  }
  EXPECT_EQ(lives.ended, (std::vector{1}));
}

TEST(AsyncSetOnce, from) { EXPECT_EQ(*SetOnce<int>(2).get(), 2); }

TEST(AsyncSetOnce, set_and_get) {
  const SetOnce<int> cell;
  EXPECT_TRUE(cell.set(5));
  EXPECT_EQ(*cell.get(), 5);
}

TEST(AsyncSetOnce, set_and_wait) {
  const SetOnce<int> cell;
  Polled first([&] { return cell.wait(); });
  Polled second([&] { return cell.wait(); });
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  EXPECT_TRUE(cell.set(5));
  EXPECT_EQ(first.take_wakes(), 1);
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_EQ(first.poll().take(), 5);
  EXPECT_EQ(&second.poll().take(), cell.get());
  Polled third([&] { return cell.wait(); });
  EXPECT_EQ(third.poll().take(), 5);
}

TEST(AsyncSetOnce, set_and_wait_threads) {
  const SetOnce<int> cell;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { EXPECT_EQ(heddle::block_on(cell.wait()), 4); });
  EXPECT_TRUE(cell.set(4));
  for (auto& thread : threads) thread.join();
}

TEST(AsyncSetOnce, get_uninit) { EXPECT_EQ(SetOnce<int>().get(), nullptr); }

TEST(AsyncSetOnce, set_twice) {
  const SetOnce<int> cell;
  EXPECT_TRUE(cell.set(5));
  auto second = cell.set(6);
  ASSERT_FALSE(second);
  EXPECT_EQ(std::move(second.error()).into_inner(), 6);
}

TEST(AsyncSetOnce, is_none_initializing) { EXPECT_FALSE(SetOnce<int>().initialized()); }

TEST(AsyncSetOnce, is_some_initializing) { EXPECT_TRUE(SetOnce<int>(20).initialized()); }

TEST(AsyncSetOnce, into_inner_int_empty_setonce) { EXPECT_FALSE(SetOnce<int>().into_inner()); }

TEST(AsyncSetOnce, a_cancelled_wait_is_not_woken) {
  const SetOnce<int> cell;
  Polled waiting([&] { return cell.wait(); });
  EXPECT_TRUE(waiting.pending());
  waiting.drop();
  EXPECT_TRUE(cell.set(1));
  EXPECT_EQ(waiting.take_wakes(), 0);
}

TEST(AsyncSetOnce, a_value_whose_move_throws_leaves_it_unset) {
  struct Throws {
    bool armed = false;
    explicit Throws(bool arm) : armed(arm) {}
    Throws(Throws&& other) : armed(other.armed) {
      if (armed) throw std::runtime_error("no");
    }
  };
  const SetOnce<Throws> cell;
  EXPECT_THROW(static_cast<void>(cell.set(Throws(true))), std::runtime_error);
  EXPECT_FALSE(cell.initialized());
  EXPECT_TRUE(cell.set(Throws(false)));
}

TEST(AsyncSetOnce, of_many_threads_that_set_exactly_one_does) {
  for (int round = 0; round < 50; ++round) {
    const SetOnce<int> cell;
    std::atomic<int> done = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        if (cell.set(i)) done.fetch_add(1);
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(done.load(), 1);
  }
}

}  // namespace
