// SPDX-License-Identifier: MIT
// The end of a runtime: every task is destroyed exactly once, whatever it does meanwhile.
#include "support/task_fixture.hpp"

#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using heddle_test::DropCounter;
using heddle_test::OnDrop;
using heddle_test::RuntimeKind;

class Shutdown : public heddle_test::OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(Of, Shutdown, heddle_test::every_kind(), heddle_test::name_of);

hd::Task<> waiting() {
  const DropCounter local(Shutdown::drops);
  ++Shutdown::count;
  co_await Shutdown::gate->passed();
}

hd::Task<> count_reaches(int n) {
  while (Shutdown::count < n) co_await hd::task::yield_now();
}

TEST_P(Shutdown, cancels_tasks_that_wait_that_queue_and_that_yield) {
  auto waits = runtime->spawn(waiting());
  run(count_reaches(1));
  auto yields = runtime->spawn([]() -> hd::Task<> {
    const DropCounter local(drops);
    ++count;
    for (;;) co_await hd::task::yield_now();
  }());
  run(count_reaches(2));
  auto queued = runtime->spawn(waiting());
  runtime.reset();
  EXPECT_EQ(drops, count);
  EXPECT_TRUE(hd::block_on(waits).error().is_cancelled());
  EXPECT_TRUE(hd::block_on(yields).error().is_cancelled());
  EXPECT_TRUE(hd::block_on(queued).error().is_cancelled());
}

TEST_P(Shutdown, destroys_each_of_100000_tasks_exactly_once) {
  constexpr int kTasks = 100'000;
  std::vector<hd::task::JoinHandle<void>> handles;
  for (int i = 0; i < kTasks; ++i) {
    auto task = runtime->spawn([]() -> hd::Task<> {
      const DropCounter local(drops);
      ++count;
      co_await hd::pending();
    }());
    if (i % 2 == 0) handles.push_back(std::move(task));
  }
  run(count_reaches(kTasks));
  EXPECT_EQ(drops, 0);
  runtime.reset();
  EXPECT_EQ(drops, kTasks);
  for (auto& handle : handles) EXPECT_TRUE(hd::block_on(handle).error().is_cancelled());
}

TEST_P(Shutdown, tasks_that_spawn_wake_and_abort_as_they_are_destroyed_all_go) {
  constexpr int kTasks = 100;
  static std::vector<hd::task::AbortHandle> others;
  for (int i = 0; i < kTasks; ++i) {
    others.push_back(runtime->spawn([]() -> hd::Task<> {
      const DropCounter local(drops);
      const OnDrop havoc([] {
        static_cast<void>(hd::task::spawn(waiting()));  // never polled
        gate->wake_all();
        for (const auto& other : others) other.abort();
      });
      ++count;
      co_await gate->passed();
    }()).abort_handle());
  }
  run(count_reaches(kTasks));
  runtime.reset();
  EXPECT_EQ(drops, kTasks);
  EXPECT_EQ(count, kTasks);
  for (const auto& other : others) EXPECT_TRUE(other.is_finished());
  others.clear();
}

TEST_P(Shutdown, a_task_spawned_afterwards_is_cancelled_at_once_and_says_so) {
  const auto handle = runtime->handle();
  runtime.reset();
  auto task = handle.spawn(waiting());
  EXPECT_TRUE(task.is_finished());
  EXPECT_TRUE(hd::block_on(task).error().is_cancelled());
  EXPECT_EQ(count, 0);
}

TEST_P(Shutdown, a_wake_or_an_abort_afterwards_does_nothing) {
  auto task = runtime->spawn(waiting());
  run(count_reaches(1));
  runtime.reset();
  gate->open();
  task.abort();
  EXPECT_TRUE(hd::block_on(task).error().is_cancelled());
}

TEST_P(Shutdown, keeps_a_value_that_was_ready_before) {
  auto task = runtime->spawn([]() -> hd::Task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); }());
  run([](hd::task::AbortHandle done) -> hd::Task<> {
    while (!done.is_finished()) co_await hd::task::yield_now();
  }(task.abort_handle()));
  runtime.reset();
  EXPECT_EQ(*hd::block_on(task).value(), 4);
}

TEST_P(Shutdown, moving_another_runtime_in_shuts_the_first_one_down) {
  auto task = runtime->spawn(waiting());
  run(count_reaches(1));
  *runtime = heddle_test::runtime_of(GetParam());
  EXPECT_TRUE(task.is_finished());
  EXPECT_EQ(drops, 1);
  EXPECT_EQ(run([]() -> hd::Task<int> { co_return 1; }()), 1);
}

TEST_P(Shutdown, in_the_background_does_not_wait_and_still_destroys_every_task) {
  auto task = runtime->spawn(waiting());
  run(count_reaches(1));
  std::move(*runtime).shutdown_background();
  EXPECT_TRUE(hd::block_on(task).error().is_cancelled());
  EXPECT_EQ(drops, 1);
}

TEST_P(Shutdown, a_runtime_may_be_destroyed_by_one_of_its_own_tasks) {
  auto waits = runtime->spawn(waiting());
  run(count_reaches(1));
  auto last = runtime->spawn([]() -> hd::Task<> {
    const DropCounter local(drops);
    co_await gate->passed();
    runtime.reset();
    flag = true;
    co_await hd::pending();
  }());
  if (GetParam() == RuntimeKind::kCurrentThread) {
    // Its tasks run within block_on only.
    gate->open();
    runtime->block_on([]() -> hd::Task<> {
      while (!flag) co_await hd::task::yield_now();
    }());
  } else {
    gate->open();
  }
  EXPECT_TRUE(hd::block_on(last).error().is_cancelled());
  (void)hd::block_on(waits);  // opened, or cancelled
  EXPECT_EQ(drops, 2);
}

TEST_P(Shutdown, threads_that_spawn_and_wake_meanwhile_lose_no_task) {
  for (int round = 0; round < 10; ++round) {
    count = drops = 0;
    gate.emplace();
    if (!runtime) runtime.emplace(heddle_test::runtime_of(GetParam()));
    std::latch started(3);
    std::vector<std::thread> threads;
    std::atomic<int> ended = 0;
    std::atomic<bool> stop = false;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, handle = runtime->handle()] {
        started.arrive_and_wait();
        std::vector<hd::task::JoinHandle<void>> handles;
        for (int n = 0; n < 300; ++n) {
          handles.push_back(handle.spawn(waiting()));
          if (n % 16 == 0) gate->wake_all();
        }
        while (!stop) std::this_thread::yield();
        for (auto& task : handles) {
          EXPECT_TRUE(hd::block_on(task).error().is_cancelled());
          ++ended;
        }
      });
    }
    started.arrive_and_wait();
    runtime.reset();
    stop = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(ended, 600);
    EXPECT_EQ(drops, count);
  }
}

TEST(ShutdownWaiters, a_foreign_thread_that_sleeps_in_the_runtime_is_told) {
  auto runtime = std::make_unique<hd::runtime::Runtime>(heddle_test::runtime_of(RuntimeKind::kOneWorker));
  static std::atomic<bool> sleeping;
  sleeping = false;
  std::thread foreign([handle = runtime->handle()] {
    EXPECT_THROW(handle.block_on([]() -> hd::Task<> {
      auto sleep = hd::time::sleep(24h);
      co_await hd::poll_fn([&sleep](hd::Context& cx) -> hd::Poll<void> {
        auto answer = sleep.poll(cx);
        sleeping = true;
        return answer;
      });
    }()), hd::runtime::RuntimeShutDown);
  });
  while (!sleeping) std::this_thread::yield();
  runtime.reset();
  foreign.join();
}

}  // namespace
