// SPDX-License-Identifier: MIT
// What awaits tasks and turns, dropped at each of its suspensions: the tasks go on, and their results are kept.
#include "support/drop_at_every_await.hpp"

#include <heddle/future/select.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/join_map.hpp>
#include <heddle/runtime/join_set.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/runtime/task_tracker.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace {

namespace hd = heddle;
using heddle_test::drop_at_every_await;

hd::Task<int> number_after(int turns, int number) {
  for (int i = 0; i < turns; ++i) co_await hd::task::yield_now();
  co_return number;
}

struct AwaitsATask {
  hd::task::JoinHandle<int> task = hd::task::spawn(number_after(3, 7));
  std::optional<int> got;

  hd::Async<> run() {
    auto result = co_await task;
    got = result.value();
  }
  hd::Async<> kept() {
    if (!got) co_await run();
    EXPECT_EQ(got, 7);
  }
};

TEST(DropAtEveryAwait, a_join_handle_keeps_the_result) { drop_at_every_await<AwaitsATask>(); }

struct Yields {
  int turns = 0;

  hd::Async<> run() {
    for (; turns < 5; ++turns) co_await hd::task::yield_now();
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(turns, 5);
  }
};

TEST(DropAtEveryAwait, yield_now_owes_nothing) { drop_at_every_await<Yields>(); }

struct JoinsASet {
  hd::task::JoinSet<int> set;
  int sum = 0;

  JoinsASet() {
    for (int i = 0; i < 6; ++i) set.spawn(number_after(i, 1 << i));
  }
  hd::Async<> run() {
    while (auto next = co_await set.join_next()) sum += next->value();
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(sum, 63);
  }
};

TEST(DropAtEveryAwait, a_join_set_keeps_each_result) { drop_at_every_await<JoinsASet>(); }

struct JoinsASetWithIds {
  hd::task::JoinSet<int> set;
  int sum = 0;

  JoinsASetWithIds() {
    for (int i = 0; i < 6; ++i) set.spawn(number_after(i, 1 << i));
  }
  hd::Async<> run() {
    while (auto next = co_await set.join_next_with_id()) sum += next->value().value;
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(sum, 63);
  }
};

TEST(DropAtEveryAwait, a_join_set_asked_for_ids_keeps_each_result) { drop_at_every_await<JoinsASetWithIds>(); }

struct JoinsAMap {
  hd::task::JoinMap<int, int> map;
  int sum = 0;

  JoinsAMap() {
    for (int i = 0; i < 6; ++i) map.spawn(i, number_after(i, 100));
    for (int i = 0; i < 6; ++i) map.spawn(i, number_after(5 - i, 1 << i));
  }
  hd::Async<> run() {
    while (auto next = co_await map.join_next()) {
      EXPECT_EQ(next->result.value(), 1 << next->key);
      sum += *next->result;
    }
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(sum, 63);
    EXPECT_TRUE(map.is_empty());
  }
};

TEST(DropAtEveryAwait, a_join_map_keeps_each_result_but_those_replaced) { drop_at_every_await<JoinsAMap>(); }

struct ShutsDown {
  hd::task::JoinSet<int> tasks;
  bool began = false;

  ShutsDown() {
    for (int i = 0; i < 3; ++i) tasks.insert(spawn_endless());
  }
  hd::Async<> run() {
    began = true;
    co_await tasks.shutdown();
    EXPECT_TRUE(tasks.is_empty());
  }
  hd::Async<> kept() {
    if (!began) co_return;
    // They stay aborted, and what of them has not been dropped is in the set.
    while (auto next = co_await tasks.join_next()) EXPECT_TRUE(next->error().is_cancelled());
  }
  static hd::task::JoinHandle<int> spawn_endless() {
    return hd::task::spawn([]() -> hd::Task<int> {
      for (;;) co_await hd::task::yield_now();
    }());
  }
};

TEST(DropAtEveryAwait, shutdown_leaves_aborted_tasks_in_the_set) {
  drop_at_every_await<ShutsDown>();
}

struct WaitsForATracker {
  hd::task::TaskTracker tracker;
  int ended = 0;

  WaitsForATracker() {
    for (int i = 0; i < 4; ++i) tracker.spawn(number_after(i, i));
    tracker.close();
  }
  hd::Async<> run() {
    co_await tracker.wait();
    ++ended;
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_GE(ended, 1);
    EXPECT_TRUE(tracker.is_empty());
  }
};

TEST(DropAtEveryAwait, a_wait_for_a_tracker_owes_nothing) { drop_at_every_await<WaitsForATracker>(); }

}  // namespace
