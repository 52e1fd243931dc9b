// SPDX-License-Identifier: MIT
// Channels of many receivers and every bound, after crossbeam-channel's tests/{array,list,zero,iter}.rs.
#include "channel/doubles.hpp"

#include <heddle/channel/select.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace mpmc = heddle::mpmc;
using heddle_test::kUnbounded;
using heddle_test::make_mpmc;
using heddle_test::Tracked;

class Mpmc : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, Mpmc, testing::Values(kUnbounded, 0U, 1U, 3U, 64U), [](const auto& bound) {
  return bound.param == kUnbounded ? std::string("unbounded") : std::to_string(bound.param);
});

TEST(MpmcOf, capacity) {
  for (const std::size_t bound : {0U, 1U, 9U}) {
    auto [tx, rx] = mpmc::sync_channel<int>(bound);
    EXPECT_EQ(tx.max_capacity(), bound);
    EXPECT_EQ(rx.max_capacity(), bound);
  }
  auto [tx, rx] = mpmc::channel<int>();
  EXPECT_EQ(tx.max_capacity(), kUnbounded);
}

TEST(MpmcOf, len_empty_full) {
  auto [tx, rx] = mpmc::sync_channel<int>(2);
  const auto expect = [&tx = tx, &rx = rx](std::size_t len, bool empty, bool full) {
    EXPECT_EQ(tx.len(), len);
    EXPECT_EQ(rx.len(), len);
    EXPECT_EQ(tx.is_empty(), empty);
    EXPECT_EQ(rx.is_empty(), empty);
    EXPECT_EQ(tx.is_full(), full);
    EXPECT_EQ(rx.is_full(), full);
  };
  expect(0, true, false);
  ASSERT_TRUE(tx.send(0).has_value());
  expect(1, false, false);
  ASSERT_TRUE(tx.send(0).has_value());
  expect(2, false, true);
  ASSERT_TRUE(rx.recv().has_value());
  expect(1, false, false);
}

TEST(MpmcOf, len_of_an_unbounded_channel_counts_what_a_receiver_has_claimed) {
  auto [tx, rx] = mpmc::channel<int>();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(tx.send(i).has_value());
  ASSERT_EQ(rx.recv(), 0);
  EXPECT_EQ(tx.len(), 499U);
  ASSERT_TRUE(tx.send(0).has_value());
  EXPECT_EQ(rx.len(), 500U);
  EXPECT_FALSE(tx.is_full());
}

TEST(MpmcOf, zero_len_empty_full) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  EXPECT_EQ(tx.len(), 0U);
  EXPECT_TRUE(tx.is_empty());
  EXPECT_TRUE(tx.is_full());
}

TEST(MpmcOf, try_recv_on_a_rendezvous_needs_a_waiting_sender) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpmc::TryRecvError::kEmpty));
  std::thread sender([tx = std::move(tx)] { ASSERT_TRUE(tx.send(7).has_value()); });
  for (;;) {
    const auto got = rx.try_recv();
    if (!got) continue;
    EXPECT_EQ(*got, 7);
    break;
  }
  sender.join();
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpmc::TryRecvError::kDisconnected));
}

TEST(MpmcOf, try_send_on_a_rendezvous_needs_a_waiting_receiver) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  EXPECT_TRUE(tx.try_send(7).error().is_full());
  std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(rx.recv(), 8); });
  while (!tx.try_send(8).has_value()) std::this_thread::yield();
  receiver.join();
  EXPECT_TRUE(tx.try_send(9).error().is_disconnected());
}

TEST_P(Mpmc, recv_after_disconnect) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  const std::size_t fits = GetParam() == kUnbounded ? 3 : std::min<std::size_t>(3, GetParam());
  for (std::size_t i = 0; i < fits; ++i) ASSERT_TRUE(tx.send(static_cast<int>(i)).has_value());
  { const auto last = std::move(tx); }
  for (std::size_t i = 0; i < fits; ++i) EXPECT_EQ(rx.recv(), static_cast<int>(i));
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST_P(Mpmc, disconnect_wakes_sender) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  if (GetParam() == kUnbounded) GTEST_SKIP() << "nobody waits";
  for (std::size_t i = 0; i < GetParam(); ++i) ASSERT_TRUE(tx.send(0).has_value());
  std::thread sender([tx = std::move(tx)] { EXPECT_EQ(tx.send(1).error().value(), 1); });
  { const auto gone = std::move(rx); }
  sender.join();
}

TEST_P(Mpmc, disconnect_wakes_receivers) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  std::vector<std::thread> receivers;
  for (int i = 0; i < 3; ++i) receivers.emplace_back([rx = rx.clone()] { EXPECT_EQ(rx.recv(), std::nullopt); });
  { const auto last = std::move(tx); }
  for (auto& receiver : receivers) receiver.join();
}

TEST_P(Mpmc, spsc) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  std::thread receiver([rx = std::move(rx)] {
    for (int i = 0; i < 2000; ++i) ASSERT_EQ(rx.recv(), i);
    EXPECT_EQ(rx.recv(), std::nullopt);
  });
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(tx.send(i).has_value());
  { const auto last = std::move(tx); }
  receiver.join();
}

TEST_P(Mpmc, mpmc) {
  constexpr int kThreads = 4, kCount = 500;
  auto [tx, rx] = make_mpmc<int>(GetParam());
  std::vector<std::atomic<int>> seen(kCount);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([rx = rx.clone(), &seen] {
      for (int i = 0; i < kCount; ++i) seen[static_cast<std::size_t>(*rx.recv())].fetch_add(1);
    });
    threads.emplace_back([tx = tx.clone()] {
      for (int i = 0; i < kCount; ++i) ASSERT_TRUE(tx.send(i).has_value());
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpmc::TryRecvError::kEmpty));
  for (auto& count : seen) EXPECT_EQ(count.load(), kThreads);
}

TEST_P(Mpmc, stress_oneshot) {
  for (int i = 0; i < 200; ++i) {
    auto [tx, rx] = make_mpmc<int>(GetParam() == 0 ? 1 : GetParam());
    std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(rx.recv(), 0); });
    ASSERT_TRUE(tx.send(0).has_value());
    receiver.join();
  }
}

TEST_P(Mpmc, stress_timeout_two_threads) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  constexpr int kCount = 100;
  std::thread sender([tx = std::move(tx)] {
    for (int i = 0; i < kCount; ++i) {
      while (!tx.send_for(i, 20us).has_value()) std::this_thread::yield();
    }
  });
  for (int i = 0; i < kCount; ++i) {
    for (;;) {
      const auto got = rx.recv_for(20us);
      if (!got) continue;
      ASSERT_EQ(*got, i);
      break;
    }
  }
  sender.join();
}

TEST_P(Mpmc, drops) {
  for (int round = 0; round < 10; ++round) {
    const int alive = Tracked::alive();
    const int steps = 100 * round;
    {
      auto [tx, rx] = make_mpmc<Tracked>(GetParam());
      std::thread receiver([rx = std::move(rx), steps] {
        for (int i = 0; i < steps; ++i) ASSERT_TRUE(rx.recv().has_value());
      });
      for (int i = 0; i < steps; ++i) ASSERT_TRUE(tx.send(Tracked(i)).has_value());
      receiver.join();
      for (int i = 0; i < 50; ++i) static_cast<void>(tx.try_send(Tracked(i)));
    }
    EXPECT_EQ(Tracked::alive(), alive);
  }
}

TEST_P(Mpmc, linearizable) {
  constexpr int kThreads = 4, kCount = 300;
  if (GetParam() == 0) GTEST_SKIP() << "a thread can't meet itself";
  auto [tx, rx] = make_mpmc<int>(GetParam() == kUnbounded ? GetParam() : std::max<std::size_t>(GetParam(), kThreads));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([tx = tx.clone(), rx = rx.clone()] {
      for (int i = 0; i < kCount; ++i) {
        ASSERT_TRUE(tx.send(0).has_value());
        ASSERT_TRUE(rx.try_recv().has_value()) << "what was sent by this thread must be there for somebody";
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_P(Mpmc, stress_iter) {
  constexpr int kCount = 300;
  auto [request_tx, request_rx] = make_mpmc<int>(GetParam());
  auto [response_tx, response_rx] = make_mpmc<int>(GetParam());
  std::thread asks([requests = std::move(request_tx), responses = std::move(response_rx)] {
    int count = 0;
    while (count < kCount) {
      for (int one : responses.try_iter()) count += one;
      static_cast<void>(requests.try_send(count));
    }
  });
  std::thread answers([requests = std::move(request_rx), responses = std::move(response_tx)] {
    for (int request : requests) {
      if (request < kCount && !responses.send(1).has_value()) return;
    }
  });
  asks.join();
  answers.join();
}

TEST_P(Mpmc, recv_in_send) {
  // A message whose making receives from the channel that it is sent into: the send holds nothing meanwhile.
  auto [tx, rx] = make_mpmc<int>(GetParam());
  std::thread sender([tx = tx.clone()] { ASSERT_TRUE(tx.send(1).has_value()); });
  std::thread receiver;
  const auto receive_one = [&rx = rx, &receiver] {
    const int got = *rx.recv();
    receiver = std::thread([rx = rx.clone()] { EXPECT_EQ(rx.recv(), 2); });
    return got;
  };
  ASSERT_TRUE(tx.send(receive_one() + 1).has_value());
  sender.join();
  receiver.join();
}

// A channel that carries the receiving end of the next one.
struct Next {
  std::unique_ptr<mpmc::Receiver<Next>> rx;
};

TEST_P(Mpmc, channel_through_channel) {
  constexpr int kCount = 200;
  auto [tx, rx] = make_mpmc<Next>(GetParam());
  std::thread sender([bound = GetParam(), first = std::move(tx)]() mutable {
    mpmc::Sender<Next> current = std::move(first);
    for (int i = 0; i < kCount; ++i) {
      auto [next_tx, next_rx] = make_mpmc<Next>(bound);
      ASSERT_TRUE(current.send(Next{std::make_unique<mpmc::Receiver<Next>>(std::move(next_rx))}).has_value());
      current = std::move(next_tx);
    }
  });
  auto current = std::make_unique<mpmc::Receiver<Next>>(std::move(rx));
  for (int i = 0; i < kCount; ++i) {
    auto message = current->recv();
    ASSERT_TRUE(message.has_value());
    current = std::move(message->rx);
  }
  EXPECT_FALSE(current->recv().has_value());
  sender.join();
}

TEST_P(Mpmc, a_receiver_gone_leaves_the_others) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  auto second = rx.clone();
  EXPECT_EQ(rx.receiver_count(), 2U);
  { const auto gone = std::move(rx); }
  EXPECT_FALSE(tx.is_closed());
  std::thread sender([tx = std::move(tx)] { ASSERT_TRUE(tx.send(1).has_value()); });
  EXPECT_EQ(second.recv(), 1);
  sender.join();
}

TEST_P(Mpmc, nested_recv_iter_shares_the_messages) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  std::atomic<int> sum{0};
  std::vector<std::thread> receivers;
  for (int t = 0; t < 3; ++t) {
    receivers.emplace_back([rx = rx.clone(), &sum] {
      for (int value : rx) sum.fetch_add(value);
    });
  }
  for (int i = 1; i <= 100; ++i) ASSERT_TRUE(tx.send(i).has_value());
  { const auto last = std::move(tx); }
  for (auto& receiver : receivers) receiver.join();
  EXPECT_EQ(sum.load(), 5050);
}

}  // namespace
