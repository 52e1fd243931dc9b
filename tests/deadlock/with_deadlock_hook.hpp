// SPDX-License-Identifier: MIT
// A runtime that ends block_on with the deadlock report, as an exception.
#pragma once

#include "support/runtime_kinds.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace heddle_test {

inline constexpr auto kPeriod = std::chrono::milliseconds(1);
// Long enough for many looks; nothing in the tests depends on how many there are.
inline constexpr auto kManyPeriods = std::chrono::milliseconds(40);

struct Deadlock : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline bool names(const std::string& report, std::string_view text) { return report.find(text) != std::string::npos; }

class WithDeadlockHook : public ::testing::TestWithParam<RuntimeKind> {
 protected:
  /// A runtime whose block_on ends with a Deadlock when there is a report.
  heddle::runtime::Runtime runtime() {
    return builder_of(GetParam())
        .on_deadlock([](std::string_view report) { throw Deadlock(std::string(report)); }, kPeriod)
        .build()
        .value();
  }

  /// The report that ends block_on(future); empty if it ends otherwise.
  template <class F>
  std::string report_of(F future) {
    auto its_runtime = runtime();
    try {
      static_cast<void>(its_runtime.block_on(its_runtime.spawn(std::move(future))));
    } catch (const Deadlock& deadlock) {
      return deadlock.what();
    }
    return {};
  }
};

}  // namespace heddle_test
