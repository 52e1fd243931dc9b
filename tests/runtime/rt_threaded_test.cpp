// SPDX-License-Identifier: MIT
// A multi-thread runtime. After Tokio's rt_threaded.rs; block_in_place and the scheduler's own rules stand elsewhere.
#include "support/drop_counter.hpp"
#include "support/gate.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/oneshot.hpp>
#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::runtime::Builder;

hd::runtime::Runtime with_workers(std::size_t count) {
  Builder builder = Builder::multi_thread();
  return builder.worker_threads(count).build().value();
}

TEST(RtThreaded, one_worker_is_enough) {
  auto runtime = with_workers(1);
  EXPECT_EQ(runtime.block_on(runtime.spawn([]() -> hd::Task<int> { co_return 1; }())).value(), 1);
}

TEST(RtThreaded, many_tasks_each_send_through_a_oneshot) {
  auto runtime = with_workers(4);
  for (int round = 0; round < 10; ++round) {
    std::vector<hd::oneshot::Receiver<int>> receivers;
    for (int i = 0; i < 100; ++i) {
      auto [tx, rx] = hd::oneshot::channel<int>();
      receivers.push_back(std::move(rx));
      static_cast<void>(runtime.spawn([](hd::oneshot::Sender<int> sender, int value) -> hd::Task<> {
        EXPECT_TRUE(std::move(sender).send(value).has_value());
        co_return;
      }(std::move(tx), i)));
    }
    for (int i = 0; i < 100; ++i) EXPECT_EQ(runtime.block_on(receivers[static_cast<std::size_t>(i)]).value(), i);
  }
}

TEST(RtThreaded, messages_go_round_through_a_chain_of_tasks) {
  constexpr int kChain = 50, kCycles = 10;
  auto runtime = with_workers(4);
  auto [first, rest] = hd::mpsc::sync_channel<int>(10);
  std::optional<hd::mpsc::Receiver<int>> end(std::move(rest));
  for (int i = 0; i < kChain; ++i) {
    auto [tx, rx] = hd::mpsc::sync_channel<int>(10);
    static_cast<void>(runtime.spawn([](hd::mpsc::Receiver<int> from, hd::mpsc::Sender<int> to) -> hd::Task<> {
      for (;;) {
        auto message = co_await from.recv_async();
        if (!message) co_return;
        if (!(co_await to.send_async(*message)).has_value()) co_return;
      }
    }(*std::exchange(end, std::nullopt), std::move(tx))));
    end.emplace(std::move(rx));
  }
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    first.send(cycle).value();
    EXPECT_EQ(end->recv().value(), cycle);
  }
}

TEST(RtThreaded, destroying_it_destroys_what_its_tasks_hold) {
  static std::atomic<int> drops, begun;
  drops = begun = 0;
  {
    auto runtime = with_workers(4);
    for (int i = 0; i < 100; ++i) {
      static_cast<void>(runtime.spawn([]() -> hd::Task<> {
        const DropCounter local(drops);
        ++begun;
        co_await hd::pending();
      }()));
    }
    while (begun < 100) std::this_thread::yield();
  }
  EXPECT_EQ(drops, 100);
}

TEST(RtThreaded, start_and_stop_hooks_are_called_by_blocking_threads_too) {
  static std::atomic<int> started, stopped;
  started = stopped = 0;
  {
    Builder builder = Builder::multi_thread();
    builder.worker_threads(2).on_thread_start([] { ++started; }).on_thread_stop([] { ++stopped; });
    auto runtime = builder.build().value();
    runtime.block_on(runtime.spawn_blocking([] {})).value();
    while (started < 3) std::this_thread::yield();
    EXPECT_EQ(stopped, 0);
  }
  EXPECT_EQ(started, 3);
  EXPECT_EQ(stopped, 3);
}

TEST(RtThreaded, park_and_unpark_hooks_come_in_pairs) {
  static std::atomic<int> parks, unparks;
  parks = unparks = 0;
  {
    Builder builder = Builder::multi_thread();
    builder.worker_threads(2).on_thread_park([] { ++parks; }).on_thread_unpark([] { ++unparks; });
    auto runtime = builder.build().value();
    while (parks < 2) std::this_thread::yield();
    EXPECT_LE(unparks, parks);
  }
  EXPECT_EQ(parks, unparks);
}

TEST(RtThreaded, two_runtimes_work_side_by_side) {
  auto one = with_workers(2);
  auto two = with_workers(2);
  const auto handle = two.handle();
  EXPECT_EQ(one.block_on(one.spawn([](hd::runtime::Handle other) -> hd::Task<int> {
              auto there = other.spawn([]() -> hd::Task<int> { co_return 2; }());
              co_return (co_await there).value();
            }(handle.clone()))).value(),
            2);
}

TEST(RtThreaded, a_common_queue_looked_at_every_poll_starves_nobody) {
  Builder builder = Builder::multi_thread();
  auto runtime = builder.worker_threads(1).global_queue_interval(1).build().value();
  static std::atomic<bool> stop;
  stop = false;
  auto spins = runtime.spawn([]() -> hd::Task<> {
    while (!stop) co_await hd::task::yield_now();
  }());
  for (int i = 0; i < 10; ++i) runtime.block_on(runtime.spawn([]() -> hd::Task<> { co_return; }())).value();
  stop = true;
  runtime.block_on(std::move(spins)).value();
}

TEST(RtThreaded, wakes_that_come_while_it_ends_reach_no_destroyed_task) {
  for (int round = 0; round < 50; ++round) {
    static std::optional<Gate> gate;
    gate.emplace();
    auto runtime = std::make_unique<hd::runtime::Runtime>(with_workers(2));
    auto waits = runtime->spawn([]() -> hd::Task<> { co_await gate->passed(); }());
    std::thread wakes([] { gate->wake_all(); });
    runtime.reset();
    wakes.join();
    EXPECT_TRUE(hd::block_on(waits).error().is_cancelled());
  }
}

TEST(RtThreaded, max_blocking_threads_of_one_runs_one_call_after_the_other) {
  static std::atomic<int> running, most;
  running = most = 0;
  Builder builder = Builder::multi_thread();
  auto runtime = builder.worker_threads(1).max_blocking_threads(1).build().value();
  std::vector<hd::task::JoinHandle<void>> calls;
  for (int i = 0; i < 20; ++i) {
    calls.push_back(runtime.spawn_blocking([] {
      const int now = ++running;
      if (now > most) most = now;
      --running;
    }));
  }
  for (auto& call : calls) runtime.block_on(std::move(call)).value();
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace heddle_test
