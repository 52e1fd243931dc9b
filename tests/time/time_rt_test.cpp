// SPDX-License-Identifier: MIT
// Timers in each kind of runtime. After Tokio's tests of that name.
#include "support/task_fixture.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/time/interval.hpp>
#include <heddle/time/sleep.hpp>
#include <heddle/time/timeout.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace time = heddle::time;
using namespace std::chrono_literals;
using time::Instant;

class TimeRt : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, TimeRt, every_kind(), name_of);

TEST_P(TimeRt, a_spawned_task_sleeps) {
  run([]() -> hd::Task<> {
    auto [tx, rx] = hd::mpsc::channel<bool>();
    static_cast<void>(hd::task::spawn([](hd::mpsc::Sender<bool> done) -> hd::Task<> {
      const Instant when = Instant::now() + 2ms;
      co_await time::sleep_until(when);
      done.send(Instant::now() >= when).value();
    }(std::move(tx))));
    const auto in_time = co_await rx.recv_async();
    EXPECT_EQ(in_time, true);
  }());
}

TEST_P(TimeRt, many_tasks_start_and_drop_timers_at_once) {
  run([]() -> hd::Task<> {
    std::vector<hd::task::JoinHandle<void>> tasks;
    for (int i = 0; i < 32; ++i) {
      tasks.push_back(hd::task::spawn([](int n) -> hd::Task<> {
        for (int round = 0; round < 20; ++round) {
          EXPECT_TRUE((co_await time::timeout(1h, hd::task::yield_now())).has_value());
          EXPECT_FALSE((co_await time::timeout(std::chrono::microseconds(n), hd::pending())).has_value());
        }
      }(i)));
    }
    for (auto& task : tasks) EXPECT_TRUE((co_await task).has_value());
  }());
}

TEST_P(TimeRt, an_interval_ticks_in_real_time_and_never_early) {
  run([]() -> hd::Task<> {
    const Instant start = Instant::now();
    auto ticks = time::interval_at(start, 2ms);
    for (int i = 0; i < 5; ++i) {
      const Instant planned = co_await ticks.tick();
      EXPECT_EQ(planned - start, i * 2ms);
      EXPECT_GE(Instant::now(), planned);
    }
  }());
}

TEST_P(TimeRt, a_task_asleep_is_dropped_with_its_runtime) {
  auto handle = runtime->spawn([]() -> hd::Task<> { co_await time::sleep(24h); }());
  runtime.reset();
  const auto result = hd::block_on(std::move(handle));
  EXPECT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_cancelled());
}

TEST_P(TimeRt, a_tick_outlives_its_runtime_as_an_error) {
  auto ticks = time::interval_at(Instant::now() + 1h, 1h);
  auto tick = ticks.tick();
  run([](time::Tick* pending) -> hd::Async<> {
    co_await hd::poll_fn([pending](hd::Context& cx) -> hd::Poll<void> {
      EXPECT_TRUE(pending->poll(cx).is_pending());
      return hd::Ready();
    });
  }(&tick));
  runtime.reset();
  EXPECT_THROW(static_cast<void>(hd::block_on(tick)), hd::runtime::RuntimeShutDown);
}

}  // namespace
}  // namespace heddle_test
