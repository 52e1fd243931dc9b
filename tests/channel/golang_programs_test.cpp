// SPDX-License-Identifier: MIT
// Small programs of Go's test/chan and races of its chan_test.go, written afresh, as crossbeam's golang.rs has them.
#include "channel/doubles.hpp"

#include <heddle/channel/select.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace channel = heddle::channel;
namespace mpmc = heddle::mpmc;

// fifo.go: a buffer keeps the order.
TEST(GoPrograms, asynch_fifo) {
  auto [tx, rx] = mpmc::sync_channel<int>(10);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(tx.send(i).has_value());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rx.recv(), i);
}

// fifo.go: threads in a chain, each of which waits for the one before, receive in the order of the chain.
TEST(GoPrograms, synch_fifo) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  auto [start, first] = mpmc::sync_channel<int>(0);
  std::vector<std::thread> chain;
  std::optional<mpmc::Receiver<int>> before(std::move(first));
  for (int i = 0; i < 10; ++i) {
    auto [done, next] = mpmc::sync_channel<int>(0);
    chain.emplace_back([i, rx = rx.clone(), before = std::move(*before), done = std::move(done)] {
      ASSERT_TRUE(before.recv().has_value());
      EXPECT_EQ(rx.recv(), i);
      ASSERT_TRUE(done.send(1).has_value());
    });
    before.emplace(std::move(next));
  }
  ASSERT_TRUE(start.send(0).has_value());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(tx.send(i).has_value());
  ASSERT_TRUE(before->recv().has_value());
  for (std::thread& link : chain) link.join();
}

// goroutines.go: a value goes through a long chain.
TEST(GoPrograms, goroutines) {
  auto [leftmost, first] = mpmc::sync_channel<int>(0);
  std::vector<std::thread> chain;
  std::optional<mpmc::Receiver<int>> right(std::move(first));
  for (int i = 0; i < 100; ++i) {
    auto [out, next] = mpmc::sync_channel<int>(0);
    chain.emplace_back([in = std::move(*right), out = std::move(out)] { ASSERT_TRUE(out.send(*in.recv()).has_value()); });
    right.emplace(std::move(next));
  }
  ASSERT_TRUE(leftmost.send(17).has_value());
  EXPECT_EQ(right->recv(), 17);
  for (std::thread& link : chain) link.join();
}

// nonblock.go: what doesn't wait fails until the other side is there, and then doesn't.
TEST(GoPrograms, nonblock) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpmc::TryRecvError::kEmpty));
  EXPECT_TRUE(tx.try_send(1).error().is_full());
  std::thread receiver([rx = rx.clone()] { EXPECT_EQ(rx.recv(), 2); });
  while (!tx.try_send(2).has_value()) std::this_thread::yield();
  receiver.join();
  std::thread sender([tx = tx.clone()] { ASSERT_TRUE(tx.send(3).has_value()); });
  auto got = rx.try_recv();
  while (!got.has_value()) got = rx.try_recv();
  EXPECT_EQ(got, 3);
  sender.join();
}

// select.go: of two arms the one that has somebody on the other side.
TEST(GoPrograms, select) {
  constexpr std::size_t kCount = 64;
  auto [tx1, rx1] = mpmc::sync_channel<std::size_t>(0);
  auto [tx2, rx2] = mpmc::sync_channel<std::size_t>(0);
  std::thread sender([tx1 = std::move(tx1), tx2 = std::move(tx2)] {
    for (std::size_t i = 0; i < kCount; ++i) {
      channel::SendArm<std::size_t> a(tx1, i), b(tx2, i);
      ASSERT_EQ(channel::select(a, b), i % 2);
    }
  });
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ((i % 2 == 0 ? rx1 : rx2).recv(), i);
  sender.join();
}

// select6.go: a waiter behind one that gave up for another channel is served all the same.
TEST(GoPrograms, select6) {
  auto [tx1, rx1] = mpmc::sync_channel<bool>(0);
  auto [tx2, rx2] = mpmc::sync_channel<bool>(0);
  auto [tx3, rx3] = mpmc::sync_channel<bool>(0);
  auto [tx4, rx4] = mpmc::sync_channel<bool>(0);
  std::thread first([rx1 = rx1.clone()] { ASSERT_TRUE(rx1.recv().has_value()); });
  std::thread second([rx1 = rx1.clone(), rx2 = std::move(rx2), tx3 = std::move(tx3)] {
    channel::RecvArm<bool> a(rx1), b(rx2);
    EXPECT_EQ(channel::select(a, b), 1U);
    ASSERT_TRUE(tx3.send(true).has_value());
  });
  ASSERT_TRUE(tx2.send(true).has_value());
  ASSERT_TRUE(rx3.recv().has_value());
  std::thread third([rx1 = rx1.clone(), tx4 = std::move(tx4)] {
    ASSERT_TRUE(rx1.recv().has_value());
    ASSERT_TRUE(tx4.send(true).has_value());
  });
  ASSERT_TRUE(tx1.send(true).has_value());
  ASSERT_TRUE(tx1.send(true).has_value());
  ASSERT_TRUE(rx4.recv().has_value());
  for (std::thread* thread : {&first, &second, &third}) thread->join();
}

// select7.go: every way to send meets every way to receive.
TEST(GoPrograms, select7) {
  using Send = void (*)(const mpmc::Sender<int>&);
  using Recv = void (*)(const mpmc::Receiver<int>&);
  const std::array<Recv, 3> receives{
      [](const mpmc::Receiver<int>& rx) { EXPECT_EQ(rx.recv(), 1); },
      [](const mpmc::Receiver<int>& rx) {
        channel::RecvArm<int> arm(rx);
        EXPECT_EQ(channel::select(arm), 0U);
        EXPECT_EQ(arm.take(), 1);
      },
      [](const mpmc::Receiver<int>& rx) {
        auto [other, never] = mpmc::sync_channel<int>(0);
        channel::RecvArm<int> arm(rx), second(never);
        EXPECT_EQ(channel::select(arm, second), 0U);
        EXPECT_EQ(arm.take(), 1);
      }};
  const std::array<Send, 3> sends{
      [](const mpmc::Sender<int>& tx) { ASSERT_TRUE(tx.send(1).has_value()); },
      [](const mpmc::Sender<int>& tx) {
        while (!tx.try_send(1).has_value()) std::this_thread::yield();
      },
      [](const mpmc::Sender<int>& tx) {
        channel::SendArm<int> arm(tx, 1);
        EXPECT_EQ(channel::select(arm), 0U);
      }};
  for (const Recv recv : receives) {
    for (const Send send : sends) {
      auto [tx, rx] = mpmc::sync_channel<int>(0);
      std::thread receiver([rx = std::move(rx), recv] { recv(rx); });
      send(tx);
      receiver.join();
    }
  }
}

// zerosize.go
TEST(GoPrograms, zerosize) {
  struct Empty {};
  auto [tx, rx] = mpmc::sync_channel<Empty>(2);
  ASSERT_TRUE(tx.send(Empty()).has_value());
  EXPECT_TRUE(rx.recv().has_value());
  auto [list_tx, list_rx] = mpmc::channel<Empty>();
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(list_tx.send(Empty()).has_value());
  EXPECT_EQ(list_rx.len(), 5000U);
}

// chan1.go: many readers and writers; each number is read once.
TEST(GoPrograms, chan1) {
  constexpr std::size_t kNumbers = 1000, kWriters = 5, kReaders = 10;
  for (const std::size_t bound : {std::size_t{0}, kNumbers}) {
    auto [tx, rx] = mpmc::sync_channel<std::size_t>(bound);
    std::vector<std::atomic<int>> read(kNumbers);
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kWriters; ++i) {
      threads.emplace_back([tx = tx.clone(), &next] {
        for (std::size_t n = next.fetch_add(1); n < kNumbers; n = next.fetch_add(1)) ASSERT_TRUE(tx.send(n).has_value());
      });
    }
    { const auto last = std::move(tx); }
    for (std::size_t i = 0; i < kReaders; ++i) {
      threads.emplace_back([rx = rx.clone(), &read] {
        for (const std::size_t n : rx) read[n].fetch_add(1);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& count : read) EXPECT_EQ(count.load(), 1);
  }
}

// chan_test.go TestNonblockRecvRace: a receive that doesn't wait sees a message, or the end.
TEST(GoRaces, nonblock_recv_race) {
  for (int i = 0; i < 500; ++i) {
    auto [tx, rx] = mpmc::sync_channel<int>(1);
    ASSERT_TRUE(tx.send(1).has_value());
    std::thread receiver([rx = rx.clone()] { EXPECT_NE(rx.try_recv(), std::unexpected(mpmc::TryRecvError::kEmpty)); });
    { const auto last = std::move(tx); }
    static_cast<void>(rx.recv());
    receiver.join();
  }
}

// chan_test.go TestNonblockSelectRace and its twin with a closed channel: at each instant one of the two is ready, and a
// select that waits finds it, be it for no time at all.
TEST(GoRaces, nonblock_select_race) {
  for (const bool closed : {false, true}) {
    for (int i = 0; i < 500; ++i) {
      auto [tx1, rx1] = mpmc::sync_channel<int>(1);
      auto [tx2, rx2] = mpmc::sync_channel<int>(1);
      ASSERT_TRUE(tx1.send(1).has_value());
      std::thread selects([rx1 = rx1.clone(), rx2 = rx2.clone()] {
        channel::RecvArm<int> a(rx1), b(rx2);
        EXPECT_NE(channel::select_for(std::chrono::nanoseconds(0), a, b), std::nullopt);
      });
      std::optional<mpmc::Sender<int>> second(std::move(tx2));
      if (closed) {
        second.reset();
      } else {
        ASSERT_TRUE(second->send(1).has_value());
      }
      static_cast<void>(rx1.try_recv());
      selects.join();
    }
  }
}

}  // namespace
}  // namespace heddle_test
