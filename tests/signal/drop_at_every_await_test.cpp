// SPDX-License-Identifier: MIT
// Waits for signals, dropped at each of their suspensions: what came meanwhile is seen by the next.
#include "support/drop_at_every_await.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace heddle_test {
namespace {

heddle::Task<> send_usr1() {
  send_signal(SIGUSR1);
  co_return;
}

struct Receives {
  std::optional<heddle::signal::Signal> listener;
  int received = 0;

  heddle::Async<> prepare() {
    listener.emplace(heddle::signal::signal(heddle::signal::SignalKind::user_defined1()).value());
    heddle::task::spawn(send_usr1());
    co_return;
  }
  heddle::Async<> run() {
    EXPECT_TRUE((co_await listener->recv()).has_value());
    ++received;
  }
  heddle::Async<> kept() {
    if (received == 0) co_await run();
    EXPECT_EQ(received, 1);
  }
};

TEST(DropAtEveryAwait, recv_of_a_signal_loses_no_signal) { drop_at_every_await<Receives>(); }

heddle::Task<> send_int() {
  co_await heddle::task::yield_now();
  send_signal(SIGINT);
}

struct WaitsForCtrlC {
  // Kept, so that a signal of a run that was dropped doesn't come in the middle of the next.
  std::optional<heddle::task::JoinHandle<void>> sends;

  heddle::Async<> run() {
    auto again = heddle::signal::signal(heddle::signal::SignalKind::interrupt()).value();
    sends.emplace(heddle::task::spawn(send_int()));
    EXPECT_TRUE((co_await again.recv()).has_value());
    co_await sent();
    bool lost = false;
    co_await heddle::select(heddle::biased, heddle::on(heddle::signal::ctrl_c(), [](auto&&) {}),
                            heddle::on(heddle::ready(), [&lost] { lost = true; }));
    EXPECT_TRUE(lost);
  }
  heddle::Async<> kept() {
    if (sends) co_await sent();
    co_await run();
  }

 private:
  heddle::Async<> sent() {
    EXPECT_TRUE((co_await *sends).has_value());
    sends.reset();
  }
};

TEST(DropAtEveryAwait, ctrl_c_may_be_waited_for_again) { drop_at_every_await<WaitsForCtrlC>(); }

}  // namespace
}  // namespace heddle_test
