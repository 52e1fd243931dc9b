// SPDX-License-Identifier: MIT
// select and race: who wins, who is dropped when, in which order arms are asked. After Tokio's macros_select.rs.
#include "support/mock_task.hpp"
#include "support/polled.hpp"
#include "support/task_fixture.hpp"
#include "support/tracked.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/oneshot.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/select.hpp>
#include <heddle/future/task.hpp>
#include <heddle/runtime/coop.hpp>
#include <heddle/runtime/spawn.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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
using heddle::test::Polled;
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

TEST(MacrosSelect, otherwise_may_be_the_only_arm) {
  EXPECT_EQ(block_on(select(otherwise([] { return 9; }))), 9);
  EXPECT_EQ(block_on(select(biased, otherwise([] { return 9; }))), 9);
}

TEST(MacrosSelect, without_otherwise_and_without_an_arm_it_throws) {
  EXPECT_THROW(block_on(select(on(ready(1), kSame).when(false))), heddle::NoArmEnabled);
}

TEST(MacrosSelect, biased_asks_in_the_order_written) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(block_on(select(biased, on(ready(1), kSame), on(ready(2), kSame))), 1);
}

TEST(MacrosSelect, biased_passes_over_an_arm_that_is_not_ready) {
  EXPECT_EQ(block_on(select(biased, on(pending<int>(), kSame), on(ready(2), kSame), on(ready(3), kSame))), 2);
}

TEST(MacrosSelect, biased_comes_back_to_the_first_arm_once_that_is_ready) {
  const auto turns = []() -> Async<std::vector<int>> {
    auto first = YieldTimes(1);
    auto second = YieldTimes(1);
    auto third = ready();
    std::vector<int> won;
    std::array<bool, 3> left{true, true, true};
    const auto took = [&](std::size_t arm) {
      left.at(arm) = false;
      won.push_back(static_cast<int>(arm));
    };
    for (bool more = true; more;) {
      more = co_await select(biased, on(first, [&] { return took(0), true; }).when(left[0]),
                             on(second, [&] { return took(1), true; }).when(left[1]),
                             on(third, [&] { return took(2), true; }).when(left[2]), otherwise([] { return false; }));
    }
    co_return won;
  };
  EXPECT_EQ(block_on(turns()), (std::vector<int>{2, 0, 1}));
}

TEST(MacrosSelect, once_an_arm_is_ready_no_further_one_is_asked) {
  int polls = 0;
  const auto count = [&polls](Context&) -> Poll<int> { return ++polls, heddle::Ready(1); };
  auto one = heddle::poll_fn(count);
  auto other = heddle::poll_fn(count);
  EXPECT_EQ(block_on(select(on(one, kSame), on(other, kSame))), 1);
  EXPECT_EQ(polls, 1);
}

template <std::size_t... kIndex>
int winner_of(std::size_t ready_arm, std::index_sequence<kIndex...>) {
  const auto arm = [ready_arm](std::size_t i) {
    return heddle::poll_fn([ready_arm, i](Context&) -> Poll<int> {
      if (i != ready_arm) return heddle::Pending;
      return heddle::Ready(static_cast<int>(i));
    });
  };
  return block_on(select(on(arm(kIndex), kSame)...));
}

TEST(MacrosSelect, takes_as_many_as_64_arms) {
  for (const std::size_t arm : {std::size_t{0}, std::size_t{31}, std::size_t{63}}) {
    EXPECT_EQ(winner_of(arm, std::make_index_sequence<64>()), static_cast<int>(arm));
  }
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

Async<int> select_in_handler(int x) { co_return co_await select(on(ready(x + 1), kSame), on(pending<int>(), kSame)); }

TEST(MacrosSelect, a_handler_may_select_again) { EXPECT_EQ(block_on(select(on(ready(1), select_in_handler))), 2); }

constexpr int kBudget = Context::kBudget;

TEST(MacrosSelect, an_arm_that_waits_for_the_budget_leaves_the_others_their_turn) {
  const auto budget_or_ready = [] {
    return select(biased, on(heddle::task::consume_budget(), [] { return 1; }), on(ready(), [] { return 2; }));
  };
  Polled rounds([&]() -> Async<int> {
    int won = 0;
    while (won < kBudget) won += co_await budget_or_ready() == 1 ? 1 : 1000;
    co_return won;
  });
  auto spent = rounds.poll();
  ASSERT_TRUE(spent.is_ready());
  EXPECT_EQ(*spent, kBudget);
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

// With channels and tasks, on every scheduler.

namespace hd = heddle;

class MacrosSelectOn : public heddle_test::OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, MacrosSelectOn, heddle_test::every_kind(), heddle_test::name_of);

TEST_P(MacrosSelectOn, the_value_that_was_sent_wins_over_one_that_never_is) {
  run([]() -> Task<> {
    auto [tx, rx] = hd::oneshot::channel<int>();
    auto [silent, never] = hd::oneshot::channel<int>();
    std::move(tx).send(1).value();
    const int got =
        co_await select(on(rx, [](auto value) { return value.value(); }), on(never, [](auto) { return 0; }));
    EXPECT_EQ(got, 1);
  }());
}

TEST_P(MacrosSelectOn, messages_of_two_channels_until_both_are_closed) {
  run([]() -> Task<> {
    auto [tx1, rx1] = hd::mpsc::channel<int>();
    auto [tx2, rx2] = hd::mpsc::channel<int>();
    auto sender = hd::task::spawn([](hd::mpsc::Sender<int> a, hd::mpsc::Sender<int> b) -> Task<> {
      b.send(1).value();
      co_await hd::task::yield_now();
      a.send(2).value();
      co_await hd::task::yield_now();
      b.send(3).value();
    }(std::move(tx1), std::move(tx2)));
    std::set<int> messages;
    std::array<bool, 2> open{true, true};
    const auto take_from = [&](std::size_t channel) {
      return [&, channel](std::optional<int> message) {
        if (message) messages.insert(*message);
        open.at(channel) = message.has_value();
        return true;
      };
    };
    const auto first = take_from(0);
    const auto second = take_from(1);
    for (bool more = true; more;) {
      more = co_await select(on(rx1.recv_async(), first).when(open[0]), on(rx2.recv_async(), second).when(open[1]),
                             otherwise([] { return false; }));
    }
    EXPECT_EQ(messages, (std::set<int>{1, 2, 3}));
    EXPECT_TRUE((co_await sender).has_value());
  }());
}

TEST_P(MacrosSelectOn, a_named_loser_may_be_awaited_by_the_handler) {
  run([]() -> Task<> {
    auto [tx1, rx1] = hd::oneshot::channel<int>();
    auto [tx2, rx2] = hd::oneshot::channel<int>();
    std::move(tx1).send(1).value();
    std::move(tx2).send(2).value();
    using Value = hd::OutputOf<hd::oneshot::Receiver<int>>;
    const auto then_second = [&rx = rx2](Value first) -> Async<int> {
      auto second = co_await rx;
      co_return first.value() * 10 + second.value();
    };
    const auto then_first = [&rx = rx1](Value second) -> Async<int> {
      auto first = co_await rx;
      co_return first.value() * 10 + second.value();
    };
    EXPECT_EQ(co_await select(on(rx1, then_second), on(rx2, then_first)), 12);
  }());
}

Async<std::pair<int, int>> both_in_a_loop(hd::oneshot::Receiver<int>& rx1, hd::oneshot::Receiver<int>& rx2) {
  std::optional<int> a;
  std::optional<int> b;
  const auto take_a = [&a](auto value) { a = value.value(); };
  const auto take_b = [&b](auto value) { b = value.value(); };
  while (!a || !b) co_await select(on(rx1, take_a).when(!a), on(rx2, take_b).when(!b));
  co_return std::pair(*a, *b);
}

TEST(MacrosSelect, a_loop_of_selects_joins_two_named_futures) {
  auto [tx1, rx1] = hd::oneshot::channel<int>();
  auto [tx2, rx2] = hd::oneshot::channel<int>();
  Polled both([&rx1 = rx1, &rx2 = rx2] { return both_in_a_loop(rx1, rx2); });
  EXPECT_TRUE(both.pending());
  std::move(tx1).send(123).value();
  EXPECT_TRUE(both.is_woken());
  EXPECT_TRUE(both.pending());
  std::move(tx2).send(456).value();
  EXPECT_TRUE(both.is_woken());
  auto result = both.poll();
  ASSERT_TRUE(result.is_ready());
  EXPECT_EQ(*result, std::pair(123, 456));
}

}  // namespace
