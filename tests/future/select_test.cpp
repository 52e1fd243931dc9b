// SPDX-License-Identifier: MIT
// select and race: who wins, who is dropped when, in which order arms are asked.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/select.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/mock_task.hpp"
#include "support/tracked.hpp"

namespace {

using heddle::Async;
using heddle::biased;
using heddle::block_on;
using heddle::cancel_unsafe;
using heddle::Context;
using heddle::on;
using heddle::otherwise;
using heddle::pending;
using heddle::Poll;
using heddle::race;
using heddle::ready;
using heddle::select;
using heddle::Task;
using heddle::test::drop_at_each_suspension;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

constexpr auto kSame = [](int x) { return x; };
constexpr auto kNothing = [] {};

Async<int> after(Lives& lives, int yields, int id) {
  const Tracked local(lives, id);
  co_await YieldTimes(yields);
  co_return id;
}

Async<> never(Lives& lives, int id) {
  const Tracked local(lives, id);
  co_await pending();
}

Async<int> throws() {
  co_await YieldTimes(1);
  throw std::runtime_error("arm");
}

TEST(MacrosSelect, the_only_arm_gives_its_handlers_result) {
  EXPECT_EQ(block_on(select(on(ready(3), [](int x) { return x + 1; }))), 4);
}

TEST(MacrosSelect, a_future_that_gives_nothing_calls_its_handler_without_an_argument) {
  EXPECT_EQ(block_on(select(on(ready(), [] { return 5; }), on(pending(), [] { return 6; }))), 5);
}

TEST(MacrosSelect, handlers_may_return_nothing) {
  int seen = 0;
  block_on(select(on(pending(), kNothing), on(ready(7), [&seen](int x) { seen = x; })));
  EXPECT_EQ(seen, 7);
}

TEST(MacrosSelect, the_result_has_the_common_type_of_the_handlers) {
  auto result = block_on(select(on(ready(), [] { return 1; }), on(pending(), [] { return 2.5; })));
  static_assert(std::is_same_v<decltype(result), double>);
  EXPECT_EQ(result, 1.0);
}

TEST(MacrosSelect, a_handler_may_give_a_reference) {
  int x = 1;
  int& y = block_on(select(on(ready(), [&x]() -> int& { return x; })));
  EXPECT_EQ(&x, &y);
}

Async<int> select_in_coroutine(Lives& lives) {
  co_return co_await select(on(after(lives, 3, 1), kSame), on(after(lives, 1, 2), kSame), on(never(lives, 3), [] {
    return 0;
  }));
}

TEST(MacrosSelect, the_first_that_is_ready_wins) {
  Lives lives;
  EXPECT_EQ(block_on(select_in_coroutine(lives)), 2);
  EXPECT_EQ(lives.alive, 0);
  EXPECT_EQ(lives.misused, 0);
}

Async<> losers_then_handler(Lives& lives, int& alive_in_handler) {
  const auto handler = [&](int) { alive_in_handler = lives.alive; };
  co_await select(on(never(lives, 1), kNothing), on(after(lives, 2, 2), handler), on(never(lives, 3), kNothing));
}

TEST(MacrosSelect, losers_are_dropped_before_the_handler_runs) {
  Lives lives;
  int alive_in_handler = -1;
  block_on(losers_then_handler(lives, alive_in_handler));
  EXPECT_EQ(alive_in_handler, 0);
  EXPECT_EQ(lives.ended, (std::vector<int>{2, 1, 3}));
  EXPECT_EQ(lives.misused, 0);
}

TEST(MacrosSelect, a_future_without_cancel_is_moved_in_and_dropped_before_the_handler) {
  auto shared = std::make_shared<int>(0);
  auto wait = [shared](Context&) -> Poll<int> { return heddle::Pending; };
  const std::weak_ptr<int> watch = shared;
  shared.reset();
  bool gone = false;
  const auto handler = [&] { gone = watch.expired(); };
  block_on(select(biased, on(heddle::poll_fn(std::move(wait)), [](int) {}), on(ready(), handler)));
  EXPECT_TRUE(gone);
}

Async<int> sum_with_a_named_future(Lives& lives) {
  auto slow = after(lives, 2, 10);
  int rounds = 0;
  for (;;) {
    const int x = co_await select(biased, on(slow, kSame), on(YieldTimes(1), [] { return 0; }));
    if (x != 0) co_return x + rounds;
    EXPECT_EQ(lives.alive, 1);
    ++rounds;
  }
}

TEST(MacrosSelect, a_named_future_that_loses_goes_on_in_the_next_select) {
  Lives lives;
  EXPECT_EQ(block_on(sum_with_a_named_future(lives)), 11);
}

Async<int> double_later(int x) {
  co_await YieldTimes(2);
  co_return 2 * x;
}

Async<int> handler_coroutine(Lives& lives) {
  const int base = 1;
  const auto handler = [&](int x) -> Async<int> {
    EXPECT_EQ(lives.alive, 0);
    const Tracked local(lives, 50);
    const int doubled = co_await double_later(x);
    co_return base + doubled;
  };
  co_return co_await select(on(after(lives, 1, 4), handler), on(never(lives, 2), [] { return 0; }));
}

TEST(MacrosSelect, a_handler_may_be_a_coroutine) {
  Lives lives;
  EXPECT_EQ(block_on(handler_coroutine(lives)), 9);
  EXPECT_EQ(lives.alive, 0);
}

TEST(MacrosSelect, a_handler_may_be_a_task) {
  EXPECT_EQ(block_on(select(on(ready(2), [](int x) -> Task<int> { co_return x; }))), 2);
}

TEST(MacrosSelect, an_arm_whose_condition_fails_is_not_polled) {
  int polls = 0;
  auto counting = heddle::poll_fn([&polls](Context&) -> Poll<int> { return ++polls, heddle::Ready(1); });
  EXPECT_EQ(block_on(select(on(counting, kSame).when(false), on(ready(2), kSame).when(true))), 2);
  EXPECT_EQ(polls, 0);
}

TEST(MacrosSelect, otherwise_runs_when_no_arm_takes_part) {
  EXPECT_EQ(block_on(select(on(ready(1), kSame).when(false), otherwise([] { return 9; }))), 9);
}

TEST(MacrosSelect, otherwise_does_not_run_while_an_arm_takes_part) {
  EXPECT_EQ(block_on(select(on(ready(1), kSame), otherwise([] { return 9; }))), 1);
  MockTask task;
  auto waiting = select(on(pending<int>(), kSame), otherwise([] { return 9; }));
  EXPECT_TRUE(task.poll(waiting).is_pending());
}

TEST(MacrosSelect, without_otherwise_and_without_an_arm_it_throws) {
  EXPECT_THROW(block_on(select(on(ready(1), kSame).when(false))), heddle::NoArmEnabled);
}

TEST(MacrosSelect, biased_asks_in_the_order_written) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(block_on(select(biased, on(ready(1), kSame), on(ready(2), kSame))), 1);
}

TEST(MacrosSelect, each_arm_that_is_ready_wins_in_its_turn) {
  std::set<int> winners;
  for (int i = 0; i < 2000; ++i) {
    winners.insert(block_on(select(on(ready(1), kSame), on(ready(2), kSame), on(ready(3), kSame))));
  }
  EXPECT_EQ(winners.size(), 3U);
}

Async<> arm_throws(Lives& lives, int& alive) {
  try {
    co_await select(on(throws(), [](int) {}), on(never(lives, 1), kNothing));
  } catch (const std::runtime_error&) {
    alive = lives.alive;
    throw;
  }
}

TEST(MacrosSelect, what_an_arm_throws_is_thrown_once_the_others_are_dropped) {
  Lives lives;
  int alive = -1;
  EXPECT_THROW(block_on(arm_throws(lives, alive)), std::runtime_error);
  EXPECT_EQ(alive, 0);
}

TEST(MacrosSelect, a_handler_that_throws_makes_the_await_throw) {
  EXPECT_THROW(block_on(select(on(ready(1), [](int) -> int { throw std::logic_error("handler"); }))),
               std::logic_error);
}

TEST(MacrosSelect, polling_again_after_the_end_is_refused) {
  MockTask task;
  auto once = select(on(ready(1), kSame));
  EXPECT_TRUE(task.poll(once).is_ready());
  EXPECT_THROW(static_cast<void>(task.poll(once)), heddle::PolledAfterCompletion);
}

TEST(MacrosSelect, with_the_budget_spent_nothing_is_polled_and_the_task_polled_again) {
  MockTask task;
  auto always = select(on(ready(1), kSame));
  EXPECT_TRUE(task.poll(always, 0).is_pending());
  EXPECT_TRUE(task.is_woken());
  EXPECT_TRUE(task.poll(always).is_ready());
}

TEST(MacrosSelect, a_select_may_be_an_arm) {
  EXPECT_EQ(block_on(select(on(select(on(ready(1), kSame), on(pending<int>(), kSame)), kSame),
                            on(select(on(pending<int>(), kSame)), kSame))),
            1);
}

TEST(MacrosSelect, dropped_at_each_suspension_everything_ends_once) {
  Lives lives;
  drop_at_each_suspension([&] { return lives = Lives(), handler_coroutine(lives); },
                          [&](int k) {
                            EXPECT_EQ(lives.alive, 0) << k;
                            EXPECT_EQ(lives.misused, 0) << k;
                          });
  drop_at_each_suspension([&] { return lives = Lives(), select_in_coroutine(lives); },
                          [&](int k) {
                            EXPECT_EQ(lives.alive, 0) << k;
                            EXPECT_EQ(lives.misused, 0) << k;
                          });
}

class LosesData {
 public:
  using Output = int;
  static constexpr heddle::future::Loss kLoss = heddle::future::Loss::kLosesData;
  LosesData() noexcept {}
  Poll<int> poll(Context&) { return Poll<int>(std::in_place, 1); }
};

TEST(MacrosSelect, what_loses_data_is_taken_by_its_name_or_as_cancel_unsafe) {
  LosesData named;
  EXPECT_EQ(block_on(select(on(named, kSame))), 1);
  EXPECT_EQ(block_on(select(on(cancel_unsafe(LosesData()), kSame))), 1);
}

TEST(Race, gives_the_result_of_the_winner_at_its_index) {
  Lives lives;
  const auto result = block_on(race(pending<int>(), ready(std::string("b")), never(lives, 1)));
  EXPECT_EQ(result.index(), 1U);
  EXPECT_EQ(std::get<1>(result), "b");
  EXPECT_EQ(block_on(race(pending<int>(), ready())).index(), 1U);
}

}  // namespace
