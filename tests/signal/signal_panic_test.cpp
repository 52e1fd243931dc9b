// SPDX-License-Identifier: MIT
// After Tokio's signal_panic: numbers that are refused.
#include "support/on_runtime.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

namespace heddle_test {
namespace {

using heddle::signal::signal;
using heddle::signal::SignalKind;

class SignalPanic : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, SignalPanic, every_kind(), name_of);

TEST_P(SignalPanic, signals_that_no_handler_can_serve_are_refused_by_name) {
  run([]() -> heddle::Task<> {
    for (const int number : {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, 0, -1, 32, SIGRTMAX + 1, 1 << 20}) {
      const auto refused = signal(SignalKind::from_raw(number));
      if (refused.has_value()) {
        ADD_FAILURE() << number;
        continue;
      }
      EXPECT_EQ(refused.error().kind(), heddle::io::ErrorKind::kInvalidInput);
      EXPECT_NE(refused.error().message().find(std::to_string(number)), std::string::npos);
    }
    co_return;
  }());
}

}  // namespace
}  // namespace heddle_test
