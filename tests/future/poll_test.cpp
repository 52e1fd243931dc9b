// SPDX-License-Identifier: MIT
// Poll: pending, or ready with a value of any kind.
#include <heddle/future/future.hpp>
#include <heddle/future/poll.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "support/mock_task.hpp"

namespace {

using heddle::Pending;
using heddle::Poll;
using heddle::PolledAfterCompletion;
using heddle::Ready;
using heddle::test::MockTask;

TEST(Poll, pending_converts_to_a_poll_of_anything) {
  EXPECT_TRUE(Poll<int>(Pending).is_pending());
  EXPECT_TRUE(Poll<void>(Pending).is_pending());
  EXPECT_FALSE(Poll<std::unique_ptr<int>>(Pending).is_ready());
}

TEST(Poll, ready_carries_a_move_only_value) {
  Poll<std::unique_ptr<int>> poll = Ready(std::make_unique<int>(3));
  ASSERT_TRUE(poll.is_ready());
  EXPECT_EQ(**poll, 3);
  EXPECT_EQ(*poll.take(), 3);
}

TEST(Poll, ready_converts_its_value) {
  Poll<std::string> poll = Ready("text");
  EXPECT_EQ(poll->size(), 4U);
}

TEST(Poll, ready_without_a_value_is_a_poll_of_void) {
  const Poll<void> poll = Ready();
  EXPECT_TRUE(poll.is_ready());
}

TEST(Poll, a_poll_of_a_reference_gives_the_very_object) {
  int object = 1;
  Poll<int&> poll = Ready<int&>(object);
  EXPECT_EQ(&poll.take(), &object);
}

TEST(Poll, a_poll_of_a_reference_is_not_made_of_a_temporary) {
  static_assert(std::is_constructible_v<Poll<const int&>, Ready<int&>>);
  static_assert(!std::is_constructible_v<Poll<const int&>, Ready<int>>);
  static_assert(!std::is_constructible_v<Poll<int&>, Ready<const int&>>);
  static_assert(std::is_constructible_v<Poll<int&&>, Ready<int>>);
}

TEST(Poll, taking_from_a_pending_poll_is_a_broken_assertion) {
#if !defined(NDEBUG)
  EXPECT_DEATH(static_cast<void>(Poll<int>(Pending).take()), "take on a pending poll");
#endif
}

TEST(SmallFutures, ready_is_ready_at_once_with_its_value) {
  MockTask task;
  auto future = heddle::ready(std::make_unique<int>(5));
  EXPECT_EQ(*task.poll(future).take(), 5);
  auto nothing = heddle::ready();
  EXPECT_TRUE(task.poll(nothing).is_ready());
  EXPECT_FALSE(task.is_woken());
}

TEST(SmallFutures, ready_polled_again_throws) {
  MockTask task;
  auto future = heddle::ready(1);
  EXPECT_TRUE(task.poll(future).is_ready());
  EXPECT_THROW(static_cast<void>(task.poll(future)), PolledAfterCompletion);
}

TEST(SmallFutures, pending_stays_pending_and_wakes_nobody) {
  MockTask task;
  auto future = heddle::pending<int>();
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_FALSE(task.is_woken());
}

TEST(SmallFutures, poll_fn_answers_what_its_function_answers) {
  MockTask task;
  int calls = 0;
  auto future = heddle::poll_fn([&](heddle::Context&) -> Poll<int> {
    if (++calls < 3) return Pending;
    return Ready(calls);
  });
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_EQ(task.poll(future).take(), 3);
}

TEST(SmallFutures, poll_fn_hands_on_the_waker_of_its_task) {
  MockTask task;
  const void* seen = nullptr;
  auto future = heddle::poll_fn([&](heddle::Context& cx) -> Poll<void> {
    seen = cx.waker().identity();
    return Ready();
  });
  EXPECT_TRUE(task.poll(future).is_ready());
  EXPECT_EQ(seen, task.waker().identity());
}

}  // namespace
