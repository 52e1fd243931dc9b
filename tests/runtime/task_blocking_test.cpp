// SPDX-License-Identifier: MIT
// task::spawn_blocking: results, panics, aborts, and what may be done within. After Tokio's task_blocking.rs.
#include "support/polled.hpp"
#include "support/task_fixture.hpp"

#include <heddle/base/blocking.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/task_builder.hpp>
#include <heddle/time/instant.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/sleep.hpp>
#include <heddle/time/timeout.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;

class TaskBlocking : public OnEachRuntime {
 protected:
  void SetUp() override {
    OnEachRuntime::SetUp();
    go = std::make_unique<std::binary_semaphore>(0);
    begun = std::make_unique<std::binary_semaphore>(0);
  }
  /// Lets a blocking call go on; says that it has begun.
  static inline std::unique_ptr<std::binary_semaphore> go;
  static inline std::unique_ptr<std::binary_semaphore> begun;

  static void hold() {
    begun->release();
    go->acquire();
  }

  /// Replaces the runtime by one with a single thread for blocking calls.
  void use_one_thread() {
    runtime.reset();
    runtime.emplace(builder_of(GetParam()).max_blocking_threads(1).build().value());
  }
};
INSTANTIATE_TEST_SUITE_P(On, TaskBlocking, every_kind(), name_of);

TEST_P(TaskBlocking, gives_what_the_function_returns) {
  run([]() -> hd::Task<> {
    auto answer = hd::task::spawn_blocking([] { return 42; });
    EXPECT_EQ((co_await answer).value(), 42);
  }());
}

TEST_P(TaskBlocking, moves_its_arguments_into_the_call) {
  run([]() -> hd::Task<> {
    auto answer = hd::task::spawn_blocking([](std::unique_ptr<int> a, std::string b) { return b + std::to_string(*a); },
                                           std::make_unique<int>(4), std::string("number "));
    EXPECT_EQ((co_await answer).value(), "number 4");
  }());
}

TEST_P(TaskBlocking, runs_on_another_thread_than_tasks) {
  run([]() -> hd::Task<> {
    const std::thread::id mine = std::this_thread::get_id();
    auto other = hd::task::spawn_blocking([] { return std::hash<std::thread::id>()(std::this_thread::get_id()); });
    EXPECT_NE((co_await other).value(), std::hash<std::thread::id>()(mine));
  }());
}

TEST_P(TaskBlocking, lets_tasks_go_on_meanwhile) {
  auto held = runtime->spawn_blocking(hold);
  begun->acquire();
  EXPECT_EQ(run([]() -> hd::Task<int> {
              for (int i = 0; i < 100; ++i) co_await hd::task::yield_now();
              co_return 7;
            }()),
            7);
  EXPECT_FALSE(held.is_finished());
  go->release();
  EXPECT_TRUE(run(std::move(held)).has_value());
}

TEST_P(TaskBlocking, an_exception_is_the_handles_error) {
  auto panics = runtime->spawn_blocking([] { throw std::runtime_error("no"); });
  const hd::task::Id id = panics.id();
  auto result = run(std::move(panics));
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_panic());
  EXPECT_EQ(result.error().id(), id);
  EXPECT_THROW(std::rethrow_exception(std::move(result).error().into_panic()), std::runtime_error);
}

TEST_P(TaskBlocking, an_exception_that_nobody_waits_for_is_reported) {
  {
    auto dropped = runtime->spawn_blocking([] {
      hold();
      throw std::runtime_error("no");
    });
    begun->acquire();
  }
  go->release();
  runtime.reset();
  EXPECT_EQ(unseen_panics, 1);
}

TEST_P(TaskBlocking, goes_on_when_its_handle_is_dropped) {
  {
    auto dropped = runtime->spawn_blocking([] {
      hold();
      ++count;
    });
    begun->acquire();
  }
  go->release();
  runtime.reset();
  EXPECT_EQ(count, 1);
}

TEST_P(TaskBlocking, blocking_calls_are_allowed_within) {
  run([]() -> hd::Task<> {
    auto call = hd::task::spawn_blocking([] {
      EXPECT_FALSE(hd::base::in_async());
      auto [tx, rx] = hd::mpsc::channel<int>();
      const std::jthread sender([&tx = tx] { tx.send(3).value(); });
      return rx.recv().value();
    });
    EXPECT_EQ((co_await call).value(), 3);
  }());
}

TEST_P(TaskBlocking, may_spawn_tasks_and_block_on_them) {
  auto call = runtime->spawn_blocking([] {
    auto task = hd::task::spawn([]() -> hd::Task<int> {
      co_await hd::task::yield_now();
      co_return 5;
    }());
    return hd::runtime::Handle::current().block_on(task).value();
  });
  EXPECT_EQ(run(std::move(call)).value(), 5);
}

TEST_P(TaskBlocking, may_spawn_another_and_block_on_it) {
  auto call = runtime->spawn_blocking([] {
    return hd::block_on(hd::task::spawn_blocking([] { return 6; })).value();
  });
  EXPECT_EQ(run(std::move(call)).value(), 6);
}

TEST_P(TaskBlocking, may_run_a_runtime_of_its_own) {
  auto call = runtime->spawn_blocking([] {
    auto own = hd::runtime::Builder::current_thread().build().value();
    return own.block_on(own.spawn([]() -> hd::Task<int> { co_return 8; }())).value();
  });
  EXPECT_EQ(run(std::move(call)).value(), 8);
}

TEST_P(TaskBlocking, knows_its_id) {
  auto call = runtime->spawn_blocking([] { return hd::task::id(); });
  const hd::task::Id id = call.id();
  EXPECT_EQ(run(std::move(call)).value(), id);
}

TEST_P(TaskBlocking, a_handle_starts_it_from_any_thread) {
  std::thread([handle = runtime->handle()] {
    EXPECT_EQ(hd::block_on(handle.spawn_blocking([](int n) { return n + 1; }, 1)).value(), 2);
  }).join();
}

TEST_P(TaskBlocking, an_abort_before_it_begins_cancels_it) {
  use_one_thread();
  auto first = runtime->spawn_blocking(hold);
  begun->acquire();
  auto second = runtime->spawn_blocking([] { ++count; });
  second.abort();
  go->release();
  EXPECT_TRUE(run(std::move(first)).has_value());
  EXPECT_TRUE(run(std::move(second)).error().is_cancelled());
  EXPECT_EQ(count, 0);
}

TEST_P(TaskBlocking, an_abort_after_it_has_begun_has_no_effect) {
  auto call = runtime->spawn_blocking([] {
    hold();
    return 9;
  });
  begun->acquire();
  call.abort();
  go->release();
  EXPECT_EQ(run(std::move(call)).value(), 9);
}

TEST_P(TaskBlocking, more_than_its_limit_queue_and_all_run) {
  use_one_thread();
  std::vector<hd::task::JoinHandle<int>> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(runtime->spawn_blocking([](int n) { return n; }, i));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(run(std::move(calls[static_cast<std::size_t>(i)])).value(), i);
}

TEST_P(TaskBlocking, as_many_as_its_limit_run_at_once) {
  constexpr int kAtOnce = 8;
  runtime.reset();
  runtime.emplace(builder_of(GetParam()).max_blocking_threads(kAtOnce).build().value());
  static std::latch* all;
  std::latch latch(kAtOnce);
  all = &latch;
  std::vector<hd::task::JoinHandle<void>> calls;
  for (int i = 0; i < kAtOnce; ++i) calls.push_back(runtime->spawn_blocking([] { all->arrive_and_wait(); }));
  for (auto& call : calls) EXPECT_TRUE(run(std::move(call)).has_value());
}

TEST_P(TaskBlocking, destroys_its_arguments_when_it_is_done) {
  auto call = runtime->spawn_blocking([](const DropCounter&) {}, DropCounter(drops));
  EXPECT_TRUE(run([](hd::task::AbortHandle done) -> hd::Task<bool> {
    while (!done.is_finished()) co_await hd::task::yield_now();
    co_return true;
  }(call.abort_handle())));
  EXPECT_EQ(drops, 1);
}

TEST_P(TaskBlocking, a_thread_is_used_again) {
  static std::atomic<int> started;
  started = 0;
  runtime.reset();
  runtime.emplace(
      builder_of(GetParam()).thread_keep_alive(std::chrono::hours::max()).on_thread_start([] { ++started; }).build().value());
  const auto same = [&] { return run(runtime->spawn_blocking([] { return std::this_thread::get_id() == std::thread::id(); })); };
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(same().value());
    while (runtime->metrics().num_idle_blocking_threads() == 0) std::this_thread::yield();
  }
  EXPECT_EQ(runtime->metrics().num_blocking_threads(), 1U);
}

TEST_P(TaskBlocking, a_thread_leaves_when_its_time_is_over) {
  static std::atomic<int> stopped;
  stopped = 0;
  runtime.reset();
  runtime.emplace(builder_of(GetParam()).thread_keep_alive(0ns).on_thread_stop([] { ++stopped; }).build().value());
  for (int i = 0; i < 3; ++i) {
    run(runtime->spawn_blocking([] {})).value();
    while (stopped <= i) std::this_thread::yield();
    EXPECT_EQ(runtime->metrics().num_blocking_threads(), 0U);
  }
}

TEST(TaskBlockingDoor, outside_a_runtime_it_is_an_error) {
  EXPECT_THROW(static_cast<void>(hd::task::spawn_blocking([] {})), hd::runtime::NoRuntime);
}

// Paused time.

hd::runtime::Runtime paused() {
  return hd::runtime::Builder::current_thread().start_paused().build().value();
}

TEST(TaskBlockingPaused, time_stands_still_while_a_call_runs) {
  static std::binary_semaphore go(0);
  auto runtime = paused();
  runtime.block_on([]() -> hd::Task<> {
    const auto begin = hd::time::Instant::now();
    auto call = hd::task::spawn_blocking([] { go.acquire(); });
    auto sleeper = hd::task::spawn([]() -> hd::Task<> { co_await hd::time::sleep(24h); }());
    for (int i = 0; i < 1000; ++i) co_await hd::task::yield_now();
    EXPECT_EQ(hd::time::Instant::now(), begin);
    EXPECT_FALSE(sleeper.is_finished());
    go.release();
    (co_await call).value();
    (co_await sleeper).value();
    EXPECT_GE(hd::time::Instant::now() - begin, 24h);
  }());
}

TEST(TaskBlockingPaused, time_stands_still_while_a_call_runs_whatever_wakes_the_runtime) {
  static std::counting_semaphore<> parks(0);
  auto runtime =
      hd::runtime::Builder::current_thread().start_paused().on_thread_park([] { parks.release(); }).build().value();
  runtime.block_on([]() -> hd::Task<> {
    const auto begin = hd::time::Instant::now();
    auto sleeper = hd::task::spawn([]() -> hd::Task<> { co_await hd::time::sleep(std::chrono::years(100)); }());
    auto call = hd::task::spawn_blocking([] {
      const auto before = hd::time::Instant::now();
      parks.acquire();  // nothing is left to do, but for this call
      // An earlier timer interrupts the runtime's sleep, which is no reason for time to go on. Unless it came just before
      // the sleep: so a still earlier one, until the runtime goes to sleep again.
      hd::test::Polled earlier([] { return hd::time::sleep(24h); });
      for (std::chrono::milliseconds after = 24h; !parks.try_acquire(); after -= 1ms) {
        earlier->reset(before + after);
        EXPECT_TRUE(earlier.pending());
      }
      EXPECT_EQ(hd::time::Instant::now(), before);
    });
    (co_await call).value();
    EXPECT_EQ(hd::time::Instant::now(), begin);
    EXPECT_FALSE(sleeper.is_finished());
  }());
}

TEST(TaskBlockingPaused, the_end_of_a_call_that_nobody_awaits_lets_time_go_on) {
  auto runtime = paused();
  runtime.block_on([]() -> hd::Task<> {
    { auto dropped = hd::task::spawn_blocking([] {}); }
    co_await hd::time::sleep(24h);
  }());
}

TEST(TaskBlockingPaused, a_call_that_panics_lets_time_go_on) {
  auto runtime = paused();
  runtime.block_on([]() -> hd::Task<> {
    auto call = hd::task::spawn_blocking([] { throw std::runtime_error("no"); });
    co_await hd::time::sleep(24h);
    EXPECT_TRUE((co_await call).error().is_panic());
  }());
}

TEST(TaskBlockingPaused, a_call_may_wake_a_runtime_whose_time_stands_still) {
  auto runtime = paused();
  runtime.block_on([]() -> hd::Task<> {
    const auto begin = hd::time::Instant::now();
    auto call = hd::task::spawn_blocking([] { return 1; });
    auto late = hd::time::timeout(24h, std::move(call));
    EXPECT_TRUE((co_await late).has_value());
    EXPECT_EQ(hd::time::Instant::now(), begin);
  }());
}

}  // namespace
}  // namespace heddle_test
