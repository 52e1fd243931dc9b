// SPDX-License-Identifier: MIT
// JoinSet: what comes out of it, in which order, and what becomes of its tasks when it is aborted, dropped or left. Named
// after Tokio's task_join_set.rs.
#include "support/task_fixture.hpp"

#include <heddle/channel/oneshot.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/select.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/join_set.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/task_builder.hpp>
#include <heddle/sync/rc.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::task::JoinSet;
using namespace std::chrono_literals;

class TaskJoinSet : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, TaskJoinSet, every_kind(), name_of);

hd::runtime::Runtime paused_runtime() { return hd::runtime::Builder::current_thread().start_paused().build().value(); }

hd::Task<int> number(int n) { co_return n; }
hd::Task<int> number_behind_the_gate(int n) {
  const DropCounter local(TaskJoinSet::drops);
  ++TaskJoinSet::count;
  co_await TaskJoinSet::gate->passed();
  co_return n;
}
hd::Task<int> sleeps(int seconds) {
  co_await hd::time::sleep(std::chrono::seconds(seconds));
  co_return seconds;
}
hd::Task<> count_is(int n) {
  while (TaskJoinSet::count != n) co_await hd::task::yield_now();
}
hd::Task<> drops_are(int n) {
  while (TaskJoinSet::drops != n) co_await hd::task::yield_now();
}

TEST_P(TaskJoinSet, an_empty_set_gives_nothing_at_once) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    EXPECT_TRUE(set.is_empty());
    EXPECT_EQ(set.len(), 0U);
    auto next = co_await set.join_next();
    EXPECT_FALSE(next.has_value());
    EXPECT_FALSE(set.try_join_next().has_value());
    co_await set.shutdown();
    auto all = co_await std::move(set).join_all();
    EXPECT_TRUE(all.empty());
  }());
}

TEST_P(TaskJoinSet, each_result_comes_out_once_and_the_set_can_be_used_again) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 100; ++i) {
        set.spawn(number(i));
        EXPECT_EQ(set.len(), static_cast<std::size_t>(i + 1));
      }
      std::set<int> seen;
      while (auto result = co_await set.join_next()) seen.insert(result->value());
      EXPECT_EQ(seen.size(), 100U);
      EXPECT_TRUE(set.is_empty());
    }
  }());
}

TEST(TaskJoinSetOrder, results_come_in_the_order_in_which_tasks_end) {
  paused_runtime().block_on([]() -> hd::Task<> {
    JoinSet<int> set;
    for (int seconds : {3, 1, 2}) set.spawn(sleeps(seconds));
    std::vector<int> order;
    while (auto result = co_await set.join_next()) order.push_back(result->value());
    EXPECT_EQ(order, (std::vector{1, 2, 3}));
  }());
}

TEST_P(TaskJoinSet, a_task_may_be_spawned_for_each_that_is_joined) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    set.spawn(number(0));
    set.spawn(number(1));
    for (int i = 2; i < 16; ++i) {
      auto next = co_await set.join_next();
      EXPECT_TRUE(next->has_value());
      EXPECT_EQ(set.len(), 1U);
      set.spawn(number(i));
      EXPECT_EQ(set.len(), 2U);
    }
  }());
}

TEST_P(TaskJoinSet, dropping_the_set_aborts_its_tasks) {
  {
    JoinSet<int> set;
    for (int i = 0; i < 16; ++i) set.spawn_on(*runtime, number_behind_the_gate(i));
    run(count_is(16));
  }
  run(drops_are(16));
}

TEST_P(TaskJoinSet, moving_another_set_in_aborts_the_tasks_that_were_there) {
  JoinSet<int> set;
  set.spawn_on(*runtime, number_behind_the_gate(1));
  run(count_is(1));
  JoinSet<int> other;
  other.spawn_on(*runtime, number(2));
  set = std::move(other);
  run(drops_are(1));
  EXPECT_EQ(set.len(), 1U);
  EXPECT_TRUE(other.is_empty());  // NOLINT(bugprone-use-after-move): an empty set
  other.spawn_on(*runtime, number(3));
  EXPECT_EQ(runtime->block_on(set.join_next())->value(), 2);
  EXPECT_EQ(runtime->block_on(other.join_next())->value(), 3);
}

TEST_P(TaskJoinSet, a_set_may_be_moved_with_its_tasks_and_joined_elsewhere) {
  JoinSet<int> set;
  set.spawn_on(*runtime, number_behind_the_gate(7));
  run(count_is(1));
  EXPECT_FALSE(set.try_join_next().has_value());
  gate->open();
  auto joined = runtime->spawn([](JoinSet<int> mine) -> hd::Task<int> {
    auto next = co_await mine.join_next();
    co_return next->value();
  }(std::move(set)));
  EXPECT_EQ(runtime->block_on(joined).value(), 7);
}

TEST(TaskJoinSetAbort, a_task_that_is_aborted_by_its_handle_comes_out_as_cancelled) {
  paused_runtime().block_on([]() -> hd::Task<> {
    JoinSet<int> set;
    for (int i = 0; i < 16; ++i) {
      const hd::task::AbortHandle task = set.spawn(sleeps(i));
      if (i % 2 != 0) task.abort();
    }
    int cancelled = 0;
    int completed = 0;
    while (auto result = co_await set.join_next()) {
      if (result->has_value()) {
        EXPECT_EQ(**result % 2, 0);
        ++completed;
      } else {
        EXPECT_TRUE(result->error().is_cancelled());
        ++cancelled;
      }
    }
    EXPECT_EQ(cancelled, 8);
    EXPECT_EQ(completed, 8);
  }());
}

TEST(TaskJoinSetAbort, abort_all_leaves_every_result_in_the_set) {
  paused_runtime().block_on([]() -> hd::Task<> {
    JoinSet<int> set;
    for (int i = 0; i < 5; ++i) set.spawn(hd::pending<int>());
    for (int i = 0; i < 5; ++i) set.spawn(sleeps(1));
    co_await hd::time::sleep(2s);
    set.abort_all();
    EXPECT_EQ(set.len(), 10U);
    int cancelled = 0;
    int completed = 0;
    while (auto result = co_await set.join_next()) ++(result->has_value() ? completed : cancelled);
    EXPECT_EQ(cancelled, 5);
    EXPECT_EQ(completed, 5);
    EXPECT_TRUE(set.is_empty());
  }());
}

TEST_P(TaskJoinSet, shutdown_returns_when_every_task_has_been_destroyed) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    for (int i = 0; i < 10; ++i) set.spawn(number_behind_the_gate(i));
    co_await count_is(10);
    co_await set.shutdown();
    EXPECT_EQ(drops, 10);
    EXPECT_TRUE(set.is_empty());
  }());
}

TEST_P(TaskJoinSet, shutdown_aborts_nothing_before_it_is_awaited) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    set.spawn(number_behind_the_gate(1));
    static_cast<void>(set.shutdown());
    gate->open();
    auto next = co_await set.join_next();
    EXPECT_EQ(next->value(), 1);
  }());
}

TEST_P(TaskJoinSet, an_exception_in_a_task_that_shutdown_drops_goes_to_the_panic_hook) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    auto failing = set.spawn([]() -> hd::Task<int> {
      throw std::runtime_error("no");
      co_return 1;
    }());
    while (!failing.is_finished()) co_await hd::task::yield_now();
    co_await set.shutdown();
  }());
  EXPECT_EQ(unseen_panics, 1);
}

TEST_P(TaskJoinSet, detached_tasks_go_on) {
  JoinSet<int> set;
  for (int i = 0; i < 10; ++i) set.spawn_on(*runtime, number_behind_the_gate(i));
  set.detach_all();
  EXPECT_TRUE(set.is_empty());
  run(count_is(10));
  EXPECT_EQ(drops, 0);
  gate->open();
  run(drops_are(10));
}

TEST(TaskJoinSetRuntime, tasks_of_a_runtime_that_is_gone_come_out_as_cancelled) {
  JoinSet<int> set;
  {
    auto gone = hd::runtime::Builder::current_thread().build().value();
    set.spawn_on(gone, number(1));
    set.spawn_on(gone.handle(), number(2));
  }
  auto other = paused_runtime();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(other.block_on(set.join_next())->error().is_cancelled());
}

TEST(TaskJoinSetRuntime, spawning_outside_a_runtime_throws) {
  JoinSet<int> set;
  EXPECT_THROW(set.spawn(number(1)), hd::runtime::NoRuntime);
  EXPECT_THROW(set.spawn_blocking([] { return 1; }), hd::runtime::NoRuntime);
  EXPECT_THROW(set.spawn_local(number(1)), hd::runtime::NoLocalSet);
  EXPECT_TRUE(set.is_empty());
}

TEST_P(TaskJoinSet, join_all_gives_every_value) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    for (int i = 0; i < 5; ++i) set.spawn(number(i));
    auto all = co_await std::move(set).join_all();
    std::set<int> seen(all.begin(), all.end());
    EXPECT_EQ(seen, (std::set{0, 1, 2, 3, 4}));
    JoinSet<void> nothing;
    nothing.spawn([]() -> hd::Task<> { co_return; }());
    auto units = co_await std::move(nothing).join_all();
    EXPECT_EQ(units.size(), 1U);
  }());
}

TEST(TaskJoinSetAll, join_all_throws_the_first_exception_and_aborts_the_other_tasks) {
  paused_runtime().block_on([]() -> hd::Task<> {
    auto [tx, rx] = hd::oneshot::channel<int>();
    JoinSet<void> set;
    set.spawn([](hd::oneshot::Sender<int> done) -> hd::Task<> {
      co_await hd::time::sleep(2s);
      static_cast<void>(std::move(done).send(1));
    }(std::move(tx)));
    set.spawn([]() -> hd::Task<> {
      co_await hd::time::sleep(1s);
      throw std::runtime_error("the first");
    }());
    auto all = std::move(set).join_all();
    std::string said;
    try {
      co_await all;
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    EXPECT_EQ(said, "the first");
    auto answer = co_await rx;
    EXPECT_FALSE(answer.has_value());
  }());
}

TEST(TaskJoinSetAll, join_all_of_a_cancelled_task_throws_its_join_error) {
  paused_runtime().block_on([]() -> hd::Task<> {
    JoinSet<int> set;
    set.spawn(hd::pending<int>()).abort();
    auto all = std::move(set).join_all();
    bool cancelled = false;
    try {
      co_await all;
    } catch (const std::bad_expected_access<hd::task::JoinError>& error) {
      cancelled = error.error().is_cancelled();
    }
    EXPECT_TRUE(cancelled);
  }());
}

TEST_P(TaskJoinSet, dropping_join_all_aborts_the_tasks) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    set.spawn(number_behind_the_gate(1));
    co_await count_is(1);
    {
      auto all = std::move(set).join_all();
      const hd::Waker nobody;
      hd::Context cx(nobody);
      EXPECT_TRUE(all.poll(cx).is_pending());
    }
    co_await drops_are(1);
  }());
}

TEST_P(TaskJoinSet, an_exception_that_leaves_a_task_is_its_join_error) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    auto failing = set.spawn([]() -> hd::Task<int> {
      throw std::runtime_error("no");
      co_return 1;
    }());
    auto next = co_await set.join_next();
    EXPECT_TRUE(next->error().is_panic());
    EXPECT_EQ(next->error().id(), failing.id());
  }());
  EXPECT_EQ(unseen_panics, 0);
}

TEST(TaskJoinSetCoop, join_next_spends_the_budget_of_its_task) {
  paused_runtime().block_on([]() -> hd::Task<> {
    constexpr int kTasks = 1000;
    static int ended;
    ended = 0;
    JoinSet<void> set;
    for (int i = 0; i < kTasks; ++i) {
      set.spawn([]() -> hd::Task<> {
        ++ended;
        co_return;
      }());
    }
    while (ended != kTasks) co_await hd::task::yield_now();
    int joined = 0;
    int pauses = 0;
    const hd::Waker nobody;
    while (!set.is_empty()) {
      hd::Context cx(nobody);
      while (!set.is_empty()) {
        auto next = set.join_next();
        if (next.poll(cx).is_pending()) break;
        ++joined;
      }
      ++pauses;
    }
    EXPECT_EQ(joined, kTasks);
    EXPECT_EQ(pauses, kTasks / static_cast<int>(hd::Context::kBudget) + 1);
  }());
}

TEST_P(TaskJoinSet, try_join_next_gives_what_has_ended_and_never_waits) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    std::set<hd::task::Id> spawned;
    for (int i = 0; i < 300; ++i) spawned.insert(set.spawn(number_behind_the_gate(i)).id());
    co_await count_is(300);
    EXPECT_FALSE(set.try_join_next().has_value());
    EXPECT_FALSE(set.try_join_next_with_id().has_value());
    gate->open();
    std::set<int> seen;
    while (!set.is_empty()) {
      if (seen.size() % 2 == 0) {
        if (auto next = set.try_join_next()) {
          seen.insert(next->value());
          continue;
        }
      } else if (auto next = set.try_join_next_with_id()) {
        EXPECT_TRUE(spawned.contains(next->value().id));
        seen.insert(next->value().value);
        continue;
      }
      co_await hd::task::yield_now();
    }
    EXPECT_EQ(seen.size(), 300U);
  }());
}

TEST_P(TaskJoinSet, join_next_with_id_names_the_task) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    auto first = set.spawn(number(5));
    auto next = co_await set.join_next_with_id();
    EXPECT_EQ(next->value().id, first.id());
    EXPECT_EQ(next->value().value, 5);
    auto second = set.spawn(hd::pending<int>());
    second.abort();
    next = co_await set.join_next_with_id();
    EXPECT_EQ(next->error().id(), second.id());
    JoinSet<void> nothing;
    auto third = nothing.spawn([]() -> hd::Task<> { co_return; }());
    auto unit = co_await nothing.join_next_with_id();
    EXPECT_EQ(unit->value().id, third.id());
  }());
}

TEST_P(TaskJoinSet, a_task_that_ends_wakes_who_awaits_the_set_and_one_that_waits_does_not) {
  run([]() -> hd::Task<> {
    static std::atomic<int> wakes;
    wakes = 0;
    const hd::Waker waker = hd::future::waker_fn([] { ++wakes; });
    JoinSet<int> set;
    for (int i = 0; i < 10; ++i) set.spawn(number_behind_the_gate(i));
    co_await count_is(10);
    {
      hd::Context cx(waker);
      auto next = set.join_next();
      EXPECT_TRUE(next.poll(cx).is_pending());
    }
    gate->wake_all();
    co_await hd::task::yield_now();
    EXPECT_EQ(wakes, 0);
    set.spawn(number(10));
    while (wakes == 0) co_await hd::task::yield_now();
    EXPECT_EQ(set.try_join_next()->value(), 10);
    EXPECT_EQ(wakes, 1);
  }());
}

TEST_P(TaskJoinSet, it_takes_functions_with_arguments_blocking_calls_and_handles) {
  run([]() -> hd::Task<> {
    JoinSet<std::string> set;
    set.spawn(
        [](const std::string& word, int times) -> hd::Async<std::string> {
          co_await hd::task::yield_now();
          std::string all;
          for (int i = 0; i < times; ++i) all += word;
          co_return all;
        },
        std::string("ab"), 2);
    set.spawn([]() -> hd::Async<std::string> { co_return "no argument"; });
    set.spawn_blocking([] { return std::string("blocking"); });
    set.spawn_blocking([](std::string word) { return word + "!"; }, std::string("argument"));
    hd::task::Builder builder;
    builder.name("named");
    set.insert(builder.spawn([]() -> hd::Task<std::string> { co_return "named"; }()));
    set.spawn_on(hd::runtime::Handle::current(), []() -> hd::Task<std::string> { co_return "handle"; }());
    std::set<std::string> seen;
    while (auto result = co_await set.join_next()) seen.insert(result->value());
    EXPECT_EQ(seen, (std::set<std::string>{"abab", "no argument", "blocking", "argument!", "named", "handle"}));
  }());
}

TEST(TaskJoinSetLocal, local_tasks_may_hold_what_is_not_send) {
  paused_runtime().block_on([]() -> hd::Async<> {
    hd::task::LocalSet local;
    co_await local.run_until([]() -> hd::Async<> {
      JoinSet<hd::Rc<int>> set;
      auto shared = hd::Rc<int>::make(1);
      set.spawn_local([](const hd::Rc<int>& mine) -> hd::Async<hd::Rc<int>> { co_return mine.clone(); },
                      shared.clone());
      set.spawn_local(hd::ready(shared.clone()));
      int joined = 0;
      while (auto result = co_await set.join_next()) joined += *result->value();
      EXPECT_EQ(joined, 2);
    }());
  }());
}

TEST(TaskJoinSetLocal, dropping_the_set_aborts_local_tasks) {
  paused_runtime().block_on([]() -> hd::Async<> {
    static std::atomic<int> drops;
    drops = 0;
    hd::task::LocalSet local;
    {
      JoinSet<void> set;
      set.insert(local.spawn_local([]() -> hd::Async<> {
        const DropCounter counted(drops);
        co_await hd::pending();
      }));
      co_await local.run_until(hd::task::yield_now());
    }
    EXPECT_EQ(drops, 0);
    co_await local.run_until(hd::task::yield_now());
    EXPECT_EQ(drops, 1);
  }());
}

TEST_P(TaskJoinSet, it_is_a_stream) {
  run([]() -> hd::Task<> {
    JoinSet<int> set;
    static_assert(hd::Stream<JoinSet<int>>);
    for (int i = 1; i <= 4; ++i) set.spawn(number(i));
    int sum = 0;
    while (auto result = co_await hd::next(set)) sum += result->value();
    EXPECT_EQ(sum, 10);
  }());
}

TEST_P(TaskJoinSet, results_that_were_not_taken_are_destroyed_with_the_set) {
  static std::atomic<int> results;
  results = 0;
  {
    JoinSet<DropCounter> set;
    auto task = set.spawn_on(*runtime, []() -> hd::Task<DropCounter> { co_return DropCounter(results); }());
    run([](hd::task::AbortHandle handle) -> hd::Task<> {
      while (!handle.is_finished()) co_await hd::task::yield_now();
    }(task.clone()));
    EXPECT_EQ(results, 0);
  }
  EXPECT_EQ(results, 1);
}

TEST_P(TaskJoinSet, a_set_dropped_while_its_tasks_end_destroys_each_once) {
  for (int i = 0; i < 100; ++i) {
    drops = 0;
    count = 0;
    gate.emplace();
    std::optional<JoinSet<int>> set(std::in_place);
    for (int k = 0; k < 8; ++k) set->spawn_on(*runtime, number_behind_the_gate(k));
    run(count_is(8));
    gate->open();
    set.reset();
    run(drops_are(8));
  }
}

}  // namespace
}  // namespace heddle_test
