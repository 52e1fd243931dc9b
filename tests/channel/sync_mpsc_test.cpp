// SPDX-License-Identifier: MIT
// Channels between tasks, polled by hand, after Tokio's tests/sync_mpsc.rs.
#include "channel/doubles.hpp"

#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace mpsc = heddle::mpsc;
using heddle_test::kUnbounded;
using heddle_test::make_channel;
using heddle_test::WakeCounter;

TEST(AsyncMpsc, send_recv_with_buffer) {
  WakeCounter task;
  auto [tx, rx] = mpsc::sync_channel<int>(16);
  for (int i : {1, 2}) {
    auto send = tx.send_async(i);
    auto sent = task.poll(send);
    ASSERT_TRUE(sent.is_ready());
    EXPECT_TRUE(sent->has_value());
  }
  { const auto last = std::move(tx); }
  for (std::optional<int> expected : {std::optional(1), std::optional(2), std::optional<int>()}) {
    auto recv = rx.recv_async();
    auto got = task.poll(recv);
    ASSERT_TRUE(got.is_ready());
    EXPECT_EQ(got.take(), expected);
  }
}

TEST(AsyncMpsc, send_recv_stream_with_buffer) {
  auto [tx, rx] = mpsc::sync_channel<int>(16);
  std::thread sender([tx = std::move(tx)] {
    heddle::block_on([](const mpsc::Sender<int>& out) -> heddle::Async<> {
      EXPECT_TRUE((co_await out.send_async(1)).has_value());
      EXPECT_TRUE((co_await out.send_async(2)).has_value());
    }(tx));
  });
  EXPECT_EQ(heddle::block_on(rx.recv_async()), 1);
  EXPECT_EQ(heddle::block_on(rx.recv_async()), 2);
  EXPECT_EQ(heddle::block_on(rx.recv_async()), std::nullopt);
  sender.join();
}

TEST(AsyncMpsc, start_send_past_cap) {
  auto [tx1, rx] = mpsc::sync_channel<int>(1);
  auto tx2 = tx1.clone();
  WakeCounter task1, task2, receiver;
  ASSERT_TRUE(tx1.try_send(0).has_value());
  std::optional<mpsc::Sender<int>> owner1(std::move(tx1)), owner2(std::move(tx2));
  {
    auto reserve1 = owner1->reserve_async();
    EXPECT_TRUE(task1.poll(reserve1).is_pending());
    auto reserve2 = owner2->reserve_async();
    EXPECT_TRUE(task2.poll(reserve2).is_pending());
  }
  owner1.reset();
  auto recv = rx.recv_async();
  EXPECT_EQ(receiver.poll(recv).take(), 0);
  EXPECT_EQ(task2.count(), 0);
  owner2.reset();
  auto end = rx.recv_async();
  EXPECT_EQ(receiver.poll(end).take(), std::nullopt);
}

TEST(AsyncMpsc, recv_close_gets_none_idle) {
  WakeCounter task;
  auto [tx, rx] = mpsc::sync_channel<int>(10);
  rx.close();
  auto recv = rx.recv_async();
  EXPECT_EQ(task.poll(recv).take(), std::nullopt);
}

TEST(AsyncMpsc, tx_close_gets_none) {
  WakeCounter task;
  auto [tx, rx] = mpsc::sync_channel<int>(10);
  auto recv = rx.recv_async();
  EXPECT_TRUE(task.poll(recv).is_pending());
  { const auto last = std::move(tx); }
  EXPECT_EQ(task.count(), 1);
  EXPECT_EQ(task.poll(recv).take(), std::nullopt);
}

TEST(AsyncMpsc, try_send_fail) {
  auto [tx, rx] = mpsc::sync_channel<std::string>(1);
  ASSERT_TRUE(tx.try_send("hello").has_value());
  EXPECT_TRUE(tx.try_send("fail").error().is_full());
  EXPECT_EQ(rx.recv(), "hello");
  ASSERT_TRUE(tx.try_send("goodbye").has_value());
  { const auto last = std::move(tx); }
  EXPECT_EQ(rx.recv(), "goodbye");
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST(AsyncMpsc, dropping_rx_closes_channel) {
  auto [tx, rx] = mpsc::sync_channel<std::shared_ptr<int>>(100);
  auto message = std::make_shared<int>(0);
  ASSERT_TRUE(tx.send(message).has_value());
  { const auto gone = std::move(rx); }
  EXPECT_EQ(heddle::block_on(tx.reserve_async()).error(), mpsc::ReserveError::kDisconnected);
  EXPECT_EQ(message.use_count(), 1);
}

TEST(AsyncMpsc, dropping_rx_closes_channel_for_try) {
  auto [tx, rx] = mpsc::sync_channel<int>(100);
  { const auto gone = std::move(rx); }
  EXPECT_TRUE(tx.try_send(0).error().is_disconnected());
  EXPECT_EQ(tx.try_reserve().error(), mpsc::ReserveError::kDisconnected);
}

TEST(AsyncMpsc, unconsumed_messages_are_dropped) {
  auto message = std::make_shared<int>(0);
  {
    auto [tx, rx] = mpsc::sync_channel<std::shared_ptr<int>>(100);
    ASSERT_TRUE(tx.send(message).has_value());
    EXPECT_EQ(message.use_count(), 2);
  }
  EXPECT_EQ(message.use_count(), 1);
}

TEST(AsyncMpsc, ready_close_cancel_bounded) {
  WakeCounter task;
  auto [tx, rx] = mpsc::sync_channel<int>(100);
  rx.close();
  auto recv = rx.recv_async();
  EXPECT_EQ(task.poll(recv).take(), std::nullopt);
  { const auto last = std::move(tx); }
}

TEST(AsyncMpsc, recv_many_returns_up_to_the_limit) {
  for (const std::size_t bound : {kUnbounded, std::size_t{1000}}) {
    auto [tx, rx] = make_channel<int>(bound);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(tx.send(i).has_value());
    std::vector<int> got;
    EXPECT_EQ(heddle::block_on(rx.recv_many_async(got, 10)), 10U);
    EXPECT_EQ(heddle::block_on(rx.recv_many_async(got, 10'000)), 990U);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(got[static_cast<std::size_t>(i)], i);
    EXPECT_EQ(heddle::block_on(rx.recv_many_async(got, 0)), 0U);
    { const auto last = std::move(tx); }
    EXPECT_EQ(heddle::block_on(rx.recv_many_async(got, 1)), 0U);
  }
}

TEST(AsyncMpsc, recv_many_that_is_dropped_while_it_waits_loses_nothing) {
  WakeCounter task;
  auto [tx, rx] = mpsc::sync_channel<int>(4);
  std::vector<int> got;
  {
    auto recv = rx.recv_many_async(got, 4);
    EXPECT_TRUE(task.poll(recv).is_pending());
    ASSERT_TRUE(tx.send(1).has_value());
    EXPECT_EQ(task.count(), 1);
  }
  EXPECT_TRUE(got.empty());
  EXPECT_EQ(rx.recv(), 1);
}

TEST(AsyncMpsc, is_closed_after_close_and_after_the_receiver_is_gone) {
  auto [tx, rx] = mpsc::sync_channel<int>(10);
  EXPECT_FALSE(tx.is_closed());
  rx.close();
  EXPECT_TRUE(tx.is_closed());
  EXPECT_TRUE(rx.is_closed());
}

class SyncMpscEnd : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, SyncMpscEnd, testing::Values(heddle_test::kUnbounded, 10U), [](const auto& bound) {
  return bound.param == heddle_test::kUnbounded ? std::string("unbounded") : std::to_string(bound.param);
});

TEST_P(SyncMpscEnd, rx_is_closed_when_calling_close_with_sender) {
  auto [tx, rx] = heddle_test::make_channel<int>(GetParam());
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_FALSE(rx.is_closed());
  rx.close();
  EXPECT_TRUE(rx.is_closed());
  EXPECT_TRUE(tx.is_closed());
  EXPECT_EQ(rx.len(), 1U);
}

TEST_P(SyncMpscEnd, rx_is_closed_when_dropping_all_senders) {
  auto [tx, rx] = heddle_test::make_channel<int>(GetParam());
  ASSERT_TRUE(tx.send(1).has_value());
  std::vector<mpsc::Sender<int>> clones;
  for (int i = 0; i < 10; ++i) clones.push_back(tx.clone());
  { const auto gone = std::move(tx); }
  EXPECT_FALSE(rx.is_closed());
  clones.clear();
  EXPECT_TRUE(rx.is_closed()) << "also with a message left";
  EXPECT_EQ(rx.recv(), 1);
  EXPECT_TRUE(rx.is_empty());
}

TEST_P(SyncMpscEnd, rx_is_closed_when_dropping_all_senders_except_weak_senders) {
  auto [tx, rx] = heddle_test::make_channel<int>(GetParam());
  const auto weak = tx.downgrade();
  { const auto gone = std::move(tx); }
  EXPECT_TRUE(rx.is_closed());
}

TEST_P(SyncMpscEnd, rx_is_not_closed_when_there_are_permits_but_not_senders) {
  auto [tx, rx] = heddle_test::make_channel<int>(GetParam());
  auto permit = tx.try_reserve();
  ASSERT_TRUE(permit.has_value());
  { const auto gone = std::move(tx); }
  EXPECT_FALSE(rx.is_closed());
  { const auto gone = *std::move(permit); }
  EXPECT_TRUE(rx.is_closed());
}

TEST_P(SyncMpscEnd, try_recv_close_while_empty) {
  auto [tx, rx] = heddle_test::make_channel<int>(GetParam());
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
  rx.close();
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
}

TEST_P(SyncMpscEnd, try_recv_after_receiver_close_with_permit) {
  auto [tx, rx] = heddle_test::make_channel<int>(GetParam());
  auto permit = tx.try_reserve();
  rx.close();
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
  std::move(*permit).send(5);
  EXPECT_EQ(rx.try_recv(), 5);
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
}

TEST_P(SyncMpscEnd, recv_many_with_non_empty_buffer_closed_and_idle) {
  auto [tx, rx] = heddle_test::make_channel<int>(GetParam());
  ASSERT_TRUE(tx.send(1).has_value());
  { const auto gone = std::move(tx); }
  std::vector<int> got{0};
  WakeCounter task;
  {
    auto recv = rx.recv_many_async(got, 10);
    EXPECT_EQ(task.poll(recv).take(), 1U);
  }
  auto recv = rx.recv_many_async(got, 10);
  EXPECT_EQ(task.poll(recv).take(), 0U);
  EXPECT_EQ(got, (std::vector{0, 1}));
}

TEST_P(SyncMpscEnd, release_waker_on_rx_drop) {
  auto [tx, rx] = heddle_test::make_channel<int>(GetParam());
  auto target = std::make_shared<int>(0);
  {
    const heddle::Waker waker = heddle::future::waker_fn([target] {});
    auto recv = rx.recv_async();
    heddle::Context cx(waker);
    EXPECT_TRUE(recv.poll(cx).is_pending());
  }
  EXPECT_EQ(target.use_count(), 1) << "what waited left its waker in the channel";
}

TEST(AsyncMpsc, closed_is_ready_when_the_receiver_is_gone) {
  WakeCounter task, other;
  auto [tx, rx] = mpsc::channel<int>();
  auto closed = tx.closed();
  EXPECT_TRUE(task.poll(closed).is_pending());
  EXPECT_TRUE(other.poll(closed).is_pending()) << "polled with another waker, it wakes that one";
  { auto dropped = tx.closed(); }
  { const auto gone = std::move(rx); }
  EXPECT_EQ(task.count(), 0);
  EXPECT_EQ(other.count(), 1);
  EXPECT_TRUE(other.poll(closed).is_ready());
}

TEST(AsyncMpsc, same_channel_tells_channels_apart) {
  auto [tx1, rx1] = mpsc::channel<int>();
  auto [tx2, rx2] = mpsc::channel<int>();
  EXPECT_TRUE(tx1.same_channel(tx1.clone()));
  EXPECT_FALSE(tx1.same_channel(tx2));
  EXPECT_TRUE(rx1.same_channel(rx1));
  EXPECT_FALSE(rx1.same_channel(rx2));
}

TEST(AsyncMpsc, try_recv_after_close_drains) {
  auto [tx, rx] = mpsc::sync_channel<int>(5);
  ASSERT_TRUE(tx.try_send(1).has_value());
  rx.close();
  EXPECT_TRUE(tx.try_send(2).error().is_disconnected());
  EXPECT_EQ(rx.try_recv(), 1);
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
}

TEST(AsyncMpsc, a_receive_spends_the_budget_and_yields_when_it_is_spent) {
  for (const std::size_t bound : {kUnbounded, std::size_t{1000}}) {
    auto [tx, rx] = make_channel<int>(bound);
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(tx.send(i).has_value());
    WakeCounter task;
    heddle::Context cx(task.waker(), 128);
    int received = 0;
    for (;;) {
      auto recv = rx.recv_async();
      if (recv.poll(cx).is_pending()) break;
      ++received;
    }
    EXPECT_EQ(received, 128);
    EXPECT_TRUE(cx.take_yielded());
    EXPECT_EQ(rx.len(), 300U - 128U);
  }
}

TEST(AsyncMpsc, a_send_spends_the_budget_and_yields_when_it_is_spent) {
  for (const std::size_t bound : {kUnbounded, std::size_t{1000}}) {
    auto [tx, rx] = make_channel<int>(bound);
    WakeCounter task;
    heddle::Context cx(task.waker(), 128);
    for (;;) {
      auto send = tx.send_async(1);
      if (send.poll(cx).is_pending()) break;
    }
    EXPECT_EQ(rx.len(), 128U);
    EXPECT_TRUE(cx.take_yielded());
  }
}

TEST(AsyncMpsc, threads_and_tasks_share_one_channel) {
  for (const std::size_t bound : {kUnbounded, std::size_t{0}, std::size_t{1}, std::size_t{16}}) {
    auto [tx, rx] = make_channel<int>(bound);
    auto [back_tx, back_rx] = make_channel<int>(bound);
    std::thread feeder([tx = std::move(tx)] {
      for (int i = 0; i < 300; ++i) ASSERT_TRUE(tx.send(i).has_value());
    });
    std::thread tasks([rx = std::move(rx), back = std::move(back_tx)]() mutable {
      heddle::block_on([](mpsc::Receiver<int> in, mpsc::Sender<int> out) -> heddle::Task<> {
        while (auto value = co_await in.recv_async()) {
          EXPECT_TRUE((co_await out.send_async(*value * 2)).has_value());
        }
      }(std::move(rx), std::move(back)));
    });
    int next = 0;
    for (int value : back_rx) ASSERT_EQ(value, 2 * next++);
    EXPECT_EQ(next, 300);
    feeder.join();
    tasks.join();
  }
}

}  // namespace
