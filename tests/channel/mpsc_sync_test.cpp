// SPDX-License-Identifier: MIT
// What std repeats for bounded channels of its tests of unbounded ones, for several bounds, and send1 to send4
// (library/std/tests/sync/mpsc_sync.rs); the rest of that file: sync_channel_test.cpp and mpsc_oneshot_test.cpp.
#include "channel/doubles.hpp"

#include <gtest/gtest.h>

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
namespace mpsc = heddle::mpsc;

class MpscSync : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, MpscSync, testing::Values(0U, 1U, 3U), testing::PrintToStringParamName());

TEST_P(MpscSync, smoke_chan_gone_shared) {
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  auto second = tx.clone();
  { const auto gone = std::move(tx); }
  { const auto gone = std::move(second); }
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST_P(MpscSync, stress_recv_timeout_shared) {
  constexpr int kSenders = 20;
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  std::vector<std::thread> senders;
  for (int i = 0; i < kSenders; ++i) {
    senders.emplace_back([tx = tx.clone(), i] { ASSERT_TRUE(tx.send(i).has_value()); });
  }
  { const auto last = std::move(tx); }
  int count = 0;
  for (;;) {
    const auto got = rx.recv_for(10us);
    if (got) ++count;
    if (!got && got.error() == mpsc::RecvTimeoutError::kDisconnected) break;
  }
  EXPECT_EQ(count, kSenders);
  for (auto& sender : senders) sender.join();
}

// Each thread makes the next one, and passes its end on.
void send_from(mpsc::Sender<std::unique_ptr<int>> tx, int i) {
  if (i == 10) return;
  std::thread([tx = std::move(tx), i]() mutable {
    ASSERT_TRUE(tx.send(std::make_unique<int>(i)).has_value());
    send_from(std::move(tx), i + 1);
  }).join();
}

TEST_P(MpscSync, stream_send_recv_stress) {
  for (int round = 0; round < 20; ++round) {
    auto [tx, rx] = mpsc::sync_channel<std::unique_ptr<int>>(GetParam());
    std::thread sender([tx = std::move(tx)]() mutable { send_from(std::move(tx), 0); });
    for (int i = 0; i < 10; ++i) ASSERT_EQ(**rx.recv(), i);
    sender.join();
  }
}

TEST_P(MpscSync, shared_chan_stress) {
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  std::vector<std::thread> senders;
  for (int i = 0; i < 50; ++i) senders.emplace_back([tx = tx.clone()] { ASSERT_TRUE(tx.send(1).has_value()); });
  for (int i = 0; i < 50; ++i) ASSERT_EQ(rx.recv(), 1);
  for (auto& sender : senders) sender.join();
}

TEST_P(MpscSync, nested_recv_iter) {
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  auto [total_tx, total_rx] = mpsc::sync_channel<int>(GetParam());
  std::thread adder([rx = std::move(rx), total = std::move(total_tx)] {
    int sum = 0;
    for (int number : rx) sum += number;
    ASSERT_TRUE(total.send(sum).has_value());
  });
  for (int i : {3, 1, 2}) ASSERT_TRUE(tx.send(i).has_value());
  { const auto last = std::move(tx); }
  EXPECT_EQ(total_rx.recv(), 6);
  adder.join();
}

TEST_P(MpscSync, recv_iter_break) {
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  auto [count_tx, count_rx] = mpsc::sync_channel<int>(GetParam());
  std::thread counter([rx = std::move(rx), counts = std::move(count_tx)] {
    int count = 0;
    for (int number : rx) {
      if (count >= 3) break;
      count += number;
    }
    ASSERT_TRUE(counts.send(count).has_value());
  });
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(tx.send(2).has_value());
  static_cast<void>(tx.try_send(2));
  { const auto last = std::move(tx); }
  EXPECT_EQ(count_rx.recv(), 4);
  counter.join();
}

TEST_P(MpscSync, try_recv_states) {
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  auto [go, gone] = mpsc::sync_channel<int>(0);
  auto [done_tx, done] = mpsc::sync_channel<int>(1);
  std::thread sender([tx = std::move(tx), gone = std::move(gone), done = std::move(done_tx)]() mutable {
    ASSERT_TRUE(gone.recv().has_value());
    ASSERT_TRUE(tx.send(1).has_value());
    ASSERT_TRUE(done.send(1).has_value());
    ASSERT_TRUE(gone.recv().has_value());
    { const auto last = std::move(tx); }
    ASSERT_TRUE(done.send(1).has_value());
  });
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
  ASSERT_TRUE(go.send(1).has_value());
  EXPECT_EQ(rx.recv(), 1);
  ASSERT_TRUE(done.recv().has_value());
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
  ASSERT_TRUE(go.send(1).has_value());
  ASSERT_TRUE(done.recv().has_value());
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
  sender.join();
}

TEST_P(MpscSync, destroyed_upgraded_shared_port_when_sender_still_active) {
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  auto [go, started] = mpsc::channel<int>();
  std::thread waits([rx = std::move(rx), go = std::move(go)] {
    ASSERT_TRUE(go.send(0).has_value());
    EXPECT_EQ(rx.recv(), 1);
  });
  EXPECT_EQ(started.recv(), 0);
  const auto second = tx.clone();
  { const auto gone = std::move(tx); }
  EXPECT_TRUE(second.send(1).has_value());
  waits.join();
}

TEST(MpscSyncSend, send1) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(rx.recv(), 1); });
  EXPECT_TRUE(tx.send(1).has_value());
  receiver.join();
}

TEST(MpscSyncSend, send2) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  std::thread closer([rx = std::move(rx)] {});
  EXPECT_FALSE(tx.send(1).has_value());
  closer.join();
}

TEST(MpscSyncSend, send3) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  EXPECT_TRUE(tx.send(1).has_value());
  std::thread closer([rx = std::move(rx)] {});
  EXPECT_FALSE(tx.send(1).has_value());
  closer.join();
}

TEST(MpscSyncSend, send4) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  std::thread first([tx = tx.clone()] { EXPECT_FALSE(tx.send(1).has_value()); });
  std::thread second([tx = std::move(tx)] { EXPECT_FALSE(tx.send(2).has_value()); });
  { const auto gone = std::move(rx); }
  first.join();
  second.join();
}

}  // namespace
}  // namespace heddle_test
