// SPDX-License-Identifier: MIT
// What only a rendezvous promises, after crossbeam-channel's tests/zero.rs; what every bound does: mpmc_test.cpp.
#include "channel/doubles.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

using namespace std::chrono_literals;
namespace mpmc = heddle::mpmc;

TEST(ChannelZero, send_returns_when_a_receiver_has_the_message) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  std::atomic<bool> sent = false;
  std::thread sender([&sent, tx = std::move(tx)] {
    EXPECT_TRUE(tx.send(7).has_value());
    sent = true;
    EXPECT_TRUE(tx.send(8).has_value());
  });
  EXPECT_FALSE(sent.load());
  EXPECT_EQ(rx.recv(), 7);
  EXPECT_EQ(rx.recv(), 8);
  EXPECT_TRUE(sent.load());
  EXPECT_EQ(rx.recv(), std::nullopt);
  sender.join();
}

TEST(ChannelZero, recv_timeout) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  EXPECT_EQ(rx.recv_for(1ms), std::unexpected(mpmc::RecvTimeoutError::kTimeout));
  std::thread sender([tx = std::move(tx)] { EXPECT_TRUE(tx.send(7).has_value()); });
  EXPECT_EQ(rx.recv_for(1h), 7);
  sender.join();
  EXPECT_EQ(rx.recv_for(1h), std::unexpected(mpmc::RecvTimeoutError::kDisconnected));
}

TEST(ChannelZero, send_timeout) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  EXPECT_TRUE(tx.send_for(7, 1ms).error().is_timeout());
  std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(rx.recv(), 8); });
  EXPECT_TRUE(tx.send_for(8, 1h).has_value());
  receiver.join();
  EXPECT_TRUE(tx.send_for(9, 1h).error().is_disconnected());
}

TEST(ChannelZero, len_stays_zero) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  std::thread sender([tx = tx.clone()] {
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(tx.send(i).has_value());
  });
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(rx.recv(), i);
    ASSERT_EQ(tx.len(), 0U);
    ASSERT_EQ(rx.len(), 0U);
    ASSERT_TRUE(rx.is_full());
  }
  sender.join();
}

TEST(ChannelZero, stress_oneshot) {
  for (int i = 0; i < 200; ++i) {
    auto [tx, rx] = mpmc::sync_channel<std::unique_ptr<int>>(0);
    std::thread receiver([rx = std::move(rx), i] { EXPECT_EQ(**rx.recv(), i); });
    EXPECT_TRUE(tx.send(std::make_unique<int>(i)).has_value());
    receiver.join();
  }
}

}  // namespace
}  // namespace heddle_test
