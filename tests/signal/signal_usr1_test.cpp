// SPDX-License-Identifier: MIT
// After Tokio's signal_usr1: a signal between the listener and its first recv.
#include "support/on_runtime.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

namespace heddle_test {
namespace {

using heddle::signal::signal;
using heddle::signal::SignalKind;

class SignalUsr1 : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, SignalUsr1, every_kind(), name_of);

TEST_P(SignalUsr1, a_signal_between_the_listener_and_its_first_recv_is_not_lost) {
  run([]() -> heddle::Task<> {
    auto listener = signal(SignalKind::user_defined1()).value();
    send_signal(SIGUSR1);
    EXPECT_TRUE((co_await listener.recv()).has_value());
  }());
}

TEST_P(SignalUsr1, a_signal_wakes_a_task_that_waits) {
  run([]() -> heddle::Task<> {
    auto [ready, is_ready] = heddle::oneshot::channel<int>();
    auto waits = heddle::task::spawn([](heddle::oneshot::Sender<int> tell) -> heddle::Task<bool> {
      auto listener = signal(SignalKind::user_defined1()).value();
      static_cast<void>(std::move(tell).send(1));
      const auto result = co_await listener.recv();
      co_return result.has_value();
    }(std::move(ready)));
    EXPECT_TRUE((co_await is_ready).has_value());
    co_await heddle::task::yield_now();
    send_signal(SIGUSR1);
    EXPECT_TRUE((co_await waits).value());
  }());
}

TEST(SignalUsr1Process, a_signal_for_the_process_is_seen_whichever_thread_handles_it) {
  auto runtime = heddle::runtime::Builder::current_thread().build().value();
  const auto guard = runtime.enter();
  auto listener = signal(SignalKind::user_defined1()).value();
  ::kill(::getpid(), SIGUSR1);
  EXPECT_TRUE(runtime.block_on(listener.recv()).has_value());
}

}  // namespace
}  // namespace heddle_test
