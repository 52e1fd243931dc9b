// SPDX-License-Identifier: MIT
// timeout and timeout_at, in paused time: no real waiting, exact ends.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/select.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/timeout.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::time::Elapsed;
using hd::time::Instant;
using hd::time::sleep;
using hd::time::timeout;
using hd::time::timeout_at;

template <hd::Future F>
void run_paused(F future) {
  auto runtime = hd::runtime::Builder::current_thread().start_paused(true).build().value();
  runtime.block_on(std::move(future));
}

TEST(TimeTimeout, what_is_ready_at_once_needs_no_timer) {
  // Outside a runtime, where arming a timer would throw.
  EXPECT_EQ(hd::block_on(timeout(0s, hd::ready(3))), 3);
  EXPECT_TRUE(hd::block_on(timeout(1s, hd::ready())).has_value());
}

TEST(TimeTimeout, a_future_that_is_in_time_gives_its_result) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    EXPECT_TRUE((co_await timeout(1s, sleep(500ms))).has_value());
    EXPECT_EQ(Instant::now() - start, 500ms);
  }());
}

TEST(TimeTimeout, a_future_that_is_late_gives_elapsed_at_the_deadline) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto late = co_await timeout(500ms, sleep(1s));
    EXPECT_FALSE(late.has_value());
    EXPECT_EQ(late.error(), Elapsed());
    EXPECT_EQ(Instant::now() - start, 500ms);
    EXPECT_FALSE((co_await timeout_at(start + 700ms, hd::pending())).has_value());
    EXPECT_EQ(Instant::now() - start, 700ms);
  }());
}

TEST(TimeTimeout, a_deadline_in_the_past_elapses_at_once) {
  run_paused([]() -> hd::Task<> {
    EXPECT_FALSE((co_await timeout(-1s, hd::pending())).has_value());
    EXPECT_FALSE((co_await timeout_at(Instant(0), hd::pending())).has_value());
  }());
}

TEST(TimeTimeout, a_duration_without_end_never_elapses) {
  run_paused([]() -> hd::Task<> {
    EXPECT_TRUE((co_await timeout(std::chrono::seconds::max(), sleep(24h))).has_value());
  }());
}

hd::Async<> holds(std::shared_ptr<int>& kept) {
  const std::shared_ptr<int> local = std::exchange(kept, nullptr);
  co_await hd::pending();
}

TEST(TimeTimeout, a_temporary_is_dropped_as_soon_as_the_time_has_passed) {
  run_paused([]() -> hd::Task<> {
    auto kept = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = kept;
    const auto expired = [&](auto result) { return !result.has_value() && watch.expired(); };
    const bool gone = co_await hd::select(hd::on(timeout(1s, holds(kept)), expired));
    EXPECT_TRUE(gone);
  }());
}

TEST(TimeTimeout, a_named_future_goes_on_after_it) {
  run_paused([]() -> hd::Task<> {
    auto slow = sleep(3s);
    const Instant start = Instant::now();
    EXPECT_FALSE((co_await timeout(1s, slow)).has_value());
    EXPECT_FALSE((co_await timeout(1s, slow)).has_value());
    EXPECT_TRUE((co_await timeout(2s, slow)).has_value());
    EXPECT_EQ(Instant::now() - start, 3s);
  }());
}

// Spends the whole budget at each poll, and is never ready.
hd::Poll<int> busy(hd::Context& cx) {
  while (cx.may_proceed()) cx.made_progress();
  return hd::Pending;
}

TEST(TimeTimeout, fires_over_a_future_that_spends_the_whole_budget) {
  auto runtime = hd::runtime::Builder::current_thread().build().value();
  runtime.block_on([]() -> hd::Task<> {
    EXPECT_FALSE((co_await timeout(5ms, hd::poll_fn(&busy))).has_value());
  }());
}

TEST(TimeTimeout, a_future_that_is_ready_when_its_time_is_up_is_in_time) {
  run_paused([]() -> hd::Task<> {
    EXPECT_TRUE((co_await timeout(100ms, sleep(100ms))).has_value());
    const Instant past = Instant::now() - 1s;
    EXPECT_EQ(co_await timeout_at(past, hd::ready(1)), 1);
  }());
}

TEST(TimeTimeout, a_future_is_asked_once_before_it_is_late) {
  run_paused([]() -> hd::Task<> {
    static int polls;
    polls = 0;
    const auto counts = [](hd::Context&) -> hd::Poll<int> {
      ++polls;
      return hd::Pending;
    };
    EXPECT_FALSE((co_await timeout_at(Instant(0), hd::poll_fn(counts))).has_value());
    EXPECT_EQ(polls, 1);
  }());
}

TEST(TimeTimeout, what_the_future_throws_is_thrown) {
  run_paused([]() -> hd::Task<> {
    const auto throws = []() -> hd::Async<int> {
      co_await sleep(1ms);
      throw std::runtime_error("inner");
    };
    std::string what;
    try {
      static_cast<void>(co_await timeout(1s, throws()));
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    EXPECT_EQ(what, "inner");
  }());
}

TEST(TimeTimeout, outside_of_a_runtime_waiting_for_it_throws) {
  EXPECT_THROW(static_cast<void>(hd::block_on(timeout(1s, hd::pending()))), hd::runtime::NoRuntime);
}

TEST(TimeTimeout, a_loser_of_a_select_leaves_no_timer_behind) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    for (int i = 0; i < 100; ++i) {
      const bool first = co_await hd::select(hd::on(timeout(10s, sleep(1h)), [](auto) { return false; }),
                                             hd::on(sleep(1ms), [] { return true; }));
      EXPECT_TRUE(first);
    }
    EXPECT_EQ(Instant::now() - start, 100ms);
  }());
}

}  // namespace
