// SPDX-License-Identifier: MIT
// Weak senders and counts, after Tokio's tests/sync_mpsc_weak.rs.
#include "channel/doubles.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace mpsc = heddle::mpsc;
using heddle_test::Tracked;
using heddle_test::WakeCounter;

TEST(WeakSender, upgrade_sends_while_a_sender_lives) {
  auto [tx, rx] = mpsc::sync_channel<int>(11);
  const auto weak = tx.downgrade();
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(weak.upgrade()->send(i).has_value());
  EXPECT_EQ(rx.recv(), 0);
  EXPECT_EQ(rx.recv(), 1);
  EXPECT_EQ(tx.strong_count(), 1U);
}

TEST(WeakSender, upgrade_fails_once_every_sender_is_gone) {
  auto [tx, rx] = mpsc::channel<int>();
  const auto weak = tx.downgrade();
  { const auto last = std::move(tx); }
  EXPECT_FALSE(weak.upgrade().has_value());
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST(WeakSender, it_does_not_keep_the_channel_connected) {
  WakeCounter task;
  auto [tx, rx] = mpsc::channel<int>();
  const auto weak = tx.downgrade();
  auto recv = rx.recv_async();
  EXPECT_TRUE(task.poll(recv).is_pending());
  { const auto last = std::move(tx); }
  EXPECT_EQ(task.count(), 1);
  EXPECT_EQ(task.poll(recv).take(), std::nullopt);
}

TEST(WeakSender, an_upgraded_sender_keeps_the_channel_connected) {
  auto [tx, rx] = mpsc::channel<int>();
  const auto weak = tx.downgrade();
  auto strong = weak.upgrade();
  { const auto first = std::move(tx); }
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
  strong.reset();
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
}

TEST(WeakSender, it_may_outlive_both_ends) {
  const int alive = Tracked::alive();
  std::optional<mpsc::WeakSender<Tracked>> weak;
  {
    auto [tx, rx] = mpsc::channel<Tracked>();
    weak.emplace(tx.downgrade());
    ASSERT_TRUE(tx.send(Tracked(1)).has_value());
  }
  EXPECT_EQ(Tracked::alive(), alive) << "messages go with the receiver, not with the memory";
  EXPECT_FALSE(weak->upgrade().has_value());
}

TEST(WeakSender, counts_follow_clones_and_drops) {
  auto [tx, rx] = mpsc::channel<int>();
  auto second = tx.clone();
  auto weak = tx.downgrade();
  {
    const auto weak2 = weak.clone();
    EXPECT_EQ(tx.strong_count(), 2U);
    EXPECT_EQ(weak2.weak_count(), 2U);
  }
  EXPECT_EQ(rx.sender_weak_count(), 1U);
  { const auto gone = std::move(second); }
  EXPECT_EQ(rx.sender_strong_count(), 1U);
  EXPECT_EQ(weak.strong_count(), 1U);
}

TEST(WeakSender, assignment_drops_what_was_held) {
  auto [tx, rx] = mpsc::channel<int>();
  auto [other_tx, other_rx] = mpsc::channel<int>();
  tx = std::move(other_tx);
  EXPECT_EQ(rx.recv(), std::nullopt);
  rx = std::move(other_rx);
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(rx.recv(), 1);
}

TEST(WeakSender, upgrade_races_with_the_last_drop) {
  for (int round = 0; round < 200; ++round) {
    auto [tx, rx] = mpsc::channel<int>();
    std::atomic<int> sent{0};
    std::thread upgrader([weak = tx.downgrade(), &sent] {
      while (auto strong = weak.upgrade()) {
        if (strong->send(1).has_value()) sent.fetch_add(1);
        if (sent.load() > 3) break;
      }
    });
    { const auto last = std::move(tx); }
    int received = 0;
    while (rx.recv()) ++received;
    upgrader.join();
    EXPECT_EQ(received, sent.load());
  }
}

}  // namespace
