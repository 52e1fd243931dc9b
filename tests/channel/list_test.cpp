// SPDX-License-Identifier: MIT
// What only an unbounded channel promises, after crossbeam-channel's tests/list.rs; what every bound does: mpmc_test.cpp.
#include "channel/doubles.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

using namespace std::chrono_literals;
namespace mpmc = heddle::mpmc;

TEST(ChannelList, send_never_waits) {
  auto [tx, rx] = mpmc::channel<int>();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(tx.try_send(i).has_value());
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(tx.send_for(i, 0ns).has_value());
  EXPECT_FALSE(tx.is_full());
  EXPECT_EQ(rx.len(), 2000U);
}

TEST(ChannelList, recv_timeout_nonempty_expired) {
  auto [tx, rx] = mpmc::channel<int>();
  ASSERT_TRUE(tx.send(3).has_value());
  EXPECT_EQ(rx.recv_until(std::chrono::steady_clock::now() - 1s), 3);
}

TEST(ChannelList, send_after_disconnect) {
  auto [tx, rx] = mpmc::channel<int>();
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(tx.send(i).has_value());
  { const auto gone = std::move(rx); }
  EXPECT_EQ(tx.send(4).error().value(), 4);
  EXPECT_TRUE(tx.try_send(5).error().is_disconnected());
  EXPECT_TRUE(tx.send_for(6, 1h).error().is_disconnected());
}

TEST(ChannelList, len) {
  auto [tx, rx] = mpmc::channel<int>();
  for (std::size_t i = 0; i < 50; ++i) {
    ASSERT_TRUE(tx.send(0).has_value());
    ASSERT_EQ(tx.len(), i + 1);
  }
  for (std::size_t i = 50; i > 0; --i) {
    ASSERT_TRUE(rx.recv().has_value());
    ASSERT_EQ(rx.len(), i - 1);
  }
}

// A block that lies on the stack for a moment would be too large for it.
TEST(ChannelList, stack_overflow) {
  struct Large {
    std::array<char, 32'768> bytes{};
  };
  auto [tx, rx] = mpmc::channel<Large>();
  std::thread([tx = std::move(tx)] { ASSERT_TRUE(tx.send(Large()).has_value()); }).join();
  EXPECT_TRUE(rx.recv().has_value());
}

}  // namespace
}  // namespace heddle_test
