// SPDX-License-Identifier: MIT
// Paused time, step by step. After Tokio's tests of that name; paused_time_test.cpp has what is heddle's own.
#include "support/paused.hpp"
#include "support/polled.hpp"
#include "support/run_in.hpp"

#include <heddle/base/random.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/interval.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace time = heddle::time;
using namespace std::chrono_literals;
using heddle::test::Polled;
using time::Instant;
using Years = std::chrono::duration<std::int64_t, std::ratio<365 * 24 * 3600>>;

auto sleeping_until(Instant deadline) {
  return Polled([deadline] { return time::sleep_until(deadline); });
}

TEST(TimePause, time_can_be_paused_in_the_outermost_future_and_in_a_task) {
  for (const bool in_task : {false, true}) {
    auto runtime = hd::runtime::Builder::current_thread().build().value();
    const auto pauses = []() -> hd::Task<> {
      time::pause();
      const Instant start = Instant::now();
      co_await time::sleep(24h);
      EXPECT_EQ(start.elapsed(), 24h);
    };
    if (in_task) {
      EXPECT_TRUE(runtime.block_on(runtime.spawn(pauses())).has_value());
    } else {
      runtime.block_on(pauses());
    }
  }
}

TEST(TimePause, on_a_multi_thread_runtime_pausing_is_an_error_that_says_why) {
  hd::test::run_in(hd::test::Scheduler::kMultiThread, []() -> hd::Task<> {
    std::string what;
    try {
      time::pause();
    } catch (const std::logic_error& error) {
      what = error.what();
    }
    EXPECT_NE(what.find("current-thread"), std::string::npos) << what;
    co_return;
  }());
}

TEST(TimePause, advancing_a_clock_that_runs_is_an_error_that_says_why_on_both_schedulers) {
  for (const auto scheduler : {hd::test::Scheduler::kCurrentThread, hd::test::Scheduler::kMultiThread}) {
    hd::test::run_in(scheduler, []() -> hd::Task<> {
      std::string what;
      try {
        co_await time::advance(1s);
      } catch (const std::logic_error& error) {
        what = error.what();
      }
      EXPECT_NE(what.find("not paused"), std::string::npos) << what;
    }());
  }
}

TEST(TimePause, two_runs_of_one_program_see_the_same_times) {
  const auto run = [] {
    return run_paused([]() -> hd::Task<std::vector<std::chrono::nanoseconds>> {
      hd::base::FastRandom random(1);
      std::vector<std::chrono::nanoseconds> times;
      const Instant start = Instant::now();
      for (int i = 0; i < 1000; ++i) {
        co_await time::sleep(std::chrono::microseconds(random.below(1'000'000)));
        times.push_back(start.elapsed());
      }
      co_return times;
    }());
  };
  const auto first = run();
  EXPECT_EQ(first, run());
}

TEST(TimePause, a_sleep_that_is_not_due_stays_pending_polled_before_or_not) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto polled = sleeping_until(start + 300ms);
    auto fresh = sleeping_until(start + 300ms);
    EXPECT_TRUE(polled.pending());
    co_await time::advance(100ms);
    EXPECT_EQ(start.elapsed(), 100ms);
    EXPECT_TRUE(polled.pending());
    EXPECT_TRUE(fresh.pending());
    co_await time::advance(200ms);
    EXPECT_FALSE(polled.pending());
    EXPECT_FALSE(fresh.pending());
  }());
}

TEST(TimePause, advance_moves_the_clock_by_exactly_what_was_asked) {
  run_paused([]() -> hd::Task<> {
    for (const auto duration : {51'592us, 1us, 3'141'592us, 3'123'456us, 1'000us, 0us}) {
      const Instant start = Instant::now();
      auto sleeper = sleeping_until(start + 60s);
      EXPECT_TRUE(sleeper.pending());
      co_await time::advance(duration);
      EXPECT_EQ(start.elapsed(), duration);
      EXPECT_TRUE(sleeper.pending());
    }
  }());
}

TEST(TimePause, steps_below_a_tick_add_up) {
  run_paused([]() -> hd::Task<> {
    auto sleeper = sleeping_until(Instant::now() + 1ms);
    EXPECT_TRUE(sleeper.pending());
    for (int i = 0; i < 3; ++i) {
      co_await time::advance(250us);
      EXPECT_TRUE(sleeper.pending());
      EXPECT_FALSE(sleeper.is_woken());
    }
    co_await time::advance(250us);
    EXPECT_TRUE(sleeper.is_woken());
    EXPECT_FALSE(sleeper.pending());
  }());
}

TEST(TimePause, an_interval_catches_up_with_an_advance) {
  run_paused([]() -> hd::Task<> {
    auto ticks = time::interval(300ms);
    co_await ticks.tick();
    const Instant start = Instant::now();
    co_await time::advance(1h);
    for (int i = 1; i <= 12'000; ++i) {
      const Instant tick = co_await ticks.tick();
      if (tick - start != i * 300ms) ADD_FAILURE() << i;
    }
    EXPECT_EQ(start.elapsed(), 1h);
  }());
}

TEST(TimePause, sleeps_are_exact_after_decades_whatever_their_length) {
  run_paused([]() -> hd::Task<> {
    const Instant boot = Instant::now();
    for (int decade = 1; decade <= 20; ++decade) {
      co_await time::advance(Years(10));
      for (const auto duration : {std::chrono::nanoseconds(1ms), std::chrono::nanoseconds(64ms * 64 * 64),
                                  std::chrono::nanoseconds(Years(1)), std::chrono::nanoseconds(Years(10))}) {
        const Instant start = Instant::now();
        co_await time::sleep(duration);
        EXPECT_EQ(start.elapsed(), duration);
      }
    }
    EXPECT_GT(boot.elapsed(), Years(200));
  }());
}

TEST(TimePause, a_sleep_that_crosses_every_level_of_the_wheel_is_exact_beside_short_ones) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto far = sleeping_until(start + Years(100));
    EXPECT_TRUE(far.pending());
    for (int i = 0; i < 60; ++i) {
      const Instant before = Instant::now();
      co_await time::sleep(std::chrono::milliseconds(std::int64_t{1} << (i % 40)));
      EXPECT_EQ(before.elapsed(), std::chrono::milliseconds(std::int64_t{1} << (i % 40)));
      EXPECT_EQ(far.is_woken(), false);
    }
    co_await time::sleep_until(start + Years(100) - 1ms);
    EXPECT_FALSE(far.is_woken());
    co_await time::sleep(1ms);
    EXPECT_TRUE(far.is_woken());
    EXPECT_FALSE(far.pending());
  }());
}

TEST(TimePause, the_end_of_time_is_reached_and_not_passed) {
  run_paused([]() -> hd::Task<> {
    const Instant end(std::numeric_limits<std::uint64_t>::max());
    while (Instant::now() < end) co_await time::advance(std::chrono::nanoseconds::max());
    EXPECT_EQ(Instant::now(), end);
    co_await time::sleep(1ms);  // saturates: due now
    EXPECT_EQ(Instant::now(), end);
  }());
}

}  // namespace
}  // namespace heddle_test
