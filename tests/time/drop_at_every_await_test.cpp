// SPDX-License-Identifier: MIT
// What waits for time, dropped at each of its suspensions: its timer is gone, and what it was given is kept.
#include "support/drop_at_every_await.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/time/sleep.hpp>
#include <heddle/time/timeout.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

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

}  // namespace
