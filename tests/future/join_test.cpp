// SPDX-License-Identifier: MIT
// join, try_join and join_all: results in order, what is dropped when.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/join.hpp>
#include <heddle/future/select.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <expected>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/mock_task.hpp"
#include "support/tracked.hpp"

namespace {

using heddle::Async;
using heddle::block_on;
using heddle::Context;
using heddle::join;
using heddle::join_all;
using heddle::pending;
using heddle::Poll;
using heddle::ready;
using heddle::Task;
using heddle::try_join;
using heddle::future::Loss;
using heddle::test::drop_at_each_suspension;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Tracked;
using heddle::test::YieldTimes;
using Result = std::expected<int, std::string>;

Async<Tracked> after(Lives& lives, int yields, int id) {
  const Tracked local(lives, id);
  co_await YieldTimes(yields);
  co_return Tracked(lives, id + 1);
}

Async<int> joined(Lives& lives) {
  auto [a, b, c] = co_await join(after(lives, 3, 10), after(lives, 0, 20), after(lives, 1, 30));
  EXPECT_EQ(lives.alive, 3);  // nothing but the results
  co_await YieldTimes(1);
  co_return a.id() + b.id() + c.id();
}

TEST(MacrosJoin, gives_all_results_in_the_order_written) {
  Lives lives;
  EXPECT_EQ(block_on(joined(lives)), 63);
  EXPECT_EQ(lives.alive, 0);
  EXPECT_EQ(lives.misused, 0);
}

TEST(MacrosJoin, dropped_at_each_suspension_everything_ends_once) {
  Lives lives;
  const int suspensions = drop_at_each_suspension([&] { return lives = Lives(), joined(lives); },
                                                  [&](int k) {
                                                    EXPECT_EQ(lives.alive, 0) << k;
                                                    EXPECT_EQ(lives.misused, 0) << k;
                                                  });
  EXPECT_EQ(suspensions, 4);
}

TEST(MacrosJoin, a_result_of_void_is_unit_and_named_futures_may_take_part) {
  auto named = ready(1);
  auto both = block_on(join(named, ready()));
  static_assert(std::is_same_v<decltype(both.second), heddle::base::Unit>);
  EXPECT_EQ(both.first, 1);
}

TEST(MacrosJoin, a_member_that_is_ready_is_not_polled_again) {
  int polls = 0;
  auto counted = heddle::poll_fn([&polls](Context&) -> Poll<int> { return ++polls, heddle::Ready(1); });
  MockTask task;
  auto both = join(counted, YieldTimes(3));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(task.poll(both).is_pending());
  EXPECT_TRUE(task.poll(both).is_ready());
  EXPECT_EQ(polls, 1);
  EXPECT_THROW(static_cast<void>(task.poll(both)), heddle::PolledAfterCompletion);
}

TEST(MacrosJoin, each_poll_begins_with_another_member) {
  std::vector<int> first;
  bool begun = false;
  const auto member = [&](int id) {
    return heddle::poll_fn([&first, &begun, id](Context&) -> Poll<int> {
      if (!std::exchange(begun, true)) first.push_back(id);
      return heddle::Pending;
    });
  };
  auto a = member(0);
  auto b = member(1);
  auto c = member(2);
  auto all = join(a, b, c);
  MockTask task;
  for (int i = 0; i < 4; ++i) {
    begun = false;
    EXPECT_TRUE(task.poll(all).is_pending());
  }
  EXPECT_EQ(first, (std::vector<int>{0, 1, 2, 0}));
}

Async<int> throws() {
  co_await YieldTimes(1);
  throw std::runtime_error("member");
}

Async<> one_throws(Lives& lives, int& alive) {
  try {
    co_await join(throws(), after(lives, 100, 1));
  } catch (const std::runtime_error&) {
    alive = lives.alive;
    throw;
  }
}

TEST(MacrosJoin, what_a_member_throws_is_thrown_once_the_others_are_dropped) {
  Lives lives;
  int alive = -1;
  EXPECT_THROW(block_on(one_throws(lives, alive)), std::runtime_error);
  EXPECT_EQ(alive, 0);
}

class LosesData {
 public:
  using Output = int;
  static constexpr Loss kLoss = Loss::kLosesData;
  LosesData() noexcept {}
  Poll<int> poll(Context&) { return heddle::Pending; }
};

TEST(MacrosJoin, loses_what_the_worst_of_its_members_loses) {
  using heddle::future::kLossOf;
  static_assert(kLossOf<decltype(join(ready(1), LosesData()))> == Loss::kLosesData);
  static_assert(kLossOf<decltype(join(ready(1), ready(2)))> == Loss::kLossless);
}

Async<Result> fallible(Lives& lives, int yields, Result result) {
  const Tracked local(lives, 1);
  co_await YieldTimes(yields);
  co_return result;
}

Async<Result> tried(Lives& lives, int yields, Result second, int& alive) {
  auto result = co_await try_join(fallible(lives, 3, 1), fallible(lives, yields, std::move(second)));
  alive = lives.alive;
  if (!result) co_return std::unexpected(std::move(result).error());
  auto [a, b] = *std::move(result);
  co_return a + b;
}

TEST(MacrosTryJoin, gives_the_values_when_all_succeed) {
  Lives lives;
  int alive = -1;
  EXPECT_EQ(block_on(tried(lives, 1, 2, alive)), Result(3));
}

TEST(MacrosTryJoin, stops_at_the_first_error) {
  Lives lives;
  int alive = -1;
  const auto result = block_on(tried(lives, 1, std::unexpected("no"), alive));
  EXPECT_EQ(result, Result(std::unexpected("no")));
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(lives.misused, 0);
}

TEST(MacrosTryJoin, the_others_are_dropped_before_the_error_is_given) {
  Lives lives;
  const auto expect_none_alive_after_poll = [&lives](auto&& future) {
    MockTask task;
    EXPECT_TRUE(task.poll(future).is_ready());
    EXPECT_EQ(lives.alive, 0);
  };
  expect_none_alive_after_poll(try_join(fallible(lives, 9, 1), fallible(lives, 0, std::unexpected("no"))));
}

TEST(MacrosTryJoin, an_error_does_not_wait_for_the_others) {
  auto result = block_on(try_join(pending<Result>(), ready(Result(std::unexpected("now")))));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error(), "now");
}

Task<int> numbered(int yields, int id) {
  co_await YieldTimes(yields);
  co_return id;
}

TEST(JoinAll, gives_the_results_in_the_order_of_the_futures) {
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(numbered(10 - i, i));
  EXPECT_EQ(block_on(join_all(std::move(tasks))), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(JoinAll, of_nothing_is_ready_at_once) {
  EXPECT_TRUE(block_on(join_all(std::vector<Task<int>>())).empty());
}

}  // namespace
