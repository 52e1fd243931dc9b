// SPDX-License-Identifier: MIT
// JoinMap: keys, what comes out under them, and what becomes of a task whose key is taken. Named after tokio-util's
// task_join_map.rs.
#include "support/task_fixture.hpp"

#include <heddle/future/async.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/join_map.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/task_builder.hpp>
#include <heddle/sync/rc.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::task::JoinMap;
using namespace std::chrono_literals;

class TaskJoinMap : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, TaskJoinMap, every_kind(), name_of);

hd::runtime::Runtime paused_runtime() { return hd::runtime::Builder::current_thread().start_paused().build().value(); }

hd::Task<int> number(int n) { co_return n; }
hd::Task<int> number_behind_the_gate(int n) {
  const DropCounter local(TaskJoinMap::drops);
  ++TaskJoinMap::count;
  co_await TaskJoinMap::gate->passed();
  co_return n;
}
hd::Task<int> sleeps(int seconds) {
  co_await hd::time::sleep(std::chrono::seconds(seconds));
  co_return seconds;
}
hd::Task<> count_is(int n) {
  while (TaskJoinMap::count != n) co_await hd::task::yield_now();
}
hd::Task<> drops_are(int n) {
  while (TaskJoinMap::drops != n) co_await hd::task::yield_now();
}

TEST_P(TaskJoinMap, an_empty_map_gives_nothing_at_once) {
  run([]() -> hd::Task<> {
    JoinMap<int, int> map;
    EXPECT_TRUE(map.is_empty());
    auto next = co_await map.join_next();
    EXPECT_FALSE(next.has_value());
    EXPECT_FALSE(map.try_join_next().has_value());
    EXPECT_FALSE(map.abort(1));
    co_await map.shutdown();
  }());
}

TEST_P(TaskJoinMap, each_result_comes_out_once_with_its_key) {
  run([]() -> hd::Task<> {
    JoinMap<std::string, int> map;
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 100; ++i) {
        map.spawn(std::to_string(i), number(i));
        EXPECT_EQ(map.len(), static_cast<std::size_t>(i + 1));
      }
      std::set<int> seen;
      while (auto next = co_await map.join_next()) {
        EXPECT_EQ(next->key, std::to_string(next->result.value()));
        EXPECT_FALSE(map.contains_key(next->key));
        seen.insert(*next->result);
      }
      EXPECT_EQ(seen.size(), 100U);
      EXPECT_TRUE(map.is_empty());
    }
  }());
}

TEST_P(TaskJoinMap, detached_tasks_go_on_and_their_keys_are_free) {
  JoinMap<int, int> map;
  for (int i = 0; i < 10; ++i) map.spawn_on(*runtime, i, number_behind_the_gate(i));
  map.detach_all();
  EXPECT_TRUE(map.is_empty());
  EXPECT_FALSE(map.contains_key(1));
  EXPECT_FALSE(runtime->block_on(map.join_next()).has_value());
  run(count_is(10));
  EXPECT_EQ(drops, 0);
  gate->open();
  run(drops_are(10));
}

TEST_P(TaskJoinMap, dropping_the_map_aborts_its_tasks) {
  {
    JoinMap<int, int> map;
    for (int i = 0; i < 16; ++i) map.spawn_on(*runtime, i, number_behind_the_gate(i));
    run(count_is(16));
  }
  run(drops_are(16));
}

TEST_P(TaskJoinMap, a_map_may_be_moved_with_its_tasks) {
  JoinMap<std::string, int> map;
  map.spawn_on(*runtime, "one", number(1));
  JoinMap<std::string, int> other = std::move(map);
  EXPECT_TRUE(map.is_empty());  // NOLINT(bugprone-use-after-move): an empty map
  EXPECT_TRUE(other.contains_key("one"));
  map.spawn_on(*runtime, "two", number_behind_the_gate(2));
  run(count_is(1));
  map = std::move(other);
  run(drops_are(1));
  EXPECT_EQ(map.len(), 1U);
  auto next = runtime->block_on(map.join_next());
  EXPECT_EQ(next->key, "one");
}

TEST_P(TaskJoinMap, keys_are_those_of_the_tasks_in_the_map) {
  run([]() -> hd::Task<> {
    JoinMap<int, int> map;
    const auto keys = [&map] {
      std::set<int> all;
      for (const int key : map.keys()) all.insert(key);
      return all;
    };
    map.spawn(1, number(1));
    map.spawn(2, hd::pending<int>());
    EXPECT_EQ(keys(), (std::set{1, 2}));
    auto next = co_await map.join_next();
    EXPECT_EQ(next->key, 1);
    EXPECT_EQ(keys(), (std::set{2}));
  }());
}

template <class Abort>
void expect_odd_ones_aborted(Abort abort) {
  paused_runtime().block_on([](Abort abort_some) -> hd::Async<> {
    JoinMap<int, int> map;
    for (int i = 0; i < 16; ++i) map.spawn(i, sleeps(i));
    abort_some(map);
    EXPECT_EQ(map.len(), 16U);
    int cancelled = 0;
    while (auto next = co_await map.join_next()) {
      EXPECT_EQ(next->result.has_value(), next->key % 2 == 0);
      if (!next->result.has_value()) cancelled += next->result.error().is_cancelled() ? 1 : 0;
    }
    EXPECT_EQ(cancelled, 8);
  }(abort));
}

TEST(TaskJoinMapAbort, abort_ends_the_task_under_a_key) {
  expect_odd_ones_aborted([](JoinMap<int, int>& map) {
    for (int i = 1; i < 16; i += 2) EXPECT_TRUE(map.abort(i));
    EXPECT_FALSE(map.abort(16));
  });
}

TEST(TaskJoinMapAbort, abort_matching_ends_the_tasks_under_keys_that_match) {
  expect_odd_ones_aborted([](JoinMap<int, int>& map) { map.abort_matching([](int key) { return key % 2 != 0; }); });
}

TEST(TaskJoinMapAbort, abort_all_leaves_every_result_in_the_map) {
  paused_runtime().block_on([]() -> hd::Task<> {
    JoinMap<int, int> map;
    for (int i = 0; i < 5; ++i) map.spawn(i, hd::pending<int>());
    for (int i = 5; i < 10; ++i) map.spawn(i, sleeps(1));
    co_await hd::time::sleep(2s);
    map.abort_all();
    EXPECT_EQ(map.len(), 10U);
    std::set<int> seen;
    while (auto next = co_await map.join_next()) {
      EXPECT_EQ(next->result.has_value(), next->key >= 5);
      seen.insert(next->key);
    }
    EXPECT_EQ(seen.size(), 10U);
  }());
}

TEST_P(TaskJoinMap, shutdown_returns_when_every_task_has_been_destroyed) {
  run([]() -> hd::Task<> {
    JoinMap<int, int> map;
    for (int i = 0; i < 10; ++i) map.spawn(i % 7, number_behind_the_gate(i));
    while (count + drops < 7) co_await hd::task::yield_now();
    co_await map.shutdown();
    EXPECT_EQ(drops, count);
    EXPECT_TRUE(map.is_empty());
  }());
}

TEST(TaskJoinMapRuntime, tasks_of_a_runtime_that_is_gone_come_out_as_cancelled) {
  JoinMap<std::string, int> map;
  {
    auto gone = hd::runtime::Builder::current_thread().build().value();
    map.spawn_on(gone.handle(), "key", number(1));
  }
  auto next = paused_runtime().block_on(map.join_next());
  EXPECT_EQ(next->key, "key");
  EXPECT_TRUE(next->result.error().is_cancelled());
}

TEST(TaskJoinMapRuntime, spawning_outside_a_runtime_throws_and_leaves_the_map_as_it_was) {
  JoinMap<int, int> map;
  EXPECT_THROW(map.spawn(1, number(1)), hd::runtime::NoRuntime);
  EXPECT_THROW(map.spawn_blocking(1, [] { return 1; }), hd::runtime::NoRuntime);
  EXPECT_THROW(map.spawn_local(1, number(1)), hd::runtime::NoLocalSet);
  EXPECT_TRUE(map.is_empty());
}

TEST_P(TaskJoinMap, an_exception_that_leaves_a_task_comes_out_under_its_key) {
  run([]() -> hd::Task<> {
    JoinMap<int, int> map;
    map.spawn(3, []() -> hd::Task<int> {
      throw std::runtime_error("no");
      co_return 1;
    }());
    auto next = co_await map.join_next();
    EXPECT_EQ(next->key, 3);
    EXPECT_TRUE(next->result.error().is_panic());
  }());
}

TEST(TaskJoinMapCoop, join_next_spends_the_budget_of_its_task) {
  paused_runtime().block_on([]() -> hd::Task<> {
    constexpr int kTasks = 300;
    static int ended;
    ended = 0;
    JoinMap<int, int> map;
    for (int i = 0; i < kTasks; ++i) map.spawn(i, []() -> hd::Task<int> { co_return ++ended; }());
    while (ended != kTasks) co_await hd::task::yield_now();
    const hd::Waker nobody;
    hd::Context cx(nobody);
    std::uint32_t joined = 0;
    for (;; ++joined) {
      auto next = map.join_next();
      if (next.poll(cx).is_pending()) break;
    }
    EXPECT_EQ(joined, hd::Context::kBudget);
  }());
}

TEST_P(TaskJoinMap, try_join_next_gives_what_has_ended_and_never_waits) {
  run([]() -> hd::Task<> {
    JoinMap<std::string, int> map;
    map.spawn("pending", number_behind_the_gate(1));
    co_await count_is(1);
    EXPECT_FALSE(map.try_join_next().has_value());
    EXPECT_EQ(map.len(), 1U);
    map.spawn("ready", number(42));
    auto next = map.try_join_next();
    while (!next) {
      co_await hd::task::yield_now();
      next = map.try_join_next();
    }
    EXPECT_EQ(next->key, "ready");
    EXPECT_EQ(next->result.value(), 42);
    EXPECT_TRUE(map.abort("pending"));
    next = map.try_join_next();
    while (!next) {
      co_await hd::task::yield_now();
      next = map.try_join_next();
    }
    EXPECT_TRUE(next->result.error().is_cancelled());
    EXPECT_TRUE(map.is_empty());
  }());
}

TEST_P(TaskJoinMap, a_task_under_a_key_that_is_taken_aborts_and_replaces_the_older_one) {
  run([]() -> hd::Task<> {
    JoinMap<int, int> map;
    map.spawn(1, number_behind_the_gate(1));
    co_await count_is(1);
    map.spawn(1, number(2));
    EXPECT_EQ(map.len(), 1U);
    auto next = co_await map.join_next();
    EXPECT_EQ(next->key, 1);
    EXPECT_EQ(next->result.value(), 2);
    next = co_await map.join_next();
    EXPECT_FALSE(next.has_value());
    EXPECT_EQ(drops, 1);
  }());
}

TEST_P(TaskJoinMap, a_replaced_task_that_had_ended_gives_no_result) {
  run([]() -> hd::Task<> {
    JoinMap<int, int> map;
    auto older = map.spawn(1, number(1));
    while (!older.is_finished()) co_await hd::task::yield_now();
    map.spawn(1, number(2));
    std::vector<int> results;
    while (auto next = co_await map.join_next()) results.push_back(next->result.value());
    EXPECT_EQ(results, (std::vector{2}));
    EXPECT_FALSE(map.try_join_next().has_value());
  }());
}

TEST_P(TaskJoinMap, nothing_comes_out_before_the_replaced_tasks_have_ended_too) {
  run([]() -> hd::Task<> {
    JoinMap<int, int> map;
    auto older = map.spawn_blocking(1, [] {
      flag = true;
      while (count == 0) std::this_thread::yield();
      return 1;
    });
    while (!flag) co_await hd::task::yield_now();
    map.spawn(1, number(2));
    auto next = co_await map.join_next();
    EXPECT_EQ(next->result.value(), 2);
    EXPECT_TRUE(map.is_empty());
    EXPECT_FALSE(older.is_finished());
    count = 1;
    next = co_await map.join_next();
    EXPECT_FALSE(next.has_value());
    EXPECT_TRUE(older.is_finished());
  }());
}

TEST_P(TaskJoinMap, an_exception_of_a_replaced_task_goes_to_the_panic_hook) {
  run([]() -> hd::Task<> {
    JoinMap<int, int> map;
    auto older = map.spawn(1, []() -> hd::Task<int> {
      throw std::runtime_error("no");
      co_return 1;
    }());
    while (!older.is_finished()) co_await hd::task::yield_now();
    map.spawn(1, number(2));
    while (auto next = co_await map.join_next()) EXPECT_EQ(next->result.value(), 2);
  }());
  EXPECT_EQ(unseen_panics, 1);
}

TEST_P(TaskJoinMap, dropping_the_map_aborts_replaced_tasks_too) {
  {
    JoinMap<int, int> map;
    map.spawn_on(*runtime, 1, number_behind_the_gate(1));
    run(count_is(1));
    map.spawn_on(*runtime, 1, number_behind_the_gate(2));
  }
  run([]() -> hd::Task<> {
    while (drops != count) co_await hd::task::yield_now();
  }());
}

TEST_P(TaskJoinMap, keys_stay_with_their_tasks_while_the_table_grows) {
  run([]() -> hd::Task<> {
    JoinMap<std::string, int> map;
    for (int i = 0; i < 1000; ++i)
      map.spawn("a key that is too long for the small buffer: " + std::to_string(i), number(i));
    int joined = 0;
    while (auto next = co_await map.join_next()) {
      EXPECT_TRUE(next->key.ends_with(": " + std::to_string(next->result.value())));
      ++joined;
    }
    EXPECT_EQ(joined, 1000);
  }());
}

TEST(TaskJoinMapLocal, it_takes_local_tasks_functions_with_arguments_and_handles) {
  paused_runtime().block_on([]() -> hd::Async<> {
    hd::task::LocalSet local;
    co_await local.run_until([]() -> hd::Async<> {
      JoinMap<int, hd::Rc<int>> map;
      auto shared = hd::Rc<int>::make(1);
      map.spawn_local(1, hd::ready(shared.clone()));
      map.spawn_local(
          2, [](const hd::Rc<int>& mine) -> hd::Async<hd::Rc<int>> { co_return mine.clone(); }, shared.clone());
      map.insert(3, hd::task::spawn_local(hd::ready(shared.clone())));
      int keys = 0;
      while (auto next = co_await map.join_next()) keys += next->key * *next->result.value();
      EXPECT_EQ(keys, 6);
      JoinMap<int, int> numbers;
      numbers.spawn(
          1, [](const int& a, int b) -> hd::Async<int> { co_return a + b; }, 2, 3);
      numbers.spawn_blocking(
          2, [](int a) { return a; }, 7);
      int sum = 0;
      while (auto next = co_await numbers.join_next()) sum += next->key * next->result.value();
      EXPECT_EQ(sum, 19);
    }());
  }());
}

}  // namespace
}  // namespace heddle_test
