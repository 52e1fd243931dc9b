// SPDX-License-Identifier: MIT
// A current-thread runtime and its thread. After Tokio's rt_basic.rs; what panics do stands in rt_panic_test.cpp.
#include "support/drop_counter.hpp"

#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;

class RtBasic : public ::testing::Test {
 protected:
  static inline std::optional<hd::runtime::Runtime> runtime;
  static inline std::atomic<int> count;
  static inline std::atomic<int> drops;

  void SetUp() override {
    count = drops = 0;
    runtime.emplace(hd::runtime::Builder::current_thread().build().value());
  }
  void TearDown() override { runtime.reset(); }
};

TEST_F(RtBasic, a_spawned_task_makes_no_progress_without_block_on) {
  auto task = runtime->spawn([]() -> hd::Task<int> {
    ++count;
    co_return 1;
  }());
  EXPECT_EQ(count, 0);
  EXPECT_FALSE(task.is_finished());
  EXPECT_EQ(runtime->block_on(std::move(task)).value(), 1);
}

TEST_F(RtBasic, a_task_that_waits_is_not_polled_without_a_wake) {
  static std::optional<hd::Waker> waker;
  auto task = runtime->spawn(hd::poll_fn([](hd::Context& cx) -> hd::Poll<void> {
    if (++count == 3) return hd::Ready();
    waker.emplace(cx.waker().clone());
    return hd::Pending;
  }));
  for (int polls = 1; polls <= 2; ++polls) {
    runtime->block_on([]() -> hd::Task<> {
      for (int i = 0; i < 100; ++i) co_await hd::task::yield_now();
    }());
    EXPECT_EQ(count, polls);
    waker->wake_by_ref();
  }
  runtime->block_on(std::move(task)).value();
  waker.reset();
}

TEST_F(RtBasic, tasks_that_take_a_lock_as_they_are_destroyed_are_destroyed) {
  static std::mutex mutex;
  for (int i = 0; i < 2; ++i) {
    static_cast<void>(runtime->spawn([]() -> hd::Task<> {
      ++count;
      const OnDrop locks([] {
        const std::lock_guard guard(mutex);
        ++drops;
      });
      co_await hd::pending();
    }()));
  }
  runtime->block_on([]() -> hd::Task<> {
    while (count < 2) co_await hd::task::yield_now();
  }());
  runtime.reset();
  EXPECT_EQ(drops, 2);
}

TEST_F(RtBasic, tasks_are_destroyed_within_their_runtime) {
  static_cast<void>(runtime->spawn([]() -> hd::Task<> {
    const OnDrop looks([] { drops += hd::runtime::Handle::try_current().has_value() ? 1 : 0; });
    ++count;
    co_await hd::pending();
  }()));
  runtime->block_on([]() -> hd::Task<> {
    while (count == 0) co_await hd::task::yield_now();
  }());
  runtime.reset();
  EXPECT_EQ(drops, 1);
}

TEST_F(RtBasic, a_task_that_wakes_another_as_it_is_destroyed_by_a_panic_does_so) {
  static std::optional<hd::Waker> waker;
  auto waits = runtime->spawn(hd::poll_fn([](hd::Context& cx) -> hd::Poll<void> {
    if (std::exchange(waker, std::nullopt).has_value()) return hd::Ready();
    waker.emplace(cx.waker().clone());
    return hd::Pending;
  }));
  auto panics = runtime->spawn([]() -> hd::Task<> {
    const OnDrop wakes([] { waker->wake_by_ref(); });
    co_await hd::task::yield_now();
    throw std::runtime_error("no");
  }());
  EXPECT_TRUE(runtime->block_on(std::move(panics)).error().is_panic());
  runtime->block_on(std::move(waits)).value();
}

TEST_F(RtBasic, a_task_spawned_from_another_thread_runs_on_this_one) {
  runtime->block_on([]() -> hd::Task<> {
    std::optional<hd::task::JoinHandle<bool>> task;
    std::thread([&task, handle = runtime->handle(), mine = std::this_thread::get_id()] {
      task.emplace(handle.spawn(hd::poll_fn(
          [](hd::Context&) -> hd::Poll<bool> { return hd::Ready(hd::runtime::Handle::try_current().has_value()); })));
      EXPECT_NE(std::this_thread::get_id(), mine);
    }).join();
    EXPECT_TRUE((co_await *task).value());
  }());
}

}  // namespace
}  // namespace heddle_test
