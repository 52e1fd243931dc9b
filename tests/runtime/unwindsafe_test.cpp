// SPDX-License-Identifier: MIT
// What an exception leaves behind. After Tokio's unwindsafe.rs.
//
// Rust's UnwindSafe marks types that a caught panic can't leave half changed; the trait has no counterpart in C++, so
// these tests ask for what it stands for: a handle and a Notify that an exception passed by still work.
#include "support/task_fixture.hpp"

#include <heddle/async/notify.hpp>
#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;

class UnwindSafe : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, UnwindSafe, every_kind(), name_of);

TEST_P(UnwindSafe, a_join_handle_that_an_exception_passed_by_can_be_awaited_again) {
  auto task = runtime->spawn([]() -> hd::Task<int> {
    co_await gate->passed();
    co_return 7;
  }());
  EXPECT_THROW(run(hd::poll_fn([&task](hd::Context& cx) -> hd::Poll<void> {
    EXPECT_TRUE(task.poll(cx).is_pending());
    throw std::runtime_error("no");
  })),
               std::runtime_error);
  gate->open();
  EXPECT_EQ(run(std::move(task)).value(), 7);
}

TEST_P(UnwindSafe, a_notify_that_an_exception_passed_by_notifies) {
  hd::async::Notify notify;
  {
    auto notified = notify.notified();
    EXPECT_THROW(run(hd::poll_fn([&notified](hd::Context& cx) -> hd::Poll<void> {
      EXPECT_TRUE(notified.poll(cx).is_pending());
      throw std::runtime_error("no");
    })),
                 std::runtime_error);
  }
  notify.notify_one();
  auto notified = notify.notified();
  run(hd::poll_fn([&notified](hd::Context& cx) { return notified.poll(cx); }));
}

}  // namespace
}  // namespace heddle_test
