// SPDX-License-Identifier: MIT
// Paused time: sleeps in order and to the millisecond, the clock that moves by itself or by hand.
#include "support/gate.hpp"

#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
namespace time = heddle::time;
using namespace std::chrono_literals;
using time::Instant;

class PausedTime : public ::testing::Test {
 protected:
  void SetUp() override {
    log.clear();
    hd::runtime::Builder builder = hd::runtime::Builder::current_thread();
    builder.start_paused();
    runtime.emplace(builder.build().value());
  }
  void TearDown() override { runtime.reset(); }
  template <hd::Future F>
  static hd::OutputOf<F> run(F future) {
    return runtime->block_on(std::move(future));
  }
  static inline std::optional<hd::runtime::Runtime> runtime;

 public:
  static inline std::vector<int> log;
};

hd::Task<> note_after(std::chrono::nanoseconds duration, int note) {
  co_await time::sleep(duration);
  PausedTime::log.push_back(note);
}

TEST_F(PausedTime, a_sleep_takes_exactly_its_milliseconds) {
  run([]() -> hd::Task<> {
    for (const auto duration : {1ms, 5ms, 63ms, 64ms, 65ms, 100ms, 4096ms, 3'600'000ms}) {
      const Instant start = Instant::now();
      co_await time::sleep(duration);
      EXPECT_EQ(start.elapsed(), duration);
    }
  }());
}

TEST_F(PausedTime, a_sleep_shorter_than_a_tick_is_never_early_and_at_most_a_tick_late) {
  run([]() -> hd::Task<> {
    for (const auto duration : {1ns, 999'999ns, 1'000'001ns, 12'345'678ns}) {
      const Instant start = Instant::now();
      co_await time::sleep(duration);
      EXPECT_GE(start.elapsed(), duration);
      EXPECT_LE(start.elapsed(), duration + 1ms);
    }
  }());
}

TEST_F(PausedTime, sleeps_end_in_the_order_of_their_deadlines_and_equal_ones_in_that_of_their_arming) {
  run([]() -> hd::Task<> {
    std::vector<hd::task::JoinHandle<void>> tasks;
    tasks.push_back(hd::task::spawn(note_after(70ms, 5)));
    tasks.push_back(hd::task::spawn(note_after(5ms, 1)));
    tasks.push_back(hd::task::spawn(note_after(5ms, 2)));
    tasks.push_back(hd::task::spawn(note_after(70ms, 6)));
    tasks.push_back(hd::task::spawn(note_after(5ms, 3)));
    tasks.push_back(hd::task::spawn(note_after(24h, 7)));
    tasks.push_back(hd::task::spawn(note_after(10ms, 4)));
    for (auto& task : tasks) EXPECT_TRUE((co_await task).has_value());
  }());
  EXPECT_EQ(log, (std::vector{1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(PausedTime, each_task_sees_the_time_that_it_slept_for) {
  run([]() -> hd::Task<> {
    static Instant start(0);
    start = Instant::now();
    std::vector<hd::task::JoinHandle<void>> tasks;
    for (int i = 100; i > 0; --i) {
      tasks.push_back(hd::task::spawn([](int ms) -> hd::Task<> {
        co_await time::sleep(std::chrono::milliseconds(ms * 37));
        EXPECT_EQ(start.elapsed(), std::chrono::milliseconds(ms * 37));
      }(i)));
    }
    for (auto& task : tasks) EXPECT_TRUE((co_await task).has_value());
  }());
}

TEST_F(PausedTime, a_hundred_thousand_timers_all_fire_in_order) {
  constexpr int kTimers = 100'000;
  static std::vector<Instant> fired;
  fired.clear();
  run([]() -> hd::Task<> {
    std::vector<hd::task::JoinHandle<void>> tasks;
    tasks.reserve(kTimers);
    for (int i = 0; i < kTimers; ++i) {
      tasks.push_back(hd::task::spawn([](int n) -> hd::Task<> {
        const Instant deadline = Instant::now() + std::chrono::milliseconds(1 + n * 7919LL % 600'011);
        co_await time::sleep_until(deadline);
        EXPECT_EQ(Instant::now(), deadline);
        fired.push_back(deadline);
      }(i)));
    }
    for (auto& task : tasks) EXPECT_TRUE((co_await task).has_value());
  }());
  EXPECT_EQ(fired.size(), static_cast<std::size_t>(kTimers));
  EXPECT_TRUE(std::ranges::is_sorted(fired));
}

TEST_F(PausedTime, the_clock_stands_while_a_task_runs) {
  run([]() -> hd::Task<> {
    const Instant start = Instant::now();
    for (int i = 0; i < 1000; ++i) co_await hd::task::yield_now();
    EXPECT_EQ(Instant::now(), start);
  }());
}

TEST_F(PausedTime, the_clock_does_not_move_by_itself_while_another_task_is_runnable) {
  run([]() -> hd::Task<> {
    static Instant start(0);
    start = Instant::now();
    auto sleeper = hd::task::spawn(note_after(1ms, 1));
    for (int i = 0; i < 200; ++i) {
      co_await hd::task::yield_now();
      EXPECT_EQ(Instant::now(), start);
    }
    EXPECT_TRUE((co_await sleeper).has_value());
    EXPECT_EQ(start.elapsed(), 1ms);
  }());
}

TEST_F(PausedTime, a_dropped_sleep_leaves_no_timer_that_would_move_the_clock) {
  static std::optional<heddle_test::Gate> gate;
  gate.emplace();
  static std::atomic<bool> waits;
  waits = false;
  std::thread foreign([] {
    while (!waits) std::this_thread::yield();
    gate->open();
  });
  run([]() -> hd::Task<> {
    const Instant start = Instant::now();
    {
      auto dropped = time::sleep(1h);
      co_await hd::poll_fn([&dropped](hd::Context& cx) -> hd::Poll<void> {
        EXPECT_TRUE(dropped.poll(cx).is_pending());
        return hd::Ready();
      });
    }
    waits = true;
    co_await gate->passed();  // nothing else can happen here but what the foreign thread does
    EXPECT_EQ(Instant::now(), start);
  }());
  foreign.join();
}

TEST_F(PausedTime, a_reset_sleep_waits_for_its_new_deadline_earlier_or_later) {
  run([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto sleep = time::sleep(1s);
    static bool first;
    first = true;
    co_await hd::poll_fn([&sleep, start](hd::Context& cx) -> hd::Poll<void> {
      if (std::exchange(first, false)) {
        EXPECT_TRUE(sleep.poll(cx).is_pending());
        sleep.reset(start + 2s);
        EXPECT_EQ(sleep.deadline(), start + 2s);
      }
      return sleep.poll(cx);
    });
    EXPECT_EQ(start.elapsed(), 2s);
    sleep.reset(Instant::now() + 1h);
    EXPECT_FALSE(sleep.is_elapsed());
    sleep.reset(Instant::now() + 5ms);
    co_await sleep;
    EXPECT_EQ(start.elapsed(), 2s + 5ms);
    EXPECT_TRUE(sleep.is_elapsed());
    co_await sleep;  // ready again, at once
    EXPECT_EQ(start.elapsed(), 2s + 5ms);
  }());
}

TEST_F(PausedTime, advance_fires_what_is_due_in_order_each_at_its_own_time) {
  run([]() -> hd::Task<> {
    static Instant start(0);
    start = Instant::now();
    static std::vector<std::chrono::nanoseconds> seen;
    seen.clear();
    const auto sleeper = [](int ms) -> hd::Task<> {
      co_await time::sleep(std::chrono::milliseconds(ms));
      seen.push_back(start.elapsed());
      co_await time::sleep(std::chrono::milliseconds(ms));
      seen.push_back(start.elapsed());
    };
    static_cast<void>(hd::task::spawn(sleeper(10)));
    static_cast<void>(hd::task::spawn(sleeper(15)));
    static_cast<void>(hd::task::spawn(sleeper(1000)));
    co_await hd::task::yield_now();
    co_await time::advance(25ms);
    EXPECT_EQ(start.elapsed(), 25ms);
    EXPECT_EQ(seen, (std::vector<std::chrono::nanoseconds>{10ms, 15ms, 20ms}));
  }());
}

TEST_F(PausedTime, advance_moves_the_clock_by_any_duration) {
  run([]() -> hd::Task<> {
    const Instant start = Instant::now();
    co_await time::advance(1ns);
    EXPECT_EQ(start.elapsed(), 1ns);
    co_await time::advance(0ns);
    co_await time::advance(-1s);
    EXPECT_EQ(start.elapsed(), 1ns);
    co_await time::advance(std::chrono::hours(24 * 365 * 100));
    EXPECT_EQ(start.elapsed(), std::chrono::hours(24 * 365 * 100) + 1ns);
  }());
}

TEST_F(PausedTime, resume_lets_the_clock_go_on_from_where_it_stands) {
  run([]() -> hd::Task<> {
    const Instant start = Instant::now();
    co_await time::advance(10h);
    time::resume();
    EXPECT_GE(start.elapsed(), 10h);
    const Instant resumed = Instant::now();
    co_await time::sleep(2ms);  // real ones
    EXPECT_GE(resumed.elapsed(), 2ms);
    time::pause();
    const Instant paused = Instant::now();
    EXPECT_GE(paused, resumed);
    co_await time::sleep(10h);
    EXPECT_EQ(paused.elapsed(), 10h);
  }());
}

TEST_F(PausedTime, pausing_twice_and_moving_a_clock_that_runs_are_errors) {
  run([]() -> hd::Task<> {
    EXPECT_THROW(time::pause(), std::logic_error);
    time::resume();
    EXPECT_THROW(time::resume(), std::logic_error);
    bool refused = false;
    try {
      co_await time::advance(1s);
    } catch (const std::logic_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
  }());
}

TEST_F(PausedTime, a_sleep_of_a_foreign_thread_moves_the_clock_too) {
  static std::optional<heddle_test::Gate> gate;
  gate.emplace();
  const Instant start = run([]() -> hd::Task<Instant> { co_return Instant::now(); }());
  std::thread foreign([handle = runtime->handle(), start] {
    handle.block_on([](Instant from) -> hd::Task<> {
      co_await time::sleep(1h);
      EXPECT_EQ(from.elapsed(), 1h);
    }(start));
    gate->open();
  });
  run([]() -> hd::Task<> { co_await gate->passed(); }());
  foreign.join();
}

TEST(PausedTimeElsewhere, a_multi_thread_runtime_cannot_be_paused) {
  auto runtime = hd::runtime::Builder::multi_thread().build().value();
  const auto guard = runtime.enter();
  EXPECT_THROW(time::pause(), std::logic_error);
}

TEST(PausedTimeElsewhere, outside_of_a_runtime_there_is_no_clock_to_pause) {
  EXPECT_THROW(time::pause(), hd::runtime::NoRuntime);
  EXPECT_THROW(time::resume(), hd::runtime::NoRuntime);
}

}  // namespace
