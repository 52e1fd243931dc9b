// SPDX-License-Identifier: MIT
// The whole multi-thread scheduler: its workers' loops, its monitor, its end, on a driver that is a fake.
#include "model/explored.hpp"
#include "model/fake_driver.hpp"
#include "model/fake_runtime.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>
#include <heddle/runtime/block_in_place.hpp>
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

/// A multi-thread runtime whose threads are the model's: it can't start others.
class Runtime {
 public:
  explicit Runtime(std::size_t workers, bool monitored = false, std::size_t stand_ins = 0)
      : shared_(new runtime::MultiThread(config(stand_ins), workers, std::make_unique<FakeDriver>())) {
    for (std::size_t i = 0; i < workers + stand_ins; ++i) {
      threads_.push_back(
          heddle_model::spawn([shared = shared_, seat = shared_->crew().enlist()] { shared->run_worker(*seat); }));
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
  static runtime::Config config(std::size_t stand_ins) {
    runtime::Config config;
    config.most_stand_ins = stand_ins;
    return config;
  }

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

// Cores that go from thread to thread. With one worker, so that nobody but the stand-in can do what the stuck task waits
// for: a run in which the hand-over is missed doesn't end.

/// Waited for by a thread, not by a task.
class Door {
 public:
  void open() {
    word_.store(1, base::release);
    sys::futex_wake_all(word_);
  }
  void wait() {
    while (word_.load(base::acquire) == 0) sys::futex_wait(word_, 0);
  }

 private:
  base::atomic<std::uint32_t> word_{0};
};

/// A future that borrows the door, which the model's own thread outlives.
class Opens {
 public:
  using Output = void;
  explicit Opens(Door& door) noexcept : door_(&door) {}
  Poll<void> poll(Context&) {
    door_->open();
    return Ready();
  }

 private:
  Door* door_;

  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_OWNED(true);
};

TEST(HandOverModel, a_task_that_blocks_in_place_lets_another_thread_run_its_queue) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(1, false, 1);
    Door door;
    auto handle = runtime.spawn(poll_fn([&](Context&) -> Poll<void> {
      auto child = task::spawn(Opens(door));
      task::block_in_place([&] { door.wait(); });
      return Ready();
    }));
    ensure(block_on(handle).has_value(), "it ends");
  });
}

TEST(HandOverModel, a_core_that_nobody_came_for_is_taken_back) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(1, false, 1);
    auto handle = runtime.spawn(poll_fn([](Context&) -> Poll<void> {
      task::block_in_place([] {});
      auto child = task::spawn(value(1));
      return Ready();
    }));
    ensure(block_on(handle).has_value(), "it ends");
  });
}

TEST(HandOverModel, two_tasks_block_in_place_for_each_other) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(1, false, 1);
    Door first;
    Door second;
    auto one = runtime.spawn(poll_fn([&](Context&) -> Poll<void> {
      first.open();
      task::block_in_place([&] { second.wait(); });
      return Ready();
    }));
    auto two = runtime.spawn(poll_fn([&](Context&) -> Poll<void> {
      second.open();
      task::block_in_place([&] { first.wait(); });
      return Ready();
    }));
    ensure(block_on(one).has_value() && block_on(two).has_value(), "both end");
  });
}

TEST(HandOverModel, a_task_that_blocks_in_place_is_woken_meanwhile) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(1, false, 1);
    Latch latch;
    auto handle = runtime.spawn(poll_fn([&](Context& cx) -> Poll<void> {
      if (latch.poll(cx)) return Ready();
      task::block_in_place([] {});
      return Pending;
    }));
    latch.open();
    ensure(block_on(handle).has_value(), "it ends");
  });
}

TEST(HandOverModel, the_end_comes_while_a_task_blocks_in_place) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 300'000}, [] {
    Runtime runtime(1, false, 1);
    Door inside;
    Door door;
    auto handle = runtime.spawn(poll_fn([&](Context&) -> Poll<void> {
      auto child = task::spawn(Opens(door));
      task::block_in_place([&] {
        inside.open();
        // Run or cancelled: the end doesn't wait for this thread.
        static_cast<void>(block_on(child));
      });
      return Pending;
    }));
    inside.wait();
    runtime.end();
    auto result = block_on(handle);
    ensure(!result.has_value() && result.error().is_cancelled(), "cancelled");
  });
}

// Four threads, one of which looks again and again: with every preemption these would take hours.
const heddle_model::Options kMonitored{.preemptions = 0, .stale_loads = 1, .most_executions = 300'000};

TEST(HandOverModel, a_stuck_task_loses_its_core_to_a_stand_in) {
  expect_holds(kMonitored, [] {
    Runtime runtime(1, true, 1);
    Door door;
    auto handle = runtime.spawn(poll_fn([&](Context&) -> Poll<void> {
      auto child = task::spawn(Opens(door));  // into the slot
      door.wait();
      return Ready();
    }));
    ensure(block_on(handle).has_value(), "it ends");
  });
}

TEST(HandOverModel, a_task_that_was_stuck_goes_on_elsewhere) {
  expect_holds(kMonitored, [] {
    Runtime runtime(1, true, 1);
    Door door;
    auto handle = runtime.spawn(poll_fn([&, polls = 0](Context& cx) mutable -> Poll<void> {
      if (++polls == 2) return Ready();
      auto child = task::spawn(Opens(door));
      door.wait();
      cx.yield();
      return Pending;
    }));
    ensure(block_on(handle).has_value(), "it ends");
  });
}

TEST(HandOverModel, a_stuck_task_comes_back_while_the_monitor_takes_its_core) {
  expect_holds(kMonitored, [] {
    Runtime runtime(1, true, 1);
    Door door;
    auto child = std::make_unique<task::JoinHandle<int>>(runtime.spawn(value(1)));
    auto handle = runtime.spawn(poll_fn([&](Context&) -> Poll<void> {
      *child = task::spawn(value(2));
      door.wait();
      return Ready();
    }));
    sleep_until(2 * kPeriod);  // when the monitor looks for the second time
    door.open();
    ensure(block_on(handle).has_value(), "it ends");
    ensure(block_on(*child).value() == 2, "the other is run, once");
  });
}

TEST(HandOverModel, the_end_comes_while_the_monitor_takes_a_core) {
  expect_holds(kMonitored, [] {
    Runtime runtime(1, true, 1);
    Door inside;
    Door door;
    auto handle = runtime.spawn(poll_fn([&](Context&) -> Poll<void> {
      auto child = task::spawn(value(2));
      inside.open();
      door.wait();
      return Pending;
    }));
    inside.wait();
    sleep_until(2 * kPeriod);
    door.open();
    runtime.end();
    auto result = block_on(handle);
    ensure(!result.has_value() && result.error().is_cancelled(), "cancelled");
  });
}

TEST(HandOverModel, a_thief_and_a_hand_over_leave_each_task_to_one) {
  expect_holds({.preemptions = 0, .stale_loads = 0, .most_executions = 300'000}, [] {
    Runtime runtime(2, false, 1);
    auto handle = runtime.spawn(
        poll_fn([children = std::vector<task::JoinHandle<int>>()](Context& cx) mutable -> Poll<void> {
          if (children.empty()) {
            while (children.size() < 3) children.push_back(task::spawn(value(1)));
            task::block_in_place([] {});
          }
          while (!children.empty()) {
            if (children.back().poll(cx).is_pending()) return Pending;
            children.pop_back();
          }
          return Ready();
        }));
    ensure(block_on(handle).has_value(), "it and its children end");
  });
}

}  // namespace
