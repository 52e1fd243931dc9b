// SPDX-License-Identifier: MIT
// WaitList: who waits, who is woken, and with which waker.
#include <heddle/future/wait_list.hpp>

#include "support/mock_task.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <mutex>

namespace {

using heddle::Context;
using heddle::Waker;
using heddle::base::SpinLock;
using heddle::future::stop_waiting;
using heddle::future::wait_until;
using heddle::future::Waiter;
using heddle::future::WaitList;
using heddle::test::MockTask;

class FutureWaitList : public ::testing::Test {
 protected:
  bool wait(Waiter& waiter, const Waker& waker, bool ready = false) {
    const Context cx(waker);
    return wait_until(lock_, list_, waiter, cx, [ready] { return ready; });
  }
  void wake_all() { list_.wake_all(std::unique_lock(lock_)); }

  SpinLock lock_;
  WaitList list_;
};

TEST_F(FutureWaitList, who_waits_is_in_the_list_in_the_order_of_coming) {
  std::array<Waiter, 2> waiters;
  const Waker waker;
  for (Waiter& waiter : waiters) EXPECT_FALSE(wait(waiter, waker));
  EXPECT_EQ(list_.front(), &waiters[0]);
  EXPECT_EQ(list_.back(), &waiters[1]);
  for (Waiter& waiter : waiters) EXPECT_TRUE(stop_waiting(lock_, list_, waiter));
  EXPECT_TRUE(list_.empty());
}

TEST_F(FutureWaitList, who_polls_again_keeps_its_place) {
  std::array<Waiter, 2> waiters;
  const MockTask task;
  const MockTask other;
  for (Waiter& waiter : waiters) EXPECT_FALSE(wait(waiter, task.waker()));
  EXPECT_FALSE(wait(waiters[0], other.waker()));
  EXPECT_EQ(list_.front(), &waiters[0]);
  for (Waiter& waiter : waiters) EXPECT_TRUE(stop_waiting(lock_, list_, waiter));
}

TEST_F(FutureWaitList, a_waiter_knows_whose_waker_the_list_has) {
  Waiter waiter;
  const MockTask task;
  const MockTask other;
  EXPECT_FALSE(wait(waiter, task.waker()));
  EXPECT_TRUE(waiter.registered(task.waker()));
  EXPECT_FALSE(waiter.registered(other.waker()));
  EXPECT_TRUE(stop_waiting(lock_, list_, waiter));
}

TEST_F(FutureWaitList, who_finds_its_condition_true_leaves_the_list) {
  Waiter waiter;
  const MockTask task;
  EXPECT_FALSE(wait(waiter, task.waker()));
  EXPECT_TRUE(wait(waiter, task.waker(), true));
  EXPECT_TRUE(list_.empty());
  EXPECT_FALSE(stop_waiting(lock_, list_, waiter));
}

TEST_F(FutureWaitList, who_was_woken_for_nothing_waits_again_and_is_woken_again) {
  Waiter waiter;
  MockTask task;
  for (int round = 0; round < 3; ++round) {
    EXPECT_FALSE(wait(waiter, task.waker()));
    wake_all();
    EXPECT_EQ(task.take_wakes(), 1);
  }
}

TEST_F(FutureWaitList, stopping_a_wait_that_never_began_touches_no_lock) {
  Waiter waiter;
  lock_.lock();
  EXPECT_FALSE(stop_waiting(lock_, list_, waiter));
  lock_.unlock();
}

TEST_F(FutureWaitList, who_waits_anew_during_wake_all_is_not_woken_by_it) {
  Waiter first;
  Waiter anew;
  MockTask task;
  const Waker waker = heddle::future::waker_fn([&] { EXPECT_FALSE(wait(anew, task.waker())); });
  EXPECT_FALSE(wait(first, waker));
  wake_all();
  EXPECT_EQ(task.take_wakes(), 0);
  EXPECT_TRUE(stop_waiting(lock_, list_, anew));
}

TEST_F(FutureWaitList, a_waker_lives_no_longer_than_its_wait) {
  auto life = std::make_shared<int>(0);
  Waiter waiter;
  EXPECT_FALSE(wait(waiter, heddle::future::waker_fn([life] {})));
  EXPECT_EQ(life.use_count(), 2);
  EXPECT_TRUE(stop_waiting(lock_, list_, waiter));
  EXPECT_EQ(life.use_count(), 1);
}

}  // namespace
