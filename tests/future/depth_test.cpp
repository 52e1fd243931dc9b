// SPDX-License-Identifier: MIT
// Constant stack: loops, recursions and chains as long as they like, on a stack that is as small as can be.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <expected>
#include <stdexcept>
#include <utility>

#include "support/mock_task.hpp"
#include "support/small_stack.hpp"
#include "support/tracked.hpp"

namespace {

using heddle::Async;
using heddle::block_on;
using heddle::ok;
using heddle::Task;
using heddle::test::MockTask;
using heddle::test::on_small_stack;
using heddle::test::YieldTimes;

constexpr int kLoop = 1'000'000;
constexpr int kDepth = 100'000;

Async<int> one() { co_return 1; }

TEST(Depth, a_million_ready_children_in_a_loop) {
  on_small_stack([] {
    const auto loop = []() -> Async<int> {
      int sum = 0;
      for (int i = 0; i < kLoop; ++i) sum += co_await one();
      co_return sum;
    };
    EXPECT_EQ(block_on(loop()), kLoop);
  });
}

TEST(Depth, a_million_ready_leaves_in_a_loop) {
  on_small_stack([] {
    const auto loop = []() -> Async<int> {
      int sum = 0;
      for (int i = 0; i < kLoop; ++i) sum += co_await heddle::ready(1);
      co_return sum;
    };
    EXPECT_EQ(block_on(loop()), kLoop);
  });
}

TEST(Depth, a_million_oks_in_a_loop) {
  using Result = std::expected<int, int>;
  on_small_stack([] {
    const auto good = [](int n) -> Async<Result> { co_return n; };
    const auto bad = []() -> Async<Result> { co_return std::unexpected(1); };
    const auto fails = [&]() -> Async<Result> { co_return co_await ok(bad()); };
    const auto loop = [&]() -> Async<Result> {
      int sum = 0;
      for (int i = 0; i < kLoop / 2; ++i) {
        sum += co_await ok(good(1));
        auto failure = co_await fails();
        sum += failure.error();
      }
      co_return sum;
    };
    EXPECT_EQ(block_on(loop()), kLoop);
  });
}

Async<int> down(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await down(depth - 1);
}

TEST(Depth, a_recursion_of_ready_calls) {
  on_small_stack([] { EXPECT_EQ(block_on(down(kDepth)), kDepth); });
}

Async<int> down_and_wait(int depth) {
  if (depth == 0) {
    co_await YieldTimes(1);
    co_return 0;
  }
  co_return 1 + co_await down_and_wait(depth - 1);
}

TEST(Depth, a_recursion_that_waits_at_its_end) {
  on_small_stack([] { EXPECT_EQ(block_on(down_and_wait(kDepth)), kDepth); });
}

Task<int> named_down(int depth) {
  if (depth == 0) {
    co_await YieldTimes(1);
    co_return 0;
  }
  Task<int> named = named_down(depth - 1);
  const int below = co_await named;
  co_return 1 + below;
}

TEST(Depth, a_recursion_of_named_tasks) {
  on_small_stack([] { EXPECT_EQ(block_on(named_down(kDepth)), kDepth); });
}

Async<int> throw_from(int depth) {
  if (depth == 0) throw std::runtime_error("from below");
  co_return 1 + co_await throw_from(depth - 1);
}

TEST(Depth, an_exception_from_below) {
  on_small_stack([] { EXPECT_THROW(block_on(throw_from(kDepth)), std::runtime_error); });
}

Async<std::expected<int, int>> fail_from(int depth) {
  if (depth == 0) co_return std::unexpected(7);
  co_return 1 + co_await ok(fail_from(depth - 1));
}

TEST(Depth, a_failure_from_below_through_every_ok) {
  on_small_stack([] { EXPECT_EQ(block_on(fail_from(kDepth)).error(), 7); });
}

TEST(Depth, dropping_a_pending_chain) {
  on_small_stack([] {
    MockTask task;
    auto future = down_and_wait(kDepth);
    EXPECT_TRUE(task.poll(future).is_pending());
  });
}

TEST(Depth, dropping_a_pending_chain_of_named_tasks) {
  on_small_stack([] {
    MockTask task;
    auto future = named_down(kDepth);
    EXPECT_TRUE(task.poll(future).is_pending());
  });
}

}  // namespace
