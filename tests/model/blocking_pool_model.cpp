// SPDX-License-Identifier: MIT
// The threads of blocking calls: no job is stranded or run twice, and all threads are gone at the end.
#include "model/explored.hpp"
#include "model/fake_driver.hpp"
#include "model/fake_runtime.hpp"
#include "model/seam/thread.hpp"

#include <heddle/base/deadline.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/spawn_blocking.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <utility>

#include "runtime/blocking_pool.hpp"
#include "runtime/config.hpp"
#include "runtime/current_thread.hpp"

namespace {

using namespace heddle;
using heddle_model::ensure;
using heddle_model::Options;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::FakeDriver;
using heddle_test::FakeRuntime;
using heddle_test::refuse_threads;
using heddle_test::Tracked;

constexpr std::uint64_t kBrief = 10;  // nanoseconds of the model's clock

runtime::Config config_of(std::size_t most_threads, std::uint64_t keep_alive = base::kForever) {
  runtime::Config config;
  config.max_blocking_threads = most_threads;
  config.thread_keep_alive = keep_alive;
  return config;
}

/// A pool, without anything that runs tasks.
class Pool {
 public:
  explicit Pool(std::size_t most_threads, std::uint64_t keep_alive = base::kForever)
      : shared_(new FakeRuntime(config_of(most_threads, keep_alive))) {
    refuse_threads(0);
  }
  ~Pool() { end(); }

  template <class F, class... Args>
  auto submit(F f, Args... args) {
    return runtime::detail::spawn_blocking_on(*shared_, std::source_location::current(), std::move(f),
                                              std::move(args)...);
  }
  template <class F, class... Args>
  auto try_submit(F f, Args... args) {
    return runtime::detail::try_spawn_blocking(*shared_, std::source_location::current(), runtime::detail::NoName(),
                                               std::move(f), std::move(args)...);
  }
  void shut_down() { shared_->blocking_pool().shut_down(); }

  void end(base::Deadline deadline = base::kForever) {
    if (shared_ == nullptr) return;
    shut_down();
    shared_->blocking_pool().wait_until(deadline);
    std::exchange(shared_, nullptr)->end();
  }

 private:
  FakeRuntime* shared_;
};

int value_of(task::JoinHandle<int>& handle) { return block_on(handle).value(); }

TEST(BlockingPoolModel, a_job_is_run_by_a_new_thread) {
  expect_holds({.preemptions = 2, .stale_loads = 2}, [] {
    Pool pool(1);
    auto job = pool.submit([](const Tracked& seven) { return *seven; }, std::make_unique<int>(7));
    ensure(value_of(job) == 7, "its value");
  });
}

TEST(BlockingPoolModel, two_submitters_and_one_thread_run_both_jobs) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 500'000}, [] {
    Pool pool(1);
    Thread other = heddle_model::spawn([&] {
      auto job = pool.submit([] { return 1; });
      ensure(value_of(job) == 1, "the other's value");
    });
    auto job = pool.submit([] { return 2; });
    ensure(value_of(job) == 2, "its value");
    other.join();
  });
}

TEST(BlockingPoolModel, two_submitters_and_two_threads_run_both_jobs) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .most_executions = 500'000}, [] {
    Pool pool(2);
    Thread other = heddle_model::spawn([&] {
      auto job = pool.submit([] { return 1; });
      ensure(value_of(job) == 1, "the other's value");
    });
    auto job = pool.submit([] { return 2; });
    ensure(value_of(job) == 2, "its value");
    other.join();
  });
}

TEST(BlockingPoolModel, a_job_finds_a_thread_idle_or_about_to_be) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Pool pool(1);
    auto first = pool.submit([] { return 1; });
    ensure(value_of(first) == 1, "the first value");
    auto second = pool.submit([] { return 2; });
    ensure(value_of(second) == 2, "the second value");
  });
}

TEST(BlockingPoolModel, a_job_meets_a_thread_whose_time_runs_out) {
  // With one thread allowed: one that counts, but has decided to leave, would strand the job.
  expect_holds({.preemptions = 2, .stale_loads = 0, .early_timeouts = 1}, [] {
    Pool pool(1, kBrief);
    auto first = pool.submit([] { return 1; });
    ensure(value_of(first) == 1, "the first value");
    auto second = pool.submit([] { return 2; });
    ensure(value_of(second) == 2, "the second value");
  });
}

TEST(BlockingPoolModel, two_threads_whose_time_runs_out_are_both_gone_at_the_end) {
  expect_holds({.preemptions = 1, .stale_loads = 1, .early_timeouts = 1, .most_executions = 500'000}, [] {
    Pool pool(2, kBrief);
    auto first = pool.submit([] { return 1; });
    auto second = pool.submit([] { return 2; });
    ensure(value_of(first) + value_of(second) == 3, "both values");
  });
}

TEST(BlockingPoolModel, the_end_meets_a_submitter_whose_job_runs_or_is_cancelled) {
  expect_holds({.preemptions = 2, .stale_loads = 1, .most_executions = 500'000}, [] {
    Pool pool(1);
    Thread other = heddle_model::spawn([&] {
      bool ran = false;
      auto job = pool.submit([&ran](const Tracked&) { ran = true; }, std::make_unique<int>(1));
      const auto result = block_on(job);
      ensure(result.has_value() == ran, "it has run, or says that it was cancelled");
    });
    pool.shut_down();
    other.join();
  });
}

TEST(BlockingPoolModel, the_end_that_waits_no_longer_leaves_nothing_behind) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Pool pool(1);
    auto job = pool.submit([](const Tracked&) { return 1; }, std::make_unique<int>(1));
    pool.end(0);
    const auto result = block_on(job);
    ensure(result.has_value() || result.error().is_cancelled(), "run or cancelled");
  });
}

TEST(BlockingPoolModel, the_end_with_a_deadline_meets_the_end_of_a_job) {
  expect_holds({.preemptions = 2, .stale_loads = 1, .early_timeouts = 1}, [] {
    Pool pool(1);
    auto job = pool.submit([](const Tracked&) { return 1; }, std::make_unique<int>(1));
    pool.end(kBrief);
    const auto result = block_on(job);
    ensure(result.has_value() || result.error().is_cancelled(), "run or cancelled");
  });
}

TEST(BlockingPoolModel, a_job_without_any_thread_is_refused_and_its_arguments_destroyed) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Pool pool(1);
    refuse_threads(1);
    const auto refused = pool.try_submit([](const Tracked&) {}, std::make_unique<int>(1));
    ensure(!refused.has_value() && refused.error() == EAGAIN, "the system's error");
    auto again = pool.submit([] { return 1; });
    ensure(value_of(again) == 1, "the pool goes on");
  });
}

TEST(BlockingPoolModel, a_job_that_is_refused_a_thread_is_run_by_one_that_lives) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Pool pool(2);
    auto first = pool.submit([] { return 1; });
    refuse_threads(1);
    auto second = pool.submit([] { return 2; });
    ensure(value_of(first) + value_of(second) == 3, "both values");
  });
}

TEST(BlockingPoolModel, two_submitters_of_whom_one_is_refused_a_thread_both_get_an_answer) {
  expect_holds({.preemptions = 2, .stale_loads = 1, .most_executions = 500'000}, [] {
    Pool pool(2);
    refuse_threads(1);
    const auto submit = [&] {
      auto job = pool.try_submit([] { return 1; });
      if (job) ensure(value_of(*job) == 1, "its value");
    };
    Thread other = heddle_model::spawn(submit);
    submit();
    other.join();
  });
}

TEST(BlockingPoolModel, a_refusal_meets_a_thread_whose_time_runs_out) {
  expect_holds({.preemptions = 2, .stale_loads = 1, .early_timeouts = 1}, [] {
    Pool pool(2, kBrief);
    auto first = pool.submit([] { return 1; });
    ensure(value_of(first) == 1, "the first value");
    refuse_threads(1);
    auto second = pool.try_submit([] { return 2; });
    if (second) ensure(value_of(*second) == 2, "the second value");
  });
}

TEST(BlockingPoolModel, an_abort_meets_the_begin_of_a_job) {
  expect_holds({.preemptions = 2, .stale_loads = 2}, [] {
    Pool pool(1);
    bool ran = false;
    auto job = pool.submit([&ran](const Tracked&) { ran = true; }, std::make_unique<int>(1));
    job.abort();
    const auto result = block_on(job);
    ensure(result.has_value() == ran, "cancelled before it began, or not at all");
  });
}

TEST(BlockingPoolModel, a_dropped_handle_meets_the_end_of_a_job) {
  expect_holds({.preemptions = 2, .stale_loads = 2}, [] {
    Pool pool(1);
    { auto dropped = pool.submit([] { return std::make_unique<int>(1); }); }
  });
}

TEST(BlockingPoolModel, the_end_of_a_job_lets_a_paused_clock_go_on) {
  expect_holds({.preemptions = 2, .stale_loads = 1, .most_executions = 500'000}, [] {
    refuse_threads(0);
    runtime::Config config = config_of(1);
    config.multi_thread = false;
    config.start_paused = true;
    auto* shared = new runtime::CurrentThread(config, std::make_unique<FakeDriver>());
    {
      auto dropped = runtime::detail::spawn_blocking_on(*shared, std::source_location::current(), [] {});
      runtime::detail::TimerEntry timer;
      auto wait = poll_fn([&](Context& cx) { return timer.poll(cx, 1000 * runtime::Clock::kTick); });
      runtime::detail::TypedMainFuture<decltype(wait)> main(wait);
      shared->block_on(main);
    }
    shared->shut_down();
    shared->blocking_pool().shut_down();
    shared->blocking_pool().wait_until(base::kForever);
    shared->drop_reference();
  });
}

}  // namespace
