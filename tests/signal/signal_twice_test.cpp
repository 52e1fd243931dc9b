// SPDX-License-Identifier: MIT
// After Tokio's signal_twice: one listener, signal after signal; and how several are merged.
#include "support/on_runtime.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

namespace heddle_test {
namespace {

using heddle::signal::signal;
using heddle::signal::SignalKind;

class SignalTwice : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, SignalTwice, every_kind(), name_of);

TEST_P(SignalTwice, a_listener_sees_one_signal_after_the_other) {
  run([]() -> heddle::Task<> {
    auto listener = signal(SignalKind::user_defined1()).value();
    for (int i = 0; i < 2; ++i) {
      send_signal(SIGUSR1);
      EXPECT_TRUE((co_await listener.recv()).has_value());
    }
  }());
}

TEST_P(SignalTwice, signals_that_come_before_recv_are_merged_into_one) {
  run([]() -> heddle::Task<> {
    auto listener = signal(SignalKind::user_defined1()).value();
    auto other = signal(SignalKind::user_defined1()).value();
    for (int i = 0; i < 3; ++i) {
      send_signal(SIGUSR1);
      EXPECT_TRUE((co_await other.recv()).has_value());
    }
    EXPECT_TRUE((co_await listener.recv()).has_value());
    bool again = true;
    co_await heddle::select(heddle::biased, heddle::on(listener.recv(), [](auto&&) {}),
                            heddle::on(heddle::ready(), [&again] { again = false; }));
    EXPECT_FALSE(again);
  }());
}

TEST_P(SignalTwice, a_listener_is_a_stream) {
  run([]() -> heddle::Task<> {
    auto listener = signal(SignalKind::user_defined1()).value();
    send_signal(SIGUSR1);
    const auto kind = co_await heddle::next(listener);
    EXPECT_EQ(kind, SignalKind::user_defined1());
  }());
}

}  // namespace
}  // namespace heddle_test
