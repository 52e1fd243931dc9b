// SPDX-License-Identifier: MIT
// Channels while a thread ends, after crossbeam-channel's tests/thread_locals.rs.
#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/select.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace heddle_test {
namespace {

using namespace std::chrono_literals;
namespace channel = heddle::channel;
namespace mpmc = heddle::mpmc;

std::optional<int> waited;

// Made before the thread's first wait in a channel, so destroyed after what the channels keep for the thread.
struct WaitsAtTheEnd {
  ~WaitsAtTheEnd() {
    auto [tx, rx] = mpmc::channel<int>();
    channel::RecvArm<int> arm(rx);
    EXPECT_EQ(channel::select_for(1ms, arm), std::nullopt);
    EXPECT_EQ(rx.recv_for(1ms), std::unexpected(mpmc::RecvTimeoutError::kTimeout));
    std::thread sender([tx = std::move(tx)] { ASSERT_TRUE(tx.send(4).has_value()); });
    waited = rx.recv();
    sender.join();
  }
  void touch() const noexcept {}
};

TEST(ChannelThreadLocals, use_while_exiting) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  std::thread thread([rx = std::move(rx)] {
    thread_local const WaitsAtTheEnd last;
    last.touch();
    EXPECT_EQ(rx.recv(), 1);
  });
  ASSERT_TRUE(tx.send(1).has_value());
  thread.join();
  EXPECT_EQ(waited, 4);
}

}  // namespace
}  // namespace heddle_test
