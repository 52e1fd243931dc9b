// SPDX-License-Identifier: MIT
// Unbounded channels between threads, after the tests of Rust's std::sync::mpsc (library/std/tests/sync/mpsc.rs).
#include "channel/doubles.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace mpsc = heddle::mpsc;
using heddle_test::Tracked;

constexpr int kStress = 1000;

TEST(Mpsc, smoke) {
  auto [tx, rx] = mpsc::channel<int>();
  EXPECT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(rx.recv(), 1);
}

TEST(Mpsc, drop_full) {
  auto [tx, rx] = mpsc::channel<Tracked>();
  const int alive = Tracked::alive();
  ASSERT_TRUE(tx.send(Tracked(1)).has_value());
  { const auto gone = std::move(rx); }
  EXPECT_EQ(Tracked::alive(), alive);
}

TEST(Mpsc, drop_full_shared) {
  const int alive = Tracked::alive();
  {
    auto [tx, rx] = mpsc::channel<Tracked>();
    const auto second = tx.clone();
    ASSERT_TRUE(tx.send(Tracked(1)).has_value());
    ASSERT_TRUE(second.send(Tracked(2)).has_value());
  }
  EXPECT_EQ(Tracked::alive(), alive);
}

TEST(Mpsc, smoke_shared) {
  auto [tx, rx] = mpsc::channel<int>();
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(rx.recv(), 1);
  const auto second = tx.clone();
  ASSERT_TRUE(second.send(1).has_value());
  EXPECT_EQ(rx.recv(), 1);
}

TEST(Mpsc, smoke_threads) {
  auto [tx, rx] = mpsc::channel<int>();
  std::thread sender([tx = std::move(tx)] { EXPECT_TRUE(tx.send(1).has_value()); });
  EXPECT_EQ(rx.recv(), 1);
  sender.join();
}

TEST(Mpsc, smoke_port_gone) {
  auto [tx, rx] = mpsc::channel<int>();
  { const auto gone = std::move(rx); }
  const auto sent = tx.send(1);
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().value(), 1);
}

TEST(Mpsc, smoke_shared_port_gone) {
  auto [tx, rx] = mpsc::channel<int>();
  { const auto gone = std::move(rx); }
  EXPECT_FALSE(tx.clone().send(1).has_value());
}

TEST(Mpsc, smoke_shared_port_gone2) {
  auto [tx, rx] = mpsc::channel<int>();
  { const auto gone = std::move(rx); }
  const auto second = tx.clone();
  { const auto gone = std::move(tx); }
  EXPECT_FALSE(second.send(1).has_value());
}

TEST(Mpsc, port_gone_concurrent) {
  auto [tx, rx] = mpsc::channel<int>();
  std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(rx.recv(), 1); });
  while (tx.send(1).has_value()) {
  }
  receiver.join();
}

TEST(Mpsc, port_gone_concurrent_shared) {
  auto [tx, rx] = mpsc::channel<int>();
  const auto second = tx.clone();
  std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(rx.recv(), 1); });
  while (tx.send(1).has_value() && second.send(1).has_value()) {
  }
  receiver.join();
}

TEST(Mpsc, smoke_chan_gone) {
  auto [tx, rx] = mpsc::channel<int>();
  { const auto gone = std::move(tx); }
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST(Mpsc, smoke_chan_gone_shared) {
  auto [tx, rx] = mpsc::channel<int>();
  auto second = tx.clone();
  { const auto gone = std::move(tx); }
  { const auto gone = std::move(second); }
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST(Mpsc, chan_gone_concurrent) {
  auto [tx, rx] = mpsc::channel<int>();
  std::thread sender([tx = std::move(tx)] {
    EXPECT_TRUE(tx.send(1).has_value());
    EXPECT_TRUE(tx.send(1).has_value());
  });
  int count = 0;
  while (rx.recv()) ++count;
  EXPECT_EQ(count, 2);
  sender.join();
}

TEST(Mpsc, stress) {
  auto [tx, rx] = mpsc::channel<int>();
  std::thread sender([tx = std::move(tx)] {
    for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(tx.send(i).has_value());
  });
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(rx.recv(), i);
  EXPECT_EQ(rx.recv(), std::nullopt);
  sender.join();
}

TEST(Mpsc, stress_shared) {
  constexpr int kThreads = 8;
  auto [tx, rx] = mpsc::channel<int>();
  std::vector<std::thread> senders;
  for (int t = 0; t < kThreads; ++t) {
    senders.emplace_back([tx = tx.clone()] {
      for (int i = 0; i < kStress; ++i) EXPECT_TRUE(tx.send(1).has_value());
    });
  }
  { const auto last = std::move(tx); }
  int count = 0;
  while (auto one = rx.recv()) count += *one;
  EXPECT_EQ(count, kThreads * kStress);
  for (auto& sender : senders) sender.join();
}

TEST(Mpsc, send_from_outside_runtime) {
  auto [ready_tx, ready_rx] = mpsc::channel<int>();
  auto [tx, rx] = mpsc::channel<int>();
  std::thread receiver([ready = std::move(ready_tx), rx = std::move(rx)] {
    ASSERT_TRUE(ready.send(0).has_value());
    for (int i = 0; i < 40; ++i) EXPECT_EQ(rx.recv(), 1);
  });
  ASSERT_TRUE(ready_rx.recv().has_value());
  std::thread sender([tx = std::move(tx)] {
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(tx.send(1).has_value());
  });
  receiver.join();
  sender.join();
}

TEST(Mpsc, recv_from_outside_runtime) {
  auto [tx, rx] = mpsc::channel<int>();
  std::thread receiver([rx = std::move(rx)] {
    for (int i = 0; i < 40; ++i) EXPECT_EQ(rx.recv(), 1);
  });
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(tx.send(1).has_value());
  receiver.join();
}

TEST(Mpsc, no_runtime) {
  auto [tx1, rx1] = mpsc::channel<int>();
  auto [tx2, rx2] = mpsc::channel<int>();
  std::thread echo([rx = std::move(rx1), tx = std::move(tx2)] {
    EXPECT_EQ(rx.recv(), 1);
    EXPECT_TRUE(tx.send(2).has_value());
  });
  ASSERT_TRUE(tx1.send(1).has_value());
  EXPECT_EQ(rx2.recv(), 2);
  echo.join();
}

TEST(Mpsc, stream_send_recv_stress) {
  for (int round = 0; round < 20; ++round) {
    auto [tx, rx] = mpsc::channel<std::unique_ptr<int>>();
    std::thread sender([tx = std::move(tx)] {
      for (int i = 0; i < 10; ++i) ASSERT_TRUE(tx.send(std::make_unique<int>(i)).has_value());
    });
    std::thread receiver([rx = std::move(rx)] {
      for (int i = 0; i < 10; ++i) ASSERT_EQ(**rx.recv(), i);
    });
    sender.join();
    receiver.join();
  }
}

TEST(Mpsc, oneshot_single_thread_recv_timeout) {
  auto [tx, rx] = mpsc::channel<int>();
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(rx.recv_for(1ms), 1);
  EXPECT_EQ(rx.recv_for(1ms), std::unexpected(mpsc::RecvTimeoutError::kTimeout));
  ASSERT_TRUE(tx.send(2).has_value());
  EXPECT_EQ(rx.recv_for(1ms), 2);
}

TEST(Mpsc, stress_recv_timeout_two_threads) {
  auto [tx, rx] = mpsc::channel<int>();
  std::thread sender([tx = std::move(tx)] {
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(tx.send(i).has_value());
  });
  int count = 0;
  for (;;) {
    const auto got = rx.recv_for(10us);
    if (got) {
      EXPECT_EQ(*got, count++);
    } else if (got.error() == mpsc::RecvTimeoutError::kDisconnected) {
      break;
    }
  }
  EXPECT_EQ(count, 200);
  sender.join();
}

TEST(Mpsc, recv_timeout_upgrade) {
  auto [tx, rx] = mpsc::channel<int>();
  const auto second = tx.clone();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(rx.recv_for(1ms), std::unexpected(mpsc::RecvTimeoutError::kTimeout));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 1ms);
}

TEST(Mpsc, shared_recv_timeout) {
  constexpr int kSenders = 5;
  auto [tx, rx] = mpsc::channel<int>();
  std::vector<std::thread> senders;
  for (int i = 0; i < kSenders; ++i) senders.emplace_back([tx = tx.clone()] { ASSERT_TRUE(tx.send(1).has_value()); });
  { const auto last = std::move(tx); }
  int count = 0;
  for (;;) {
    const auto got = rx.recv_for(1ms);
    if (got) ++count;
    if (!got && got.error() == mpsc::RecvTimeoutError::kDisconnected) break;
  }
  EXPECT_EQ(count, kSenders);
  for (auto& sender : senders) sender.join();
}

TEST(Mpsc, very_long_recv_timeout_wont_panic) {
  auto [tx, rx] = mpsc::channel<int>();
  std::thread receiver([rx = std::move(rx)] {
    EXPECT_EQ(rx.recv_for(std::chrono::hours::max()), std::unexpected(mpsc::RecvTimeoutError::kDisconnected));
  });
  { const auto last = std::move(tx); }
  receiver.join();
}

TEST(Mpsc, recv_a_lot) {
  auto [tx, rx] = mpsc::channel<int>();
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(tx.send(i).has_value());
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(rx.recv(), i);
}

TEST(Mpsc, shared_chan_stress) {
  auto [tx, rx] = mpsc::channel<int>();
  std::vector<std::thread> senders;
  for (int i = 0; i < 100; ++i) senders.emplace_back([tx = tx.clone()] { ASSERT_TRUE(tx.send(1).has_value()); });
  for (int i = 0; i < 100; ++i) ASSERT_EQ(rx.recv(), 1);
  for (auto& sender : senders) sender.join();
}

TEST(Mpsc, nested_recv_iter) {
  auto [tx, rx] = mpsc::channel<int>();
  auto [total_tx, total_rx] = mpsc::channel<int>();
  std::thread adder([rx = std::move(rx), total = std::move(total_tx)] {
    int sum = 0;
    for (int& x : rx) sum += x;
    ASSERT_TRUE(total.send(sum).has_value());
  });
  for (int i : {3, 1, 2}) ASSERT_TRUE(tx.send(i).has_value());
  { const auto last = std::move(tx); }
  EXPECT_EQ(total_rx.recv(), 6);
  adder.join();
}

TEST(Mpsc, recv_iter_break) {
  auto [tx, rx] = mpsc::channel<int>();
  auto [count_tx, count_rx] = mpsc::channel<int>();
  std::thread counter([rx = std::move(rx), count_tx = std::move(count_tx)] {
    int count = 0;
    for (int x : rx) {
      if (count >= 3) break;
      count += x;
    }
    ASSERT_TRUE(count_tx.send(count).has_value());
  });
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(tx.send(2).has_value());
  EXPECT_EQ(count_rx.recv(), 4);
  counter.join();
  EXPECT_FALSE(tx.send(2).has_value());
}

TEST(Mpsc, recv_try_iter) {
  auto [request_tx, request_rx] = mpsc::channel<int>();
  auto [response_tx, response_rx] = mpsc::channel<int>();
  std::thread requester([requests = std::move(request_tx), responses = std::move(response_rx)] {
    int count = 0;
    for (;;) {
      for (int x : responses.try_iter()) {
        count += x;
        if (count == 6) return;
      }
      ASSERT_TRUE(requests.send(0).has_value());
      std::this_thread::yield();
    }
  });
  for ([[maybe_unused]] int request : request_rx) {
    if (!response_tx.send(2).has_value()) break;
  }
  requester.join();
}

TEST(Mpsc, try_recv_states) {
  auto [tx, rx] = mpsc::channel<int>();
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(rx.try_recv(), 1);
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
  { const auto last = std::move(tx); }
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
}

TEST(Mpsc, destroyed_upgraded_shared_port_when_sender_still_active) {
  auto [tx, rx] = mpsc::channel<int>();
  auto [done_tx, done_rx] = mpsc::channel<int>();
  std::thread receiver([rx = std::move(rx), done = std::move(done_tx)]() mutable {
    EXPECT_EQ(rx.recv(), 1);
    { const auto gone = std::move(rx); }
    ASSERT_TRUE(done.send(0).has_value());
  });
  ASSERT_TRUE(tx.send(1).has_value());
  ASSERT_TRUE(done_rx.recv().has_value());
  const auto second = tx.clone();
  EXPECT_FALSE(tx.send(2).has_value());
  EXPECT_FALSE(second.send(2).has_value());
  receiver.join();
}

TEST(Mpsc, issue_32114) {
  auto [tx, rx] = mpsc::channel<int>();
  { const auto gone = std::move(rx); }
  static_cast<void>(tx.send(123));
  const auto sent = tx.send(123);
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().value(), 123);
}

TEST(Mpsc, a_message_that_holds_a_receiver_is_destroyed_with_its_messages) {
  const int alive = Tracked::alive();
  {
    auto [tx, rx] = mpsc::channel<mpsc::Receiver<Tracked>>();
    auto [inner_tx, inner_rx] = mpsc::channel<Tracked>();
    ASSERT_TRUE(inner_tx.send(Tracked(1)).has_value());
    ASSERT_TRUE(tx.send(std::move(inner_rx)).has_value());
  }
  EXPECT_EQ(Tracked::alive(), alive);
}

TEST(Mpsc, a_million_queued_messages_are_destroyed) {
  auto [tx, rx] = mpsc::channel<std::unique_ptr<int>>();
  for (int i = 0; i < 1'000'000; ++i) ASSERT_TRUE(tx.send(std::make_unique<int>(i)).has_value());
  EXPECT_EQ(rx.len(), 1'000'000U);
  { const auto gone = std::move(rx); }
  EXPECT_EQ(tx.len(), 0U);
}

}  // namespace
