// SPDX-License-Identifier: MIT
// The state word of a task: each transition of the table, alone.
#include "support/fake_task.hpp"

#include <heddle/runtime/detail/task_state.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace {

using namespace heddle::runtime::detail;
using heddle_test::FakeTask;

constexpr std::uint64_t kRunning = TaskState::kRunning, kComplete = TaskState::kComplete,
                        kNotified = TaskState::kNotified, kCancelled = TaskState::kCancelled,
                        kJoinInterest = TaskState::kJoinInterest, kJoinWaker = TaskState::kJoinWaker;

class State : public ::testing::Test {
 protected:
  void run() { ASSERT_EQ(task.to_running(), ToRunning::kRun); }
  void make_idle() {
    run();
    ASSERT_EQ(task.to_idle(), ToIdle::kIdle);
  }
  FakeTask task;
};

TEST_F(State, a_new_task_is_notified_and_held_by_its_handle_its_notified_and_its_incompleteness) {
  EXPECT_EQ(task.flags(), kNotified | kJoinInterest);
  EXPECT_EQ(task.references(), 3U);
}

TEST_F(State, running_takes_the_notification) {
  run();
  EXPECT_EQ(task.flags(), kRunning | kJoinInterest);
  EXPECT_EQ(task.references(), 3U);
}

TEST_F(State, going_idle_gives_up_the_runners_reference) {
  make_idle();
  EXPECT_EQ(task.flags(), kJoinInterest);
  EXPECT_EQ(task.references(), 2U);
}

TEST_F(State, waking_an_idle_task_makes_one_notified_with_a_reference_of_its_own) {
  make_idle();
  EXPECT_EQ(task.to_notified(), Submit::kYes);
  EXPECT_EQ(task.to_notified(), Submit::kNo);
  EXPECT_EQ(task.flags(), kNotified | kJoinInterest);
  EXPECT_EQ(task.references(), 3U);
}

TEST_F(State, a_wake_by_value_hands_its_reference_to_the_notified) {
  make_idle();
  task.add_reference();
  EXPECT_EQ(task.to_notified_by_value(), Submit::kYes);
  EXPECT_EQ(task.references(), 3U);
}

TEST_F(State, a_wake_while_running_makes_the_runner_requeue_with_its_own_reference) {
  run();
  EXPECT_EQ(task.to_notified(), Submit::kNo);
  EXPECT_EQ(task.to_idle(), ToIdle::kRequeue);
  EXPECT_EQ(task.flags(), kNotified | kJoinInterest);
  EXPECT_EQ(task.references(), 3U);
}

TEST_F(State, a_wake_of_a_yielded_task_is_answered_by_its_next_poll) {
  run();
  // It yielded: it stands in a queue and keeps kRunning.
  EXPECT_EQ(task.to_notified(), Submit::kNo);
  run();
  EXPECT_EQ(task.flags(), kRunning | kJoinInterest);
  EXPECT_EQ(task.to_idle(), ToIdle::kIdle);
}

TEST_F(State, an_abort_of_a_yielded_task_is_found_by_its_next_poll) {
  run();
  EXPECT_EQ(task.to_cancelled(), Submit::kNo);
  EXPECT_EQ(task.to_running(), ToRunning::kCancel);
  EXPECT_NE(task.flags() & kRunning, 0U);
}

TEST_F(State, an_abort_of_a_queued_task_is_found_by_its_next_poll) {
  EXPECT_EQ(task.to_cancelled(), Submit::kNo);
  EXPECT_EQ(task.to_running(), ToRunning::kCancel);
}

TEST_F(State, an_abort_of_an_idle_task_submits_it_once) {
  make_idle();
  EXPECT_EQ(task.to_cancelled(), Submit::kYes);
  EXPECT_EQ(task.to_cancelled(), Submit::kNo);
  EXPECT_EQ(task.references(), 3U);
  EXPECT_EQ(task.to_running(), ToRunning::kCancel);
}

TEST_F(State, an_abort_while_running_is_found_when_the_task_would_go_idle) {
  run();
  EXPECT_EQ(task.to_cancelled(), Submit::kNo);
  EXPECT_EQ(task.to_idle(), ToIdle::kCancel);
  EXPECT_NE(task.flags() & kRunning, 0U);
}

TEST_F(State, completing_without_a_join_waker_gives_up_two_references_at_once) {
  run();
  EXPECT_EQ(task.to_complete(), ToComplete::kDone);
  EXPECT_EQ(task.flags(), kComplete | kJoinInterest);
  EXPECT_EQ(task.references(), 1U);
}

TEST_F(State, completing_with_a_join_waker_keeps_the_task_for_the_wake) {
  run();
  ASSERT_TRUE(task.set_join_waker());
  EXPECT_EQ(task.to_complete(), ToComplete::kWakeJoiner);
  EXPECT_EQ(task.flags(), kComplete | kJoinInterest | kJoinWaker);
  EXPECT_EQ(task.references(), 3U);
}

TEST_F(State, completing_a_detached_task_leaves_the_output_to_the_runner) {
  run();
  ASSERT_TRUE(task.drop_join_interest());
  task.drop_reference();
  EXPECT_EQ(task.to_complete(), ToComplete::kDropOutput);
  task.drop_references(2);
  EXPECT_EQ(task.destroyed, 1);
}

TEST_F(State, a_complete_task_is_neither_woken_nor_aborted) {
  run();
  ASSERT_EQ(task.to_complete(), ToComplete::kDone);
  EXPECT_EQ(task.to_notified(), Submit::kNo);
  EXPECT_EQ(task.to_cancelled(), Submit::kNo);
  EXPECT_EQ(task.to_shut_down(), ToShutDown::kNothing);
  EXPECT_EQ(task.flags(), kComplete | kJoinInterest);
  EXPECT_EQ(task.references(), 1U);
}

TEST_F(State, a_complete_task_refuses_changes_of_its_join_bits) {
  run();
  ASSERT_EQ(task.to_complete(), ToComplete::kDone);
  EXPECT_FALSE(task.set_join_waker());
  EXPECT_FALSE(task.unset_join_waker());
  EXPECT_FALSE(task.drop_join_interest());
}

TEST_F(State, the_join_waker_is_published_and_taken_back_while_the_task_lives) {
  EXPECT_TRUE(task.set_join_waker());
  EXPECT_EQ(task.flags() & kJoinWaker, kJoinWaker);
  EXPECT_TRUE(task.unset_join_waker());
  EXPECT_EQ(task.flags() & kJoinWaker, 0U);
}

TEST_F(State, dropping_the_join_interest_takes_the_join_waker_back) {
  ASSERT_TRUE(task.set_join_waker());
  EXPECT_TRUE(task.drop_join_interest());
  EXPECT_EQ(task.flags(), kNotified);
}

TEST_F(State, shutdown_cancels_an_idle_task_at_once_and_leaves_a_queued_one_to_its_queue) {
  FakeTask queued;
  make_idle();
  EXPECT_EQ(task.to_shut_down(), ToShutDown::kCancelNow);
  EXPECT_EQ(task.flags(), kRunning | kCancelled | kJoinInterest);
  EXPECT_EQ(task.references(), 3U);
  EXPECT_EQ(queued.to_shut_down(), ToShutDown::kQueued);
  EXPECT_EQ(queued.flags(), kNotified | kCancelled | kJoinInterest);
}

TEST_F(State, after_shutdown_a_wake_submits_nothing) {
  make_idle();
  ASSERT_EQ(task.to_shut_down(), ToShutDown::kCancelNow);
  EXPECT_EQ(task.to_notified(), Submit::kNo);
  EXPECT_EQ(task.to_cancelled(), Submit::kNo);
}

TEST_F(State, the_last_reference_destroys_and_no_earlier_one) {
  run();
  ASSERT_EQ(task.to_complete(), ToComplete::kDone);
  task.add_reference();
  task.drop_join_reference();
  EXPECT_EQ(task.destroyed, 0);
  task.drop_join_reference();
  EXPECT_EQ(task.destroyed, 1);
}

}  // namespace
