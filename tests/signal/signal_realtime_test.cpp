// SPDX-License-Identifier: MIT
// After Tokio's signal_realtime: every signal that has no name but a number.
#include "support/on_runtime.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

namespace heddle_test {
namespace {

using heddle::signal::signal;
using heddle::signal::SignalKind;

class SignalRealtime : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, SignalRealtime, every_kind(), name_of);

TEST_P(SignalRealtime, every_real_time_signal_can_be_listened_for) {
  run([]() -> heddle::Task<> {
    std::vector<heddle::signal::Signal> listeners;
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
      listeners.push_back(signal(SignalKind::from_raw(number)).value());
    }
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) send_signal(number);
    for (auto& listener : listeners) EXPECT_TRUE((co_await listener.recv()).has_value());
  }());
}

TEST_P(SignalRealtime, every_signal_with_a_name_can_be_listened_for) {
  run([]() -> heddle::Task<> {
    for (const SignalKind kind :
         {SignalKind::alarm(), SignalKind::child(), SignalKind::hangup(), SignalKind::interrupt(), SignalKind::io(),
          SignalKind::pipe(), SignalKind::quit(), SignalKind::terminate(), SignalKind::user_defined1(),
          SignalKind::user_defined2(), SignalKind::window_change()}) {
      auto listener = signal(kind).value();
      send_signal(kind.as_raw());
      EXPECT_TRUE((co_await listener.recv()).has_value()) << kind.as_raw();
      EXPECT_EQ(listener.kind(), kind);
    }
  }());
}

}  // namespace
}  // namespace heddle_test
