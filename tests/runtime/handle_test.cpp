// SPDX-License-Identifier: MIT
// Ways into a runtime: handles, guards, block_on.
#include "support/task_fixture.hpp"

#include <heddle/base/blocking.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::runtime::Handle;
using heddle_test::RuntimeKind;

class Ways : public heddle_test::OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(Into, Ways, heddle_test::every_kind(), heddle_test::name_of);

hd::Task<int> number(int n) { co_return n; }

TEST(NoWay, outside_of_a_runtime_there_is_no_current_one) {
  EXPECT_FALSE(Handle::try_current().has_value());
  EXPECT_THROW(static_cast<void>(Handle::current()), hd::runtime::NoRuntime);
}

TEST_P(Ways, within_block_on_and_within_a_task_the_runtime_is_the_current_one) {
  run([]() -> hd::Task<> {
    EXPECT_EQ((co_await Handle::current().spawn(number(1))).value(), 1);
    auto task = hd::task::spawn([]() -> hd::Task<int> { co_return (co_await Handle::current().spawn(number(2))).value(); }());
    EXPECT_EQ((co_await task).value(), 2);
  }());
  EXPECT_FALSE(Handle::try_current().has_value());
}

TEST_P(Ways, a_guard_makes_the_runtime_current_until_it_goes) {
  std::optional<hd::task::JoinHandle<int>> task;
  {
    const auto guard = runtime->enter();
    task.emplace(hd::task::spawn(number(3)));
    const auto nested = Handle::current().clone();
    const auto again = nested.enter();
    EXPECT_TRUE(Handle::try_current().has_value());
  }
  EXPECT_FALSE(Handle::try_current().has_value());
  EXPECT_EQ(runtime->block_on(*task).value(), 3);
}

TEST_P(Ways, block_on_gives_what_the_future_gives_and_throws_what_it_throws) {
  EXPECT_EQ(run(number(4)), 4);
  EXPECT_THROW(run([]() -> hd::Task<> {
    co_await hd::task::yield_now();
    throw std::runtime_error("no");
  }()), std::runtime_error);
  EXPECT_EQ(run(number(5)), 5) << "and again";
}

TEST_P(Ways, block_on_inside_of_a_task_or_of_block_on_is_refused) {
  run([]() -> hd::Task<> {
    EXPECT_THROW(runtime->block_on(number(1)), hd::BlockingInAsync);
    EXPECT_THROW(hd::block_on(number(1)), hd::BlockingInAsync);
    EXPECT_THROW(Handle::current().block_on(number(1)), hd::BlockingInAsync);
    auto task = hd::task::spawn([]() -> hd::Task<> {
      EXPECT_THROW(runtime->block_on(number(1)), hd::BlockingInAsync);
      co_return;
    }());
    EXPECT_TRUE((co_await task).has_value());
  }());
  EXPECT_EQ(run(number(6)), 6);
}

TEST_P(Ways, a_handle_blocks_a_foreign_thread_within_the_runtime) {
  std::optional<int> got;
  std::thread foreign([&, handle = runtime->handle()] {
    got = handle.block_on([]() -> hd::Task<int> {
      co_await hd::time::sleep(1ms);
      co_return (co_await hd::task::spawn(number(7))).value();
    }());
    gate->open();
  });
  run([]() -> hd::Task<> { co_await gate->passed(); }());
  foreign.join();
  EXPECT_EQ(got, 7);
}

TEST_P(Ways, several_threads_block_on_one_runtime_at_once) {
  std::vector<std::thread> threads;
  std::atomic<int> sum = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&sum, i] {
      for (int round = 0; round < 50; ++round) {
        sum += runtime->block_on([](int n) -> hd::Task<int> {
          auto task = hd::task::spawn([](int value) -> hd::Task<int> {
            co_await hd::task::yield_now();
            co_return value;
          }(n));
          co_return (co_await task).value();
        }(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 50 * (0 + 1 + 2 + 3));
}

TEST(CurrentThreadCore, a_thread_that_waits_for_the_core_takes_over_when_the_other_leaves) {
  static std::optional<heddle_test::Gate> first_may_go, second_runs;
  first_may_go.emplace();
  second_runs.emplace();
  auto runtime = heddle_test::runtime_of(RuntimeKind::kCurrentThread);
  // The second thread's future is ready only once a task has run that nobody but the second thread can run.
  std::thread first([&] { runtime.block_on(first_may_go->passed()); });
  std::thread second([&] {
    runtime.block_on([]() -> hd::Task<> {
      first_may_go->open();
      second_runs->open();
      for (int i = 0; i < 100; ++i) {
        auto task = hd::task::spawn([]() -> hd::Task<> { co_await hd::task::yield_now(); }());
        EXPECT_TRUE((co_await task).has_value());
      }
    }());
  });
  first.join();
  second.join();
}

TEST_P(Ways, the_main_future_may_be_woken_after_its_end) {
  static std::optional<hd::Waker> kept;
  run(hd::poll_fn([](hd::Context& cx) -> hd::Poll<void> {
    kept.emplace(cx.waker().clone());
    return hd::Ready();
  }));
  kept->wake_by_ref();
  EXPECT_EQ(run(number(1)), 1);
  runtime.reset();
  kept->wake_by_ref();
  kept.reset();
}

TEST_P(Ways, the_main_future_is_woken_by_a_foreign_thread) {
  for (int i = 0; i < 50; ++i) {
    gate.emplace();
    std::thread foreign([] { gate->open(); });
    run([]() -> hd::Task<> { co_await gate->passed(); }());
    foreign.join();
  }
}

thread_local bool at_home = false;

TEST_P(Ways, a_task_that_enters_another_runtime_spawns_and_sleeps_there_and_wakes_at_home) {
  // More workers than the other runtime has shards: a worker's number means nothing there.
  static std::optional<hd::runtime::Runtime> home;
  auto builder = heddle_test::builder_of(RuntimeKind::kFourWorkers);
  home.emplace(builder.on_thread_start([] { at_home = true; }).build().value());
  std::vector<hd::task::JoinHandle<void>> tasks;
  for (int i = 0; i < 40; ++i) {
    tasks.push_back(home->spawn([]() -> hd::Task<> {
      std::optional<hd::task::JoinHandle<int>> there;
      {
        const auto guard = runtime->enter();
        there.emplace(hd::task::spawn([]() -> hd::Task<int> {
          EXPECT_FALSE(at_home);
          co_await hd::time::sleep(1ms);
          EXPECT_FALSE(at_home);
          ++count;
          co_return 1;
        }()));
        auto here = home->spawn(number(1));  // woken at home, from within the other
        here.abort();
      }
      EXPECT_EQ((co_await *there).value(), 1);
      EXPECT_TRUE(at_home);
    }()));
  }
  run([]() -> hd::Task<> {
    while (count != 40) co_await hd::task::yield_now();
  }());
  for (auto& task : tasks) EXPECT_TRUE(home->block_on(task).has_value());
  home.reset();
}

}  // namespace
