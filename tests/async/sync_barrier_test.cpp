// SPDX-License-Identifier: MIT
// Barrier: the cases of Tokio's sync_barrier.rs, and our own promises.
#include <heddle/async/barrier.hpp>
#include <heddle/future/block_on.hpp>

#include "support/polled.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace {

using heddle::async::Barrier;
using heddle::async::BarrierWait;
using heddle::test::Polled;

Polled<BarrierWait> wait(const Barrier& barrier) {
  return Polled<BarrierWait>([&barrier] { return barrier.wait(); });
}

TEST(AsyncBarrier, zero_does_not_block) {
  const Barrier barrier(0);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(wait(barrier).poll().take().is_leader());
}

TEST(AsyncBarrier, single) {
  const Barrier barrier(1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(wait(barrier).poll().take().is_leader());
}

TEST(AsyncBarrier, tango) {
  const Barrier barrier(2);
  auto first = wait(barrier);
  EXPECT_TRUE(first.pending());
  auto second = wait(barrier);
  const bool second_leads = second.poll().take().is_leader();
  EXPECT_EQ(first.take_wakes(), 1);
  const bool first_leads = first.poll().take().is_leader();
  EXPECT_TRUE(second_leads);
  EXPECT_FALSE(first_leads);
}

TEST(AsyncBarrier, lots) {
  const Barrier barrier(100);
  for (int round = 0; round < 10; ++round) {
    std::vector<Polled<BarrierWait>> waiting;
    for (int i = 0; i < 99; ++i) {
      waiting.push_back(wait(barrier));
      EXPECT_TRUE(waiting.back().pending());
    }
    for (auto& each : waiting) EXPECT_TRUE(each.pending());
    EXPECT_TRUE(wait(barrier).poll().take().is_leader());
    for (auto& each : waiting) EXPECT_FALSE(each.poll().take().is_leader());
  }
}

TEST(AsyncBarrier, who_comes_for_the_next_meeting_waits_for_the_next) {
  const Barrier barrier(2);
  auto first = wait(barrier);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(wait(barrier).poll().is_ready());
  auto next = wait(barrier);
  EXPECT_TRUE(next.pending());
  EXPECT_TRUE(first.poll().is_ready());
  EXPECT_TRUE(next.pending());
}

TEST(AsyncBarrier, who_is_cancelled_while_waiting_counts_as_arrived) {
  const Barrier barrier(2);
  auto first = wait(barrier);
  EXPECT_TRUE(first.pending());
  first.drop();
  EXPECT_TRUE(wait(barrier).poll().take().is_leader());
}

TEST(AsyncBarrier, each_meeting_of_threads_has_one_leader) {
  constexpr int kThreads = 4;
  constexpr int kMeetings = 200;
  const Barrier barrier(kThreads);
  std::atomic<int> leaders = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int meeting = 0; meeting < kMeetings; ++meeting) {
        if (heddle::block_on(barrier.wait()).is_leader()) leaders.fetch_add(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(leaders.load(), kMeetings);
}

}  // namespace
