// SPDX-License-Identifier: MIT
// What waits for time, dropped at each of its suspensions: its timer is gone, and what it was given is kept.
#include "support/drop_at_every_await.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/future/gen.hpp>
#include <heddle/time/delay_queue.hpp>
#include <heddle/time/interval.hpp>
#include <heddle/time/sleep.hpp>
#include <heddle/time/stream.hpp>
#include <heddle/time/timeout.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <expected>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using heddle_test::drop_at_every_await;

struct Sleeps {
  hd::time::Instant begin = hd::time::Instant::now();

  hd::Async<> run() {
    co_await hd::time::sleep(1ms);
    co_await hd::time::sleep_until(begin + 2ms);
    co_await hd::time::sleep(0ms);
    co_await hd::time::sleep(1ms);
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_GE(hd::time::Instant::now() - begin, 3ms);
  }
};

TEST(DropAtEveryAwait, sleep_may_be_slept_again) { drop_at_every_await<Sleeps>(); }

/// A named future whose timeout was dropped, or has passed, goes on; the message of a temporary stays in the channel.
struct TimesOut {
  hd::mpsc::Channel<int> channel = hd::mpsc::sync_channel<int>(1);
  int got = 0;

  TimesOut() {
    hd::task::spawn([](hd::mpsc::Sender<int> tx) -> hd::Task<> {
      for (int i = 1; i <= 3; ++i) {
        co_await hd::time::sleep(2ms);
        EXPECT_TRUE((co_await tx.send_async(i)).has_value());
      }
    }(std::move(channel.tx)));
  }
  hd::Async<> run() {
    for (;;) {
      const auto message = co_await hd::time::timeout(1ms, channel.rx.recv_async());
      if (!message) continue;
      if (!*message) co_return;
      ++got;
    }
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(got, 3);
  }
};

TEST(DropAtEveryAwait, timeout_loses_no_message) { drop_at_every_await<TimesOut>(); }

struct Ticks {
  hd::time::Instant begin = hd::time::Instant::now();
  hd::time::Interval ticks = hd::time::interval_at(begin + 1ms, 1ms);
  int got = 0;

  hd::Async<> run() {
    while (got < 4) {
      const hd::time::Instant tick = co_await ticks.tick();
      ++got;
      EXPECT_EQ(tick - begin, got * 1ms);
    }
  }
  hd::Async<> kept() { co_await run(); }
};

TEST(DropAtEveryAwait, an_interval_loses_no_tick) { drop_at_every_await<Ticks>(); }

struct Expires {
  hd::time::DelayQueue<int> queue;
  int got = 0;

  Expires() {
    for (int i = 1; i <= 4; ++i) queue.insert(i, i * 1ms);
  }
  hd::Async<> run() {
    while (auto expired = co_await hd::next(queue)) {
      ++got;
      EXPECT_EQ(**expired, got);
    }
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(got, 4);
  }
};

TEST(DropAtEveryAwait, a_delay_queue_loses_no_value) { drop_at_every_await<Expires>(); }

hd::Gen<int> every_millisecond(int count) {
  for (int i = 1; i <= count; ++i) {
    co_await hd::time::sleep(1ms);
    co_yield i;
  }
}

template <hd::Stream S>
struct TakesAll {
  S stream;
  int got = 0;

  explicit TakesAll(S taken) : stream(std::move(taken)) {}
  void take(int item) { EXPECT_EQ(item, ++got); }
  void take(const std::vector<int>& items) {
    for (const int item : items) take(item);
  }
  void take(const std::expected<int, hd::time::Elapsed>& item) {
    if (item.has_value()) take(*item);
  }
  hd::Async<> run() {
    while (auto item = co_await hd::next(stream)) take(*item);
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(got, 4);
  }
};

using ThrottledStream = decltype(every_millisecond(4) | hd::stream::throttle(2ms));
struct Throttles : TakesAll<ThrottledStream> {
  Throttles() : TakesAll(every_millisecond(4) | hd::stream::throttle(2ms)) {}
};
TEST(DropAtEveryAwait, throttle_loses_no_item) { drop_at_every_await<Throttles>(); }

using TimedStream = decltype(every_millisecond(4) | hd::stream::timeout(1us));
struct TimesItems : TakesAll<TimedStream> {
  TimesItems() : TakesAll(every_millisecond(4) | hd::stream::timeout(1us)) {}
};
TEST(DropAtEveryAwait, a_streams_timeout_loses_no_item) { drop_at_every_await<TimesItems>(); }

using ChunkedStream = decltype(every_millisecond(4) | hd::stream::chunks_timeout(3, 2ms));
struct Chunks : TakesAll<ChunkedStream> {
  Chunks() : TakesAll(every_millisecond(4) | hd::stream::chunks_timeout(3, 2ms)) {}
};
TEST(DropAtEveryAwait, chunks_timeout_loses_no_item) { drop_at_every_await<Chunks>(); }

}  // namespace
