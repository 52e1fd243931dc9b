// SPDX-License-Identifier: MIT
// interval: its ticks and what it does about missed ones. After Tokio's tests of that name.
#include "support/paused.hpp"
#include "support/mock_task.hpp"

#include <heddle/future/select.hpp>
#include <heddle/time/interval.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/timeout.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace time = heddle::time;
using namespace std::chrono_literals;
using heddle::test::MockTask;
using time::Instant;
using time::Interval;
using time::MissedTickBehavior;
using Plan = std::vector<std::chrono::nanoseconds>;

/// Every 300 ms from now on, polled step by step.
class Ticking {
 public:
  Ticking() : interval_(time::interval_at(start_, 300ms)) {}

  /// When the ticks that are ready now were planned, since the start.
  Plan due() {
    Plan plan;
    hd::Context cx(task_.waker());
    for (auto tick = interval_.poll_tick(cx); tick.is_ready(); tick = interval_.poll_tick(cx)) {
      plan.push_back(*tick - start_);
    }
    return plan;
  }
  Interval& operator*() { return interval_; }
  Interval* operator->() { return &interval_; }
  [[nodiscard]] Instant start() const { return start_; }
  [[nodiscard]] bool is_woken() { return task_.is_woken(); }

 private:
  MockTask task_;
  Instant start_ = Instant::now();
  Interval interval_;
};

TEST(TimeInterval, a_period_of_zero_or_less_is_refused) {
  EXPECT_THROW(static_cast<void>(time::interval(0s)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(time::interval(-1s)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(time::interval_at(Instant::now(), 0ms)), std::invalid_argument);
}

TEST(TimeInterval, the_first_tick_is_ready_at_once_and_the_others_follow_at_the_period) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto ticks = time::interval(10ms);
    for (int i = 0; i < 5; ++i) {
      const Instant tick = co_await ticks.tick();
      EXPECT_EQ(tick - start, i * 10ms);
      EXPECT_EQ(start.elapsed(), i * 10ms);
    }
  }());
}

TEST(TimeInterval, interval_at_ticks_first_at_its_start) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto ticks = time::interval_at(start + 1h, 10ms);
    const Instant first = co_await ticks.tick();
    EXPECT_EQ(first - start, 1h);
    const Instant second = co_await ticks.tick();
    EXPECT_EQ(second - start, 1h + 10ms);
    EXPECT_EQ(ticks.period(), 10ms);
  }());
}

TEST(TimeInterval, burst_gives_missed_ticks_at_once_and_keeps_the_schedule) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    EXPECT_EQ(ticks->missed_tick_behavior(), MissedTickBehavior::kBurst);
    EXPECT_EQ(ticks.due(), Plan({0ms}));
    co_await time::advance(100ms);
    EXPECT_EQ(ticks.due(), Plan());
    co_await time::advance(200ms);
    EXPECT_EQ(ticks.due(), Plan({300ms}));
    co_await time::advance(650ms);
    EXPECT_EQ(ticks.due(), Plan({600ms, 900ms}));
    co_await time::advance(200ms);
    EXPECT_EQ(ticks.due(), Plan());
    co_await time::advance(100ms);
    EXPECT_EQ(ticks.due(), Plan({1200ms}));
  }());
}

TEST(TimeInterval, delay_shifts_the_schedule_by_what_was_missed) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    ticks->set_missed_tick_behavior(MissedTickBehavior::kDelay);
    EXPECT_EQ(ticks.due(), Plan({0ms}));
    co_await time::advance(300ms);
    EXPECT_EQ(ticks.due(), Plan({300ms}));
    co_await time::advance(650ms);
    EXPECT_EQ(ticks.due(), Plan({600ms}));
    co_await time::advance(299ms);
    EXPECT_EQ(ticks.due(), Plan());
    co_await time::advance(1ms);
    EXPECT_EQ(ticks.due(), Plan({1250ms}));
    co_await time::advance(300ms);
    EXPECT_EQ(ticks.due(), Plan({1550ms}));
  }());
}

TEST(TimeInterval, skip_leaves_out_what_was_missed_and_keeps_the_schedule) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    ticks->set_missed_tick_behavior(MissedTickBehavior::kSkip);
    EXPECT_EQ(ticks.due(), Plan({0ms}));
    co_await time::advance(300ms);
    EXPECT_EQ(ticks.due(), Plan({300ms}));
    co_await time::advance(650ms);
    EXPECT_EQ(ticks.due(), Plan({600ms}));
    co_await time::advance(250ms);
    EXPECT_EQ(ticks.due(), Plan({1200ms}));
    co_await time::advance(300ms);
    EXPECT_EQ(ticks.due(), Plan({1500ms}));
  }());
}

TEST(TimeInterval, a_tick_that_is_up_to_five_milliseconds_late_is_not_missed) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    ticks->set_missed_tick_behavior(MissedTickBehavior::kDelay);
    EXPECT_EQ(ticks.due(), Plan({0ms}));
    co_await time::advance(305ms);
    EXPECT_EQ(ticks.due(), Plan({300ms}));
    co_await time::advance(295ms);
    EXPECT_EQ(ticks.due(), Plan({600ms}));
    co_await time::advance(306ms);
    EXPECT_EQ(ticks.due(), Plan({900ms}));
    co_await time::advance(294ms);
    EXPECT_EQ(ticks.due(), Plan());
    co_await time::advance(6ms);
    EXPECT_EQ(ticks.due(), Plan({1206ms}));
  }());
}

TEST(TimeInterval, reset_puts_the_next_tick_a_period_from_now) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    EXPECT_EQ(ticks.due(), Plan({0ms}));
    co_await time::advance(200ms);
    ticks->reset();
    co_await time::advance(299ms);
    EXPECT_EQ(ticks.due(), Plan());
    co_await time::advance(1ms);
    EXPECT_EQ(ticks.due(), Plan({500ms}));
    co_await time::advance(300ms);
    EXPECT_EQ(ticks.due(), Plan({800ms}));
  }());
}

TEST(TimeInterval, reset_immediately_ticks_now) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    EXPECT_EQ(ticks.due(), Plan({0ms}));
    co_await time::advance(100ms);
    ticks->reset_immediately();
    EXPECT_EQ(ticks.due(), Plan({100ms}));
    co_await time::advance(300ms);
    EXPECT_EQ(ticks.due(), Plan({400ms}));
  }());
}

TEST(TimeInterval, reset_after_and_reset_at_tick_then_and_go_on_at_the_period) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    EXPECT_EQ(ticks.due(), Plan({0ms}));
    co_await time::advance(100ms);
    ticks->reset_after(20ms);
    co_await time::advance(20ms);
    EXPECT_EQ(ticks.due(), Plan({120ms}));
    co_await time::advance(300ms);
    EXPECT_EQ(ticks.due(), Plan({420ms}));
    ticks->reset_at(ticks.start() + 1420ms);
    co_await time::advance(999ms);
    EXPECT_EQ(ticks.due(), Plan());
    co_await time::advance(1ms);
    EXPECT_EQ(ticks.due(), Plan({1420ms}));
    co_await time::advance(300ms);
    EXPECT_EQ(ticks.due(), Plan({1720ms}));
  }());
}

TEST(TimeInterval, a_pending_tick_registers_the_waker_and_a_ready_one_does_not) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    EXPECT_EQ(ticks.due(), Plan({0ms}));  // the last poll was pending
    co_await time::advance(300ms);
    EXPECT_TRUE(ticks.is_woken());
    MockTask task;
    hd::Context cx(task.waker());
    EXPECT_TRUE(ticks->poll_tick(cx).is_ready());
    co_await time::advance(1h);
    EXPECT_FALSE(task.is_woken());
  }());
}

TEST(TimeInterval, a_tick_that_is_dropped_is_given_to_the_next_who_asks) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto ticks = time::interval_at(start + 10ms, 10ms);
    int lost = 0;
    std::optional<Instant> first;
    while (!first) {
      auto won = [&](Instant tick) { first = tick; };
      auto other = [&] { ++lost; };
      co_await hd::select(hd::on(ticks.tick(), won), hd::on(time::sleep(3ms), other));
    }
    EXPECT_EQ(lost, 3);
    EXPECT_EQ(*first - start, 10ms);
  }());
}

TEST(TimeInterval, a_dropped_tick_leaves_no_timer_behind) {
  run_paused([]() -> hd::Task<> {
    auto ticks = time::interval_at(Instant::now() + 1h, 1h);
    MockTask task;
    {
      auto tick = ticks.tick();
      EXPECT_TRUE(task.poll(tick).is_pending());
    }
    co_await time::advance(2h);
    EXPECT_FALSE(task.is_woken());
  }());
}

TEST(TimeInterval, it_keeps_its_schedule_when_it_is_moved) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    EXPECT_EQ(ticks.due(), Plan({0ms}));
    ticks->set_missed_tick_behavior(MissedTickBehavior::kSkip);
    Interval moved = std::move(*ticks);
    const Instant tick = co_await moved.tick();
    EXPECT_EQ(tick - ticks.start(), 300ms);
    EXPECT_EQ(moved.missed_tick_behavior(), MissedTickBehavior::kSkip);
  }());
}

TEST(TimeInterval, a_period_without_end_ticks_once) {
  run_paused([]() -> hd::Task<> {
    auto ticks = time::interval(std::chrono::hours::max());
    const Instant start = Instant::now();
    co_await ticks.tick();
    EXPECT_EQ(Instant::now(), start);
    EXPECT_FALSE((co_await time::timeout(std::chrono::hours(24 * 365), ticks.tick())).has_value());
  }());
}

TEST(TimeInterval, skipping_after_decades_stays_on_the_schedule) {
  run_paused([]() -> hd::Task<> {
    Ticking ticks;
    ticks->set_missed_tick_behavior(MissedTickBehavior::kSkip);
    EXPECT_EQ(ticks.due(), Plan({0ms}));
    co_await time::advance(std::chrono::hours(24 * 365 * 40) + 100ms);
    EXPECT_EQ(ticks.due(), Plan({300ms}));
    co_await time::advance(200ms);
    EXPECT_EQ(ticks.due(), Plan({std::chrono::hours(24 * 365 * 40) + 300ms}));
  }());
}

}  // namespace
}  // namespace heddle_test
