// SPDX-License-Identifier: MIT
// runtime::Metrics. After Tokio's rt_metrics.rs and rt_unstable_metrics.rs.
#include "support/task_fixture.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::runtime::Metrics;

class RtMetrics : public OnEachRuntime {
 protected:
  /// A figure of all workers together.
  template <class T>
  static T sum(T (Metrics::*figure)(std::size_t) const) {
    const Metrics metrics = runtime->metrics();
    T total{};
    for (std::size_t i = 0; i < metrics.num_workers(); ++i) total += (metrics.*figure)(i);
    return total;
  }
};
INSTANTIATE_TEST_SUITE_P(On, RtMetrics, every_kind(), name_of);

TEST_P(RtMetrics, num_workers) {
  EXPECT_EQ(runtime->metrics().num_workers(), GetParam() == RuntimeKind::kFourWorkers ? 4U : 1U);
  EXPECT_EQ(runtime->handle().metrics().num_workers(), runtime->worker_count());
}

TEST_P(RtMetrics, a_worker_that_does_not_exist_is_an_error) {
  const Metrics metrics = runtime->metrics();
  EXPECT_THROW(static_cast<void>(metrics.worker_park_count(metrics.num_workers())), std::out_of_range);
  EXPECT_THROW(static_cast<void>(metrics.worker_local_queue_depth(metrics.num_workers())), std::out_of_range);
  EXPECT_THROW(static_cast<void>(metrics.worker_overflow_count(metrics.num_workers())), std::out_of_range);
}

TEST_P(RtMetrics, num_alive_tasks_counts_those_in_memory) {
  const Metrics metrics = runtime->metrics();
  EXPECT_EQ(metrics.num_alive_tasks(), 0U);
  {
    auto task = runtime->spawn([]() -> hd::Task<> { co_await gate->passed(); }());
    EXPECT_EQ(metrics.num_alive_tasks(), 1U);
    gate->open();
    run([](hd::task::AbortHandle done) -> hd::Task<> {
      while (!done.is_finished()) co_await hd::task::yield_now();
    }(task.abort_handle()));
  }
  while (metrics.num_alive_tasks() != 0) std::this_thread::yield();
}

TEST_P(RtMetrics, spawned_tasks_count_never_goes_down) {
  for (int i = 0; i < 10; ++i) run(runtime->spawn([]() -> hd::Task<> { co_return; }())).value();
  EXPECT_EQ(runtime->metrics().spawned_tasks_count(), 10U);
}

TEST_P(RtMetrics, remote_schedule_count_counts_what_other_threads_queue) {
  std::thread([handle = runtime->handle()] {
    for (int i = 0; i < 3; ++i) static_cast<void>(handle.spawn([]() -> hd::Task<> { co_return; }()));
  }).join();
  EXPECT_EQ(runtime->metrics().remote_schedule_count(), 3U);
}

TEST_P(RtMetrics, worker_local_schedule_count_counts_what_workers_queue) {
  run(runtime->spawn([]() -> hd::Task<> {
    for (int i = 0; i < 3; ++i) static_cast<void>(hd::task::spawn([]() -> hd::Task<> { co_return; }()));
    co_return;
  }())).value();
  EXPECT_EQ(sum(&Metrics::worker_local_schedule_count), 3U);
}

TEST_P(RtMetrics, worker_poll_count_counts_each_poll_of_a_task) {
  run(runtime->spawn([]() -> hd::Task<> {
    for (int i = 0; i < 9; ++i) co_await hd::task::yield_now();
  }())).value();
  EXPECT_EQ(sum(&Metrics::worker_poll_count), 10U);
}

TEST_P(RtMetrics, budget_forced_yield_count_counts_no_other_yields) {
  run(runtime->spawn([]() -> hd::Task<> {
    for (int i = 0; i < 10; ++i) co_await hd::task::yield_now();
  }())).value();
  EXPECT_EQ(runtime->metrics().budget_forced_yield_count(), 0U);
  run(runtime->spawn(hd::poll_fn([](hd::Context& cx) -> hd::Poll<void> {
    if (count++ == 1) return hd::Ready();
    while (cx.may_proceed()) cx.made_progress();
    return hd::Pending;
  }))).value();
  EXPECT_EQ(runtime->metrics().budget_forced_yield_count(), 1U);
}

TEST_P(RtMetrics, worker_park_count_grows_when_a_worker_sleeps) {
  const std::uint64_t before = sum(&Metrics::worker_park_count);
  if (GetParam() == RuntimeKind::kCurrentThread) {
    run([]() -> hd::Task<> { co_await hd::time::sleep(1ms); }());
  } else {
    run(runtime->spawn([]() -> hd::Task<> { co_return; }())).value();
  }
  while (sum(&Metrics::worker_park_count) == before) std::this_thread::yield();
}

TEST_P(RtMetrics, worker_noop_count_counts_sleeps_that_brought_nothing_to_poll) {
  // A timer that a plain future waits for wakes the worker, but no task.
  run([]() -> hd::Task<> {
    while (sum(&Metrics::worker_noop_count) == 0) co_await hd::time::sleep(1ms);
  }());
}

TEST_P(RtMetrics, worker_total_busy_duration_grows_while_tasks_run) {
  run([]() -> hd::Task<> {
    while (sum(&Metrics::worker_total_busy_duration) == 0ns) {
      auto other = hd::task::spawn([]() -> hd::Task<> { co_await hd::time::sleep(1ms); }());
      (co_await other).value();
    }
  }());
}

TEST_P(RtMetrics, outlive_the_runtime) {
  const Metrics metrics = runtime->metrics();
  run(runtime->spawn([]() -> hd::Task<> { co_return; }())).value();
  runtime.reset();
  EXPECT_EQ(metrics.spawned_tasks_count(), 1U);
  EXPECT_EQ(metrics.num_alive_tasks(), 0U);
  EXPECT_EQ(metrics.num_blocking_threads(), 0U);
}

TEST_P(RtMetrics, blocking_calls_count_their_threads_and_their_queue) {
  static std::unique_ptr<std::counting_semaphore<>> go;
  static std::unique_ptr<std::counting_semaphore<>> begun;
  go = std::make_unique<std::counting_semaphore<>>(0);
  begun = std::make_unique<std::counting_semaphore<>>(0);
  runtime.reset();
  runtime.emplace(
      builder_of(GetParam()).max_blocking_threads(2).thread_keep_alive(std::chrono::hours::max()).build().value());
  const Metrics metrics = runtime->metrics();
  EXPECT_EQ(metrics.num_blocking_threads(), 0U);
  std::vector<hd::task::JoinHandle<void>> calls;
  for (int i = 0; i < 5; ++i) {
    calls.push_back(runtime->spawn_blocking([] {
      begun->release();
      go->acquire();
    }));
  }
  begun->acquire();
  begun->acquire();
  EXPECT_EQ(metrics.num_blocking_threads(), 2U);
  EXPECT_EQ(metrics.num_idle_blocking_threads(), 0U);
  EXPECT_EQ(metrics.blocking_queue_depth(), 3U);
  EXPECT_EQ(metrics.num_alive_tasks(), 0U);
  go->release(5);
  for (auto& call : calls) run(std::move(call)).value();
  while (metrics.num_idle_blocking_threads() != 2) std::this_thread::yield();
  EXPECT_EQ(metrics.blocking_queue_depth(), 0U);
  runtime.reset();
  EXPECT_EQ(metrics.num_idle_blocking_threads(), 0U);
}

TEST(RtMetricsQueues, global_queue_depth_of_a_current_thread_runtime_that_nobody_drives) {
  auto runtime = hd::runtime::Builder::current_thread().build().value();
  for (int i = 0; i < 3; ++i) static_cast<void>(runtime.spawn([]() -> hd::Task<> { co_return; }()));
  EXPECT_EQ(runtime.metrics().global_queue_depth(), 3U);
  runtime.block_on([]() -> hd::Task<> {
    for (int i = 0; i < 3; ++i) co_await hd::task::yield_now();
  }());
  EXPECT_EQ(runtime.metrics().global_queue_depth(), 0U);
}

/// A worker that stands in a poll until told to go on.
class HeldWorker : public ::testing::Test {
 protected:
  static inline std::optional<hd::runtime::Runtime> runtime;
  static inline std::unique_ptr<std::binary_semaphore> go;
  static inline std::unique_ptr<std::binary_semaphore> held;

  void SetUp() override {
    go = std::make_unique<std::binary_semaphore>(0);
    held = std::make_unique<std::binary_semaphore>(0);
    hd::runtime::Builder builder = hd::runtime::Builder::multi_thread();
    runtime.emplace(builder.worker_threads(1).build().value());
  }
  void TearDown() override { runtime.reset(); }

  /// In a task that has first spawned `count` others.
  static void hold_with(int count) {
    static int tasks;
    tasks = count;
    static_cast<void>(runtime->spawn([]() -> hd::Task<> {
      for (int i = 0; i < tasks; ++i) static_cast<void>(hd::task::spawn([]() -> hd::Task<> { co_return; }()));
      held->release();
      go->acquire();
      co_return;
    }()));
    held->acquire();
  }
};

TEST_F(HeldWorker, worker_local_queue_depth_counts_its_queue_without_the_slot) {
  hold_with(10);
  EXPECT_EQ(runtime->metrics().worker_local_queue_depth(0), 9U) << "one is in the slot for the last";
  go->release();
}

TEST_F(HeldWorker, worker_overflow_count_counts_full_queues) {
  hold_with(1100);
  EXPECT_EQ(runtime->metrics().worker_overflow_count(0), 1U);
  EXPECT_EQ(runtime->metrics().global_queue_depth(), 513U) << "half of the queue, and the one without room";
  go->release();
}

TEST(RtMetricsSteal, worker_steal_counts_count_tasks_and_steps) {
  hd::runtime::Builder builder = hd::runtime::Builder::multi_thread();
  auto runtime = builder.worker_threads(2).build().value();
  // The first can't end before the others have run, so another worker must take them.
  static std::atomic<int> ran;
  ran = 0;
  runtime.block_on(runtime.spawn([]() -> hd::Task<> {
    std::vector<hd::task::JoinHandle<void>> others;
    for (int i = 0; i < 8; ++i) {
      others.push_back(hd::task::spawn([]() -> hd::Task<> {
        ++ran;
        co_return;
      }()));
    }
    while (ran < 4) std::this_thread::yield();
    for (auto& other : others) (co_await other).value();
  }())).value();
  const Metrics metrics = runtime.metrics();
  const auto steps = metrics.worker_steal_operations(0) + metrics.worker_steal_operations(1);
  const auto tasks = metrics.worker_steal_count(0) + metrics.worker_steal_count(1);
  EXPECT_GE(steps, 1U);
  EXPECT_GE(tasks, 4U);
  EXPECT_GE(tasks, steps);
}

}  // namespace
}  // namespace heddle_test
