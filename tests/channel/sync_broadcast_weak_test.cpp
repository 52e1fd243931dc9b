// SPDX-License-Identifier: MIT
// Weak senders of a broadcast channel: the cases of Tokio's sync_broadcast_weak.rs.
#include <heddle/channel/broadcast.hpp>

#include "support/mock_task.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace heddle_test {
namespace {

namespace broadcast = heddle::broadcast;
using heddle::test::MockTask;

TEST(BroadcastWeakSender, weak_sender) {
  auto [tx, rx] = broadcast::channel<int>(11);
  const auto weak = tx.downgrade();
  {
    const auto strong = weak.upgrade();
    ASSERT_TRUE(strong.has_value());
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(strong->send(i).has_value());
  }
  { const auto gone = std::move(tx); }
  EXPECT_FALSE(weak.upgrade().has_value());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(rx.try_recv(), i);
  EXPECT_TRUE(rx.try_recv().error().is_closed());
}

TEST(BroadcastWeakSender, downgrade_upgrade_sender_failure) {
  auto [tx, rx] = broadcast::channel<int>(4);
  const auto weak = tx.downgrade();
  { const auto gone = std::move(tx); }
  EXPECT_FALSE(weak.upgrade().has_value());
}

TEST(BroadcastWeakSender, downgrade_drop_upgrade) {
  auto [tx, rx] = broadcast::channel<int>(1);
  const auto weak = tx.downgrade();
  EXPECT_TRUE(weak.upgrade().has_value());
  { const auto gone = std::move(tx); }
  EXPECT_FALSE(weak.upgrade().has_value());
}

TEST(BroadcastWeakSender, an_upgraded_sender_keeps_the_channel_open) {
  auto [tx, rx] = broadcast::channel<int>(1);
  const auto weak = tx.downgrade();
  std::optional strong = weak.upgrade();
  { const auto gone = std::move(tx); }
  MockTask task;
  auto recv = rx.recv();
  EXPECT_TRUE(task.poll(recv).is_pending());
  strong.reset();
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_TRUE(task.poll(recv).take().error().is_closed());
}

TEST(BroadcastWeakSender, rx_is_closed_when_dropping_all_senders_except_weak_senders) {
  auto [tx, rx] = broadcast::channel<int>(10);
  const auto weak = tx.downgrade();
  { const auto gone = std::move(tx); }
  EXPECT_TRUE(rx.is_closed());
}

TEST(BroadcastWeakSender, strong_and_weak_count) {
  auto [tx, rx] = broadcast::channel<int>(1);
  const auto expect = [&rx = rx](const auto& handle, std::size_t strong, std::size_t weak) {
    EXPECT_EQ(handle.strong_count(), strong);
    EXPECT_EQ(handle.weak_count(), weak);
    EXPECT_EQ(rx.sender_strong_count(), strong);
    EXPECT_EQ(rx.sender_weak_count(), weak);
  };
  expect(tx, 1, 0);
  std::optional second(tx.clone());
  expect(tx, 2, 0);
  std::optional weak(tx.downgrade());
  std::optional other(weak->clone());
  expect(*weak, 2, 2);
  second.reset();
  expect(tx, 1, 2);
  other.reset();
  expect(*weak, 1, 1);
  weak.reset();
  expect(tx, 1, 0);
}

}  // namespace
}  // namespace heddle_test
