// SPDX-License-Identifier: MIT
// Values whose destructors panic. After Tokio's join_handle_panic.rs.
//
// Rust catches what a destructor panics with while a JoinHandle drops an output. In C++ an exception that leaves a
// destructor ends the program unless the destructor is noexcept(false), and what the library destroys it destroys in
// noexcept functions: there is nothing to catch. What is left of the promise is that an exception of the task itself
// doesn't come out of the dropped handle.
#include "support/task_fixture.hpp"

#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;

class JoinHandlePanic : public OnEachRuntime {};
INSTANTIATE_TEST_SUITE_P(On, JoinHandlePanic, every_kind(), name_of);

TEST_P(JoinHandlePanic, dropping_the_handle_of_a_task_that_has_panicked_throws_nothing) {
  auto task = runtime->spawn([]() -> hd::Task<> {
    throw std::runtime_error("no");
    co_return;
  }());
  run([](hd::task::AbortHandle done) -> hd::Task<> {
    while (!done.is_finished()) co_await hd::task::yield_now();
  }(task.abort_handle()));
  EXPECT_NO_THROW({ auto dropped = std::move(task); });
  EXPECT_EQ(unseen_panics, 1);
}

TEST_P(JoinHandlePanic, a_task_that_panics_after_its_handle_is_dropped_throws_nowhere_else) {
  {
    auto dropped = runtime->spawn([]() -> hd::Task<> {
      co_await gate->passed();
      throw std::runtime_error("no");
    }());
  }
  gate->open();
  run([]() -> hd::Task<> {
    while (unseen_panics == 0) co_await hd::task::yield_now();
  }());
  EXPECT_EQ(unseen_panics, 1);
}

}  // namespace
}  // namespace heddle_test
