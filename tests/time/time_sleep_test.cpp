// SPDX-License-Identifier: MIT
// Sleeping: never early, never lost, on every scheduler; and, in paused time, resets. After Tokio's time_sleep.rs.
#include "support/paused.hpp"
#include "support/polled.hpp"
#include "support/task_fixture.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
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

// In paused time, where each step is exact.

auto sleeping_until(Instant deadline) {
  return hd::test::Polled([deadline] { return hd::time::sleep_until(deadline); });
}

TEST(SleepingPaused, it_is_elapsed_once_its_time_has_come_polled_or_not) {
  heddle_test::run_paused([]() -> hd::Task<> {
    auto sleep = hd::time::sleep(10ms);
    EXPECT_FALSE(sleep.is_elapsed());
    EXPECT_FALSE(co_await ready_at_once(sleep));
    EXPECT_FALSE(sleep.is_elapsed());
    co_await sleep;
    EXPECT_TRUE(sleep.is_elapsed());
  }());
}

TEST(SleepingPaused, one_that_waits_may_be_reset_to_an_earlier_or_a_later_time) {
  heddle_test::run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto earlier = sleeping_until(start + 100ms);
    auto later = sleeping_until(start + 100ms);
    EXPECT_TRUE(earlier.pending());
    EXPECT_TRUE(later.pending());
    co_await hd::time::sleep(10ms);
    earlier->reset(start + 80ms);
    later->reset(start + 200ms);
    EXPECT_TRUE(earlier.pending());
    EXPECT_TRUE(later.pending());
    co_await hd::time::sleep_until(start + 79ms);
    EXPECT_FALSE(earlier.is_woken());
    co_await hd::time::sleep(1ms);
    EXPECT_TRUE(earlier.is_woken());
    EXPECT_FALSE(earlier.pending());
    co_await hd::time::sleep_until(start + 199ms);
    EXPECT_FALSE(later.is_woken());
    co_await hd::time::sleep(1ms);
    EXPECT_TRUE(later.is_woken());
    EXPECT_FALSE(later.pending());
  }());
}

TEST(SleepingPaused, one_that_waits_and_is_reset_to_the_past_is_ready) {
  heddle_test::run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto sleeper = sleeping_until(start + 100ms);
    EXPECT_TRUE(sleeper.pending());
    co_await hd::time::sleep(50ms);
    EXPECT_FALSE(sleeper.is_woken());
    sleeper->reset(start + 40ms);
    EXPECT_FALSE(sleeper.pending());
  }());
}

TEST(SleepingPaused, one_that_has_ended_stays_so_until_it_is_reset) {
  heddle_test::run_paused([]() -> hd::Task<> {
    auto sleeper = sleeping_until(Instant::now() + 1ms);
    EXPECT_TRUE(sleeper.pending());
    co_await hd::time::sleep(1ms);
    EXPECT_FALSE(sleeper.pending());
    EXPECT_FALSE(sleeper.pending());
    sleeper->reset(Instant::now() + 600s);
    EXPECT_TRUE(sleeper.pending());
    EXPECT_TRUE(sleeper.pending());
  }());
}

TEST(SleepingPaused, one_that_was_reset_to_the_time_of_another_may_be_dropped_when_that_fires) {
  heddle_test::run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto first = sleeping_until(start + 5ms);
    auto third = sleeping_until(start + 10ms);
    {
      auto second = sleeping_until(start + 5ms);
      EXPECT_TRUE(first.pending());
      EXPECT_TRUE(second.pending());
      EXPECT_TRUE(third.pending());
      second->reset(start + 10ms);
      EXPECT_TRUE(second.pending());
      co_await hd::time::sleep_until(start + 5ms);
      EXPECT_TRUE(first.is_woken());
      EXPECT_FALSE(second.is_woken());
    }
    co_await hd::time::sleep_until(start + 10ms);
    EXPECT_TRUE(third.is_woken());
  }());
}

TEST(SleepingPaused, a_wake_may_drop_all_that_are_due_with_it) {
  heddle_test::run_paused([]() -> hd::Task<> {
    std::vector<std::unique_ptr<hd::time::Sleep>> sleeps;
    int wakes = 0;
    const hd::Waker waker = hd::future::waker_fn([&] {
      ++wakes;
      std::exchange(sleeps, {}).clear();
    });
    for (int i = 0; i < 100; ++i) {
      sleeps.push_back(std::unique_ptr<hd::time::Sleep>(new hd::time::Sleep(Instant::now() + 10ms)));
      hd::Context cx(waker);
      EXPECT_TRUE(sleeps.back()->poll(cx).is_pending());
    }
    co_await hd::time::sleep(11ms);
    EXPECT_GE(wakes, 1);
    EXPECT_TRUE(sleeps.empty());
  }());
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
