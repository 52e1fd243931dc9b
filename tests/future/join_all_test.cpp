// SPDX-License-Identifier: MIT
// join_all: the results of a vector of futures, in its order.
#include "support/mock_task.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/future/join.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace {

using heddle::block_on;
using heddle::join_all;
using heddle::Task;
using heddle::test::YieldTimes;

Task<int> numbered(int yields, int id) {
  co_await YieldTimes(yields);
  co_return id;
}

TEST(JoinAll, gives_the_results_in_the_order_of_the_futures) {
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(numbered(10 - i, i));
  EXPECT_EQ(block_on(join_all(std::move(tasks))), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(JoinAll, of_nothing_is_ready_at_once) { EXPECT_TRUE(block_on(join_all(std::vector<Task<int>>())).empty()); }

}  // namespace
