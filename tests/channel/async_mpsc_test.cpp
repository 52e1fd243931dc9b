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

TEST(AsyncMpsc, reserve_disarm) {
  auto [tx, rx] = mpsc::sync_channel<int>(2);
  WakeCounter first, second, third, fourth;
  auto permit1 = heddle::block_on(tx.reserve_async()).value();
  auto permit2 = heddle::block_on(tx.reserve_async()).value();
  auto reserve3 = tx.reserve_async();
  auto reserve4 = tx.reserve_async();
  EXPECT_TRUE(third.poll(reserve3).is_pending());
  EXPECT_TRUE(fourth.poll(reserve4).is_pending());
  { const auto dropped = std::move(permit1); }
  EXPECT_EQ(third.count(), 1);
  EXPECT_EQ(fourth.count(), 0);
  { const auto permit3 = third.poll(reserve3).take(); }
  EXPECT_EQ(fourth.count(), 1) << "an unused place goes on to the next";
  EXPECT_TRUE(fourth.poll(reserve4).take().has_value());
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

TEST(AsyncMpsc, recv_close_gets_none_reserved) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  WakeCounter task1, task2, receiver;
  auto permit = heddle::block_on(tx.reserve_async()).value();
  auto reserve2 = tx.reserve_async();
  EXPECT_TRUE(task2.poll(reserve2).is_pending());

  rx.close();
  EXPECT_EQ(task2.count(), 1);
  EXPECT_EQ(task2.poll(reserve2).take().error(), mpsc::ReserveError::kDisconnected);

  auto recv = rx.recv_async();
  EXPECT_TRUE(receiver.poll(recv).is_pending()) << "the permit may still be used";
  std::move(permit).send(123);
  EXPECT_EQ(receiver.count(), 1);
  EXPECT_EQ(receiver.poll(recv).take(), 123);
  auto end = rx.recv_async();
  EXPECT_EQ(receiver.poll(end).take(), std::nullopt);
}

TEST(AsyncMpsc, a_dropped_permit_of_a_closed_channel_ends_every_receive) {
  for (const std::size_t bound : {kUnbounded, std::size_t{2}}) {
    auto [tx, rx] = heddle_test::make_mpmc<int>(bound);
    auto rx2 = rx.clone();
    WakeCounter first, second;
    auto permit = heddle::block_on(tx.reserve_async()).value();
    rx.close();
    auto recv1 = rx.recv_async();
    auto recv2 = rx2.recv_async();
    EXPECT_TRUE(first.poll(recv1).is_pending());
    EXPECT_TRUE(second.poll(recv2).is_pending());
    { const auto dropped = std::move(permit); }
    EXPECT_EQ(first.count(), 1);
    EXPECT_EQ(second.count(), 1);
    EXPECT_EQ(first.poll(recv1).take(), std::nullopt);
    EXPECT_EQ(second.poll(recv2).take(), std::nullopt);
  }
}

TEST(AsyncMpsc, the_last_permit_of_a_closed_channel_used_ends_the_other_receives_too) {
  auto [tx, rx] = heddle::mpmc::sync_channel<int>(2);
  auto rx2 = rx.clone();
  WakeCounter first, second;
  auto permit = heddle::block_on(tx.reserve_async()).value();
  { const auto last = std::move(tx); }
  auto recv1 = rx.recv_async();
  auto recv2 = rx2.recv_async();
  EXPECT_TRUE(first.poll(recv1).is_pending());
  EXPECT_TRUE(second.poll(recv2).is_pending());
  std::move(permit).send(1);
  EXPECT_EQ(first.poll(recv1).take(), 1);
  EXPECT_EQ(second.count(), 1);
  EXPECT_EQ(second.poll(recv2).take(), std::nullopt);
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

TEST(AsyncMpsc, try_reserve_fails) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  auto permit = tx.try_reserve();
  ASSERT_TRUE(permit.has_value());
  EXPECT_EQ(tx.try_reserve().error(), mpsc::ReserveError::kFull);
  EXPECT_TRUE(tx.try_send(1).error().is_full());
  std::move(*permit).send(7);
  EXPECT_EQ(rx.recv(), 7);
  { const auto dropped = tx.try_reserve(); }
  EXPECT_TRUE(tx.try_reserve().has_value());
}

TEST(AsyncMpsc, reserve_many_on_closed_channel) {
  auto [tx, rx] = mpsc::sync_channel<int>(100);
  { const auto gone = std::move(rx); }
  EXPECT_EQ(tx.reserve_many(10).error(), mpsc::ReserveError::kDisconnected);
  EXPECT_EQ(tx.try_reserve_many(10).error(), mpsc::ReserveError::kDisconnected);
}

TEST(AsyncMpsc, try_reserve_many_full) {
  for (std::size_t full = 1; full <= 20; ++full) {
    auto [tx, rx] = mpsc::sync_channel<int>(20);
    for (std::size_t i = 0; i < full; ++i) ASSERT_TRUE(tx.try_send(0).has_value());
    EXPECT_EQ(tx.try_reserve_many(20 - full + 1).error(), mpsc::ReserveError::kFull);
    EXPECT_EQ(tx.try_reserve_many(20 - full).value().size(), 20 - full);
    EXPECT_THROW(static_cast<void>(tx.try_reserve_many(21)), std::length_error);
  }
}

TEST(AsyncMpsc, reserve_many_and_send) {
  auto [tx, rx] = mpsc::sync_channel<int>(100);
  for (int i = 0; i < 100; i += 10) {
    auto permits = heddle::block_on(tx.reserve_many_async(10)).value();
    for (int k = 0; k < 10; ++k) permits.send(i + k);
    EXPECT_EQ(permits.size(), 0U);
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(rx.recv(), i);
}

TEST(AsyncMpsc, reserve_many_waits_for_all_its_places_and_is_not_overtaken) {
  WakeCounter many, one;
  auto [tx, rx] = mpsc::sync_channel<int>(3);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(tx.try_send(i).has_value());
  auto reserve = tx.reserve_many_async(2);
  EXPECT_TRUE(many.poll(reserve).is_pending());
  auto small = tx.reserve_async();
  EXPECT_TRUE(one.poll(small).is_pending());
  EXPECT_EQ(rx.recv(), 0);
  EXPECT_EQ(many.count(), 0);
  EXPECT_EQ(one.count(), 0) << "the place is kept for the one that came first";
  EXPECT_TRUE(tx.try_send(9).error().is_full());
  EXPECT_EQ(rx.recv(), 1);
  EXPECT_EQ(many.count(), 1);
  EXPECT_EQ(many.poll(reserve).take().value().size(), 2U);
  EXPECT_EQ(one.count(), 1) << "places not used go on";
}

TEST(AsyncMpsc, a_reserve_many_that_is_dropped_half_served_gives_its_places_back) {
  WakeCounter task, next;
  auto [tx, rx] = mpsc::sync_channel<int>(2);
  ASSERT_TRUE(tx.try_send(0).has_value());
  {
    auto reserve = tx.reserve_many_async(2);
    EXPECT_TRUE(task.poll(reserve).is_pending());
    EXPECT_TRUE(tx.is_full());
  }
  EXPECT_EQ(tx.capacity(), 1U);
  EXPECT_TRUE(tx.try_send(1).has_value());
}

TEST(AsyncMpsc, drop_permit_releases_permit) {
  WakeCounter task;
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  auto permit = heddle::block_on(tx.reserve_async());
  auto reserve = tx.reserve_async();
  EXPECT_TRUE(task.poll(reserve).is_pending());
  { const auto dropped = std::move(permit); }
  EXPECT_EQ(task.count(), 1);
  EXPECT_TRUE(task.poll(reserve).take().has_value());
}

TEST(AsyncMpsc, a_permit_may_outlive_its_sender_and_its_receiver) {
  auto [tx, rx] = mpsc::sync_channel<std::unique_ptr<int>>(2);
  auto permits = tx.reserve_many(2).value();
  auto one = permits.take();
  { const auto last = std::move(tx); }
  std::move(one).send(std::make_unique<int>(1));
  EXPECT_EQ(**rx.recv(), 1);
  { const auto gone = std::move(rx); }
  permits.send(std::make_unique<int>(2));
}

TEST(AsyncMpsc, a_rendezvous_channel_has_no_places_to_reserve) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  EXPECT_THROW(static_cast<void>(tx.reserve()), std::logic_error);
  EXPECT_THROW(static_cast<void>(tx.reserve_async()), std::logic_error);
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

TEST(AsyncMpsc, permit_available_not_acquired_close) {
  WakeCounter task;
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  auto permit = heddle::block_on(tx.reserve_async());
  auto reserve = tx.reserve_async();
  EXPECT_TRUE(task.poll(reserve).is_pending());
  rx.close();
  { const auto dropped = std::move(permit); }
  EXPECT_EQ(task.poll(reserve).take().error(), mpsc::ReserveError::kDisconnected);
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
