// SPDX-License-Identifier: MIT
// The whole multi-thread scheduler: its workers' loops, its monitor, its end, on a driver that is a fake.
#include "model/explored.hpp"
#include "model/fake_driver.hpp"
#include "model/fake_runtime.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "runtime/config.hpp"
#include "runtime/multi_thread.hpp"

namespace {

using namespace heddle;
using heddle_model::ensure;
using heddle_model::Options;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::FakeDriver;
using heddle_test::Latch;

/// A multi-thread runtime whose threads are the model's.
class Runtime {
 public:
  explicit Runtime(std::size_t workers, bool monitored = false)
      : shared_(new runtime::MultiThread(runtime::Config{}, workers, std::make_unique<FakeDriver>())) {
    for (std::size_t i = 0; i < workers; ++i) {
      threads_.push_back(heddle_model::spawn([shared = shared_, i] { shared->run_worker(i); }));
    }
    if (monitored) {
      shared_->add_reference();
      threads_.push_back(heddle_model::spawn([shared = shared_] { shared->run_monitor(); }));
    }
  }
  ~Runtime() { end(); }

  template <class F>
  auto spawn(F future) {
    return runtime::detail::spawn_on(*shared_, std::move(future));
  }

  void end() {
    if (shared_ == nullptr) return;
    shared_->shut_down();
    for (Thread& thread : threads_) thread.join();
    std::exchange(shared_, nullptr)->drop_reference();
  }

 private:
  runtime::MultiThread* shared_;
  std::vector<Thread> threads_;
};

auto value(int result) { return future::ReadyFuture<int>(result); }

TEST(MultiThreadModel, a_task_from_outside_is_run_by_a_worker_that_was_going_to_sleep) {
  expect_holds({.preemptions = 2, .stale_loads = 2}, [] {
    Runtime runtime(1);
    ensure(block_on(runtime.spawn(value(7))).value() == 7, "its value");
  });
}

TEST(MultiThreadModel, of_two_workers_one_runs_the_task) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(2);
    ensure(block_on(runtime.spawn(value(7))).value() == 7, "its value");
  });
}

TEST(MultiThreadModel, two_tasks_from_outside_are_both_run) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(2);
    auto first = runtime.spawn(value(1));
    auto second = runtime.spawn(value(2));
    ensure(block_on(first).value() + block_on(second).value() == 3, "both values");
  });
}

TEST(MultiThreadModel, a_task_that_waits_is_woken_from_outside) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(2);
    Latch latch;
    auto handle = runtime.spawn(poll_fn([&](Context& cx) -> Poll<void> {
      if (latch.poll(cx)) return Ready();
      return Pending;
    }));
    latch.open();
    ensure(block_on(handle).has_value(), "it ends");
  });
}

TEST(MultiThreadModel, tasks_that_a_task_spawns_are_run_and_stolen) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(2);
    auto handle =
        runtime.spawn(poll_fn([children = std::vector<task::JoinHandle<int>>()](Context& cx) mutable -> Poll<void> {
          while (children.size() < 3) children.push_back(task::spawn(value(1)));
          while (!children.empty()) {
            if (children.back().poll(cx).is_pending()) return Pending;
            children.pop_back();
            if (children.empty()) return Ready();
          }
          return Ready();
        }));
    ensure(block_on(handle).has_value(), "it and its children end");
  });
}

TEST(MultiThreadModel, the_end_cancels_what_waits) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(2);
    Latch latch;
    auto handle = runtime.spawn(poll_fn([&, own = std::make_unique<int>(1)](Context& cx) -> Poll<void> {
      if (latch.poll(cx)) return Ready();
      return Pending;
    }));
    runtime.end();
    auto result = block_on(handle);
    ensure(!result.has_value() && result.error().is_cancelled(), "cancelled");
  });
}

TEST(MultiThreadModel, a_timer_fires_while_all_workers_sleep) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(2);
    auto entry = std::make_unique<runtime::detail::TimerEntry>();
    auto handle = runtime.spawn(
        poll_fn([entry = std::move(entry)](Context& cx) { return entry->poll(cx, runtime::Clock::kTick); }));
    ensure(block_on(handle).has_value(), "it ends");
    ensure(heddle_model::now() >= runtime::Clock::kTick, "not before its time");
  });
}

// The monitor's pair: it dozes off when all have slept for a period (here: one), and who wakes up rouses it. Nothing but
// its looks lets time pass while a poll spins, so a monitor that sleeps on is a run that can't end.
constexpr std::uint64_t kPeriod = 10'000'000;

void sleep_until(std::uint64_t then) {
  const base::atomic<std::uint32_t> word{0};
  while (heddle_model::futex_wait(word, 0, then)) {
  }
}

TEST(MonitorModel, a_monitor_that_dozes_off_is_roused_by_a_worker_that_wakes_up) {
  expect_holds({.preemptions = 1, .stale_loads = 1}, [] {
    Runtime runtime(1, true);
    sleep_until(kPeriod);
    auto handle = runtime.spawn(poll_fn([](Context&) -> Poll<void> {
      while (heddle_model::now() < 4 * kPeriod) heddle_model::yield();
      return Ready();
    }));
    ensure(block_on(handle).has_value(), "its looks have let the time pass");
  });
}

TEST(MonitorModel, a_monitor_that_has_dozed_off_is_roused_by_a_worker_that_wakes_up) {
  expect_holds({.preemptions = 1, .stale_loads = 1}, [] {
    Runtime runtime(1, true);
    sleep_until(3 * kPeriod);
    auto handle = runtime.spawn(poll_fn([](Context&) -> Poll<void> {
      while (heddle_model::now() < 6 * kPeriod) heddle_model::yield();
      return Ready();
    }));
    ensure(block_on(handle).has_value(), "its looks have let the time pass");
  });
}

TEST(MonitorModel, the_end_meets_a_monitor_that_dozes_off) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Runtime runtime(1, true);
    sleep_until(kPeriod);
  });
}

TEST(MonitorModel, the_end_wakes_a_monitor_that_has_dozed_off) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Runtime runtime(1, true);
    sleep_until(3 * kPeriod);
  });
}

TEST(MonitorModel, the_end_comes_before_the_first_look) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] { Runtime runtime(1, true); });
}

}  // namespace
