// SPDX-License-Identifier: MIT
// throttle, timeout and chunks_timeout. After tokio-stream's tests time_throttle, stream_timeout and chunks_timeout.
#include "support/paused.hpp"
#include "support/stream.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/stream.hpp>
#include <heddle/future/gen.hpp>
#include <heddle/future/stream_consumer.hpp>
#include <heddle/future/stream_source.hpp>
#include <heddle/time/interval.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/stream.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace stream = heddle::stream;
namespace time = heddle::time;
using namespace std::chrono_literals;
using time::Elapsed;
using time::Instant;
using Numbers = std::vector<int>;

/// 1, 2, 3 … each after its delay.
hd::Gen<int> delayed(std::vector<std::chrono::nanoseconds> delays) {
  int item = 0;
  for (const auto delay : delays) {
    co_await time::sleep(delay);
    co_yield ++item;
  }
}

TEST(TimeThrottle, the_first_item_comes_at_once_and_each_further_one_after_the_pause) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto slow = stream::iter(std::views::iota(0, 4)) | stream::throttle(100ms);
    for (int i = 0; i < 4; ++i) {
      const auto item = co_await hd::next(slow);
      EXPECT_EQ(item, i);
      EXPECT_EQ(start.elapsed(), i * 100ms);
    }
    const auto last = co_await hd::next(slow);
    EXPECT_FALSE(last.has_value());
    EXPECT_EQ(start.elapsed(), 400ms);
  }());
}

TEST(TimeThrottle, an_item_that_comes_later_than_the_pause_does_not_wait) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto slow = delayed({10ms, 200ms, 10ms}) | stream::throttle(100ms);
    static_cast<void>(co_await hd::next(slow));
    EXPECT_EQ(start.elapsed(), 10ms);
    static_cast<void>(co_await hd::next(slow));
    // Its delay begins when it is asked for, after the pause.
    EXPECT_EQ(start.elapsed(), 310ms);
    co_await time::sleep(1s);
    static_cast<void>(co_await hd::next(slow));
    EXPECT_EQ(start.elapsed(), 1320ms);
  }());
}

TEST(TimeThrottle, a_pause_of_zero_is_none) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    const auto count = co_await stream::count(stream::iter(std::views::iota(0, 5)) | stream::throttle(0s));
    EXPECT_EQ(count, 5U);
    EXPECT_EQ(start.elapsed(), 0s);
  }());
}

TEST(StreamTimeout, an_item_that_is_late_is_reported_once_and_may_still_come) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto timed = delayed({10ms, 350ms, 10ms}) | stream::timeout(100ms);
    auto item = co_await hd::next(timed);
    EXPECT_EQ(item.value(), 1);
    item = co_await hd::next(timed);
    EXPECT_EQ(item.value().error(), Elapsed());
    EXPECT_EQ(start.elapsed(), 110ms);
    item = co_await hd::next(timed);
    EXPECT_EQ(item.value(), 2);
    EXPECT_EQ(start.elapsed(), 360ms);
    item = co_await hd::next(timed);
    EXPECT_EQ(item.value(), 3);
    item = co_await hd::next(timed);
    EXPECT_FALSE(item.has_value());
  }());
}

TEST(StreamTimeout, what_is_there_is_never_late) {
  run_paused([]() -> hd::Task<> {
    auto timed = stream::iter(std::views::iota(0, 3)) | stream::timeout(0s);
    for (int i = 0; i < 3; ++i) {
      co_await time::sleep(1s);
      const auto item = co_await hd::next(timed);
      EXPECT_EQ(item.value(), i);
    }
  }());
}

TEST(StreamTimeout, fires_over_a_stream_that_spends_the_whole_budget) {
  run_paused([]() -> hd::Task<> {
    auto busy = stream::iter(std::views::iota(0)) | stream::filter([](int) { return false; }) | stream::timeout(10ms);
    PolledStream polled(std::move(busy));
    EXPECT_TRUE(polled.pending());
    co_await time::advance(10ms);
    EXPECT_EQ(polled.item().error(), Elapsed());
  }());
}

TEST(ChunksTimeout, a_full_chunk_does_not_wait) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto chunks = stream::iter(std::views::iota(0, 5)) | stream::chunks_timeout(2, 1h);
    const auto all = co_await stream::collect(std::move(chunks));
    EXPECT_EQ(all, (std::vector<Numbers>{{0, 1}, {2, 3}, {4}}));
    EXPECT_EQ(start.elapsed(), 0s);
  }());
}

TEST(ChunksTimeout, a_chunk_is_given_when_its_time_is_up_counted_from_its_first_item) {
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto chunks = delayed({500ms, 1s, 3s, 100ms}) | stream::chunks_timeout(4, 2s);
    auto chunk = co_await hd::next(chunks);
    EXPECT_EQ(chunk, Numbers({1, 2}));
    EXPECT_EQ(start.elapsed(), 2500ms);
    chunk = co_await hd::next(chunks);
    EXPECT_EQ(chunk, Numbers({3, 4}));
    EXPECT_EQ(start.elapsed(), 4600ms);
    chunk = co_await hd::next(chunks);
    EXPECT_FALSE(chunk.has_value());
  }());
}

TEST(ChunksTimeout, a_dropped_next_loses_no_item) {
  run_paused([]() -> hd::Task<> {
    auto chunks = delayed({10ms, 10ms, 10ms, 10ms}) | stream::chunks_timeout(4, 1h);
    std::optional<Numbers> chunk;
    int tries = 0;
    for (; !chunk; ++tries) {
      auto answer = co_await time::timeout(3ms, hd::next(chunks));
      if (answer.has_value()) chunk = *std::move(answer);
    }
    EXPECT_EQ(*chunk, Numbers({1, 2, 3, 4}));
    EXPECT_GT(tries, 10);
  }());
}

TEST(ChunksTimeout, fires_over_a_stream_that_spends_the_whole_budget) {
  run_paused([]() -> hd::Task<> {
    auto once_in_ever = [](int i) { return i == 0; };
    auto busy = stream::iter(std::views::iota(0)) | stream::filter(once_in_ever) | stream::chunks_timeout(2, 10ms);
    PolledStream polled(std::move(busy));
    EXPECT_TRUE(polled.pending());
    co_await time::advance(10ms);
    EXPECT_EQ(polled.item(), Numbers({0}));
  }());
}

TEST(ChunksTimeout, a_size_of_zero_is_refused) {
  EXPECT_THROW(static_cast<void>(stream::chunks_timeout(0, 1s)), std::invalid_argument);
}

TEST(TimeStream, an_interval_is_a_stream_of_its_ticks) {
  static_assert(hd::Stream<time::Interval>);
  run_paused([]() -> hd::Task<> {
    const Instant start = Instant::now();
    const auto since = [start](Instant tick) { return tick - start; };
    auto source = time::interval(10ms) | stream::map(since) | stream::take(3);
    const auto ticks = co_await stream::collect(std::move(source));
    EXPECT_EQ(ticks, (std::vector<std::chrono::nanoseconds>{0ms, 10ms, 20ms}));
  }());
}

TEST(TimeStream, moving_it_before_the_first_poll_keeps_its_time) {
  run_paused([]() -> hd::Task<> {
    auto timed = stream::pending<int>() | stream::timeout(10ms);
    co_await time::advance(4ms);
    auto moved = std::move(timed);
    const Instant start = Instant::now();
    const auto item = co_await hd::next(moved);
    EXPECT_FALSE(item.value().has_value());
    EXPECT_EQ(start.elapsed(), 6ms);
  }());
}

}  // namespace
}  // namespace heddle_test
