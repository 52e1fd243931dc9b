// SPDX-License-Identifier: MIT
// OnRuntime: base of suites whose tests are tasks, run on every kind of runtime.
#pragma once

#include "support/runtime_kinds.hpp"

#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <utility>

namespace heddle_test {

/// `class Reads : public OnRuntime {}; INSTANTIATE_TEST_SUITE_P(, Reads, every_kind(), name_of);`
class OnRuntime : public ::testing::TestWithParam<RuntimeKind> {
 protected:
  /// Spawns `task` and waits for it: what it throws fails the test.
  void run(heddle::Task<> task) {
    auto runtime = runtime_of(GetParam());
    auto result = runtime.block_on(runtime.spawn(std::move(task)));
    if (!result) std::rethrow_exception(std::move(result).error().into_panic());
  }
};

}  // namespace heddle_test
