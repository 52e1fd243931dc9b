// SPDX-License-Identifier: MIT
// Async and Task: coroutines as futures.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/lent.hpp"
#include "support/mock_task.hpp"
#include "support/tracked.hpp"

namespace {

using heddle::Async;
using heddle::block_on;
using heddle::Context;
using heddle::Future;
using heddle::Pending;
using heddle::Poll;
using heddle::poll_fn;
using heddle::PolledAfterCompletion;
using heddle::Ready;
using heddle::Task;
using heddle::test::Lent;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

static_assert(Future<Async<int>> && Future<Task<>> && Future<Task<int&>>);
static_assert(!std::move_constructible<Async<int>> && !std::copy_constructible<Task<int>>);
static_assert(std::is_nothrow_move_constructible_v<Task<int>> && !std::is_move_assignable_v<Task<int>>);

/// What each test of both types is run on.
template <template <class> class Coroutine>
struct Functions {
  static Coroutine<void> mark(Lent<bool> ran) {
    *ran = true;
    co_return;
  }
  static Coroutine<int> number(int n) { co_return n; }
  static Coroutine<int> late(int n) {
    co_await YieldTimes(1);
    co_return n;
  }
  static Coroutine<std::unique_ptr<int>> move_only(int n) { co_return std::make_unique<int>(n); }
  static Coroutine<int&> reference(Lent<int> n) {
    co_await YieldTimes(1);
    co_return *n;
  }
  static Coroutine<int&&> rvalue(Lent<int> n) { co_return std::move(*n); }
  static Coroutine<const std::string&> text(Lent<const std::string> s) { co_return *s; }
  static Coroutine<int> throws_at_once() {
    throw std::runtime_error("at once");
    co_return 0;
  }
  static Coroutine<int> throws_late() {
    co_await YieldTimes(1);
    throw std::runtime_error("late");
  }
  static Coroutine<Tracked> tracked(Lent<Lives> lives, Tracked parameter) {
    const Tracked local(*lives, 2);
    co_await YieldTimes(1);
    co_return Tracked(*lives, parameter.id() + local.id());
  }
  template <class T>
  using Type = Coroutine<T>;
};

template <class F>
class Coroutines : public ::testing::Test {};
using Both = ::testing::Types<Functions<Async>, Functions<Task>>;
TYPED_TEST_SUITE(Coroutines, Both);

TYPED_TEST(Coroutines, nothing_runs_before_the_first_poll) {
  bool ran = false;
  MockTask task;
  auto future = TypeParam::mark(&ran);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(task.poll(future).is_ready());
  EXPECT_TRUE(ran);
}

TYPED_TEST(Coroutines, one_that_is_dropped_before_its_first_poll_never_runs_and_drops_its_parameters) {
  bool ran = false;
  Lives lives;
  { auto never = TypeParam::mark(&ran); }
  { auto never = TypeParam::tracked(&lives, Tracked(lives, 1)); }
  EXPECT_FALSE(ran);
  EXPECT_EQ(lives.ended, std::vector<int>{1});
  EXPECT_EQ(lives.alive + lives.misused, 0);
}

TYPED_TEST(Coroutines, a_pending_leaf_makes_it_pending_until_the_leaf_is_ready) {
  MockTask task;
  auto future = TypeParam::late(3);
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_TRUE(task.is_woken());
  EXPECT_EQ(task.poll(future).take(), 3);
  EXPECT_FALSE(task.is_woken());
}

TYPED_TEST(Coroutines, polled_after_completion_it_throws) {
  MockTask task;
  auto future = TypeParam::number(1);
  EXPECT_EQ(task.poll(future).take(), 1);
  EXPECT_THROW(static_cast<void>(task.poll(future)), PolledAfterCompletion);
}

TYPED_TEST(Coroutines, polled_after_it_threw_it_throws_that_it_had_completed) {
  MockTask task;
  auto future = TypeParam::throws_at_once();
  EXPECT_THROW(static_cast<void>(task.poll(future)), std::runtime_error);
  EXPECT_THROW(static_cast<void>(task.poll(future)), PolledAfterCompletion);
}

TYPED_TEST(Coroutines, an_exception_after_a_suspension_is_thrown_by_the_poll) {
  MockTask task;
  auto future = TypeParam::throws_late();
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_THROW(static_cast<void>(task.poll(future)), std::runtime_error);
}

TYPED_TEST(Coroutines, an_exception_is_caught_where_it_is_awaited) {
  const auto outer = []() -> Async<int> {
    int caught = 0;
    try {
      co_await TypeParam::throws_at_once();
    } catch (const std::runtime_error&) {
      ++caught;
    }
    try {
      co_await TypeParam::throws_late();
    } catch (const std::runtime_error&) {
      ++caught;
    }
    co_return caught;
  };
  EXPECT_EQ(block_on(outer()), 2);
}

TYPED_TEST(Coroutines, results_may_be_move_only) {
  const auto outer = []() -> Async<int> {
    const auto result = co_await TypeParam::move_only(4);
    co_return *result;
  };
  EXPECT_EQ(block_on(outer()), 4);
  EXPECT_EQ(*block_on(TypeParam::move_only(5)), 5);
}

TYPED_TEST(Coroutines, results_may_be_references) {
  const auto outer = [](int* n, const std::string* s) -> Async<bool> {
    int& reference = co_await TypeParam::reference(n);
    const std::string& text = co_await TypeParam::text(s);
    int&& rvalue = co_await TypeParam::rvalue(n);
    co_return &reference == n&&& text == s&&& rvalue == n;
  };
  int n = 1;
  const std::string s = "text";
  EXPECT_TRUE(block_on(outer(&n, &s)));
}

TYPED_TEST(Coroutines, parameters_and_locals_end_before_the_consumer_goes_on) {
  Lives lives;
  const auto outer = [](Lives& counts) -> Async<int> {
    const Tracked result = co_await TypeParam::tracked(&counts, Tracked(counts, 1));
    EXPECT_EQ(counts.ended, (std::vector<int>{2, 1}));
    co_return result.id();
  };
  EXPECT_EQ(block_on(outer(lives)), 3);
  EXPECT_EQ(lives.ended, (std::vector<int>{2, 1, 3}));
  EXPECT_EQ(lives.alive + lives.misused, 0);
}

TYPED_TEST(Coroutines, one_awaited_by_its_name_gives_its_result) {
  const auto outer = []() -> Async<int> {
    auto early = TypeParam::number(1);
    auto late = TypeParam::late(2);
    const int sum = co_await late + co_await early;
    co_return sum;
  };
  EXPECT_EQ(block_on(outer()), 3);
}

TYPED_TEST(Coroutines, one_that_was_polled_is_awaited_by_its_name) {
  const auto outer = []() -> Async<int> {
    auto late = TypeParam::late(2);
    co_await poll_fn([&](Context& cx) -> Poll<void> {
      EXPECT_TRUE(late.poll(cx).is_pending());
      return Ready();
    });
    EXPECT_TRUE(late.was_polled());
    const int result = co_await late;
    co_return result;
  };
  EXPECT_EQ(block_on(outer()), 2);
}

TYPED_TEST(Coroutines, awaiting_one_that_has_completed_throws) {
  const auto outer = []() -> Async<bool> {
    auto done = TypeParam::number(2);
    co_await done;
    try {
      co_await done;
    } catch (const PolledAfterCompletion&) {
      co_return true;
    }
    co_return false;
  };
  EXPECT_TRUE(block_on(outer()));
}

TYPED_TEST(Coroutines, only_the_innermost_future_is_polled_again) {
  int outer_steps = 0;
  int leaf_polls = 0;
  const auto leaf = [&](Context&) -> Poll<void> {
    if (++leaf_polls < 4) return Pending;
    return Ready();
  };
  const auto inner = [&]() -> Async<void> { co_await poll_fn(leaf); };
  const auto outer = [&]() -> Async<void> {
    ++outer_steps;
    co_await inner();
    ++outer_steps;
  };
  MockTask task;
  auto future = outer();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_EQ(outer_steps, 1);
  EXPECT_TRUE(task.poll(future).is_ready());
  EXPECT_EQ(outer_steps, 2);
  EXPECT_EQ(leaf_polls, 4);
}

TYPED_TEST(Coroutines, a_leaf_that_throws_when_it_is_polled_again_throws_where_it_is_awaited) {
  const auto outer = []() -> Async<bool> {
    int polls = 0;
    try {
      co_await poll_fn([&](Context& cx) -> Poll<int> {
        if (++polls == 2) throw std::runtime_error("second poll");
        cx.yield();
        return Pending;
      });
    } catch (const std::runtime_error&) {
      co_return true;
    }
    co_return false;
  };
  EXPECT_TRUE(block_on(outer()));
}

TEST(Task, moves_until_it_is_polled) {
  Task<int> first = Functions<Task>::late(6);
  Task<int> second = std::move(first);
  std::vector<Task<int>> tasks;
  tasks.push_back(std::move(second));
  tasks.push_back(Functions<Task>::late(7));
  EXPECT_EQ(block_on(tasks[0]) + block_on(tasks[1]), 13);
}

TEST(Task, one_that_was_moved_from_is_done) {
  MockTask task;
  Task<int> from = Functions<Task>::number(1);
  Task<int> to = std::move(from);
  EXPECT_THROW(static_cast<void>(task.poll(from)), PolledAfterCompletion);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(task.poll(to).take(), 1);
}

TEST(Task, can_be_handed_into_another_as_a_parameter) {
  const auto outer = [](Task<int> inner) -> Task<int> {
    const int result = co_await std::move(inner);
    co_return result + 1;
  };
  EXPECT_EQ(block_on(outer(Functions<Task>::late(1))), 2);
}

TEST(Task, dropping_a_coroutine_drops_the_named_one_that_it_awaits) {
  MockTask task;
  Task<int> named = Functions<Task>::late(1);
  const auto outer = [](Task<int>& inner) -> Async<int> { co_return co_await inner; };
  {
    auto future = outer(named);
    EXPECT_TRUE(task.poll(future).is_pending());
  }
  EXPECT_THROW(static_cast<void>(task.poll(named)), PolledAfterCompletion);
}

TEST(TaskDeathTest, moving_one_that_was_polled_aborts) {
  MockTask task;
  Task<int> polled = Functions<Task>::late(1);
  EXPECT_TRUE(task.poll(polled).is_pending());
  EXPECT_DEATH(Task<int> moved = std::move(polled), "moved after its first poll");
}

TEST(TaskDeathTest, destroying_one_that_another_awaits_aborts) {
  MockTask task;
  auto named = std::make_optional<Task<int>>(Functions<Task>::late(1));
  const auto outer = [](Task<int>& inner) -> Async<int> { co_return co_await inner; };
  auto future = outer(*named);
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_DEATH(named.reset(), "destroyed while it runs, or is awaited");
}

TEST(TaskDeathTest, destroying_one_from_within_aborts) {
  MockTask task;
  std::optional<Task<>> self;
  const auto suicide = [](Lent<std::optional<Task<>>> me) -> Task<> {
    me->reset();
    co_return;
  };
  self.emplace(suicide(&self));
  EXPECT_DEATH(static_cast<void>(task.poll(*self)), "destroyed while it runs, or is awaited");
}

TEST(TaskDeathTest, awaiting_one_that_another_awaits_aborts) {
  MockTask task;
  Task<int> named = Functions<Task>::late(1);
  const auto outer = [](Task<int>& inner) -> Async<int> { co_return co_await inner; };
  auto first = outer(named);
  auto second = outer(named);
  EXPECT_TRUE(task.poll(first).is_pending());
  EXPECT_DEATH(static_cast<void>(task.poll(second)), "awaited twice");
}

TEST(TaskDeathTest, polling_one_that_another_awaits_aborts) {
  MockTask task;
  Task<int> named = Functions<Task>::late(1);
  const auto outer = [](Task<int>& inner) -> Async<int> { co_return co_await inner; };
  auto future = outer(named);
  EXPECT_TRUE(task.poll(future).is_pending());
  EXPECT_DEATH(static_cast<void>(task.poll(named)), "polled while it runs, or is awaited");
}

TEST(Async, borrows_from_its_caller) {
  const auto append = [](std::string& text) -> Async<> {
    co_await YieldTimes(1);
    text += "x";
  };
  const auto outer = [&]() -> Async<std::string> {
    std::string text;
    co_await append(text);
    co_await append(text);
    co_return text;
  };
  EXPECT_EQ(block_on(outer()), "xx");
}

}  // namespace
