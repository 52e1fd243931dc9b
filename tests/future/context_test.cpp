// SPDX-License-Identifier: MIT
// Context: the budget of a poll, and asking for another one.
#include <heddle/future/context.hpp>

#include <gtest/gtest.h>

#include "support/mock_task.hpp"

namespace {

using heddle::Context;
using heddle::Pending;
using heddle::Poll;
using heddle::Ready;
using heddle::Waker;
using heddle::test::MockTask;

TEST(Context, a_poll_starts_with_128_units) {
  const Waker nobody;
  EXPECT_EQ(Context(nobody).budget(), 128U);
}

TEST(Context, a_leaf_may_proceed_128_times_in_a_poll) {
  const Waker nobody;
  Context cx(nobody);
  int times = 0;
  while (cx.may_proceed()) {
    cx.made_progress();
    ++times;
  }
  EXPECT_EQ(times, 128);
  EXPECT_EQ(cx.budget(), 0U);
}

TEST(Context, looking_at_the_budget_spends_nothing) {
  const Waker nobody;
  Context cx(nobody, 1);
  EXPECT_TRUE(cx.may_proceed());
  EXPECT_TRUE(cx.may_proceed());
}

TEST(Context, a_spent_budget_asks_for_another_poll) {
  const Waker nobody;
  Context cx(nobody, 0);
  EXPECT_FALSE(cx.may_proceed());
  EXPECT_TRUE(cx.take_yielded());
}

TEST(Context, a_budget_left_asks_for_nothing) {
  const Waker nobody;
  Context cx(nobody, 1);
  EXPECT_TRUE(cx.may_proceed());
  cx.made_progress();
  EXPECT_FALSE(cx.take_yielded());
}

TEST(Context, progress_beyond_the_budget_leaves_it_spent) {
  const Waker nobody;
  Context cx(nobody, 0);
  cx.made_progress();
  EXPECT_EQ(cx.budget(), 0U);
}

TEST(Context, an_unlimited_budget_is_never_spent) {
  const Waker nobody;
  Context cx(nobody, Context::kUnlimited);
  for (int i = 0; i < 1000; ++i) cx.made_progress();
  EXPECT_EQ(cx.budget(), Context::kUnlimited);
  EXPECT_TRUE(cx.may_proceed());
}

TEST(Context, a_budget_can_be_set_aside_and_given_back) {
  const Waker nobody;
  Context cx(nobody, 3);
  cx.set_budget(Context::kUnlimited);
  cx.made_progress();
  cx.set_budget(3);
  EXPECT_EQ(cx.budget(), 3U);
}

TEST(Context, a_yield_that_the_poller_takes_wakes_nobody) {
  MockTask task;
  {
    Context cx(task.waker());
    cx.yield();
    EXPECT_TRUE(cx.take_yielded());
    EXPECT_FALSE(cx.take_yielded());
  }
  EXPECT_EQ(task.take_wakes(), 0);
}

TEST(Context, a_yield_that_the_poller_overlooks_wakes_once) {
  MockTask task;
  {
    Context cx(task.waker());
    cx.yield();
    cx.yield();
    EXPECT_EQ(task.take_wakes(), 0);
  }
  EXPECT_EQ(task.take_wakes(), 1);
}

TEST(Context, its_waker_is_the_one_it_was_made_with) {
  MockTask task;
  const Context cx(task.waker());
  EXPECT_TRUE(cx.waker().will_wake(task.waker()));
}

}  // namespace
