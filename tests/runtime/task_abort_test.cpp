// SPDX-License-Identifier: MIT
// Cancelling tasks, at every moment of their lives, on every scheduler. Named after Tokio's task_abort.rs.
#include "support/task_fixture.hpp"

#include <heddle/future/async.hpp>
#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace {

namespace hd = heddle;
using heddle_test::DropCounter;
using heddle_test::OnDrop;

class TaskAbort : public heddle_test::OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, TaskAbort, heddle_test::every_kind(), heddle_test::name_of);

hd::Task<int> waiting() {
  const DropCounter local(TaskAbort::drops);
  ++TaskAbort::count;
  co_await TaskAbort::gate->passed();
  co_return 1;
}

hd::Task<> count_is(int n) {
  while (TaskAbort::count != n) co_await hd::task::yield_now();
}

TEST_P(TaskAbort, a_suspended_task_is_destroyed_where_it_stands) {
  auto task = runtime->spawn(waiting());
  run(count_is(1));
  task.abort();
  auto result = runtime->block_on(task);
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_cancelled());
  EXPECT_EQ(result.error().id(), task.id());
  EXPECT_EQ(result.error().message(), "task " + std::to_string(task.id().number()) + " was cancelled");
  EXPECT_EQ(drops, 1);
}

TEST(TaskAbortUnpolled, a_task_aborted_before_its_first_poll_never_runs) {
  static std::atomic<bool> ran;
  ran = false;
  auto runtime = heddle_test::runtime_of(heddle_test::RuntimeKind::kCurrentThread);
  runtime.block_on([]() -> hd::Task<> {
    auto task = hd::task::spawn([]() -> hd::Task<> {
      ran = true;
      co_return;
    }());
    task.abort();
    EXPECT_TRUE((co_await task).error().is_cancelled());
  }());
  EXPECT_FALSE(ran);
}

TEST_P(TaskAbort, aborting_a_task_that_has_ended_changes_nothing) {
  auto task = runtime->spawn(waiting());
  gate->open();
  run([](hd::task::AbortHandle handle) -> hd::Task<> {
    while (!handle.is_finished()) co_await hd::task::yield_now();
    handle.abort();
  }(task.abort_handle()));
  task.abort();
  EXPECT_EQ(runtime->block_on(task).value(), 1);
}

TEST_P(TaskAbort, a_task_that_aborts_itself_is_destroyed_at_its_next_suspension) {
  static std::optional<hd::task::AbortHandle> own;
  auto task = runtime->spawn([]() -> hd::Task<> {
    const DropCounter local(drops);
    co_await gate->passed();
    own->abort();
    ++count;
    co_await hd::pending();
    ++count;
  }());
  own.emplace(task.abort_handle());
  gate->open();
  EXPECT_TRUE(runtime->block_on(task).error().is_cancelled());
  EXPECT_EQ(count, 1);
  EXPECT_EQ(drops, 1);
  own.reset();
}

TEST_P(TaskAbort, a_task_that_ends_in_the_poll_in_which_it_is_aborted_gives_its_value) {
  static std::optional<hd::task::AbortHandle> own;
  auto task = runtime->spawn([]() -> hd::Task<int> {
    co_await gate->passed();
    own->abort();
    co_return 5;
  }());
  own.emplace(task.abort_handle());
  gate->open();
  EXPECT_EQ(runtime->block_on(task).value(), 5);
  own.reset();
}

TEST_P(TaskAbort, a_task_that_yields_for_ever_is_aborted_while_it_stands_in_a_queue) {
  auto task = runtime->spawn([]() -> hd::Task<> {
    const DropCounter local(drops);
    ++count;
    for (;;) co_await hd::task::yield_now();
  }());
  run(count_is(1));
  task.abort();
  EXPECT_TRUE(runtime->block_on(task).error().is_cancelled());
  EXPECT_EQ(drops, 1);
}

TEST_P(TaskAbort, an_abort_handle_and_its_clone_outlive_the_join_handle) {
  auto task = std::make_unique<hd::task::JoinHandle<int>>(runtime->spawn(waiting()));
  hd::task::AbortHandle handle = task->abort_handle();
  const hd::task::AbortHandle other = handle.clone();
  EXPECT_EQ(handle.id(), task->id());
  task.reset();
  run(count_is(1));
  EXPECT_FALSE(other.is_finished());
  hd::task::AbortHandle moved = std::move(handle);
  moved.abort();
  moved.abort();
  run([](hd::task::AbortHandle gone) -> hd::Task<> {
    while (!gone.is_finished()) co_await hd::task::yield_now();
  }(other.clone()));
  EXPECT_EQ(drops, 1);
}

TEST_P(TaskAbort, a_foreign_thread_may_abort) {
  auto task = runtime->spawn(waiting());
  run(count_is(1));
  std::thread([&] { task.abort(); }).join();
  EXPECT_TRUE(runtime->block_on(task).error().is_cancelled());
  EXPECT_EQ(drops, 1);
}

TEST_P(TaskAbort, what_an_aborted_task_destroys_runs_as_that_task) {
  static std::optional<hd::task::Id> seen;
  seen.reset();
  auto task = runtime->spawn([]() -> hd::Task<> {
    const OnDrop look([] { seen = hd::task::try_id(); });
    ++count;
    co_await gate->passed();
  }());
  run(count_is(1));
  task.abort();
  EXPECT_TRUE(runtime->block_on(task).error().is_cancelled());
  EXPECT_EQ(seen, task.id());
}

TEST_P(TaskAbort, a_wake_and_an_abort_at_once_destroy_the_task_or_let_it_end_once) {
  for (int i = 0; i < 200; ++i) {
    drops = 0;
    count = 0;
    gate.emplace();
    auto task = runtime->spawn(waiting());
    run(count_is(1));
    std::thread opener([] { gate->open(); });
    task.abort();
    const auto result = runtime->block_on(task);
    opener.join();
    EXPECT_TRUE(result.has_value() ? *result == 1 : result.error().is_cancelled());
    EXPECT_EQ(drops, 1);
  }
}

// Each of two tasks has the handle of the other to await.
std::array<std::optional<hd::task::JoinHandle<bool>>, 2> pair;

hd::Task<bool> awaits(std::size_t other) {
  const DropCounter local(TaskAbort::drops);
  ++TaskAbort::count;
  auto result = co_await *pair[other];
  co_return result.has_value();
}
hd::Task<bool> awaits_once_open(std::size_t other) {
  co_await TaskAbort::gate->passed();
  co_return co_await awaits(other);
}

// Until then a handle is that of the task which awaits it.
hd::Task<> both_are_gone() {
  while (TaskAbort::drops != 2) co_await hd::task::yield_now();
}

/// To abort the first with.
hd::task::AbortHandle spawn_pair() {
  for (std::size_t i : {0U, 1U}) pair[i].emplace(TaskAbort::runtime->spawn(awaits_once_open(1 - i)));
  auto first = pair[0]->abort_handle();
  TaskAbort::gate->open();
  return first;
}

TEST_P(TaskAbort, of_two_tasks_that_await_each_other_one_ends_when_the_other_is_aborted) {
  const hd::task::AbortHandle first = spawn_pair();
  run(count_is(2));
  first.abort();
  run(both_are_gone());
  EXPECT_FALSE(runtime->block_on(*pair[1]).value());
  pair = {};
}

TEST_P(TaskAbort, two_tasks_that_await_each_other_are_destroyed_with_their_runtime) {
  static_cast<void>(spawn_pair());
  run(count_is(2));
  runtime.reset();
  EXPECT_EQ(drops, 2);
  pair = {};
}

// One worker: it has the second task at hand when the first awaits it, and runs it within that poll.
TEST(TaskAbortPair, a_task_that_is_run_ahead_may_await_the_one_that_awaits_it) {
  TaskAbort::drops = TaskAbort::count = 0;
  auto runtime = hd::runtime::Builder::multi_thread().worker_threads(1).build().value();
  auto parent = runtime.spawn([]() -> hd::Task<> {
    for (std::size_t i : {0U, 1U}) pair[i].emplace(hd::task::spawn(awaits(1 - i)));
    const hd::task::AbortHandle first = pair[0]->abort_handle();
    co_await count_is(2);
    first.abort();
    co_await both_are_gone();
  }());
  runtime.block_on(parent).value();
  EXPECT_FALSE(runtime.block_on(*pair[1]).value());
  pair = {};
}

// A task that suspends `kSuspensions` times, at depths that vary.
constexpr int kSuspensions = 6;
hd::Async<> suspend_at_depth(int depth) {
  const DropCounter local(TaskAbort::drops);
  ++TaskAbort::count;
  if (depth == 0) {
    co_await hd::task::yield_now();
  } else {
    co_await suspend_at_depth(depth - 1);
  }
}

TEST_P(TaskAbort, a_task_is_destroyed_at_each_of_its_suspensions_without_a_leak) {
  // The k-th suspension is the last: there the task waits for a gate that stays shut.
  for (int k = 0; k <= kSuspensions; ++k) {
    count = drops = 0;
    flag = false;
    auto task = runtime->spawn([](int last) -> hd::Task<> {
      for (int i = 0; i < last; ++i) co_await suspend_at_depth(i % 4);
      const DropCounter local(drops);
      ++count;
      flag = true;
      co_await gate->passed();
    }(k));
    run([]() -> hd::Task<> {
      while (!flag) co_await hd::task::yield_now();
    }());
    task.abort();
    EXPECT_TRUE(runtime->block_on(task).error().is_cancelled());
    EXPECT_EQ(drops, count) << "suspension " << k;
  }
}

TEST_P(TaskAbort, a_task_destroyed_at_a_suspension_may_spawn_and_wake_while_it_is_destroyed) {
  for (int k = 0; k <= kSuspensions; ++k) {
    count = 0;
    flag = false;
    gate.emplace();
    auto waiter = runtime->spawn([]() -> hd::Task<> { co_await gate->passed(); }());
    auto task = runtime->spawn([](int last) -> hd::Task<> {
      const OnDrop spawn_and_wake([] {
        static_cast<void>(hd::task::spawn([]() -> hd::Task<> {
          ++count;
          co_return;
        }()));
        gate->open();
      });
      for (int i = 0; i < last; ++i) co_await hd::task::yield_now();
      flag = true;
      co_await hd::pending();
    }(k));
    run([]() -> hd::Task<> {
      while (!flag) co_await hd::task::yield_now();
    }());
    task.abort();
    EXPECT_TRUE(runtime->block_on(task).error().is_cancelled());
    EXPECT_TRUE(runtime->block_on(waiter).has_value());
    run(count_is(1));
  }
}

}  // namespace
