// SPDX-License-Identifier: MIT
// What on_thread_park may do: wake and spawn, which is seen before the thread sleeps. After Tokio's rt_common_before_park.rs.
#include "support/runtime_kinds.hpp"

#include <heddle/async/notify.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;

class RtCommonBeforePark : public ::testing::TestWithParam<RuntimeKind> {
 protected:
  void SetUp() override {
    notify.emplace();
    done = false;
    hooked = false;
  }
  static inline std::optional<hd::async::Notify> notify;

 public:
  static inline std::atomic<bool> done;
  static inline std::atomic<bool> hooked;
};
INSTANTIATE_TEST_SUITE_P(On, RtCommonBeforePark, every_kind(), name_of);

TEST_P(RtCommonBeforePark, the_hook_may_wake_the_future_of_block_on) {
  auto runtime = builder_of(GetParam()).on_thread_park([] { notify->notify_one(); }).build().value();
  runtime.block_on(notify->notified());
}

TEST_P(RtCommonBeforePark, the_hook_may_spawn_what_wakes_the_future_of_block_on) {
  auto runtime = builder_of(GetParam())
                     .on_thread_park([] {
                       if (hooked.exchange(true)) return;
                       static_cast<void>(hd::task::spawn([]() -> hd::Task<> {
                         notify->notify_one();
                         co_return;
                       }()));
                     })
                     .build()
                     .value();
  runtime.block_on(notify->notified());
}

TEST_P(RtCommonBeforePark, a_hook_that_always_wakes_does_not_keep_a_timer_from_firing) {
  auto runtime = builder_of(GetParam()).on_thread_park([] { notify->notify_one(); }).build().value();
  auto sleeper = runtime.spawn([]() -> hd::Task<> {
    co_await hd::time::sleep(1ms);
    done = true;
  }());
  while (!done) runtime.block_on(notify->notified());
  EXPECT_TRUE(runtime.block_on(sleeper).has_value());
}

TEST(RtBeforePark, what_the_park_hook_wakes_is_run_instead_of_sleeping) {
  static std::optional<hd::Waker> waker;
  static std::atomic<int> parks, unparks;
  parks = unparks = 0;
  hd::runtime::Builder builder = hd::runtime::Builder::current_thread();
  builder.on_thread_park([] {
    ++parks;
    if (auto waiting = std::exchange(waker, std::nullopt)) std::move(*waiting).wake();
  });
  builder.on_thread_unpark([] { ++unparks; });
  auto runtime = builder.build().value();
  runtime.block_on(runtime.spawn(hd::poll_fn([first = true](hd::Context& cx) mutable -> hd::Poll<void> {
    if (!std::exchange(first, false)) return hd::Ready();
    waker.emplace(cx.waker().clone());
    return hd::Pending;
  }))).value();
  EXPECT_EQ(parks, 1);
  EXPECT_EQ(unparks, 1);
}

TEST(RtBeforePark, a_task_that_the_park_hook_spawns_is_run_instead_of_sleeping) {
  static std::atomic<bool> spawned, ran;
  spawned = ran = false;
  for (const int workers : {0, 1, 2}) {
    spawned = ran = false;
    hd::runtime::Builder builder =
        workers == 0 ? hd::runtime::Builder::current_thread() : hd::runtime::Builder::multi_thread();
    if (workers != 0) builder.worker_threads(static_cast<std::size_t>(workers));
    builder.on_thread_park([] {
      if (spawned.exchange(true)) return;
      static_cast<void>(hd::task::spawn([]() -> hd::Task<> {
        ran = true;
        co_return;
      }()));
    });
    auto runtime = builder.build().value();
    runtime.block_on([]() -> hd::Task<> {
      while (!spawned) co_await hd::time::sleep(std::chrono::milliseconds(1));
      while (!ran) co_await hd::task::yield_now();
    }());
  }
}

}  // namespace
}  // namespace heddle_test
