// SPDX-License-Identifier: MIT
// After Tokio's signal_drop_recv: a signal while nobody listens.
#include "support/on_runtime.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

namespace heddle_test {
namespace {

using heddle::signal::signal;
using heddle::signal::SignalKind;

class SignalDropRecv : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, SignalDropRecv, every_kind(), name_of);

TEST_P(SignalDropRecv, a_signal_while_nobody_listens_ends_nothing_and_is_not_seen_later) {
  run([]() -> heddle::Task<> {
    const SignalKind kind = SignalKind::user_defined1();
    { auto dropped = signal(kind).value(); }
    send_signal(SIGUSR1);
    auto listener = signal(kind).value();
    bool seen = true;
    co_await heddle::select(heddle::biased, heddle::on(listener.recv(), [](auto&&) {}),
                            heddle::on(heddle::ready(), [&seen] { seen = false; }));
    EXPECT_FALSE(seen);
    send_signal(SIGUSR1);
    EXPECT_TRUE((co_await listener.recv()).has_value());
  }());
}

}  // namespace
}  // namespace heddle_test
