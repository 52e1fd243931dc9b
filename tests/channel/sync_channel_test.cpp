// SPDX-License-Identifier: MIT
// Bounded and rendezvous channels between threads, after Rust's tests of sync_channel (library/std/tests/sync/mpsc_sync.rs).
#include "channel/doubles.hpp"

#include <heddle/base/blocking.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace mpsc = heddle::mpsc;
using heddle_test::Tracked;

TEST(SyncChannel, smoke) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(rx.recv(), 1);
}

TEST(SyncChannel, drop_full) {
  const int alive = Tracked::alive();
  {
    auto [tx, rx] = mpsc::sync_channel<Tracked>(1);
    ASSERT_TRUE(tx.send(Tracked(1)).has_value());
  }
  EXPECT_EQ(Tracked::alive(), alive);
}

TEST(SyncChannel, smoke_shared) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(rx.recv(), 1);
  ASSERT_TRUE(tx.clone().send(1).has_value());
  EXPECT_EQ(rx.recv(), 1);
}

TEST(SyncChannel, recv_timeout) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  EXPECT_EQ(rx.recv_for(1ms), std::unexpected(mpsc::RecvTimeoutError::kTimeout));
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(rx.recv_for(1ms), 1);
}

TEST(SyncChannel, send_for_gives_the_message_back_when_the_time_is_over) {
  auto [tx, rx] = mpsc::sync_channel<std::unique_ptr<int>>(1);
  ASSERT_TRUE(tx.send_for(std::make_unique<int>(1), 1ms).has_value());
  auto sent = tx.send_for(std::make_unique<int>(2), 1ms);
  ASSERT_FALSE(sent.has_value());
  EXPECT_TRUE(sent.error().is_timeout());
  EXPECT_EQ(*std::move(sent).error().into_inner(), 2);
  EXPECT_EQ(**rx.recv(), 1);
  { const auto gone = std::move(rx); }
  EXPECT_TRUE(tx.send_for(std::make_unique<int>(3), 1ms).error().is_disconnected());
}

TEST(SyncChannel, a_deadline_that_has_passed_still_takes_what_is_there) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  const auto past = std::chrono::steady_clock::now() - 1s;
  EXPECT_EQ(rx.recv_until(past), std::unexpected(mpsc::RecvTimeoutError::kTimeout));
  ASSERT_TRUE(tx.send_until(1, past).has_value());
  EXPECT_TRUE(tx.send_until(2, past).error().is_timeout());
  EXPECT_EQ(rx.recv_until(past), 1);
  EXPECT_EQ(rx.recv_for(-1h), std::unexpected(mpsc::RecvTimeoutError::kTimeout));
}

TEST(SyncChannel, smoke_threads) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  std::thread sender([tx = std::move(tx)] { EXPECT_TRUE(tx.send(1).has_value()); });
  EXPECT_EQ(rx.recv(), 1);
  sender.join();
}

TEST(SyncChannel, smoke_port_gone) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  { const auto gone = std::move(rx); }
  EXPECT_FALSE(tx.send(1).has_value());
}

TEST(SyncChannel, smoke_shared_port_gone2) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  { const auto gone = std::move(rx); }
  auto second = tx.clone();
  { const auto gone = std::move(tx); }
  EXPECT_FALSE(second.send(1).has_value());
}

TEST(SyncChannel, port_gone_concurrent) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(rx.recv(), 1); });
  while (tx.send(1).has_value()) {
  }
  receiver.join();
}

TEST(SyncChannel, port_gone_concurrent_shared) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  const auto second = tx.clone();
  std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(rx.recv(), 1); });
  while (tx.send(1).has_value() && second.send(1).has_value()) {
  }
  receiver.join();
}

TEST(SyncChannel, smoke_chan_gone) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  { const auto gone = std::move(tx); }
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST(SyncChannel, chan_gone_concurrent) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  std::thread sender([tx = std::move(tx)] {
    ASSERT_TRUE(tx.send(1).has_value());
    ASSERT_TRUE(tx.send(1).has_value());
  });
  int count = 0;
  while (rx.recv()) ++count;
  EXPECT_EQ(count, 2);
  sender.join();
}

class SyncChannelOf : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, SyncChannelOf, testing::Values(0U, 1U, 2U, 7U, 64U), testing::PrintToStringParamName());

TEST_P(SyncChannelOf, stress) {
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  std::thread sender([tx = std::move(tx)] {
    for (int i = 0; i < 2000; ++i) ASSERT_TRUE(tx.send(i).has_value());
  });
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(rx.recv(), i);
  EXPECT_EQ(rx.recv(), std::nullopt);
  sender.join();
}

TEST_P(SyncChannelOf, stress_shared) {
  constexpr int kThreads = 4, kMessages = 500;
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  std::vector<std::thread> senders;
  for (int t = 0; t < kThreads; ++t) {
    senders.emplace_back([tx = tx.clone()] {
      for (int i = 0; i < kMessages; ++i) ASSERT_TRUE(tx.send(1).has_value());
    });
  }
  { const auto last = std::move(tx); }
  int sum = 0;
  for (int one : rx) sum += one;
  EXPECT_EQ(sum, kThreads * kMessages);
  for (auto& sender : senders) sender.join();
}

TEST_P(SyncChannelOf, stress_recv_timeout_two_threads) {
  auto [tx, rx] = mpsc::sync_channel<int>(GetParam());
  std::thread sender([tx = std::move(tx)] {
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(tx.send(i).has_value());
  });
  int next = 0;
  for (;;) {
    const auto got = rx.recv_for(5us);
    if (got) {
      ASSERT_EQ(*got, next++);
    } else if (got.error() == mpsc::RecvTimeoutError::kDisconnected) {
      break;
    }
  }
  EXPECT_EQ(next, 500);
  sender.join();
}

TEST_P(SyncChannelOf, stress_send_timeout_two_threads) {
  auto [tx, rx] = mpsc::sync_channel<std::unique_ptr<int>>(GetParam());
  std::thread receiver([rx = std::move(rx)] {
    for (int i = 0; i < 500; ++i) ASSERT_EQ(**rx.recv(), i);
  });
  for (int i = 0; i < 500; ++i) {
    auto message = std::make_unique<int>(i);
    for (;;) {
      auto sent = tx.send_for(std::move(message), 5us);
      if (sent) break;
      ASSERT_TRUE(sent.error().is_timeout());
      message = std::move(sent).error().into_inner();
    }
  }
  receiver.join();
}

TEST(SyncChannelOneshot, single_thread_try_send_open) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  EXPECT_TRUE(tx.try_send(10).has_value());
  EXPECT_EQ(rx.recv(), 10);
}

TEST(SyncChannelOneshot, single_thread_try_send_closed) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  { const auto gone = std::move(rx); }
  EXPECT_TRUE(tx.try_send(10).error().is_disconnected());
}

TEST(SyncChannelOneshot, single_thread_try_send_closed2) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  { const auto gone = std::move(rx); }
  const auto sent = tx.try_send(10);
  EXPECT_TRUE(sent.error().is_disconnected());
  EXPECT_EQ(sent.error().value(), 10);
}

TEST(SyncChannel, try_send1) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  const auto sent = tx.try_send(1);
  ASSERT_FALSE(sent.has_value());
  EXPECT_TRUE(sent.error().is_full());
}

TEST(SyncChannel, try_send2) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  EXPECT_TRUE(tx.try_send(1).has_value());
  EXPECT_TRUE(tx.try_send(1).error().is_full());
}

TEST(SyncChannel, try_send3) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  ASSERT_TRUE(tx.try_send(1).has_value());
  { const auto gone = std::move(rx); }
  EXPECT_TRUE(tx.try_send(1).error().is_disconnected());
}

TEST(SyncChannel, issue_15761) {
  auto [tx1, rx1] = mpsc::sync_channel<int>(3);
  auto [tx2, rx2] = mpsc::sync_channel<int>(3);
  std::thread echo([rx = std::move(rx1), tx = std::move(tx2)] {
    ASSERT_TRUE(rx.recv().has_value());
    ASSERT_TRUE(tx.try_send(0).has_value());
  });
  ASSERT_TRUE(tx1.try_send(0).has_value());
  EXPECT_EQ(rx2.recv(), 0);
  echo.join();
}

TEST(SyncChannel, a_blocked_sender_is_told_that_the_receiver_is_gone) {
  for (const std::size_t bound : {0U, 1U}) {
    auto [tx, rx] = mpsc::sync_channel<int>(bound);
    for (std::size_t i = 0; i < bound; ++i) ASSERT_TRUE(tx.send(0).has_value());
    std::thread sender([tx = std::move(tx)] {
      const auto sent = tx.send(1);
      ASSERT_FALSE(sent.has_value());
      EXPECT_EQ(sent.error().value(), 1);
    });
    { const auto gone = std::move(rx); }
    sender.join();
  }
}

TEST(SyncChannel, the_bound_is_exact) {
  for (const std::size_t bound : {1U, 2U, 3U, 100U}) {
    auto [tx, rx] = mpsc::sync_channel<int>(bound);
    for (std::size_t i = 0; i < bound; ++i) ASSERT_TRUE(tx.try_send(0).has_value());
    EXPECT_TRUE(tx.is_full());
    EXPECT_TRUE(tx.try_send(0).error().is_full());
    ASSERT_TRUE(rx.try_recv().has_value());
    EXPECT_EQ(tx.capacity(), 1U);
    EXPECT_TRUE(tx.try_send(0).has_value());
    EXPECT_TRUE(tx.try_send(0).error().is_full());
  }
}

TEST(SyncChannel, one_taken_message_lets_a_blocked_sender_go_on) {
  // The receiver takes one message and then waits for what the sender does next: no later receive may be needed.
  auto [tx, rx] = mpsc::sync_channel<int>(4);
  auto [went_on_tx, went_on_rx] = mpsc::channel<int>();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(tx.send(i).has_value());
  std::thread sender([tx = std::move(tx), went_on = std::move(went_on_tx)] {
    ASSERT_TRUE(tx.send(4).has_value());
    ASSERT_TRUE(went_on.send(0).has_value());
  });
  EXPECT_EQ(rx.recv(), 0);
  EXPECT_EQ(went_on_rx.recv(), 0);
  sender.join();
}

TEST(SyncChannel, a_blocking_verb_that_would_wait_on_a_polling_thread_throws_and_names_its_twin) {
  auto [tx, rx] = mpsc::sync_channel<std::unique_ptr<int>>(1);
  heddle::base::set_in_async(true);
  EXPECT_TRUE(tx.send(std::make_unique<int>(1)).has_value());  // no need to wait: no complaint
  auto message = std::make_unique<int>(2);
  std::string advice;
  try {
    static_cast<void>(tx.send(std::move(message)));
  } catch (const heddle::BlockingInAsync& error) {
    advice = error.what();
  }
  EXPECT_NE(advice.find("send_async"), std::string::npos);
  ASSERT_NE(message, nullptr) << "the message stays with the caller";
  EXPECT_TRUE(rx.recv().has_value());
  try {
    static_cast<void>(rx.recv());
  } catch (const heddle::BlockingInAsync& error) {
    advice = error.what();
  }
  EXPECT_NE(advice.find("recv_async"), std::string::npos);
  EXPECT_THROW(static_cast<void>(rx.recv_for(1ms)), heddle::BlockingInAsync);
  heddle::base::set_in_async(false);
}

TEST(SyncChannel, recv_many_takes_what_is_there_and_waits_only_for_the_first) {
  for (const std::size_t bound : {heddle_test::kUnbounded, std::size_t{8}}) {
    auto [tx, rx] = heddle_test::make_channel<int>(bound);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(tx.send(i).has_value());
    std::vector<int> got{-1};
    EXPECT_EQ(rx.recv_many(got, 3), 3U);
    EXPECT_EQ(rx.recv_many(got, 100), 2U);
    EXPECT_EQ(got, (std::vector{-1, 0, 1, 2, 3, 4}));
    EXPECT_EQ(rx.recv_many(got, 0), 0U);
    std::thread sender([tx = std::move(tx)] { ASSERT_TRUE(tx.send(5).has_value()); });
    EXPECT_EQ(rx.recv_many(got, 100), 1U);
    EXPECT_EQ(got.back(), 5);
    EXPECT_EQ(rx.recv_many(got, 100), 0U);
    sender.join();
  }
}

}  // namespace
