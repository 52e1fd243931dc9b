// SPDX-License-Identifier: MIT
// After Tokio's signal_multi_rt: several runtimes at once, each with a listener of its own.
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace heddle_test {
namespace {

using heddle::runtime::Builder;
using heddle::signal::SignalKind;

TEST(SignalMultiRt, a_signal_reaches_the_listeners_of_every_runtime) {
  for (int round = 0; round < 10; ++round) {
    auto [tell, told] = heddle::mpsc::channel<int>();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([tell = tell.clone()] {
        auto runtime = Builder::current_thread().build().value();
        const auto guard = runtime.enter();
        auto listener = heddle::signal::signal(SignalKind::hangup()).value();
        tell.send(1).value();
        EXPECT_TRUE(runtime.block_on(listener.recv()).has_value());
      });
    }
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(told.recv().has_value());
    send_signal(SIGHUP);
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace heddle_test
