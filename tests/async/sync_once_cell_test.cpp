// SPDX-License-Identifier: MIT
// OnceCell: the cases of Tokio's sync_once_cell.rs, and our own promises.
#include <heddle/async/once_cell.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>

#include "support/polled.hpp"
#include "support/tracked.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <expected>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using heddle::async::OnceCell;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Polled;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

// A future of an int that is pending once.
auto later(int value) {
  return heddle::poll_fn([value, polled = false](heddle::Context& cx) mutable -> heddle::Poll<int> {
    if (std::exchange(polled, true)) return heddle::Ready(value);
    cx.yield();
    return heddle::Pending;
  });
}

template <class F>
auto init(const OnceCell<int>& cell, F f) {
  return Polled([&cell, f] { return cell.get_or_init(f); });
}

TEST(AsyncOnceCell, drop_cell) {
  Lives lives;
  {
    const OnceCell<Tracked> cell;
    EXPECT_TRUE(cell.set(Tracked(lives, 1)));
    EXPECT_EQ(lives.alive, 1);
  }
  EXPECT_EQ(lives.alive, 0);
  EXPECT_EQ(lives.ended, (std::vector{1}));
}

TEST(AsyncOnceCell, drop_cell_new_with) {
  Lives lives;
  {
    const OnceCell<Tracked> cell(Tracked(lives, 1));
    EXPECT_TRUE(cell.initialized());
  }
  EXPECT_EQ(lives.ended, (std::vector{1}));
}

TEST(AsyncOnceCell, drop_into_inner) {
  Lives lives;
  {
    OnceCell<Tracked> cell;
    EXPECT_TRUE(cell.set(Tracked(lives, 1)));
    auto value = std::move(cell).into_inner();
    EXPECT_TRUE(lives.ended.empty());
  }
  EXPECT_EQ(lives.ended, (std::vector{1}));
}

TEST(AsyncOnceCell, from) { EXPECT_EQ(*OnceCell<int>(2).get(), 2); }

TEST(AsyncOnceCell, get_or_init) {
  const OnceCell<int> cell;
  auto first = init(cell, [] { return later(5); });
  auto second = init(cell, [] { return later(10); });
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  EXPECT_EQ(cell.get(), nullptr);
  EXPECT_EQ(first.poll().take(), 5);
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_EQ(&second.poll().take(), cell.get());
}

TEST(AsyncOnceCell, get_or_init_panic) {
  const OnceCell<int> cell;
  auto first = init(cell, []() -> heddle::Async<int> {
    co_await YieldTimes(1);
    throw std::runtime_error("no");
  });
  auto second = init(cell, [] { return later(10); });
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  EXPECT_THROW(static_cast<void>(first.poll()), std::runtime_error);
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(second.pending());
  EXPECT_EQ(second.poll().take(), 10);
}

TEST(AsyncOnceCell, a_function_that_throws_leaves_the_cell_to_the_next) {
  const OnceCell<int> cell;
  auto first = init(cell, []() -> heddle::future::ReadyFuture<int> { throw std::runtime_error("no"); });
  EXPECT_THROW(static_cast<void>(first.poll()), std::runtime_error);
  auto second = init(cell, [] { return heddle::ready(1); });
  EXPECT_EQ(second.poll().take(), 1);
}

TEST(AsyncOnceCell, set_and_get) {
  const OnceCell<int> cell;
  EXPECT_TRUE(cell.set(5));
  EXPECT_EQ(*cell.get(), 5);
}

TEST(AsyncOnceCell, get_uninit) {
  const OnceCell<int> cell;
  EXPECT_FALSE(cell.initialized());
  EXPECT_EQ(cell.get(), nullptr);
}

TEST(AsyncOnceCell, set_twice) {
  const OnceCell<int> cell;
  EXPECT_TRUE(cell.set(5));
  auto second = cell.set(6);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is_already_init());
  EXPECT_EQ(std::move(second.error()).into_inner(), 6);
  EXPECT_EQ(*cell.get(), 5);
}

TEST(AsyncOnceCell, set_while_initializing) {
  const OnceCell<int> cell;
  auto first = init(cell, [] { return later(5); });
  EXPECT_TRUE(first.pending());
  auto set = cell.set(10);
  ASSERT_FALSE(set);
  EXPECT_TRUE(set.error().is_initializing());
  EXPECT_EQ(first.poll().take(), 5);
}

TEST(AsyncOnceCell, get_or_try_init) {
  using Result = std::expected<int, char>;
  const OnceCell<int> cell;
  const auto fail = [] { return heddle::ready(Result(std::unexpect, 'x')); };
  const auto work = [] { return heddle::ready(Result(7)); };
  Polled first([&] { return cell.get_or_try_init(fail); });
  EXPECT_EQ(first.poll().take().error(), 'x');
  EXPECT_FALSE(cell.initialized());
  Polled second([&] { return cell.get_or_try_init(work); });
  const int* made = second.poll().take().value();
  EXPECT_EQ(made, cell.get());
  Polled third([&] { return cell.get_or_try_init(fail); });
  EXPECT_EQ(*third.poll().take().value(), 7);
}

TEST(AsyncOnceCell, a_cancelled_initialiser_is_destroyed_and_the_next_makes_the_value) {
  Lives lives;
  const OnceCell<int> cell;
  auto first = init(cell, [&lives]() -> heddle::Async<int> {
    const Tracked local(lives, 1);
    co_await YieldTimes(1);
    co_return 1;
  });
  auto second = init(cell, [] { return later(2); });
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  first.drop();
  EXPECT_EQ(lives.alive, 0);
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(second.pending());
  EXPECT_EQ(second.poll().take(), 2);
}

TEST(AsyncOnceCell, of_many_threads_exactly_one_makes_the_value) {
  const OnceCell<int> cell;
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto make = [&made] {
        made.fetch_add(1);
        return later(42);
      };
      EXPECT_EQ(heddle::block_on(cell.get_or_init(make)), 42);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(made.load(), 1);
}

TEST(AsyncOnceCell, its_owner_may_change_the_value) {
  OnceCell<int> cell;
  EXPECT_EQ(cell.get_mut(), nullptr);
  EXPECT_TRUE(cell.set(1));
  *cell.get_mut() = 2;
  EXPECT_EQ(*cell.get(), 2);
}

}  // namespace
