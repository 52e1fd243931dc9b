// SPDX-License-Identifier: MIT
// The cooperative budget: no task, no arm and no timeout starves beside what is always ready.
#include "support/task_fixture.hpp"

#include <heddle/async/semaphore.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/select.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/coop.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>
#include <heddle/time/timeout.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include "support/mock_task.hpp"
#include "support/polled.hpp"

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::test::MockTask;

constexpr int kBudget = hd::Context::kBudget;

class CoopBudget : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, CoopBudget, every_kind(), name_of);

/// Polls a loop once, `loop(rounds)`, and says how often it has gone round.
template <class Loop>
int rounds_of_one_poll(Loop loop) {
  int rounds = 0;
  MockTask task;
  auto future = loop(rounds);
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_TRUE(task.is_woken()) << "who has spent his budget is polled again";
  return rounds;
}

TEST_P(CoopBudget, a_loop_that_consumes_it_has_128_rounds_in_a_poll) {
  int rounds = 0;
  auto loop = [&]() -> hd::Async<> {
    for (;; ++rounds) co_await hd::task::consume_budget();
  };
  MockTask task;
  auto future = loop();
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_EQ(rounds, kBudget);
  EXPECT_TRUE(task.is_woken());
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_EQ(rounds, 2 * kBudget);
}

TEST_P(CoopBudget, who_asks_learns_whether_some_is_left) {
  auto future = []() -> hd::Async<> {
    EXPECT_TRUE(co_await hd::task::has_budget_remaining());
    for (int i = 0; i < kBudget; ++i) co_await hd::task::consume_budget();
    EXPECT_FALSE(co_await hd::task::has_budget_remaining());
    co_await hd::task::consume_budget();
    EXPECT_TRUE(co_await hd::task::has_budget_remaining());
  }();
  MockTask task;
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_TRUE(task.poll(future).is_ready());
}

TEST_P(CoopBudget, an_unconstrained_future_goes_on_for_ever_and_spends_nothing) {
  auto future = []() -> hd::Async<> {
    co_await hd::task::unconstrained([]() -> hd::Async<> {
      for (int i = 0; i < 10 * kBudget; ++i) co_await hd::task::consume_budget();
      EXPECT_TRUE(co_await hd::task::has_budget_remaining());
    }());
    for (int i = 0; i < kBudget; ++i) co_await hd::task::consume_budget();
  }();
  MockTask task;
  EXPECT_TRUE(task.poll(future).is_ready());
}

TEST_P(CoopBudget, an_unconstrained_future_goes_on_when_the_task_has_spent_its_budget) {
  auto future = []() -> hd::Async<int> {
    for (int i = 0; i < kBudget; ++i) co_await hd::task::consume_budget();
    int rounds = 0;
    co_await hd::task::unconstrained([](int& n) -> hd::Async<> {
      for (; n < kBudget; ++n) co_await hd::task::consume_budget();
    }(rounds));
    EXPECT_FALSE(co_await hd::task::has_budget_remaining());
    co_return rounds;
  }();
  MockTask task;
  EXPECT_EQ(task.poll(future).take(), kBudget);
}

TEST_P(CoopBudget, the_budget_is_put_back_when_an_unconstrained_future_throws_or_waits) {
  auto future = []() -> hd::Async<> {
    try {
      co_await hd::task::unconstrained(hd::poll_fn([](hd::Context&) -> hd::Poll<void> { throw 1; }));
    } catch (int) {
    }
    for (int i = 0; i < kBudget; ++i) co_await hd::task::consume_budget();
    EXPECT_FALSE(co_await hd::task::has_budget_remaining());
    co_await hd::task::unconstrained(hd::task::yield_now());
    EXPECT_TRUE(co_await hd::task::has_budget_remaining());
  }();
  MockTask task;
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_TRUE(task.poll(future).is_ready());
}

TEST_P(CoopBudget, an_unconstrained_future_may_be_spawned) {
  auto loop = []() -> hd::Task<int> {
    int rounds = 0;
    for (; rounds < 10 * kBudget; ++rounds) co_await hd::task::consume_budget();
    co_return rounds;
  };
  EXPECT_EQ(runtime->block_on(runtime->spawn(hd::task::unconstrained(loop()))).value(), 10 * kBudget);
}

TEST_P(CoopBudget, an_unconstrained_future_that_is_dropped_drops_what_it_awaits) {
  MockTask task;
  {
    auto future =
        hd::task::unconstrained([](DropCounter) -> hd::Task<> { co_await hd::pending(); }(DropCounter(drops)));
    EXPECT_TRUE(task.poll(future).is_pending());
    EXPECT_EQ(drops, 0);
    future.cancel();
    EXPECT_EQ(drops, 1);
  }
  EXPECT_EQ(drops, 1);
}

TEST_P(CoopBudget, a_receiver_takes_128_messages_in_a_poll) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  for (int i = 0; i < 10 * kBudget; ++i) EXPECT_TRUE(tx.send(i).has_value());
  const int rounds = rounds_of_one_poll([&](int& n) -> hd::Async<> {
    for (;; ++n) static_cast<void>(co_await rx.recv_async());
  });
  EXPECT_EQ(rounds, kBudget);
}

TEST_P(CoopBudget, sends_and_receives_in_turn_have_64_rounds_in_a_poll) {
  auto [tx, rx] = hd::mpsc::sync_channel<int>(1);
  const int rounds = rounds_of_one_poll([&](int& n) -> hd::Async<> {
    for (;; ++n) {
      static_cast<void>(co_await tx.send_async(1));
      static_cast<void>(co_await rx.recv_async());
    }
  });
  EXPECT_EQ(rounds, kBudget / 2);
}

TEST_P(CoopBudget, acquiring_what_is_free_has_128_rounds_in_a_poll) {
  hd::async::Semaphore semaphore(1);
  const int rounds = rounds_of_one_poll([&](int& n) -> hd::Async<> {
    for (;; ++n) static_cast<void>(co_await semaphore.acquire());
  });
  EXPECT_EQ(rounds, kBudget);
}

TEST_P(CoopBudget, a_select_of_what_is_always_ready_has_128_rounds_in_a_poll) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  for (int i = 0; i < 10 * kBudget; ++i) EXPECT_TRUE(tx.send(i).has_value());
  const int rounds = rounds_of_one_poll([&](int& n) -> hd::Async<> {
    auto won = [&n](auto&&) { ++n; };
    auto never = [] {};
    for (;;) co_await hd::select(hd::biased, hd::on(rx.recv_async(), won), hd::on(hd::pending(), never));
  });
  EXPECT_EQ(rounds, kBudget);
}

TEST_P(CoopBudget, a_busy_task_lets_its_neighbour_have_a_turn) {
  run([]() -> hd::Task<> {
    auto busy = hd::task::spawn([]() -> hd::Task<> {
      while (!flag) co_await hd::task::consume_budget();
    }());
    auto other = hd::task::spawn([]() -> hd::Task<> {
      flag = true;
      co_return;
    }());
    EXPECT_TRUE((co_await busy).has_value());
    EXPECT_TRUE((co_await other).has_value());
  }());
}

/// Ready whenever the task may proceed: a peer that never stops sending.
hd::Task<> always_receiving() {
  auto [tx, rx] = hd::mpsc::channel<int>();
  for (;;) {
    tx.send(1).value();
    static_cast<void>(co_await rx.recv_async());
  }
}

TEST_P(CoopBudget, a_timeout_over_a_busy_future_still_fires) {
  run([]() -> hd::Task<> {
    auto busy = always_receiving();
    EXPECT_FALSE((co_await hd::time::timeout(5ms, busy)).has_value());
  }());
}

TEST_P(CoopBudget, a_select_of_a_ready_channel_and_a_timer_reaches_the_timer) {
  run([]() -> hd::Task<> {
    auto [tx, rx] = hd::mpsc::channel<int>();
    auto sleep = hd::time::sleep(5ms);
    bool fired = false;
    auto refill = [&](auto&&) { tx.send(1).value(); };
    auto stop = [&] { fired = true; };
    tx.send(1).value();
    while (!fired) co_await hd::select(hd::on(rx.recv_async(), refill), hd::on(sleep, stop));
  }());
}

TEST_P(CoopBudget, of_two_arms_that_are_always_ready_none_starves) {
  run([]() -> hd::Task<> {
    std::array<int, 2> won{};
    auto first = [&](auto&&) { ++won[0]; };
    auto second = [&](auto&&) { ++won[1]; };
    auto [tx_a, a] = hd::mpsc::channel<int>();
    auto [tx_b, b] = hd::mpsc::channel<int>();
    for (int i = 0; i < 1000; ++i) {
      tx_a.send(i).value();
      tx_b.send(i).value();
      co_await hd::select(hd::on(a.recv_async(), first), hd::on(b.recv_async(), second));
    }
    EXPECT_GT(won[0], 250);
    EXPECT_GT(won[1], 250);
  }());
}

TEST_P(CoopBudget, a_connection_that_always_has_data_has_at_most_64_round_trips_in_a_poll) {
  run([]() -> hd::Task<> {
    auto listener = (co_await hd::net::TcpListener::bind("127.0.0.1:0")).value();
    auto client = (co_await hd::net::TcpStream::connect(listener.local_addr().value())).value();
    auto [server, peer] = (co_await listener.accept()).value();
    const std::array<std::byte, 1> out{};
    std::array<std::byte, 1> in{};
    int rounds = 0;
    auto trips = [&]() -> hd::Async<> {
      for (;; ++rounds) {
        EXPECT_TRUE((co_await client.write_all(out)).has_value());
        EXPECT_TRUE((co_await server.read(in)).has_value());
      }
    };
    auto loop = trips();
    auto once = hd::poll_fn([&loop](hd::Context& cx) -> hd::Poll<void> {
      EXPECT_TRUE(loop.poll(cx).is_pending());
      static_cast<void>(cx.take_yielded());
      return hd::Ready();
    });
    co_await once;
    EXPECT_LE(rounds, kBudget / 2);
  }());
}

}  // namespace
}  // namespace heddle_test
