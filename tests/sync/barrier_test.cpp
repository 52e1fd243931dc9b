// SPDX-License-Identifier: MIT
// Barrier: who is let through, who leads, and where it refuses to block.
#include <heddle/sync/barrier.hpp>

#include <heddle/base/blocking.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace hd = heddle;
using hd::Barrier;

// After Rust's library/std/tests/sync/barrier.rs.
TEST(StdBarrier, test_barrier) {
  constexpr int kThreads = 10;
  const Barrier barrier(kThreads);
  std::atomic<int> leaders = 0;
  std::atomic<int> through = 0;
  std::vector<std::jthread> threads;
  const auto pass = [&] {
    if (barrier.wait().is_leader()) ++leaders;
    ++through;
  };
  for (int i = 0; i < kThreads - 1; ++i) threads.emplace_back(pass);
  // The last has not come: nobody is through.
  EXPECT_EQ(through.load(), 0);
  pass();
  threads.clear();
  EXPECT_EQ(leaders.load(), 1);
  EXPECT_EQ(through.load(), kThreads);
}

TEST(Barrier, each_round_has_one_leader_and_sees_all_of_the_round_before) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 200;
  const Barrier barrier(kThreads);
  std::atomic<int> leaders = 0;
  std::vector<int> plain(kThreads, 0);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 1; round <= kRounds; ++round) {
        plain[static_cast<std::size_t>(i)] = round;
        if (barrier.wait().is_leader()) ++leaders;
        for (const int seen : plain) EXPECT_EQ(seen, round);
        barrier.wait();
      }
    });
  }
  threads.clear();
  EXPECT_EQ(leaders.load(), kRounds);
}

TEST(Barrier, of_one_or_none_blocks_nobody) {
  EXPECT_TRUE(Barrier(0).wait().is_leader());
  EXPECT_TRUE(Barrier(1).wait().is_leader());
}

TEST(Barrier, waiting_on_a_thread_that_polls_tasks_throws_and_names_the_twin) {
  const Barrier barrier(2);
  hd::base::set_in_async(true);
  try {
    barrier.wait();
    ADD_FAILURE() << "not thrown";
  } catch (const hd::BlockingInAsync& error) {
    EXPECT_NE(std::string(error.what()).find("async::Barrier"), std::string::npos);
  }
  hd::base::set_in_async(false);
}

}  // namespace
