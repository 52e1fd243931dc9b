// SPDX-License-Identifier: MIT
// Spawning tasks and awaiting their results, on every scheduler.
#include "support/task_fixture.hpp"

#include <heddle/future/async.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using heddle_test::DropCounter;

class Spawn : public heddle_test::OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, Spawn, heddle_test::every_kind(), heddle_test::name_of);

hd::Task<int> number(int n) { co_return n; }
hd::Task<int> failing() {
  throw std::runtime_error("no number");
  co_return 0;
}
hd::Task<int> behind_the_gate(int n) {
  const DropCounter local(Spawn::drops);
  co_await Spawn::gate->passed();
  co_return n;
}

TEST_P(Spawn, a_task_gives_its_value_to_the_one_that_awaits_it) {
  const int got = run([]() -> hd::Task<int> {
    auto task = hd::task::spawn(number(42));
    co_return (co_await task).value();
  }());
  EXPECT_EQ(got, 42);
}

TEST_P(Spawn, a_task_that_has_ended_is_awaited_without_waiting) {
  const int got = run([]() -> hd::Task<int> {
    auto task = hd::task::spawn(number(1));
    while (!task.is_finished()) co_await hd::task::yield_now();
    co_return (co_await task).value();
  }());
  EXPECT_EQ(got, 1);
}

TEST_P(Spawn, a_task_of_void_a_bare_future_and_a_function_with_arguments_are_spawned_alike) {
  run([]() -> hd::Task<> {
    auto nothing = hd::task::spawn([]() -> hd::Task<> { co_return; }());
    auto bare = hd::task::spawn(hd::ready(5));
    auto call = hd::task::spawn([](const std::string& borrowed, int n) -> hd::Async<std::string> {
      co_await hd::task::yield_now();
      co_return borrowed + std::to_string(n);
    }, std::string("a long enough string to be on the heap "), 7);
    EXPECT_TRUE((co_await nothing).has_value());
    EXPECT_EQ((co_await bare).value(), 5);
    EXPECT_EQ((co_await call).value(), "a long enough string to be on the heap 7");
  }());
}

TEST_P(Spawn, a_move_only_value_reaches_the_awaiting_one) {
  const auto got = run([]() -> hd::Task<std::unique_ptr<int>> {
    auto task = hd::task::spawn([]() -> hd::Task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); }());
    auto result = co_await task;
    co_return std::move(result).value();
  }());
  EXPECT_EQ(*got, 3);
}

TEST_P(Spawn, many_tasks_each_give_their_own_value) {
  const long sum = run([]() -> hd::Task<long> {
    std::vector<hd::task::JoinHandle<int>> tasks;
    for (int i = 0; i < 1000; ++i) tasks.push_back(hd::task::spawn(number(i)));
    long total = 0;
    for (auto& task : tasks) total += (co_await task).value();
    co_return total;
  }());
  EXPECT_EQ(sum, 499'500);
}

TEST_P(Spawn, a_waiting_task_is_woken_by_the_end_of_the_other) {
  auto outer = runtime->spawn([]() -> hd::Task<int> {
    auto inner = hd::task::spawn(behind_the_gate(9));
    co_return (co_await inner).value();
  }());
  gate->open();
  EXPECT_EQ(runtime->block_on(outer).value(), 9);
}

TEST_P(Spawn, an_exception_that_leaves_a_task_is_its_join_error_and_is_not_reported) {
  auto task = runtime->spawn(failing());
  const hd::task::Id id = task.id();
  auto result = runtime->block_on(task);
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_panic());
  EXPECT_FALSE(result.error().is_cancelled());
  EXPECT_EQ(result.error().id(), id);
  EXPECT_EQ(result.error().message(), "task " + std::to_string(id.number()) + " panicked: no number");
  EXPECT_THROW(std::rethrow_exception(std::move(result).error().into_panic()), std::runtime_error);
  EXPECT_EQ(unseen_panics, 0);
}

TEST_P(Spawn, an_exception_that_nobody_will_see_is_reported_once) {
  run([]() -> hd::Task<> {
    static_cast<void>(hd::task::spawn(failing()));  // dropped before it runs, or after
    auto later = std::make_unique<hd::task::JoinHandle<int>>(hd::task::spawn(failing()));
    while (!later->is_finished()) co_await hd::task::yield_now();
    later.reset();
    while (unseen_panics != 2) co_await hd::task::yield_now();
  }());
  EXPECT_EQ(unseen_panics, 2);
}

TEST_P(Spawn, a_task_whose_handle_is_dropped_goes_on) {
  run([]() -> hd::Task<> {
    static_cast<void>(hd::task::spawn([]() -> hd::Task<> {
      co_await gate->passed();
      flag = true;
    }()));
    gate->open();
    while (!flag) co_await hd::task::yield_now();
  }());
}

TEST_P(Spawn, an_output_is_dropped_exactly_once_taken_or_not) {
  run([]() -> hd::Task<> {
    const auto make = []() -> hd::Task<DropCounter> { co_return DropCounter(drops); };
    static_cast<void>(hd::task::spawn(make()));  // dropped by the runner
    while (drops != 1) co_await hd::task::yield_now();
    {
      auto kept = hd::task::spawn(make());
      while (!kept.is_finished()) co_await hd::task::yield_now();
      EXPECT_EQ(drops, 1);
    }
    EXPECT_EQ(drops, 2) << "by the handle";
    {
      auto taken = hd::task::spawn(make());
      auto value = co_await taken;
      EXPECT_TRUE(value.has_value());
      EXPECT_EQ(drops, 2);
    }
    EXPECT_EQ(drops, 3) << "by who took it";
  }());
}

TEST_P(Spawn, the_locals_of_a_task_die_before_its_awaiter_goes_on) {
  run([]() -> hd::Task<> {
    auto task = hd::task::spawn(behind_the_gate(1));
    gate->open();
    EXPECT_EQ((co_await task).value(), 1);
    EXPECT_EQ(drops, 1);
  }());
}

TEST_P(Spawn, a_handle_is_finished_when_awaiting_it_would_not_wait) {
  auto task = runtime->spawn(behind_the_gate(1));
  EXPECT_FALSE(task.is_finished());
  gate->open();
  EXPECT_TRUE(runtime->block_on(task).has_value());
  EXPECT_TRUE(task.is_finished());
}

TEST_P(Spawn, a_handle_that_has_given_its_result_refuses_another_await) {
  auto task = runtime->spawn(number(1));
  EXPECT_TRUE(runtime->block_on(task).has_value());
  EXPECT_THROW(static_cast<void>(runtime->block_on(task)), hd::PolledAfterCompletion);
}

TEST_P(Spawn, a_moved_handle_awaits_the_same_task) {
  auto first = runtime->spawn(number(1));
  auto second = runtime->spawn(number(2));
  auto moved = std::move(second);
  first = std::move(moved);
  EXPECT_EQ(runtime->block_on(first).value(), 2);
}

// Polls `handle` once with `waker`; true if it was ready.
template <class T>
bool poll_once(hd::task::JoinHandle<T>& handle, const hd::Waker& waker) {
  hd::Context cx(waker);
  return handle.poll(cx).is_ready();
}

TEST_P(Spawn, a_handle_wakes_whoever_polled_it_last) {
  static std::atomic<int> first_wakes, second_wakes;
  first_wakes = second_wakes = 0;
  auto task = runtime->spawn(behind_the_gate(1));
  const hd::Waker first = hd::future::waker_fn([] { ++first_wakes; });
  const hd::Waker second = hd::future::waker_fn([] { ++second_wakes; });
  EXPECT_FALSE(poll_once(task, first));
  EXPECT_FALSE(poll_once(task, first));
  EXPECT_FALSE(poll_once(task, hd::Waker()));  // wakes nobody
  EXPECT_FALSE(poll_once(task, hd::Waker()));
  EXPECT_FALSE(poll_once(task, second));
  gate->open();
  run([](hd::task::AbortHandle ended) -> hd::Task<> {
    while (!ended.is_finished()) co_await hd::task::yield_now();
  }(task.abort_handle()));
  while (second_wakes == 0) std::this_thread::yield();  // the wake comes just after the end
  EXPECT_EQ(second_wakes, 1);
  EXPECT_EQ(first_wakes, 0);
  EXPECT_TRUE(poll_once(task, hd::Waker()));
}

TEST_P(Spawn, a_handle_polled_by_nobody_any_more_wakes_nobody) {
  static std::atomic<int> wakes;
  wakes = 0;
  auto task = std::make_unique<hd::task::JoinHandle<int>>(runtime->spawn(behind_the_gate(1)));
  const hd::Waker waker = hd::future::waker_fn([] { ++wakes; });
  EXPECT_FALSE(poll_once(*task, waker));
  task.reset();
  gate->open();
  run([]() -> hd::Task<> {
    while (drops == 0) co_await hd::task::yield_now();
  }());
  runtime.reset();  // the task is done with for good
  EXPECT_EQ(wakes, 0);
}

TEST_P(Spawn, a_task_knows_its_own_id_and_ids_are_unique) {
  run([]() -> hd::Task<> {
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 3000; ++i) {
      auto task = hd::task::spawn([]() -> hd::Task<std::uint64_t> { co_return hd::task::id().number(); }());
      const std::uint64_t expected = task.id().number();
      EXPECT_EQ((co_await task).value(), expected);
      EXPECT_TRUE(seen.insert(expected).second);
    }
  }());
}

TEST_P(Spawn, a_runtime_counts_the_tasks_that_are_in_memory) {
  EXPECT_EQ(runtime->alive_tasks(), 0U);
  auto task = runtime->spawn(behind_the_gate(1));
  EXPECT_EQ(runtime->alive_tasks(), 1U);
  gate->open();
  EXPECT_TRUE(runtime->block_on(task).has_value());
}

TEST_P(Spawn, a_foreign_thread_spawns_through_a_handle) {
  std::vector<hd::task::JoinHandle<int>> tasks;
  std::thread([&, handle = runtime->handle()] {
    for (int i = 0; i < 100; ++i) tasks.push_back(handle.spawn(number(i)));
  }).join();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(runtime->block_on(tasks[static_cast<std::size_t>(i)]).value(), i);
}

struct ThrowsWhenMoved {
  ThrowsWhenMoved() = default;
  ThrowsWhenMoved(ThrowsWhenMoved&& other) noexcept(false) : moves_left(other.moves_left) {
    if (moves_left-- == 0) throw std::runtime_error("moved once too often");
  }
  ThrowsWhenMoved& operator=(ThrowsWhenMoved&&) = delete;
  DropCounter counter{Spawn::drops};
  int moves_left = 3;
  HEDDLE_FIELDS(counter, moves_left);
};

TEST_P(Spawn, a_value_whose_move_throws_is_an_exception_and_leaks_nothing) {
  for (int moves = 0; moves < 6; ++moves) {
    drops = 0;
    {
      auto task = runtime->spawn([](int n) -> hd::Task<ThrowsWhenMoved> {
        ThrowsWhenMoved value;
        value.moves_left = n;
        co_return value;
      }(moves));
      try {
        auto result = runtime->block_on(task);
        EXPECT_TRUE(!result.has_value() || result->moves_left >= 0);
      } catch (const std::runtime_error&) {
      }
    }
    EXPECT_GE(drops, 1);
  }
}

TEST(SpawnNowhere, spawning_outside_of_a_runtime_says_so) {
  EXPECT_THROW(static_cast<void>(hd::task::spawn(number(1))), hd::runtime::NoRuntime);
  EXPECT_THROW(static_cast<void>(hd::task::id()), hd::runtime::NoRuntime);
  EXPECT_EQ(hd::task::try_id(), std::nullopt);
}

TEST_P(Spawn, a_task_that_awaits_its_own_handle_is_told_so) {
  static std::optional<hd::task::JoinHandle<int>> own;
  static_cast<void>(own.emplace(runtime->spawn([]() -> hd::Task<int> {
    co_await gate->passed();
    co_return (co_await *own).value();
  }())));
  gate->open();
  run([]() -> hd::Task<> {
    while (!own->is_finished()) co_await hd::task::yield_now();
  }());
  auto result = runtime->block_on(*own);
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().message().ends_with("a task awaits its own end")) << result.error().message();
  own.reset();
}

}  // namespace
