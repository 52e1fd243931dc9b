// SPDX-License-Identifier: MIT
// Gen: a coroutine that yields, in all that a stream must be.
#include "support/drop_counter.hpp"
#include "support/mock_task.hpp"
#include "support/small_stack.hpp"
#include "support/tracked.hpp"

#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/futures_ordered.hpp>
#include <heddle/future/futures_unordered.hpp>
#include <heddle/future/gen.hpp>
#include <heddle/future/stream_adapter.hpp>
#include <heddle/future/stream_consumer.hpp>
#include <heddle/future/stream_source.hpp>
#include <heddle/sync/mutex.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace stream = heddle::stream;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

static_assert(hd::Stream<hd::Gen<int>>);
static_assert(!hd::Future<hd::Gen<int>>);
static_assert(hd::Stream<hd::FuturesUnordered<hd::Task<int>>> && hd::Stream<hd::FuturesOrdered<hd::Task<int>>>);
static_assert(hd::Send<hd::Gen<int>> && hd::Owned<hd::Gen<int>>);

hd::Gen<int> up_to(int n) {
  for (int i = 0; i < n; ++i) co_yield i;
}

template <hd::Stream S>
auto poll(MockTask& task, S& stream, std::uint32_t budget = hd::Context::kBudget) {
  hd::Context cx(task.waker(), budget);
  return stream.poll_next(cx);
}

TEST(Gen, yields_its_items_in_order_and_then_the_end_for_ever) {
  hd::block_on([]() -> hd::Task<> {
    auto numbers = up_to(3);
    for (int i = 0; i < 3; ++i) {
      const auto item = co_await hd::next(numbers);
      EXPECT_EQ(item, i);
    }
    for (int i = 0; i < 3; ++i) {
      const auto item = co_await hd::next(numbers);
      EXPECT_FALSE(item.has_value());
    }
  }());
}

TEST(Gen, does_nothing_until_it_is_asked) {
  static bool ran;
  ran = false;
  const auto lazy = []() -> hd::Gen<int> {
    ran = true;
    co_yield 1;
  };
  {
    auto dropped = lazy();
    auto moved = std::move(dropped);
  }
  EXPECT_FALSE(ran);
}

hd::Async<int> slow(int value) {
  co_await YieldTimes(2);
  co_return value;
}

hd::Gen<int> waits_between() {
  for (int i = 1; i <= 2; ++i) {
    const int value = co_await slow(i * 10);
    co_yield value;
  }
}

TEST(Gen, may_await_between_its_items) {
  auto gen = waits_between();
  MockTask task;
  for (const int expected : {10, 20}) {
    EXPECT_TRUE(poll(task, gen).is_pending());
    EXPECT_TRUE(poll(task, gen).is_pending());
    EXPECT_EQ(task.take_wakes(), 2);
    EXPECT_EQ(*poll(task, gen), expected);
  }
  EXPECT_EQ(*poll(task, gen), std::nullopt);
}

TEST(Gen, what_it_throws_reaches_the_consumer_and_ends_it) {
  const auto throws = []() -> hd::Gen<int> {
    co_yield 1;
    throw std::runtime_error("broken");
  };
  hd::block_on([](hd::Gen<int> gen) -> hd::Task<> {
    const auto first = co_await hd::next(gen);
    EXPECT_EQ(first, 1);
    std::string what;
    try {
      co_await hd::next(gen);
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    EXPECT_EQ(what, "broken");
    const auto after = co_await hd::next(gen);
    EXPECT_FALSE(after.has_value());
  }(throws()));
}

hd::Gen<Tracked> tracked(Tracked argument, int items) {
  for (int i = 0; i < items; ++i) {
    Tracked local = argument;
    co_await YieldTimes(1);
    co_yield std::move(local);
    co_yield argument;
  }
}

TEST(Gen, may_be_dropped_at_any_suspension_and_leaks_nothing) {
  // Three polls per item (one pending, two items), and the end.
  for (int polls = 0; polls <= 8; ++polls) {
    Lives lives;
    {
      auto gen = tracked(Tracked(lives, 7), 2);
      MockTask task;
      for (int i = 0; i < polls; ++i) {
        const auto item = poll(task, gen);
        EXPECT_EQ(item.is_pending(), i == 0 || i == 3) << i;
      }
    }
    EXPECT_EQ(lives.alive, 0) << polls;
    EXPECT_EQ(lives.misused, 0) << polls;
  }
}

TEST(Gen, a_dropped_next_loses_no_item) {
  auto gen = waits_between();
  MockTask task;
  std::vector<int> got;
  for (int i = 0; i < 20; ++i) {
    auto next = hd::next(gen);  // polled once, and dropped
    auto answer = task.poll(next);
    if (answer.is_ready() && answer->has_value()) got.push_back(**answer);
  }
  EXPECT_EQ(got, (std::vector{10, 20}));
}

TEST(Gen, yields_what_can_only_be_moved_and_copies_what_has_a_name) {
  const auto movable = []() -> hd::Gen<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(1);
    auto named = std::make_unique<int>(2);
    co_yield std::move(named);
  };
  const auto words = []() -> hd::Gen<std::string> {
    std::string word = "a long word that lies on the heap, not in the string";
    co_yield word;
    word += "!";
    co_yield word;
    co_yield "literal";
  };
  hd::block_on([](hd::Gen<std::unique_ptr<int>> pointers, hd::Gen<std::string> texts) -> hd::Task<> {
    int sum = 0;
    while (auto pointer = co_await hd::next(pointers)) sum += **pointer;
    EXPECT_EQ(sum, 3);
    const auto all = co_await stream::collect(std::move(texts));
    EXPECT_EQ(all.size(), 3U);
    EXPECT_EQ(all.at(0) + "!", all.at(1));
    EXPECT_EQ(all.at(2), "literal");
  }(movable(), words()));
}

TEST(Gen, a_million_ready_items_take_constant_stack) {
  heddle::test::on_small_stack([] {
    const auto sum = hd::block_on([]() -> hd::Task<long> {
      auto numbers = up_to(1'000'000);
      long total = 0;
      while (auto item = co_await hd::next(numbers)) total += *item;
      co_return total;
    }());
    EXPECT_EQ(sum, 499'999'500'000L);
  });
}

hd::Gen<int> down_from(int n) {
  if (n == 0) co_return;
  co_yield n;
  co_yield hd::elements_of(down_from(n - 1));
}

TEST(Gen, a_recursion_of_generators_takes_constant_stack) {
  heddle::test::on_small_stack([] {
    constexpr int kDepth = 100'000;
    hd::block_on([]() -> hd::Task<> {
      auto gen = down_from(kDepth);
      int expected = kDepth;
      while (auto item = co_await hd::next(gen)) {
        if (*item != expected--) ADD_FAILURE();
      }
      EXPECT_EQ(expected, 0);
    }());
    auto dropped = down_from(kDepth);
    MockTask task;
    for (int i = 0; i < kDepth; ++i) static_cast<void>(poll(task, dropped));
  });
}

hd::Gen<int> tree(int depth) {
  if (depth == 0) co_return;
  co_yield hd::elements_of(tree(depth - 1));
  co_yield depth;
  auto right = tree(depth - 1);
  co_yield hd::elements_of(right);
}

TEST(Gen, elements_of_yields_the_items_in_place) {
  const auto items = hd::block_on([]() -> hd::Task<std::vector<int>> { co_return co_await stream::collect(tree(3)); }());
  EXPECT_EQ(items, (std::vector{1, 2, 1, 3, 1, 2, 1}));
}

hd::Gen<int> fails_after(int n) {
  co_yield hd::elements_of(up_to(n));
  throw std::runtime_error("inner");
}

hd::Gen<int> survives() {
  bool caught = false;
  try {
    co_yield hd::elements_of(fails_after(2));
  } catch (const std::runtime_error&) {
    caught = true;
  }
  if (caught) co_yield 99;
}

TEST(Gen, what_an_inner_generator_throws_is_thrown_where_its_elements_are_yielded) {
  const auto items = hd::block_on([]() -> hd::Task<std::vector<int>> { co_return co_await stream::collect(survives()); }());
  EXPECT_EQ(items, (std::vector{0, 1, 99}));
}

TEST(Gen, an_item_costs_a_unit_of_the_budget) {
  auto gen = up_to(10);
  MockTask task;
  hd::Context cx(task.waker(), 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(gen.poll_next(cx).is_ready());
  EXPECT_TRUE(gen.poll_next(cx).is_pending());
  EXPECT_TRUE(cx.take_yielded());
  EXPECT_EQ(*poll(task, gen), 3);
}

TEST(Gen, a_blocking_guard_held_across_a_yield_is_refused) {
  static hd::Mutex<int> mutex(1);
  const auto holds = []() -> hd::Gen<int> {
    auto guard = mutex.lock().value();
    co_yield *guard;
  };
  auto gen = holds();
  MockTask task;
  EXPECT_THROW(static_cast<void>(poll(task, gen)), hd::GuardHeldAcrossAwait);
}

hd::Gen<int> keeps(DropCounter counter) {
  co_yield 1;
  static_cast<void>(counter);
}

TEST(Gen, its_parameters_die_with_the_last_item) {
  std::atomic<int> drops = 0;
  auto gen = keeps(DropCounter(drops));
  MockTask task;
  EXPECT_TRUE(poll(task, gen).is_ready());
  EXPECT_EQ(drops, 0);
  EXPECT_EQ(*poll(task, gen), std::nullopt);
  EXPECT_EQ(drops, 1);
}

TEST(Gen, is_a_source_for_adapters) {
  const auto items = hd::block_on([]() -> hd::Task<std::vector<int>> {
    co_return co_await stream::collect(up_to(100) | stream::filter([](int i) { return i % 2 == 1; }) | stream::take(3));
  }());
  EXPECT_EQ(items, (std::vector{1, 3, 5}));
}

}  // namespace
}  // namespace heddle_test
