// SPDX-License-Identifier: MIT
// Who gets a turn: yielding, the LIFO slot, budgets, and work from outside.
#include "support/task_fixture.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace {

namespace hd = heddle;
using namespace std::chrono_literals;

class Turns : public heddle_test::OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, Turns, heddle_test::every_kind(), heddle_test::name_of);

TEST(TurnsInOrder, yielding_tasks_take_turns_in_the_order_in_which_they_were_spawned) {
  static std::string log;
  log.clear();
  auto runtime = heddle_test::runtime_of(heddle_test::RuntimeKind::kCurrentThread);
  runtime.block_on([]() -> hd::Task<> {
    const auto say = [](char who) -> hd::Task<> {
      for (int i = 0; i < 3; ++i) {
        log += who;
        co_await hd::task::yield_now();
      }
    };
    auto a = hd::task::spawn(say('a'));
    auto b = hd::task::spawn(say('b'));
    auto c = hd::task::spawn(say('c'));
    EXPECT_TRUE((co_await a).has_value());
    EXPECT_TRUE((co_await b).has_value());
    EXPECT_TRUE((co_await c).has_value());
  }());
  EXPECT_EQ(log, "abcabcabc");
}

TEST_P(Turns, a_task_woken_during_its_own_poll_is_polled_again) {
  static std::atomic<int> polls;
  polls = 0;
  auto task = runtime->spawn(hd::poll_fn([](hd::Context& cx) -> hd::Poll<int> {
    if (++polls == 3) return hd::Ready(7);
    cx.waker().wake_by_ref();
    return hd::Pending;
  }));
  EXPECT_EQ(runtime->block_on(task).value(), 7);
  EXPECT_EQ(polls, 3);
}

TEST_P(Turns, an_idle_task_is_polled_once_per_wake_however_often_it_is_woken) {
  auto task = runtime->spawn([]() -> hd::Task<> { co_await gate->passed(); }());
  run([]() -> hd::Task<> {
    while (gate->polls() == 0) co_await hd::task::yield_now();
  }());
  gate->open();
  EXPECT_TRUE(runtime->block_on(task).has_value());
  EXPECT_EQ(gate->polls(), 2U);
}

// Two tasks that wake each other for ever: each passes through the LIFO slot.
std::array<std::optional<hd::Waker>, 2> partners;
std::array<std::mutex, 2> partner_locks;

template <int kMe>
hd::Poll<void> ping(hd::Context& cx) {
  {
    const std::lock_guard guard(partner_locks[kMe]);
    partners[kMe].emplace(cx.waker().clone());
  }
  const std::lock_guard guard(partner_locks[1 - kMe]);
  if (partners[1 - kMe]) partners[1 - kMe]->wake_by_ref();
  return Turns::flag ? hd::Poll<void>(hd::Ready()) : hd::Poll<void>(hd::Pending);
}

TEST_P(Turns, a_pair_that_wakes_each_other_for_ever_does_not_starve_a_third) {
  auto first = runtime->spawn(hd::poll_fn(&ping<0>));
  auto second = runtime->spawn(hd::poll_fn(&ping<1>));
  auto third = runtime->spawn([]() -> hd::Task<> {
    for (int i = 0; i < 10; ++i) co_await hd::task::yield_now();
    flag = true;
  }());
  EXPECT_TRUE(runtime->block_on(third).has_value());
  EXPECT_TRUE(runtime->block_on(first).has_value());
  EXPECT_TRUE(runtime->block_on(second).has_value());
  for (auto& partner : partners) partner.reset();
}

hd::Task<> ready_loop() {
  // Every await is ready: only the budget makes this task give way.
  while (!Turns::flag) co_await hd::time::sleep(0s);
}

TEST_P(Turns, a_loop_that_is_always_ready_does_not_starve_another_task) {
  auto busy = runtime->spawn(ready_loop());
  auto other = runtime->spawn([]() -> hd::Task<> {
    co_await hd::task::yield_now();
    flag = true;
  }());
  EXPECT_TRUE(runtime->block_on(other).has_value());
  EXPECT_TRUE(runtime->block_on(busy).has_value());
}

TEST_P(Turns, a_loop_that_is_always_ready_does_not_starve_a_timer) {
  auto busy = runtime->spawn(ready_loop());
  auto timer = runtime->spawn([]() -> hd::Task<> {
    co_await hd::time::sleep(1ms);
    flag = true;
  }());
  EXPECT_TRUE(runtime->block_on(timer).has_value());
  EXPECT_TRUE(runtime->block_on(busy).has_value());
}

TEST_P(Turns, a_loop_that_is_always_ready_is_interrupted_after_its_budget) {
  auto runs_out = runtime->spawn(hd::poll_fn([](hd::Context& cx) -> hd::Poll<int> {
    if (flag.exchange(true)) return hd::Ready(count.load());
    while (cx.may_proceed()) {
      ++count;
      cx.made_progress();
    }
    return hd::Pending;
  }));
  EXPECT_EQ(runtime->block_on(runs_out).value(), static_cast<int>(hd::Context::kBudget));
}

TEST_P(Turns, tasks_that_yield_for_ever_do_not_starve_work_from_outside) {
  for (int i = 0; i < 8; ++i) {
    static_cast<void>(runtime->spawn([]() -> hd::Task<> {
      while (!flag) co_await hd::task::yield_now();
    }()));
  }
  std::thread outside([handle = runtime->handle()] {
    static_cast<void>(handle.spawn([]() -> hd::Task<> {
      flag = true;
      co_return;
    }()));
  });
  run([]() -> hd::Task<> {
    while (!flag) co_await hd::task::yield_now();
  }());
  outside.join();
}

TEST_P(Turns, the_main_future_that_yields_for_ever_does_not_starve_tasks_and_timers) {
  static_cast<void>(runtime->spawn([]() -> hd::Task<> {
    co_await hd::time::sleep(1ms);
    flag = true;
  }()));
  run([]() -> hd::Task<> {
    while (!flag) co_await hd::task::yield_now();
  }());
}

TEST(TurnsInParallel, two_workers_run_two_tasks_that_wait_for_each_other) {
  static std::atomic<int> arrived;
  arrived = 0;
  auto runtime = heddle_test::runtime_of(heddle_test::RuntimeKind::kFourWorkers);
  const auto meet = []() -> hd::Task<> {
    // A poll that can only end when another worker polls at the same time.
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
    co_return;
  };
  auto first = runtime.spawn(meet());
  auto second = runtime.spawn(meet());
  EXPECT_TRUE(runtime.block_on(first).has_value());
  EXPECT_TRUE(runtime.block_on(second).has_value());
}

}  // namespace
