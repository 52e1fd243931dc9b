// SPDX-License-Identifier: MIT
// What only a bounded channel promises, after crossbeam-channel's tests/array.rs; what every bound does: mpmc_test.cpp.
#include "channel/doubles.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace heddle_test {
namespace {

using namespace std::chrono_literals;
namespace mpmc = heddle::mpmc;

TEST(ChannelArray, send) {
  auto [tx, rx] = mpmc::sync_channel<int>(1);
  ASSERT_TRUE(tx.send(7).has_value());
  std::thread sender([tx = std::move(tx)] {
    EXPECT_TRUE(tx.send(8).has_value());
    EXPECT_TRUE(tx.send(9).has_value());
  });
  EXPECT_EQ(rx.recv(), 7);
  EXPECT_EQ(rx.recv(), 8);
  EXPECT_EQ(rx.recv(), 9);
  EXPECT_EQ(rx.recv(), std::nullopt);
  sender.join();
}

TEST(ChannelArray, send_timeout) {
  auto [tx, rx] = mpmc::sync_channel<int>(2);
  EXPECT_TRUE(tx.send_for(1, 1h).has_value());
  EXPECT_TRUE(tx.send_for(2, 1h).has_value());
  const auto late = tx.send_for(3, 1ms);
  ASSERT_FALSE(late.has_value());
  EXPECT_TRUE(late.error().is_timeout());
  EXPECT_EQ(rx.recv(), 1);
  EXPECT_TRUE(tx.send_for(4, 1h).has_value());
  { const auto gone = std::move(rx); }
  EXPECT_TRUE(tx.send_for(5, 1h).error().is_disconnected());
}

TEST(ChannelArray, send_after_disconnect) {
  auto [tx, rx] = mpmc::sync_channel<int>(100);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(tx.send(i).has_value());
  { const auto gone = std::move(rx); }
  EXPECT_EQ(tx.send(4).error().value(), 4);
  EXPECT_TRUE(tx.try_send(5).error().is_disconnected());
  EXPECT_TRUE(tx.send_for(6, 1h).error().is_disconnected());
}

TEST(ChannelArray, len) {
  static constexpr std::size_t kBound = 64;
  auto [tx, rx] = mpmc::sync_channel<int>(kBound);
  for (std::size_t round = 0; round < 2 * kBound; ++round) {
    for (std::size_t i = 0; i < 10; ++i) {
      ASSERT_TRUE(tx.send(0).has_value());
      ASSERT_EQ(tx.len(), i + 1);
    }
    for (std::size_t i = 10; i > 0; --i) {
      ASSERT_TRUE(rx.recv().has_value());
      ASSERT_EQ(rx.len(), i - 1);
    }
  }
  std::thread receiver([rx = rx.clone()] {
    for (int i = 0; i < 3000; ++i) {
      ASSERT_TRUE(rx.recv().has_value());
      ASSERT_LE(rx.len(), kBound);
    }
  });
  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(tx.send(i).has_value());
    ASSERT_LE(tx.len(), kBound);
  }
  receiver.join();
  EXPECT_EQ(tx.len(), 0U);
}

TEST(ChannelArray, drop_unreceived) {
  auto [tx, rx] = mpmc::sync_channel<Tracked>(1);
  const int dropped = Tracked::dropped();
  ASSERT_TRUE(tx.send(Tracked(1)).has_value());
  EXPECT_EQ(Tracked::dropped(), dropped);
  { const auto gone = std::move(rx); }
  EXPECT_EQ(Tracked::dropped(), dropped + 1) << "with the last receiver, though a sender lives";
}

}  // namespace
}  // namespace heddle_test
