// SPDX-License-Identifier: MIT
// What panics do to a runtime, and what is refused. After Tokio's rt_panic.rs, and shutdown_on_panic in rt_basic.rs.
#include "support/task_fixture.hpp"

#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::runtime::Builder;
using hd::runtime::RuntimeShutDown;
using hd::runtime::UnhandledPanic;

hd::Task<> panicking() {
  throw std::runtime_error("the task's own words");
  co_return;
}

class RtPanic : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, RtPanic, every_kind(), name_of);

TEST_P(RtPanic, a_task_that_panics_leaves_the_others_alone) {
  auto panics = runtime->spawn(panicking());
  EXPECT_TRUE(run(std::move(panics)).error().is_panic());
  EXPECT_EQ(run(runtime->spawn([]() -> hd::Task<int> { co_return 1; }())).value(), 1);
}

TEST_P(RtPanic, what_the_future_of_block_on_throws_is_thrown_and_the_runtime_goes_on) {
  EXPECT_THROW(run(panicking()), std::runtime_error);
  EXPECT_EQ(run([]() -> hd::Task<int> { co_return 1; }()), 1);
}

TEST(RtPanicOutside, handle_current_needs_a_runtime) {
  EXPECT_THROW(static_cast<void>(hd::runtime::Handle::current()), hd::runtime::NoRuntime);
}

class ShutdownOnPanic : public ::testing::Test {
 protected:
  static inline std::optional<hd::runtime::Runtime> runtime;
  static inline std::atomic<int> drops;
  static inline std::atomic<bool> flag;

  void SetUp() override {
    drops = 0;
    flag = false;
    before_ = hd::runtime::set_panic_hook([](const hd::task::JoinError&) noexcept {});
    Builder builder = Builder::current_thread();
    runtime.emplace(builder.unhandled_panic(UnhandledPanic::kShutdownRuntime).build().value());
  }
  void TearDown() override {
    runtime.reset();
    hd::runtime::set_panic_hook(before_);
  }

 private:
  hd::runtime::PanicHook before_ = nullptr;
};

TEST_F(ShutdownOnPanic, block_on_throws_and_says_why) {
  try {
    runtime->block_on([]() -> hd::Task<> {
      static_cast<void>(hd::task::spawn(panicking()));
      co_await hd::pending();
    }());
    FAIL() << "it returned";
  } catch (const RuntimeShutDown& error) {
    EXPECT_NE(std::string(error.what()).find("the task's own words"), std::string::npos) << error.what();
  }
}

TEST_F(ShutdownOnPanic, it_does_so_even_if_the_handle_lives) {
  auto task = runtime->spawn(panicking());
  EXPECT_THROW(runtime->block_on(hd::pending()), RuntimeShutDown);
  EXPECT_TRUE(hd::block_on(task).error().is_panic());
}

TEST_F(ShutdownOnPanic, no_task_is_polled_after_it_and_all_are_cancelled) {
  auto waits = runtime->spawn([]() -> hd::Task<> {
    const DropCounter local(drops);
    co_await hd::pending();
  }());
  static_cast<void>(runtime->spawn(panicking()));
  auto after = runtime->spawn([]() -> hd::Task<> {
    flag = true;
    co_return;
  }());
  EXPECT_THROW(runtime->block_on(hd::pending()), RuntimeShutDown);
  EXPECT_FALSE(flag);
  EXPECT_EQ(drops, 1);
  EXPECT_TRUE(hd::block_on(waits).error().is_cancelled());
  EXPECT_TRUE(hd::block_on(after).error().is_cancelled());
}

TEST_F(ShutdownOnPanic, spawns_afterwards_do_nothing) {
  static_cast<void>(runtime->spawn(panicking()));
  EXPECT_THROW(runtime->block_on(hd::pending()), RuntimeShutDown);
  auto late = runtime->spawn([]() -> hd::Task<> {
    flag = true;
    co_return;
  }());
  EXPECT_TRUE(hd::block_on(late).error().is_cancelled());
  EXPECT_FALSE(flag);
}

TEST_F(ShutdownOnPanic, block_on_afterwards_throws_too) {
  static_cast<void>(runtime->spawn(panicking()));
  EXPECT_THROW(runtime->block_on(hd::pending()), RuntimeShutDown);
  EXPECT_THROW(runtime->block_on(hd::pending()), RuntimeShutDown);
}

TEST_F(ShutdownOnPanic, every_concurrent_block_on_throws) {
  static std::atomic<int> polled;
  polled = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([] {
      EXPECT_THROW(runtime->block_on(hd::poll_fn([first = true](hd::Context&) mutable -> hd::Poll<void> {
        if (std::exchange(first, false)) ++polled;
        return hd::Pending;
      })),
                   RuntimeShutDown);
    });
  }
  while (polled < 3) std::this_thread::yield();
  static_cast<void>(runtime->spawn(panicking()));
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ShutdownOnPanic, a_blocking_call_that_panics_does_not_count) {
  auto call = runtime->spawn_blocking([] { throw std::runtime_error("no"); });
  EXPECT_TRUE(runtime->block_on(std::move(call)).error().is_panic());
  EXPECT_EQ(runtime->block_on([]() -> hd::Task<int> { co_return 1; }()), 1);
}

TEST_F(ShutdownOnPanic, is_refused_for_a_multi_thread_runtime) {
  Builder builder = Builder::multi_thread();
  const auto refused = builder.unhandled_panic(UnhandledPanic::kShutdownRuntime).build();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind(), hd::io::ErrorKind::kInvalidInput);
}

}  // namespace
}  // namespace heddle_test
