// SPDX-License-Identifier: MIT
// Who sleeps and who is woken: the books of idle workers, and how one of them sleeps.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "runtime/driver/driver.hpp"
#include "runtime/idle.hpp"
#include "runtime/parker.hpp"

namespace {

using namespace heddle::runtime::detail;

constexpr std::size_t kNobody = Idle::kNobody;

TEST(IdleBooks, nobody_is_woken_while_all_are_awake) {
  Idle idle(2);
  EXPECT_FALSE(idle.may_wake());
  EXPECT_EQ(idle.worker_to_wake(), kNobody);
}

TEST(IdleBooks, a_sleeper_is_woken_once_and_then_searches) {
  Idle idle(2);
  idle.sleep(1, false);
  EXPECT_TRUE(idle.may_wake());
  EXPECT_EQ(idle.worker_to_wake(), 1U);
  EXPECT_FALSE(idle.is_asleep(1));
  idle.sleep(0, false);
  EXPECT_EQ(idle.worker_to_wake(), kNobody) << "one searches already";
  EXPECT_TRUE(idle.stop_search()) << "it was the last";
  EXPECT_EQ(idle.worker_to_wake(), 0U);
}

TEST(IdleBooks, a_searcher_that_goes_to_sleep_searches_no_more) {
  Idle idle(2);
  ASSERT_TRUE(idle.try_search());
  idle.sleep(0, true);
  EXPECT_EQ(idle.worker_to_wake(), 0U);
}

TEST(IdleBooks, at_most_half_of_the_workers_search) {
  Idle idle(4);
  EXPECT_TRUE(idle.try_search());
  EXPECT_TRUE(idle.try_search());
  EXPECT_FALSE(idle.try_search());
  EXPECT_FALSE(idle.stop_search());
  EXPECT_TRUE(idle.stop_search());
}

TEST(IdleBooks, a_worker_that_wakes_by_itself_learns_whether_somebody_was_first) {
  Idle idle(2);
  idle.sleep(0, false);
  EXPECT_TRUE(idle.is_asleep(0));
  EXPECT_TRUE(idle.wake_up(0));
  idle.sleep(0, false);
  EXPECT_EQ(idle.worker_to_wake(), 0U);
  EXPECT_FALSE(idle.wake_up(0)) << "it is counted awake and searching";
  EXPECT_TRUE(idle.stop_search());
  EXPECT_FALSE(idle.may_wake());
}

TEST(Parking, a_wake_before_the_sleep_ends_it_at_once) {
  const auto driver = make_epoll_driver().value();
  Parker parker;
  parker.unpark(*driver);
  parker.unpark(*driver);
  parker.park_on_futex();
  parker.unpark(*driver);
  parker.park_in_driver(*driver, Driver::kForever);
}

TEST(Parking, a_wake_from_another_thread_ends_each_sleep_on_the_futex_and_carries_its_writes) {
  const auto driver = make_epoll_driver().value();
  Parker parker;
  int written = 0;
  std::atomic<int> rounds = 0;
  constexpr int kRounds = 200;
  std::thread waker([&] {
    for (int i = 1; i <= kRounds; ++i) {
      while (rounds.load(std::memory_order_acquire) != i - 1) std::this_thread::yield();
      written = i;
      parker.unpark(*driver);
    }
  });
  for (int i = 1; i <= kRounds; ++i) {
    parker.park_on_futex();
    ASSERT_EQ(written, i);
    rounds.store(i, std::memory_order_release);
  }
  waker.join();
}

TEST(Parking, a_wake_from_another_thread_ends_each_sleep_in_the_driver) {
  const auto driver = make_epoll_driver().value();
  Parker parker;
  std::atomic<int> written = 0, rounds = 0;
  constexpr int kRounds = 200;
  std::thread waker([&] {
    for (int i = 1; i <= kRounds; ++i) {
      while (rounds.load() != i - 1) std::this_thread::yield();
      written = i;
      parker.unpark(*driver);
    }
  });
  for (int i = 1; i <= kRounds; ++i) {
    while (written.load() != i) parker.park_in_driver(*driver, Driver::kForever);
    rounds = i;
  }
  waker.join();
}

TEST(Parking, a_driver_is_held_by_one_at_a_time) {
  const auto driver = make_epoll_driver().value();
  EXPECT_TRUE(driver->try_acquire());
  EXPECT_FALSE(driver->try_acquire());
  driver->release();
  EXPECT_TRUE(driver->try_acquire());
  driver->release();
}

}  // namespace
