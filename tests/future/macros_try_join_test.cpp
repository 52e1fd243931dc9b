// SPDX-License-Identifier: MIT
// try_join: all values, or the first error, which drops the others. After Tokio's macros_try_join.rs.
#include "support/joins.hpp"
#include "support/mock_task.hpp"
#include "support/polled.hpp"
#include "support/task_fixture.hpp"
#include "support/tracked.hpp"

#include <heddle/channel/oneshot.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/join.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using heddle::Async;
using heddle::block_on;
using heddle::Context;
using heddle::pending;
using heddle::Poll;
using heddle::ready;
using heddle::Task;
using heddle::try_join;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Polled;
using heddle::test::Tracked;
using heddle::test::YieldTimes;
using Result = std::expected<int, std::string>;

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
  Lives lives;
  auto result = block_on(try_join(pending<Result>(), fallible(lives, 0, std::unexpected("now"))));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error(), "now");
}

TEST(MacrosTryJoin, a_result_of_void_is_unit) {
  using Void = std::expected<void, std::string>;
  auto both = block_on(try_join(ready(Void()), ready(Result(1))));
  static_assert(std::is_same_v<decltype(both->first), heddle::base::Unit>);
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ(both->second, 1);
}

TEST(MacrosTryJoin, each_poll_begins_with_another_member) {
  EXPECT_EQ(heddle_test::first_asked([](auto&... members) { return try_join(members...); }, Poll<Result>(hd::Pending)),
            (std::vector<int>{0, 1, 2, 0}));
}

TEST(MacrosTryJoin, waits_for_whichever_member_is_last) {
  auto result = heddle_test::when_the_last_has_come([](auto&... members) { return try_join(members...); });
  ASSERT_TRUE(result.is_ready());
  ASSERT_TRUE(result->has_value());
  EXPECT_EQ((*result)->first, "hello");
  EXPECT_EQ((*result)->second, 123);
}

TEST(MacrosTryJoin, an_error_that_comes_later_ends_it_while_others_still_wait) {
  auto [tx1, rx1] = hd::oneshot::channel<int>();
  auto [tx2, rx2] = hd::oneshot::channel<int>();
  auto [tx3, rx3] = hd::oneshot::channel<int>();
  Polled all([&rx1 = rx1, &rx2 = rx2, &rx3 = rx3] { return try_join(rx1, rx2, rx3); });
  EXPECT_TRUE(all.pending());
  std::move(tx2).send(123).value();
  EXPECT_TRUE(all.is_woken());
  EXPECT_TRUE(all.pending());
  { const auto dropped = std::move(tx1); }
  EXPECT_TRUE(all.is_woken());
  auto result = all.poll();
  ASSERT_TRUE(result.is_ready());
  EXPECT_FALSE(result->has_value());
}

class MacrosTryJoinOn : public heddle_test::OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, MacrosTryJoinOn, heddle_test::every_kind(), heddle_test::name_of);

Async<Result> succeeds(Async<int>& member) {
  const int value = co_await member;
  co_return value;
}

TEST_P(MacrosTryJoinOn, a_member_that_spends_the_whole_budget_does_not_starve_the_other) {
  run([]() -> Task<> {
    const hd::async::Semaphore permits(1);
    bool done = false;
    auto greedy = heddle_test::acquires_until(done, permits);
    auto modest = heddle_test::acquires_five(done, permits);
    auto both = co_await try_join(succeeds(greedy), succeeds(modest));
    EXPECT_EQ(both.value().second, 5);
  }());
}

}  // namespace
