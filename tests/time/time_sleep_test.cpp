// SPDX-License-Identifier: MIT
// Sleeping in real time, on every scheduler: never early, never lost. After Tokio's time_sleep.rs; in paused time:
// paused_time_test.cpp and time_pause_test.cpp.
#include "support/task_fixture.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::time::Instant;
using heddle_test::RuntimeKind;

class Sleeping : public heddle_test::OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, Sleeping, heddle_test::every_kind(), heddle_test::name_of);

TEST_P(Sleeping, a_sleep_is_never_early) {
  run([]() -> hd::Task<> {
    std::vector<hd::task::JoinHandle<void>> tasks;
    for (int i = 0; i < 50; ++i) {
      tasks.push_back(hd::task::spawn([](int n) -> hd::Task<> {
        for (int round = 0; round < 3; ++round) {
          const auto start = std::chrono::steady_clock::now();
          const auto duration = std::chrono::microseconds(137 * n);
          co_await hd::time::sleep(duration);
          EXPECT_GE(std::chrono::steady_clock::now() - start, duration);
        }
      }(i)));
    }
    for (auto& task : tasks) EXPECT_TRUE((co_await task).has_value());
  }());
}

// Polls `future` once; true if it was ready.
template <class F>
auto ready_at_once(F& future) {
  return hd::poll_fn([&future](hd::Context& cx) -> hd::Poll<bool> { return hd::Ready(future.poll(cx).is_ready()); });
}

TEST_P(Sleeping, a_sleep_of_nothing_or_into_the_past_is_ready_at_once) {
  run([]() -> hd::Task<> {
    auto zero = hd::time::sleep(0s);
    auto negative = hd::time::sleep(-1h);
    auto past = hd::time::sleep_until(Instant(0));
    auto now = hd::time::sleep_until(Instant::now());
    EXPECT_TRUE(co_await ready_at_once(zero));
    EXPECT_TRUE(co_await ready_at_once(negative));
    EXPECT_TRUE(co_await ready_at_once(past));
    EXPECT_TRUE(co_await ready_at_once(now));
  }());
}

TEST_P(Sleeping, a_sleep_as_long_as_can_be_said_waits_and_disturbs_no_other) {
  run([]() -> hd::Task<> {
    auto longest = hd::time::sleep(std::chrono::hours::max());
    auto last = hd::time::sleep_until(Instant(std::numeric_limits<std::uint64_t>::max()));
    auto century = hd::time::sleep(std::chrono::years(100));
    EXPECT_FALSE(co_await ready_at_once(longest));
    EXPECT_FALSE(co_await ready_at_once(last));
    EXPECT_FALSE(co_await ready_at_once(century));
    co_await hd::time::sleep(1ms);
    EXPECT_FALSE(co_await ready_at_once(longest));
    EXPECT_FALSE(co_await ready_at_once(last));
    EXPECT_FALSE(longest.is_elapsed());
  }());
}

TEST_P(Sleeping, an_earlier_timer_of_another_task_is_not_overslept) {
  // The first sleeper lets a worker sleep for an hour; the second one must cut that short.
  auto late = runtime->spawn([]() -> hd::Task<> { co_await hd::time::sleep(1h); }());
  for (int i = 0; i < 20; ++i) {
    auto early = runtime->spawn([]() -> hd::Task<> { co_await hd::time::sleep(1ms); }());
    EXPECT_TRUE(runtime->block_on(early).has_value());
  }
  late.abort();
  EXPECT_TRUE(runtime->block_on(late).error().is_cancelled());
}

TEST_P(Sleeping, a_foreign_threads_timer_is_not_overslept) {
  std::thread foreign([handle = runtime->handle()] {
    for (int i = 0; i < 20; ++i) handle.block_on(hd::time::sleep_until(Instant::now() + 1ms));
    gate->open();
  });
  run([]() -> hd::Task<> {
    auto hour = hd::task::spawn([]() -> hd::Task<> { co_await hd::time::sleep(1h); }());
    co_await gate->passed();
    hour.abort();
  }());
  foreign.join();
}

TEST_P(Sleeping, a_sleep_may_be_dropped_by_another_thread_while_it_fires) {
  for (int round = 0; round < 30; ++round) {
    auto task = runtime->spawn([]() -> hd::Task<> { co_await hd::time::sleep(1ms); }());
    std::thread aborter([&] {
      const auto until = std::chrono::steady_clock::now() + 1ms;
      while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
      task.abort();
    });
    const auto result = runtime->block_on(task);
    aborter.join();
    EXPECT_TRUE(result.has_value() || result.error().is_cancelled());
  }
}

TEST_P(Sleeping, a_sleep_polled_by_another_task_wakes_that_one) {
  static std::optional<hd::time::Sleep> sleep;
  bool waits = false;
  while (!waits) {  // a busy machine may be late for the first poll
    sleep.emplace(Instant::now() + 20ms);
    auto first = runtime->spawn([]() -> hd::Task<bool> { co_return co_await ready_at_once(*sleep); }());
    waits = !runtime->block_on(first).value();
  }
  auto second = runtime->spawn([]() -> hd::Task<> { co_await *sleep; }());
  EXPECT_TRUE(runtime->block_on(second).has_value());
  sleep.reset();
}

TEST_P(Sleeping, a_sleep_outlives_its_runtime_and_says_that_it_has_gone) {
  static std::optional<hd::time::Sleep> sleep;
  sleep.emplace(Instant::now() + 1h);
  run([]() -> hd::Task<> { EXPECT_FALSE(co_await ready_at_once(*sleep)); }());
  runtime.reset();
  EXPECT_THROW(hd::block_on(*sleep), hd::runtime::RuntimeShutDown);
  sleep.reset();
}

TEST_P(Sleeping, arming_a_timer_after_the_end_of_the_runtime_says_so) {
  const auto handle = runtime->handle();
  runtime.reset();
  auto sleep = hd::time::sleep(1h);
  EXPECT_THROW(handle.block_on(sleep), hd::runtime::RuntimeShutDown);
}

TEST(SleepingNowhere, a_sleep_that_must_wait_needs_a_runtime) {
  auto sleep = hd::time::sleep(1h);
  EXPECT_THROW(hd::block_on(sleep), hd::runtime::NoRuntime);
}

TEST(SleepingNowhere, the_message_says_how_to_get_one) {
  auto sleep = hd::time::sleep(1h);
  try {
    hd::block_on(sleep);
    FAIL() << "did not throw";
  } catch (const hd::runtime::NoRuntime& error) {
    EXPECT_NE(std::string(error.what()).find("a timer needs a runtime"), std::string::npos);
  }
}

}  // namespace
