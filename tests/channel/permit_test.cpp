// SPDX-License-Identifier: MIT
// Places held before there is a message, after the reserve tests of Tokio's tests/sync_mpsc.rs.
#include "channel/doubles.hpp"

#include <heddle/future/block_on.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace {

namespace mpsc = heddle::mpsc;
using heddle_test::kUnbounded;
using heddle_test::WakeCounter;

TEST(Permits, reserve_disarm) {
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

TEST(Permits, recv_close_gets_none_reserved) {
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

TEST(Permits, a_dropped_permit_of_a_closed_channel_ends_every_receive) {
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

TEST(Permits, the_last_permit_of_a_closed_channel_used_ends_the_other_receives_too) {
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

TEST(Permits, try_reserve_fails) {
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

TEST(Permits, reserve_many_on_closed_channel) {
  auto [tx, rx] = mpsc::sync_channel<int>(100);
  { const auto gone = std::move(rx); }
  EXPECT_EQ(tx.reserve_many(10).error(), mpsc::ReserveError::kDisconnected);
  EXPECT_EQ(tx.try_reserve_many(10).error(), mpsc::ReserveError::kDisconnected);
}

TEST(Permits, try_reserve_many_full) {
  for (std::size_t full = 1; full <= 20; ++full) {
    auto [tx, rx] = mpsc::sync_channel<int>(20);
    for (std::size_t i = 0; i < full; ++i) ASSERT_TRUE(tx.try_send(0).has_value());
    EXPECT_EQ(tx.try_reserve_many(20 - full + 1).error(), mpsc::ReserveError::kFull);
    EXPECT_EQ(tx.try_reserve_many(20 - full).value().size(), 20 - full);
    EXPECT_THROW(static_cast<void>(tx.try_reserve_many(21)), std::length_error);
  }
}

TEST(Permits, reserve_many_and_send) {
  auto [tx, rx] = mpsc::sync_channel<int>(100);
  for (int i = 0; i < 100; i += 10) {
    auto permits = heddle::block_on(tx.reserve_many_async(10)).value();
    for (int k = 0; k < 10; ++k) permits.send(i + k);
    EXPECT_EQ(permits.size(), 0U);
  }
  for (int i = 0; i < 100; ++i) EXPECT_EQ(rx.recv(), i);
}

TEST(Permits, reserve_many_waits_for_all_its_places_and_is_not_overtaken) {
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

TEST(Permits, a_reserve_many_that_is_dropped_half_served_gives_its_places_back) {
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

TEST(Permits, reserve_many_above_cap) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  EXPECT_THROW(static_cast<void>(tx.reserve_many(2)), std::length_error);
  EXPECT_THROW(static_cast<void>(tx.try_reserve_many(2)), std::length_error);
  EXPECT_THROW(static_cast<void>(tx.reserve_many_async(2)), std::length_error);
}

TEST(Permits, reserve_many_zero) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(tx.reserve_many(0)->size(), 0U) << "none are needed: full or not";
  EXPECT_EQ(tx.try_reserve_many(0)->size(), 0U);
  rx.close();
  EXPECT_FALSE(tx.try_reserve_many(0).has_value());
}

TEST(Permits, drop_permit_iterator_releases_permits) {
  auto [tx, rx] = mpsc::sync_channel<int>(10);
  {
    auto permits = tx.try_reserve_many(6);
    ASSERT_TRUE(permits.has_value());
    { const auto one = permits->take(); }
    EXPECT_EQ(tx.capacity(), 5U);
    EXPECT_EQ(permits->size(), 5U);
  }
  EXPECT_EQ(tx.capacity(), 10U);
}

TEST(Permits, cancelled_reserve_many_wakes_closed_receiver) {
  auto [tx, rx] = mpsc::sync_channel<int>(2);
  auto permit = tx.try_reserve();
  WakeCounter waits, reserves;
  auto recv = rx.recv_async();
  ASSERT_TRUE(waits.poll(recv).is_pending());
  {
    auto reserve = tx.reserve_many_async(2);
    ASSERT_TRUE(reserves.poll(reserve).is_pending()) << "it has one, and waits for the other";
    rx.close();
    ASSERT_TRUE(waits.poll(recv).is_pending()) << "a permit is out";
    { const auto last = *std::move(permit); }
  }
  EXPECT_EQ(waits.poll(recv).take(), std::nullopt);
}

TEST(Permits, drop_permit_releases_permit) {
  WakeCounter task;
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  auto permit = heddle::block_on(tx.reserve_async());
  auto reserve = tx.reserve_async();
  EXPECT_TRUE(task.poll(reserve).is_pending());
  { const auto dropped = std::move(permit); }
  EXPECT_EQ(task.count(), 1);
  EXPECT_TRUE(task.poll(reserve).take().has_value());
}

TEST(Permits, a_permit_may_outlive_its_sender_and_its_receiver) {
  auto [tx, rx] = mpsc::sync_channel<std::unique_ptr<int>>(2);
  auto permits = tx.reserve_many(2).value();
  auto one = permits.take();
  { const auto last = std::move(tx); }
  std::move(one).send(std::make_unique<int>(1));
  EXPECT_EQ(**rx.recv(), 1);
  { const auto gone = std::move(rx); }
  permits.send(std::make_unique<int>(2));
}

TEST(Permits, a_rendezvous_channel_has_no_places_to_reserve) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  EXPECT_THROW(static_cast<void>(tx.reserve()), std::logic_error);
  EXPECT_THROW(static_cast<void>(tx.reserve_async()), std::logic_error);
}

TEST(Permits, permit_available_not_acquired_close) {
  WakeCounter task;
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  auto permit = heddle::block_on(tx.reserve_async());
  auto reserve = tx.reserve_async();
  EXPECT_TRUE(task.poll(reserve).is_pending());
  rx.close();
  { const auto dropped = std::move(permit); }
  EXPECT_EQ(task.poll(reserve).take().error(), mpsc::ReserveError::kDisconnected);
}

}  // namespace
