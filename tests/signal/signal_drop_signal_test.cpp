// SPDX-License-Identifier: MIT
// After Tokio's signal_drop_signal: dropping a listener leaves the others.
#include "support/on_runtime.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

namespace heddle_test {
namespace {

using heddle::signal::signal;
using heddle::signal::SignalKind;

class SignalDropSignal : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, SignalDropSignal, every_kind(), name_of);

TEST_P(SignalDropSignal, dropping_a_listener_leaves_the_others_of_its_kind) {
  run([]() -> heddle::Task<> {
    const SignalKind kind = SignalKind::user_defined1();
    std::optional<heddle::signal::Signal> first = signal(kind).value();
    auto kept = signal(kind).value();
    std::optional<heddle::signal::Signal> last = signal(kind).value();
    first.reset();
    last.reset();
    send_signal(SIGUSR1);
    EXPECT_TRUE((co_await kept.recv()).has_value());
  }());
}

}  // namespace
}  // namespace heddle_test
