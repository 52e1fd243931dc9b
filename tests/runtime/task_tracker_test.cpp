// SPDX-License-Identifier: MIT
// TaskTracker: what counts, and when a wait for the end ends. Named after tokio-util's task_tracker.rs.
#include "support/mock_task.hpp"
#include "support/task_fixture.hpp"

#include <heddle/future/async.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/task_builder.hpp>
#include <heddle/runtime/task_tracker.hpp>
#include <heddle/sync/rc.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::task::TaskTracker;
using hd::task::TaskTrackerToken;
using hd::test::MockTask;

class TaskTrackerOn : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, TaskTrackerOn, every_kind(), name_of);

TEST(TaskTracker, it_is_closed_and_reopened_as_often_as_one_likes) {
  const TaskTracker tracker;
  EXPECT_FALSE(tracker.is_closed());
  EXPECT_TRUE(tracker.close());
  EXPECT_FALSE(tracker.close());
  EXPECT_TRUE(tracker.is_closed());
  EXPECT_TRUE(tracker.reopen());
  EXPECT_FALSE(tracker.reopen());
  EXPECT_FALSE(tracker.is_closed());
  EXPECT_TRUE(tracker.close());
  EXPECT_TRUE(tracker.is_empty());
  EXPECT_EQ(tracker.len(), 0U);
}

TEST(TaskTracker, each_token_counts_while_it_lives) {
  const TaskTracker tracker;
  std::vector<TaskTrackerToken> tokens;
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(tracker.len(), i);
    tokens.push_back(i % 2 == 0 ? tracker.token() : tokens.back().clone());
  }
  EXPECT_TRUE(tokens.back().task_tracker() == tracker);
  EXPECT_FALSE(tracker.is_empty());
  while (!tokens.empty()) {
    tokens.pop_back();
    EXPECT_EQ(tracker.len(), tokens.size());
  }
}

TEST(TaskTracker, a_clone_is_the_same_tracker_and_a_new_one_is_another) {
  const TaskTracker tracker;
  const TaskTracker same = tracker.clone();
  EXPECT_TRUE(same == tracker);
  EXPECT_FALSE(TaskTracker() == tracker);
  const auto token = same.token();
  EXPECT_EQ(tracker.len(), 1U);
}

TEST(TaskTracker, waiting_for_one_that_is_closed_and_empty_ends_at_once) {
  const TaskTracker tracker;
  tracker.close();
  auto wait = tracker.wait();
  EXPECT_TRUE(MockTask().poll(wait).is_ready());
}

TEST(TaskTracker, a_wait_that_began_when_it_was_done_ends_though_it_is_reopened) {
  const TaskTracker tracker;
  tracker.close();
  auto wait = tracker.wait();
  tracker.reopen();
  EXPECT_TRUE(MockTask().poll(wait).is_ready());
}

TEST(TaskTracker, closing_an_empty_one_ends_the_wait) {
  const TaskTracker tracker;
  MockTask task;
  auto wait = tracker.wait();
  EXPECT_TRUE(task.poll(wait).is_pending());
  tracker.close();
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_TRUE(task.poll(wait).is_ready());
  EXPECT_TRUE(task.poll(wait).is_ready());
}

TEST(TaskTracker, the_wait_ends_though_it_is_reopened_before_the_waiter_looks) {
  const TaskTracker tracker;
  MockTask task;
  auto wait = tracker.wait();
  EXPECT_TRUE(task.poll(wait).is_pending());
  tracker.close();
  tracker.reopen();
  EXPECT_TRUE(task.poll(wait).is_ready());
}

TEST(TaskTracker, a_wait_that_was_not_polled_yet_ends_though_it_is_reopened) {
  const TaskTracker tracker;
  auto wait = tracker.wait();
  tracker.close();
  tracker.reopen();
  EXPECT_TRUE(MockTask().poll(wait).is_ready());
}

TEST(TaskTracker, the_end_of_the_last_task_ends_the_wait) {
  const TaskTracker tracker;
  tracker.close();
  MockTask task;
  std::optional<TaskTrackerToken> token(tracker.token());
  auto wait = tracker.wait();
  EXPECT_TRUE(task.poll(wait).is_pending());
  token.reset();
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_TRUE(task.poll(wait).is_ready());
}

TEST(TaskTracker, the_wait_ends_though_another_task_begins_before_the_waiter_looks) {
  const TaskTracker tracker;
  tracker.close();
  MockTask task;
  std::optional<TaskTrackerToken> token(tracker.token());
  auto wait = tracker.wait();
  EXPECT_TRUE(task.poll(wait).is_pending());
  token.reset();
  token.emplace(tracker.token());
  EXPECT_TRUE(task.poll(wait).is_ready());
}

TEST(TaskTracker, while_it_is_open_the_wait_does_not_end_and_nobody_is_woken) {
  const TaskTracker tracker;
  MockTask task;
  std::optional<TaskTrackerToken> token(tracker.token());
  auto wait = tracker.wait();
  EXPECT_TRUE(task.poll(wait).is_pending());
  token.reset();
  EXPECT_FALSE(task.is_woken());
  EXPECT_TRUE(task.poll(wait).is_pending());
}

TEST(TaskTracker, it_may_be_closed_at_any_time_while_its_tasks_end) {
  constexpr std::size_t kTasks = 5;
  for (std::size_t closed_at = 0; closed_at <= kTasks; ++closed_at) {
    const TaskTracker tracker;
    MockTask task;
    std::vector<TaskTrackerToken> tokens;
    for (std::size_t i = 0; i < kTasks; ++i) tokens.push_back(tracker.token());
    auto wait = tracker.wait();
    for (std::size_t i = 0; i < kTasks; ++i) {
      EXPECT_TRUE(task.poll(wait).is_pending());
      if (i == closed_at) tracker.close();
      EXPECT_TRUE(task.poll(wait).is_pending());
      tokens.pop_back();
    }
    if (closed_at == kTasks) {
      EXPECT_TRUE(task.poll(wait).is_pending());
      tracker.close();
    }
    EXPECT_TRUE(task.poll(wait).is_ready());
  }
}

TEST(TaskTracker, all_who_wait_are_woken) {
  const TaskTracker tracker;
  MockTask tasks[3];
  auto a = tracker.wait();
  auto b = tracker.wait();
  auto c = tracker.clone().wait();
  EXPECT_TRUE(tasks[0].poll(a).is_pending());
  EXPECT_TRUE(tasks[1].poll(b).is_pending());
  EXPECT_TRUE(tasks[2].poll(c).is_pending());
  tracker.close();
  for (MockTask& task : tasks) EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_TRUE(tasks[0].poll(a).is_ready());
  EXPECT_TRUE(tasks[1].poll(b).is_ready());
  EXPECT_TRUE(tasks[2].poll(c).is_ready());
}

TEST(TaskTracker, a_tracked_future_counts_until_it_is_destroyed_and_is_gone_when_the_wait_ends) {
  const TaskTracker tracker;
  static std::atomic<int> drops;
  drops = 0;
  {
    auto tracked = tracker.track_future([](DropCounter) -> hd::Task<int> { co_return 3; }(DropCounter(drops)));
    tracker.close();
    auto wait = tracker.wait();
    MockTask task;
    EXPECT_EQ(task.poll(tracked).take(), 3);
    EXPECT_EQ(tracker.len(), 1U);
    EXPECT_TRUE(task.poll(wait).is_pending());
  }
  EXPECT_EQ(drops, 1);
  EXPECT_TRUE(tracker.is_empty());
}

TEST(TaskTracker, spawning_outside_a_runtime_throws_and_counts_nothing) {
  const TaskTracker tracker;
  EXPECT_THROW(static_cast<void>(tracker.spawn(hd::ready())), hd::runtime::NoRuntime);
  EXPECT_THROW(static_cast<void>(tracker.spawn_blocking([] {})), hd::runtime::NoRuntime);
  EXPECT_THROW(static_cast<void>(tracker.spawn_local(hd::ready())), hd::runtime::NoLocalSet);
  EXPECT_TRUE(tracker.is_empty());
}

hd::Task<int> number_behind_the_gate(int n) {
  const DropCounter local(TaskTrackerOn::drops);
  co_await TaskTrackerOn::gate->passed();
  co_return n;
}

TEST_P(TaskTrackerOn, the_wait_ends_when_all_tasks_have_whether_spawned_before_or_after_closing) {
  run([]() -> hd::Task<> {
    TaskTracker tracker;
    for (int i = 0; i < 8; ++i) tracker.spawn(number_behind_the_gate(i));
    for (int i = 0; i < 8; ++i) tracker.spawn_on(hd::runtime::Handle::current(), number_behind_the_gate(i));
    tracker.close();
    for (int i = 0; i < 8; ++i) tracker.spawn(number_behind_the_gate, i);
    EXPECT_EQ(tracker.len(), 24U);
    gate->open();
    co_await tracker.wait();
    EXPECT_TRUE(tracker.is_empty());
    EXPECT_TRUE(tracker.is_closed());
    EXPECT_EQ(drops, 24);
  }());
}

TEST_P(TaskTrackerOn, results_come_out_of_the_handles) {
  run([]() -> hd::Task<> {
    TaskTracker tracker;
    gate->open();
    auto future = tracker.spawn(number_behind_the_gate(1));
    auto function = tracker.spawn([]() -> hd::Async<int> { co_return 2; });
    auto with_arguments = tracker.spawn(
        [](const std::string& word) -> hd::Async<std::size_t> {
          co_await hd::task::yield_now();
          co_return word.size();
        },
        std::string("abc"));
    auto blocking =
        tracker.spawn_blocking([](int a, std::string b) { return std::to_string(a) + b; }, 4, std::string("!"));
    hd::task::Builder builder;
    builder.name("five");
    auto named = tracker.spawn_on(builder, number_behind_the_gate(5));
    auto one = co_await future;
    EXPECT_EQ(one.value(), 1);
    auto two = co_await function;
    EXPECT_EQ(two.value(), 2);
    auto three = co_await with_arguments;
    EXPECT_EQ(three.value(), 3U);
    auto four = co_await blocking;
    EXPECT_EQ(four.value(), "4!");
    auto five = co_await named;
    EXPECT_EQ(five.value(), 5);
    tracker.close();
    co_await tracker.wait();
  }());
}

TEST_P(TaskTrackerOn, an_aborted_task_counts_until_its_future_is_destroyed) {
  run([]() -> hd::Task<> {
    TaskTracker tracker;
    auto task = tracker.spawn(number_behind_the_gate(1));
    tracker.close();
    co_await hd::task::yield_now();
    task.abort();
    co_await tracker.wait();
    auto result = co_await task;
    EXPECT_TRUE(result.error().is_cancelled());
  }());
}

TEST_P(TaskTrackerOn, a_blocking_call_counts_until_it_has_ended) {
  run([]() -> hd::Task<> {
    TaskTracker tracker;
    tracker.spawn_blocking([] {
      flag = true;
      while (count == 0) std::this_thread::yield();
      count = 2;
    });
    tracker.close();
    while (!flag) co_await hd::task::yield_now();
    EXPECT_EQ(tracker.len(), 1U);
    count = 1;
    co_await tracker.wait();
    EXPECT_EQ(count, 2);
  }());
}

TEST_P(TaskTrackerOn, dropping_the_tracker_leaves_its_tasks_alone) {
  run([]() -> hd::Task<> {
    std::optional<TaskTracker> tracker(std::in_place);
    auto task = tracker->spawn(number_behind_the_gate(7));
    tracker.reset();
    gate->open();
    auto result = co_await task;
    EXPECT_EQ(result.value(), 7);
  }());
}

TEST_P(TaskTrackerOn, what_the_tasks_did_is_seen_when_the_wait_ends) {
  run([]() -> hd::Task<> {
    static int written[16];
    TaskTracker tracker;
    for (int i = 0; i < 16; ++i) {
      tracker.spawn(
          [](int at) -> hd::Async<> {
            co_await hd::task::yield_now();
            written[at] = at;
          },
          i);
    }
    tracker.close();
    co_await tracker.wait();
    for (int i = 0; i < 16; ++i) EXPECT_EQ(written[i], i);
  }());
}

TEST_P(TaskTrackerOn, a_thread_may_wait_for_it) {
  TaskTracker tracker;
  for (int i = 0; i < 8; ++i) tracker.spawn_on(*runtime, number_behind_the_gate(i));
  tracker.close();
  gate->open();
  runtime->block_on(tracker.wait());
  EXPECT_EQ(drops, 8);
}

TEST(TaskTrackerLocal, local_tasks_count_too) {
  auto runtime = hd::runtime::Builder::current_thread().build().value();
  runtime.block_on([]() -> hd::Async<> {
    hd::task::LocalSet local;
    co_await local.run_until([]() -> hd::Async<> {
      TaskTracker tracker;
      auto shared = hd::Rc<int>::make(1);
      auto one = tracker.spawn_local(hd::ready(shared.clone()));
      auto other = tracker.spawn_local(
          [](const hd::Rc<int>& mine) -> hd::Async<int> {
            co_await hd::task::yield_now();
            co_return *mine;
          },
          shared.clone());
      EXPECT_EQ(tracker.len(), 2U);
      tracker.close();
      co_await tracker.wait();
      auto answer = co_await other;
      EXPECT_EQ(answer.value(), 1);
      auto kept = co_await one;
      EXPECT_EQ(*kept.value(), 1);
    }());
  }());
}

}  // namespace
}  // namespace heddle_test
