// SPDX-License-Identifier: MIT
// join: results in order, what is dropped when, and who is asked first. After Tokio's macros_join.rs.
#include "support/joins.hpp"
#include "support/mock_task.hpp"
#include "support/task_fixture.hpp"
#include "support/tracked.hpp"

#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/join.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using heddle::Async;
using heddle::block_on;
using heddle::Context;
using heddle::join;
using heddle::Poll;
using heddle::ready;
using heddle::Task;
using heddle::future::Loss;
using heddle::test::drop_at_each_suspension;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

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
  EXPECT_EQ(heddle_test::first_asked([](auto&... members) { return join(members...); }, Poll<int>(hd::Pending)),
            (std::vector<int>{0, 1, 2, 0}));
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

TEST(MacrosJoin, waits_for_whichever_member_is_last) {
  auto result = heddle_test::when_the_last_has_come([](auto&... members) { return join(members...); });
  ASSERT_TRUE(result.is_ready());
  EXPECT_EQ(result->first, "hello");
  EXPECT_EQ(result->second, 123);
}

class MacrosJoinOn : public heddle_test::OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, MacrosJoinOn, heddle_test::every_kind(), heddle_test::name_of);

TEST_P(MacrosJoinOn, a_member_that_spends_the_whole_budget_does_not_starve_the_other) {
  run([]() -> Task<> {
    const hd::async::Semaphore permits(1);
    bool done = false;
    auto both = co_await join(heddle_test::acquires_until(done, permits), heddle_test::acquires_five(done, permits));
    EXPECT_EQ(both.second, 5);
  }());
}

}  // namespace
