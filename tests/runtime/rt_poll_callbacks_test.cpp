// SPDX-License-Identifier: MIT
// Hooks around each poll of a task. After Tokio's rt_poll_callbacks.rs.
#include "support/task_fixture.hpp"

#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;

class RtPollCallbacks : public OnEachRuntime {
 protected:
  static inline std::atomic<int> before;
  static inline std::atomic<int> after;
  static inline std::atomic<std::uint64_t> polled;

  void SetUp() override {
    OnEachRuntime::SetUp();
    before = after = 0;
    polled = 0;
    runtime.reset();
    hd::runtime::Builder builder = builder_of(GetParam());
    builder.on_before_task_poll([](const hd::task::TaskMeta& meta) {
      EXPECT_EQ(hd::task::try_id(), meta.id());
      polled = meta.id().number();
      ++before;
    });
    builder.on_after_task_poll([](const hd::task::TaskMeta& meta) {
      EXPECT_EQ(polled, meta.id().number());
      ++after;
    });
    runtime.emplace(builder.build().value());
  }
};
INSTANTIATE_TEST_SUITE_P(On, RtPollCallbacks, every_kind(), name_of);

TEST_P(RtPollCallbacks, fire_once_for_each_poll) {
  run(runtime->spawn([]() -> hd::Task<> {
    for (int i = 1; i <= 5; ++i) {
      EXPECT_EQ(before, i);
      EXPECT_EQ(after, i - 1);
      co_await hd::task::yield_now();
    }
  }())).value();
  EXPECT_EQ(before, 6);
  EXPECT_EQ(after, 6);
}

TEST_P(RtPollCallbacks, the_future_of_block_on_is_no_task) {
  run([]() -> hd::Task<> { co_await hd::task::yield_now(); }());
  EXPECT_EQ(before, 0);
  EXPECT_EQ(after, 0);
}

TEST_P(RtPollCallbacks, a_blocking_call_has_one_poll) {
  run(runtime->spawn_blocking([] {
    EXPECT_EQ(before, 1);
    EXPECT_EQ(after, 0);
  })).value();
  EXPECT_EQ(before, 1);
  EXPECT_EQ(after, 1);
}

TEST_P(RtPollCallbacks, a_task_that_is_cancelled_is_not_polled) {
  auto task = runtime->spawn([]() -> hd::Task<> { co_await hd::pending(); }());
  task.abort();
  static_cast<void>(run(std::move(task)));
  EXPECT_EQ(before, after);
  EXPECT_LE(before, 1);
}

}  // namespace
}  // namespace heddle_test
