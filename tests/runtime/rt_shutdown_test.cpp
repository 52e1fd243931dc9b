// SPDX-License-Identifier: MIT
// The end of a runtime that has blocking calls: what is waited for, what is cancelled, what is left to itself. After
// Tokio's rt_common.rs and rt_shutdown tests.
#include "support/task_fixture.hpp"

#include <heddle/base/blocking.hpp>
#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;

/// A runtime with one thread for blocking calls, and a call that holds it.
class RtShutdown : public OnEachRuntime {
 protected:
  struct Signals {
    std::binary_semaphore begun{0};
    std::binary_semaphore go{0};
    std::binary_semaphore done{0};
  };
  static inline std::unique_ptr<Signals> signals;

  void SetUp() override {
    OnEachRuntime::SetUp();
    signals = std::make_unique<Signals>();
    runtime.reset();
    runtime.emplace(builder_of(GetParam()).max_blocking_threads(1).build().value());
  }

  static hd::task::JoinHandle<int> hold_the_thread() {
    auto call = runtime->spawn_blocking([] {
      signals->begun.release();
      signals->go.acquire();
      ++count;
      signals->done.release();
      return 1;
    });
    signals->begun.acquire();
    return call;
  }
};
INSTANTIATE_TEST_SUITE_P(On, RtShutdown, every_kind(), name_of);

TEST_P(RtShutdown, destroying_it_waits_for_a_call_that_runs) {
  auto call = hold_the_thread();
  std::thread opener([] { signals->go.release(); });
  runtime.reset();
  EXPECT_EQ(count, 1);
  EXPECT_EQ(hd::block_on(call).value(), 1);
  opener.join();
}

TEST_P(RtShutdown, destroying_it_waits_for_the_threads_destructors) {
  struct AtExit {
    ~AtExit() { ++count; }
  };
  runtime->block_on(runtime->spawn_blocking([] {
    thread_local const AtExit at_exit;
    static_cast<void>(&at_exit);
  })).value();
  runtime.reset();
  EXPECT_EQ(count, 1);
}

TEST_P(RtShutdown, cancels_calls_that_have_not_begun) {
  auto running = hold_the_thread();
  auto queued = runtime->spawn_blocking([](const DropCounter&) { ++count; }, DropCounter(drops));
  std::move(*runtime).shutdown_background();
  EXPECT_TRUE(queued.is_finished());
  EXPECT_TRUE(hd::block_on(queued).error().is_cancelled());
  EXPECT_EQ(drops, 1);
  signals->go.release();
  EXPECT_EQ(hd::block_on(running).value(), 1);
  EXPECT_EQ(count, 1);
}

TEST_P(RtShutdown, a_call_that_comes_afterwards_is_cancelled_at_once) {
  const auto handle = runtime->handle();
  runtime.reset();
  auto late = handle.spawn_blocking([] { ++count; });
  EXPECT_TRUE(late.is_finished());
  EXPECT_TRUE(hd::block_on(late).error().is_cancelled());
  EXPECT_EQ(count, 0);
}

TEST_P(RtShutdown, with_a_timeout_waits_no_longer) {
  auto call = hold_the_thread();
  std::move(*runtime).shutdown_timeout(1ms);
  EXPECT_FALSE(call.is_finished());
  signals->go.release();
  EXPECT_EQ(hd::block_on(call).value(), 1);
}

TEST_P(RtShutdown, with_a_timeout_returns_as_soon_as_all_is_done) {
  auto call = hold_the_thread();
  std::thread opener([] { signals->go.release(); });
  std::move(*runtime).shutdown_timeout(std::chrono::hours::max());
  EXPECT_TRUE(call.is_finished());
  opener.join();
}

TEST_P(RtShutdown, with_a_timeout_cancels_tasks_too) {
  auto task = runtime->spawn([]() -> hd::Task<> {
    const DropCounter local(drops);
    ++count;
    co_await hd::pending();
  }());
  run([]() -> hd::Task<> {
    while (count == 0) co_await hd::task::yield_now();
  }());
  std::move(*runtime).shutdown_timeout(std::chrono::hours::max());
  EXPECT_TRUE(hd::block_on(task).error().is_cancelled());
  EXPECT_EQ(drops, 1);
}

TEST_P(RtShutdown, with_a_timeout_is_refused_on_a_thread_that_polls_tasks) {
  static std::optional<hd::runtime::Runtime> inner;
  inner.emplace(runtime_of(GetParam()));
  run([]() -> hd::Task<> {
    EXPECT_THROW(std::move(*inner).shutdown_timeout(1s), hd::BlockingInAsync);
    co_return;
  }());
  EXPECT_EQ(inner->block_on([]() -> hd::Task<int> { co_return 3; }()), 3) << "it goes on";
  inner.reset();
}

TEST_P(RtShutdown, without_waiting_is_allowed_within_a_task) {
  static std::optional<hd::runtime::Runtime> inner;
  for (const bool timeout : {true, false}) {
    inner.emplace(runtime_of(GetParam()));
    run([](bool with_timeout) -> hd::Task<> {
      if (with_timeout) {
        std::move(*inner).shutdown_timeout(0s);
      } else {
        std::move(*inner).shutdown_background();
      }
      co_return;
    }(timeout));
  }
}

TEST_P(RtShutdown, a_runtime_destroyed_within_a_task_leaves_a_call_that_runs_to_itself) {
  auto call = hold_the_thread();
  static std::optional<hd::runtime::Runtime> other;
  other.emplace(runtime_of(GetParam()));
  other->block_on([]() -> hd::Task<> {
    runtime.reset();
    co_return;
  }());
  EXPECT_FALSE(call.is_finished());
  signals->go.release();
  EXPECT_EQ(hd::block_on(call).value(), 1);
  other.reset();
}

TEST_P(RtShutdown, a_runtime_destroyed_within_its_own_task_leaves_its_call_to_itself) {
  auto call = hold_the_thread();
  auto task = runtime->spawn([]() -> hd::Task<> {
    runtime.reset();
    flag = true;
    co_await hd::pending();
  }());
  if (GetParam() == RuntimeKind::kCurrentThread) {
    runtime->block_on([]() -> hd::Task<> {
      while (!flag) co_await hd::task::yield_now();
    }());
  }
  EXPECT_TRUE(hd::block_on(task).error().is_cancelled());
  signals->go.release();
  EXPECT_EQ(hd::block_on(call).value(), 1);
}

TEST_P(RtShutdown, a_runtime_destroyed_within_its_own_blocking_call_does_not_wait_for_itself) {
  auto call = runtime->spawn_blocking([] {
    runtime.reset();
    return 2;
  });
  EXPECT_EQ(hd::block_on(call).value(), 2);
}

TEST_P(RtShutdown, a_call_that_waits_for_a_task_ends_with_that_task) {
  auto call = runtime->spawn_blocking([] {
    auto task = hd::task::spawn([]() -> hd::Task<> { co_await hd::pending(); }());
    signals->begun.release();
    return hd::block_on(task).error().is_cancelled();
  });
  signals->begun.acquire();
  runtime.reset();
  EXPECT_TRUE(hd::block_on(call).value());
}

TEST_P(RtShutdown, threads_that_submit_meanwhile_lose_no_call) {
  for (int round = 0; round < 10; ++round) {
    if (!runtime) runtime.emplace(builder_of(GetParam()).max_blocking_threads(2).build().value());
    count = drops = 0;
    std::atomic<bool> stop = false;
    std::atomic<int> ended = 0;
    std::atomic<int> ran = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, handle = runtime->handle()] {
        while (!stop) {
          auto call = handle.spawn_blocking([](const DropCounter&) { ++count; }, DropCounter(drops));
          const auto result = hd::block_on(call);
          EXPECT_TRUE(result.has_value() || result.error().is_cancelled());
          if (result) ++ran;
          ++ended;
        }
      });
    }
    while (ended < 20) std::this_thread::yield();
    runtime.reset();
    stop = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(drops, ended);
    EXPECT_EQ(count, ran);
  }
}

}  // namespace
}  // namespace heddle_test
