// SPDX-License-Identifier: MIT
// After Tokio's signal_notify_both: every listener sees every signal.
#include "support/on_runtime.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

namespace heddle_test {
namespace {

using heddle::signal::signal;
using heddle::signal::SignalKind;

class SignalNotifyBoth : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, SignalNotifyBoth, every_kind(), name_of);

TEST_P(SignalNotifyBoth, every_listener_sees_the_signal) {
  run([]() -> heddle::Task<> {
    const SignalKind kind = SignalKind::user_defined2();
    auto first = signal(kind).value();
    auto second = signal(kind).value();
    send_signal(SIGUSR2);
    EXPECT_TRUE((co_await first.recv()).has_value());
    EXPECT_TRUE((co_await second.recv()).has_value());
  }());
}

TEST_P(SignalNotifyBoth, a_listener_does_not_see_another_signal) {
  run([]() -> heddle::Task<> {
    auto one = signal(SignalKind::user_defined1()).value();
    auto two = signal(SignalKind::user_defined2()).value();
    send_signal(SIGUSR2);
    EXPECT_TRUE((co_await two.recv()).has_value());
    bool seen = true;
    co_await heddle::select(heddle::biased, heddle::on(one.recv(), [](auto&&) {}),
                            heddle::on(heddle::ready(), [&seen] { seen = false; }));
    EXPECT_FALSE(seen);
  }());
}

}  // namespace
}  // namespace heddle_test
