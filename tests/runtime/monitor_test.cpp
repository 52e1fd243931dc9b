// SPDX-License-Identifier: MIT
// A task that keeps its worker busy for long doesn't stop the others. Without the monitor these tests hang.
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include "runtime/current.hpp"
#include "runtime/multi_thread.hpp"
#include "support/run_in.hpp"

#include <atomic>
#include <thread>
#include <vector>

namespace heddle::test {
namespace {

using namespace std::chrono_literals;

void hold_worker_until(const std::atomic<bool>& flag) {
  while (!flag) std::this_thread::yield();
}

/// As if both workers had measured polls of 100 ns: from then on a few tasks aren't worth waking another worker for.
Task<> measure_short_polls() {
  auto here = std::make_shared<std::atomic<int>>(0);
  std::vector<task::JoinHandle<void>> handles;
  for (int i = 0; i < 2; ++i) {
    handles.push_back(task::spawn([](std::shared_ptr<std::atomic<int>> count) -> Task<> {
      ++*count;
      while (*count < 2) std::this_thread::yield();  // so each runs on a worker of its own
      static_cast<runtime::detail::Seat*>(runtime::detail::current().worker)->core.load()->assume_poll_length(100);
      co_return;
    }(here)));
  }
  for (auto& handle : handles) {
    auto ended = co_await handle;
    EXPECT_TRUE(ended.has_value());
  }
}

/// Two timers: the task of the first holds its worker until the task of the second has run.
Task<> first_waits_for_second() {
  auto flag = std::make_shared<std::atomic<bool>>(false);
  auto first = task::spawn([](std::shared_ptr<std::atomic<bool>> done) -> Task<> {
    co_await time::sleep(2ms);
    hold_worker_until(*done);
  }(flag));
  auto second = task::spawn([](std::shared_ptr<std::atomic<bool>> done) -> Task<> {
    co_await time::sleep(4ms);
    *done = true;
  }(flag));
  auto ended = co_await first;
  EXPECT_TRUE(ended.has_value());
  ended = co_await second;
  EXPECT_TRUE(ended.has_value());
}

TEST(Monitor, timers_fire_while_a_worker_is_held) {
  auto runtime = make_runtime(Scheduler::kMultiThread);
  for (int i = 0; i < 10; ++i) {
    runtime.block_on(runtime.spawn(measure_short_polls())).value();
    runtime.block_on(runtime.spawn(first_waits_for_second())).value();
  }
}

TEST(Monitor, it_is_there_again_after_the_runtime_was_idle_for_long) {
  auto runtime = make_runtime(Scheduler::kMultiThread);
  runtime.block_on(runtime.spawn(measure_short_polls())).value();
  runtime.block_on(time::sleep(1200ms));  // long enough for the monitor to doze
  runtime.block_on(runtime.spawn(first_waits_for_second())).value();
}

TEST(Monitor, tasks_queued_behind_a_held_worker_are_run_by_another) {
  auto runtime = make_runtime(Scheduler::kMultiThread);
  runtime.block_on(runtime.spawn([]() -> Task<> {
    co_await measure_short_polls();
    auto ran = std::make_shared<std::atomic<int>>(0);
    std::vector<task::JoinHandle<void>> handles;
    for (int i = 0; i < 4; ++i) {
      handles.push_back(task::spawn([](std::shared_ptr<std::atomic<int>> count) -> Task<> {
        ++*count;
        co_return;
      }(ran)));
    }
    // The newest stands in the worker's own slot, which is nobody else's.
    while (*ran < 3) std::this_thread::yield();
    for (auto& handle : handles) {
      auto ended = co_await handle;
      EXPECT_TRUE(ended.has_value());
    }
  }())).value();
}

}  // namespace
}  // namespace heddle::test
