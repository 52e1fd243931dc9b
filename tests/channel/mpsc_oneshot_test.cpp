// SPDX-License-Identifier: MIT
// One message through a channel, unbounded and of one place, after the oneshot tests of Rust's std::sync::mpsc
// (library/std/tests/sync/{mpsc,mpsc_sync}.rs).
#include "channel/doubles.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace {

namespace mpsc = heddle::mpsc;
using heddle_test::kUnbounded;
using heddle_test::make_channel;
using heddle_test::Tracked;

class MpscOneshot : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, MpscOneshot, testing::Values(kUnbounded, 1U), [](const auto& bound) {
  return bound.param == kUnbounded ? std::string("unbounded") : std::to_string(bound.param);
});

TEST_P(MpscOneshot, single_thread_close_port_first) {
  auto [tx, rx] = make_channel<int>(GetParam());
  { const auto gone = std::move(rx); }
  EXPECT_TRUE(tx.is_closed());
}

TEST_P(MpscOneshot, single_thread_close_chan_first) {
  auto [tx, rx] = make_channel<int>(GetParam());
  { const auto gone = std::move(tx); }
  EXPECT_EQ(rx.sender_strong_count(), 0U);
}

TEST_P(MpscOneshot, single_thread_send_port_close) {
  auto [tx, rx] = make_channel<std::unique_ptr<int>>(GetParam());
  { const auto gone = std::move(rx); }
  auto sent = tx.send(std::make_unique<int>(0));
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(*std::move(sent).error().into_inner(), 0);
}

TEST_P(MpscOneshot, single_thread_recv_chan_close) {
  auto [tx, rx] = make_channel<int>(GetParam());
  { const auto gone = std::move(tx); }
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST_P(MpscOneshot, single_thread_send_then_recv) {
  auto [tx, rx] = make_channel<std::unique_ptr<int>>(GetParam());
  ASSERT_TRUE(tx.send(std::make_unique<int>(10)).has_value());
  EXPECT_EQ(**rx.recv(), 10);
}

TEST_P(MpscOneshot, single_thread_try_send_open) {
  auto [tx, rx] = make_channel<int>(GetParam());
  EXPECT_TRUE(tx.try_send(10).has_value());
  EXPECT_EQ(rx.recv(), 10);
}

TEST_P(MpscOneshot, single_thread_try_send_closed) {
  auto [tx, rx] = make_channel<int>(GetParam());
  { const auto gone = std::move(rx); }
  const auto sent = tx.try_send(10);
  ASSERT_FALSE(sent.has_value());
  EXPECT_TRUE(sent.error().is_disconnected());
  EXPECT_EQ(sent.error().value(), 10);
}

TEST_P(MpscOneshot, single_thread_try_recv_open) {
  auto [tx, rx] = make_channel<int>(GetParam());
  ASSERT_TRUE(tx.send(10).has_value());
  EXPECT_EQ(rx.try_recv(), 10);
}

TEST_P(MpscOneshot, single_thread_try_recv_closed) {
  auto [tx, rx] = make_channel<int>(GetParam());
  { const auto gone = std::move(tx); }
  EXPECT_EQ(rx.recv(), std::nullopt);
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
}

TEST_P(MpscOneshot, single_thread_try_recv_closed_with_data) {
  auto [tx, rx] = make_channel<int>(GetParam());
  ASSERT_TRUE(tx.send(10).has_value());
  { const auto gone = std::move(tx); }
  EXPECT_EQ(rx.try_recv(), 10);
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
}

TEST_P(MpscOneshot, single_thread_peek_data) {
  auto [tx, rx] = make_channel<int>(GetParam());
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
  ASSERT_TRUE(tx.send(10).has_value());
  EXPECT_EQ(rx.try_recv(), 10);
}

TEST_P(MpscOneshot, single_thread_peek_close) {
  auto [tx, rx] = make_channel<int>(GetParam());
  { const auto gone = std::move(tx); }
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kDisconnected));
}

TEST_P(MpscOneshot, single_thread_peek_open) {
  auto [tx, rx] = make_channel<int>(GetParam());
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
}

TEST_P(MpscOneshot, multi_task_recv_then_send) {
  auto [tx, rx] = make_channel<std::unique_ptr<int>>(GetParam());
  std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(**rx.recv(), 10); });
  ASSERT_TRUE(tx.send(std::make_unique<int>(10)).has_value());
  receiver.join();
}

TEST_P(MpscOneshot, multi_task_recv_then_close) {
  auto [tx, rx] = make_channel<std::unique_ptr<int>>(GetParam());
  std::thread closer([tx = std::move(tx)] {});
  EXPECT_EQ(rx.recv(), std::nullopt);
  closer.join();
}

TEST_P(MpscOneshot, multi_thread_close_stress) {
  for (int i = 0; i < 100; ++i) {
    auto [tx, rx] = make_channel<int>(GetParam());
    std::thread closer([rx = std::move(rx)] {});
    { const auto gone = std::move(tx); }
    closer.join();
  }
}

TEST_P(MpscOneshot, multi_thread_send_close_stress) {
  for (int i = 0; i < 100; ++i) {
    auto [tx, rx] = make_channel<Tracked>(GetParam());
    std::thread closer([rx = std::move(rx)] {});
    static_cast<void>(tx.send(Tracked(1)));
    closer.join();
  }
  EXPECT_EQ(Tracked::alive(), 0);
}

TEST_P(MpscOneshot, multi_thread_recv_close_stress) {
  for (int i = 0; i < 100; ++i) {
    auto [tx, rx] = make_channel<int>(GetParam());
    std::thread receiver([rx = std::move(rx)] { EXPECT_EQ(rx.recv(), std::nullopt); });
    std::thread closer([tx = std::move(tx)] {});
    receiver.join();
    closer.join();
  }
}

TEST_P(MpscOneshot, multi_thread_send_recv_stress) {
  for (int i = 0; i < 100; ++i) {
    auto [tx, rx] = make_channel<std::unique_ptr<int>>(GetParam());
    std::thread sender([tx = std::move(tx)] { EXPECT_TRUE(tx.send(std::make_unique<int>(10)).has_value()); });
    EXPECT_EQ(**rx.recv(), 10);
    sender.join();
  }
}

}  // namespace
