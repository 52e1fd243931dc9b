// SPDX-License-Identifier: MIT
// block_on: a thread as the task of one future.
#include <heddle/base/blocking.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "support/mock_task.hpp"
#include "support/tracked.hpp"

namespace {

using heddle::Async;
using heddle::block_on;
using heddle::BlockingInAsync;
using heddle::Context;
using heddle::Pending;
using heddle::Poll;
using heddle::poll_fn;
using heddle::Ready;
using heddle::Task;
using heddle::Waker;
using heddle::future::ThreadWaker;
using heddle::test::Lives;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

Async<int> answer() { co_return 42; }

TEST(BlockOn, gives_what_the_future_gives_without_any_runtime) {
  EXPECT_EQ(block_on(answer()), 42);
  EXPECT_EQ(*block_on(heddle::ready(std::make_unique<int>(7))), 7);
  block_on(heddle::ready());
}

TEST(BlockOn, gives_the_very_object_that_a_future_refers_to) {
  int object = 0;
  EXPECT_EQ(&block_on([](int& x) -> Async<int&> { co_return x; }(object)), &object);
}

TEST(BlockOn, takes_a_future_by_its_name) {
  Task<std::string> task = []() -> Task<std::string> { co_return "named"; }();
  EXPECT_EQ(block_on(task), "named");
}

TEST(BlockOn, a_throwing_future_throws_here) {
  const auto fail = []() -> Async<int> {
    co_await YieldTimes(1);
    throw std::runtime_error("from within");
  };
  EXPECT_THROW(block_on(fail()), std::runtime_error);
  EXPECT_THROW(block_on(poll_fn([](Context&) -> Poll<int> { throw std::runtime_error("in poll"); })),
               std::runtime_error);
}

TEST(BlockOn, after_an_exception_the_thread_may_block_again) {
  EXPECT_THROW(block_on(poll_fn([](Context&) -> Poll<int> { throw std::runtime_error("in poll"); })),
               std::runtime_error);
  EXPECT_FALSE(heddle::base::in_async());
  EXPECT_EQ(block_on(answer()), 42);
}

TEST(BlockOn, a_nested_block_on_is_refused_with_advice) {
  const auto nested = []() -> Async<std::string> {
    try {
      block_on(answer());
    } catch (const BlockingInAsync& refusal) {
      co_return refusal.what();
    }
    co_return "";
  };
  const std::string what = block_on(nested());
  EXPECT_NE(what.find("block_on"), std::string::npos);
  EXPECT_NE(what.find("co_await"), std::string::npos);
}

TEST(BlockOn, the_future_is_polled_once_for_each_yield) {
  int polls = 0;
  block_on(poll_fn([&](Context& cx) -> Poll<void> {
    if (++polls == 4) return Ready();
    cx.yield();
    return Pending;
  }));
  EXPECT_EQ(polls, 4);
}

TEST(BlockOn, a_future_that_wakes_itself_is_polled_again) {
  int polls = 0;
  block_on(poll_fn([&](Context& cx) -> Poll<void> {
    if (++polls == 4) return Ready();
    cx.waker().wake_by_ref();
    cx.waker().clone().wake();
    return Pending;
  }));
  EXPECT_EQ(polls, 4);
}

TEST(BlockOn, each_poll_has_a_whole_budget) {
  std::vector<std::uint32_t> seen;
  block_on(poll_fn([&](Context& cx) -> Poll<void> {
    seen.push_back(cx.budget());
    if (seen.size() == 2) return Ready();
    while (cx.may_proceed()) cx.made_progress();
    return Pending;
  }));
  EXPECT_EQ(seen, (std::vector<std::uint32_t>{Context::kBudget, Context::kBudget}));
}

TEST(BlockOn, a_wake_from_another_thread_ends_the_sleep_with_what_was_written_before_it) {
  for (int round = 0; round < 200; ++round) {
    std::atomic<bool> ready{false};
    int plain = 0;
    std::optional<std::thread> waker_thread;
    block_on(poll_fn([&](Context& cx) -> Poll<void> {
      if (ready.load(std::memory_order_relaxed)) return Ready();
      if (!waker_thread) {
        waker_thread.emplace([&, waker = cx.waker().clone()]() mutable {
          plain = round;
          ready.store(true, std::memory_order_relaxed);  // ordered by the wake
          std::move(waker).wake();
        });
      }
      return Pending;
    }));
    EXPECT_EQ(plain, round);
    waker_thread->join();
  }
}

TEST(BlockOn, a_wake_between_the_poll_and_the_sleep_is_kept) {
  int polls = 0;
  block_on(poll_fn([&](Context& cx) -> Poll<void> {
    if (++polls == 2) return Ready();
    std::thread([waker = cx.waker().clone()] { waker.wake_by_ref(); }).join();
    return Pending;
  }));
  EXPECT_EQ(polls, 2);
}

TEST(BlockOn, a_waker_may_outlive_the_block_on_that_made_it) {
  Waker kept;
  block_on(poll_fn([&](Context& cx) -> Poll<void> {
    kept = cx.waker().clone();
    return Ready();
  }));
  kept.wake_by_ref();
  std::thread([waker = kept.clone()]() mutable { std::move(waker).wake(); }).join();
  std::move(kept).wake();
}

TEST(BlockOn, locals_of_the_future_are_gone_when_it_returns) {
  Lives lives;
  const auto work = [](Lives& counts) -> Async<Tracked> {
    const Tracked local(counts, 1);
    co_await YieldTimes(1);
    co_return Tracked(counts, 2);
  };
  const Tracked result = block_on(work(lives));
  EXPECT_EQ(lives.alive, 1);
  EXPECT_EQ(lives.ended, std::vector<int>{1});
  EXPECT_EQ(result.id(), 2);
}

TEST(BlockOn, two_threads_block_on_each_others_wakes) {
  constexpr int kRounds = 500;
  std::atomic<int> turn{0};
  std::array<Waker, 2> wakers;
  std::barrier both_registered(2);
  const auto player = [&](int me) {
    block_on(poll_fn([&, first = true](Context& cx) mutable -> Poll<void> {
      const auto index = static_cast<std::size_t>(me);
      if (std::exchange(first, false)) {
        wakers[index] = cx.waker().clone();
        both_registered.arrive_and_wait();
      }
      for (;;) {
        const int now = turn.load(std::memory_order_acquire);
        if (now >= kRounds) break;
        if (now % 2 != me) return Pending;
        turn.store(now + 1, std::memory_order_release);
        wakers[1 - index].wake_by_ref();
      }
      wakers[1 - index].wake_by_ref();
      return Ready();
    }));
    both_registered.arrive_and_wait();
  };
  std::thread one(player, 0);
  std::thread two(player, 1);
  one.join();
  two.join();
  EXPECT_EQ(turn.load(std::memory_order_relaxed), kRounds);
}

}  // namespace
