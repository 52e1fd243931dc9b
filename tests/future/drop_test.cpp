// SPDX-License-Identifier: MIT
// Dropping a coroutine at each place where it can be suspended: every local ends once, innermost first.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <expected>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/lent.hpp"
#include "support/mock_task.hpp"
#include "support/tracked.hpp"

namespace {

using heddle::Async;
using heddle::block_on;
using heddle::Context;
using heddle::ok;
using heddle::Poll;
using heddle::poll_fn;
using heddle::Ready;
using heddle::Task;
using heddle::test::drop_at_each_suspension;
using heddle::test::Lent;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

using Order = std::vector<int>;

// Suspends at 1 (with 30 alive), and at 2 (with 30 and 31 alive).
Async<Tracked> inner(Lives& lives, Tracked parameter) {
  const Tracked first(lives, 30);
  co_await YieldTimes(1);
  const Tracked second(lives, 31);
  co_await YieldTimes(1);
  co_return Tracked(lives, parameter.id() + 1);
}

Async<Tracked> middle(Lives& lives) {
  const Tracked local(lives, 20);
  co_return co_await inner(lives, Tracked(lives, 25));
}

Async<int> outer(Lives& lives) {
  const Tracked local(lives, 10);
  co_await YieldTimes(1);
  const Tracked result = co_await middle(lives);
  co_await YieldTimes(1);
  co_return result.id();
}

TEST(Drop, at_each_suspension_of_nested_calls_every_local_ends_once_innermost_first) {
  const std::array<Order, 6> ended = {
      Order{},                        // never polled
      Order{10},                      // in outer
      Order{30, 25, 20, 10},          // in inner
      Order{31, 30, 25, 20, 10},      // in inner, further on
      Order{31, 30, 25, 20, 26, 10},  // in outer again, with the result
      Order{31, 30, 25, 20, 26, 10},  // ran to its end
  };
  Lives lives;
  const int suspensions = drop_at_each_suspension([&] { return lives = Lives(), outer(lives); },
                                                  [&](int k) {
                                                    EXPECT_EQ(lives.ended, ended.at(static_cast<std::size_t>(k)));
                                                    EXPECT_EQ(lives.alive, 0) << k;
                                                    EXPECT_EQ(lives.misused, 0) << k;
                                                  });
  EXPECT_EQ(suspensions, 4);
}

/// Runs drop_at_each_suspension on `function(lives)`, and expects that whatever was made has ended, and once.
template <class F>
int expect_no_trace(F function) {
  Lives lives;
  return drop_at_each_suspension([&] { return lives = Lives(), function(lives); },
                                 [&](int k) {
                                   EXPECT_EQ(lives.alive, 0) << k;
                                   EXPECT_EQ(lives.misused, 0) << k;
                                   std::vector<int> once = lives.ended;
                                   std::sort(once.begin(), once.end());
                                   EXPECT_EQ(std::adjacent_find(once.begin(), once.end()), once.end()) << k;
                                 });
}

Task<Tracked> made_late(Lent<Lives> lives, int id) {
  co_await YieldTimes(1);
  co_return Tracked(*lives, id);
}

TEST(Drop, with_temporaries_of_the_expression_alive_nothing_is_left) {
  const auto sum = [](const Tracked& a, const Tracked& b, const Tracked& c) { return a.id() + b.id() + c.id(); };
  EXPECT_EQ(expect_no_trace([&](Lives& counts) -> Async<int> {
              co_return sum(Tracked(counts, 1), co_await made_late(&counts, 2), co_await made_late(&counts, 3));
            }),
            2);
}

TEST(Drop, with_named_tasks_polled_and_not_polled_nothing_is_left) {
  EXPECT_EQ(expect_no_trace([](Lives& counts) -> Async<int> {
              auto first = made_late(&counts, 1);
              auto second = made_late(&counts, 2);
              co_await poll_fn([&](Context& cx) -> Poll<void> {
                EXPECT_TRUE(second.poll(cx).is_pending());
                return Ready();
              });
              co_await YieldTimes(1);
              const Tracked a = co_await first;
              co_await YieldTimes(1);
              const Tracked b = co_await second;
              co_return a.id() + b.id();
            }),
            3);
}

TEST(Drop, with_exceptions_and_handlers_on_the_way_nothing_is_left) {
  const auto fails = [](Lives& counts, int id) -> Async<Tracked> {
    const Tracked local(counts, id);
    co_await YieldTimes(1);
    throw std::runtime_error("late");
  };
  EXPECT_EQ(expect_no_trace([&](Lives& counts) -> Async<int> {
              const Tracked local(counts, 1);
              try {
                const Tracked in_try(counts, 2);
                co_await fails(counts, 3);
              } catch (const std::runtime_error&) {
              }
              co_await YieldTimes(1);
              co_return local.id();
            }),
            2);
}

TEST(Drop, with_oks_that_fail_nothing_is_left) {
  using Result = std::expected<Tracked, int>;
  const auto fails = [](Lives& counts) -> Async<Result> {
    const Tracked local(counts, 3);
    co_await YieldTimes(1);
    co_return std::unexpected(1);
  };
  const auto passes_on = [&](Lives& counts) -> Async<Result> {
    const Tracked local(counts, 2);
    co_return co_await ok(fails(counts));
  };
  EXPECT_EQ(expect_no_trace([&](Lives& counts) -> Async<int> {
              const Tracked local(counts, 1);
              auto result = co_await passes_on(counts);
              co_await YieldTimes(1);
              co_return result.error();
            }),
            2);
}

TEST(Drop, a_local_may_wake_its_own_task_while_it_ends) {
  MockTask task;
  Lives lives;
  const auto work = [&](Lives& counts) -> Async<> {
    Tracked local(counts, 1);
    local.on_end([&] { task.waker().wake_by_ref(); });
    co_await heddle::pending();
  };
  {
    auto future = work(lives);
    EXPECT_TRUE(task.poll(future).is_pending());
    EXPECT_FALSE(task.is_woken());
  }
  EXPECT_TRUE(task.is_woken());
  EXPECT_EQ(lives.alive + lives.misused, 0);
}

TEST(Drop, a_local_may_drop_another_suspended_coroutine_while_it_ends) {
  MockTask task;
  Lives lives;
  auto other = std::make_unique<Task<Tracked>>(made_late(&lives, 5));
  EXPECT_TRUE(task.poll(*other).is_pending());
  auto never_polled = std::make_unique<Task<Tracked>>(made_late(&lives, 6));
  const auto deep = [&](Lives& counts) -> Async<> {
    Tracked local(counts, 2);
    local.on_end([&] {
      other.reset();
      never_polled.reset();
    });
    co_await YieldTimes(1);
  };
  const auto work = [&](Lives& counts) -> Async<> {
    const Tracked local(counts, 1);
    co_await deep(counts);
  };
  {
    auto future = work(lives);
    EXPECT_TRUE(task.poll(future).is_pending());
  }
  EXPECT_EQ(other, nullptr);
  EXPECT_EQ(lives.ended, (Order{2, 1}));
  EXPECT_EQ(lives.alive + lives.misused, 0);
}

TEST(Drop, a_local_may_run_another_coroutine_to_its_end_while_it_ends) {
  MockTask task;
  Lives lives;
  int ran = 0;
  const auto work = [&](Lives& counts) -> Async<> {
    Tracked local(counts, 1);
    local.on_end([&] { ran = block_on(made_late(&counts, 7)).id(); });
    co_await YieldTimes(1);
  };
  {
    auto future = work(lives);
    EXPECT_TRUE(task.poll(future).is_pending());
  }
  EXPECT_EQ(ran, 7);
  EXPECT_EQ(lives.alive + lives.misused, 0);
}

TEST(Drop, the_futures_that_it_waits_for_end_with_it) {
  MockTask task;
  Lives lives;
  const auto work = [](Lives& counts) -> Async<> {
    auto leaf = poll_fn([tracked = Tracked(counts, 3)](Context&) -> Poll<void> { return heddle::Pending; });
    co_await leaf;
  };
  {
    auto future = work(lives);
    EXPECT_TRUE(task.poll(future).is_pending());
    EXPECT_TRUE(lives.ended.empty());
  }
  EXPECT_EQ(lives.ended, Order{3});
}

}  // namespace
