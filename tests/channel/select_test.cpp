// SPDX-License-Identifier: MIT
// select over channels, after crossbeam-channel's tests/select.rs.
#include "channel/doubles.hpp"

#include <heddle/base/blocking.hpp>
#include <heddle/channel/select.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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
namespace channel = heddle::channel;
namespace mpmc = heddle::mpmc;
namespace mpsc = heddle::mpsc;
using heddle_test::kUnbounded;
using heddle_test::make_mpmc;
using heddle_test::WakeCounter;

TEST(Select, smoke1) {
  auto [tx1, rx1] = mpsc::channel<int>();
  auto [tx2, rx2] = mpsc::channel<int>();
  ASSERT_TRUE(tx1.send(1).has_value());
  channel::RecvArm a(rx1);
  channel::RecvArm b(rx2);
  EXPECT_EQ(channel::select(a, b), 0U);
  EXPECT_EQ(a.take(), 1);
  ASSERT_TRUE(tx2.send(2).has_value());
  EXPECT_EQ(channel::select(a, b), 1U);
  EXPECT_EQ(b.take(), 2);
}

TEST(Select, smoke2) {
  std::vector<mpsc::Sender<int>> senders;
  std::vector<mpsc::Receiver<int>> receivers;
  for (int i = 0; i < 5; ++i) {
    auto [tx, rx] = mpsc::channel<int>();
    senders.push_back(std::move(tx));
    receivers.push_back(std::move(rx));
  }
  ASSERT_TRUE(senders[4].send(5).has_value());
  channel::RecvArm a(receivers[0]), b(receivers[1]), c(receivers[2]), d(receivers[3]), e(receivers[4]);
  EXPECT_EQ(channel::select(a, b, c, d, e), 4U);
  EXPECT_EQ(e.take(), 5);
}

TEST(Select, disconnected) {
  auto [tx1, rx1] = mpsc::channel<int>();
  auto [tx2, rx2] = mpsc::channel<int>();
  channel::RecvArm a(rx1);
  channel::RecvArm b(rx2);
  std::thread dropper([tx = std::move(tx1)] {});
  EXPECT_EQ(channel::select(a, b), 0U);
  EXPECT_EQ(a.take(), std::nullopt);
  EXPECT_EQ(channel::try_select(a, b), 0U) << "a disconnected channel stays ready";
  dropper.join();
}

TEST(Select, try_select_finds_nothing) {
  auto [tx1, rx1] = mpsc::channel<int>();
  auto [tx2, rx2] = mpsc::sync_channel<int>(0);
  channel::RecvArm a(rx1);
  channel::SendArm b(tx2, 1);
  EXPECT_EQ(channel::try_select(a, b), std::nullopt);
  EXPECT_EQ(std::move(b).into_inner(), 1);
}

TEST(Select, try_select_finds_what_is_disconnected) {
  auto [tx1, rx1] = mpsc::channel<int>();
  auto [tx2, rx2] = mpsc::channel<int>();
  channel::RecvArm a(rx1);
  channel::RecvArm b(rx2);
  { const auto gone = std::move(tx2); }
  EXPECT_EQ(channel::try_select(a, b), 1U);
  EXPECT_EQ(b.take(), std::nullopt);
  EXPECT_EQ(channel::select_for(1h, a, b), 1U);
}

TEST(Select, preflight) {
  // What is there before the select: a message; a message and the end; the end.
  for (const bool message : {true, false}) {
    for (const bool end : {true, false}) {
      if (!message && !end) continue;
      auto [tx, rx] = mpsc::channel<int>();
      { const auto gone = tx.clone(); }
      if (message) {
        ASSERT_TRUE(tx.send(1).has_value());
      }
      std::optional<mpsc::Sender<int>> kept(std::move(tx));
      if (end) kept.reset();
      channel::RecvArm a(rx);
      EXPECT_EQ(channel::select(a), 0U);
      EXPECT_EQ(a.take(), message ? std::optional(1) : std::nullopt);
      EXPECT_EQ(rx.try_recv().error(), end ? mpsc::TryRecvError::kDisconnected : mpsc::TryRecvError::kEmpty);
    }
  }
}

TEST(Select, cloning) {
  // A sender is cloned and dropped while a select waits: neither wakes it, the message does.
  auto [tx1, rx1] = mpsc::channel<int>();
  auto [tx2, rx2] = mpsc::channel<int>();
  auto [tx3, rx3] = mpsc::channel<int>();
  std::thread other([tx1 = std::move(tx1), rx2 = std::move(rx2), tx3 = std::move(tx3)] {
    ASSERT_TRUE(rx2.recv().has_value());
    { const auto gone = tx1.clone(); }
    ASSERT_TRUE(tx3.send(0).has_value());
    ASSERT_TRUE(rx2.recv().has_value());
    ASSERT_TRUE(tx1.send(1).has_value());
  });
  ASSERT_TRUE(tx2.send(0).has_value());
  channel::RecvArm a(rx1);
  channel::RecvArm c(rx3);
  EXPECT_EQ(channel::select(a, c), 1U);
  EXPECT_EQ(c.take(), 0);
  ASSERT_TRUE(tx2.send(0).has_value());
  EXPECT_EQ(channel::select(a), 0U);
  EXPECT_EQ(a.take(), 1);
  other.join();
}

TEST(Select, duplicate_operations) {
  auto [tx, rx] = mpmc::channel<int>();
  std::array<bool, 4> hit{};
  while (std::ranges::count(hit, true) != 4) {
    channel::RecvArm<int> a(rx), b(rx);
    channel::SendArm<int> c(tx, 0), d(tx, 0);
    hit[channel::select(a, b, c, d)] = true;
  }
}

TEST(Select, nesting) {
  auto [tx, rx] = mpmc::channel<int>();
  for (int i = 0; i < 2; ++i) {
    channel::SendArm<int> send(tx, i);
    ASSERT_EQ(channel::select(send), 0U);
    channel::RecvArm<int> recv(rx);
    ASSERT_EQ(channel::select(recv), 0U);
    EXPECT_EQ(recv.take(), i);
  }
}

TEST(Select, send_recv_same_channel) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  channel::SendArm<int> send(tx, 0);
  channel::RecvArm<int> recv(rx);
  EXPECT_EQ(channel::select_for(1ms, send, recv), std::nullopt) << "it must not meet itself";
  auto [tx2, rx2] = mpmc::channel<int>();
  channel::SendArm<int> send2(tx2, 0);
  channel::RecvArm<int> recv2(rx2);
  EXPECT_EQ(channel::select(send2, recv2), 0U);
}

// Every thread sends or receives on one rendezvous: they pair up, and who is left over meets the last sender.
void meet_each_other(std::size_t threads, bool leftover) {
  auto [tx, rx] = mpmc::sync_channel<std::size_t>(0);
  {
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < threads; ++i) {
      running.emplace_back([&tx = tx, &rx = rx, i] {
        channel::RecvArm<std::size_t> recv(rx);
        channel::SendArm<std::size_t> send(tx, i);
        if (channel::select(recv, send) == 0) {
          EXPECT_NE(recv.take(), i);
        }
      });
    }
    if (leftover) {
      ASSERT_TRUE(tx.send(threads).has_value());
    }
  }
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpmc::TryRecvError::kEmpty));
}

TEST(Select, matching) { meet_each_other(44, false); }
TEST(Select, matching_with_leftover) { meet_each_other(55, true); }

TEST(Select, linearizable) {
  // A message is in one of the two channels at every instant, so who waits a little must find one.
  constexpr int kCount = 1000;
  for (const std::size_t bound : {std::size_t{1}, kUnbounded}) {
    auto [start_tx, start_rx] = mpsc::sync_channel<int>(0);
    auto [end_tx, end_rx] = mpsc::sync_channel<int>(0);
    auto [tx1, rx1] = make_mpmc<int>(bound);
    auto [tx2, rx2] = make_mpmc<int>(bound);
    std::thread selects([start = std::move(start_tx), end = std::move(end_tx), tx1 = std::move(tx1), rx1 = rx1.clone(),
                         rx2 = rx2.clone()] {
      for (int i = 0; i < kCount; ++i) {
        ASSERT_TRUE(start.send(0).has_value());
        ASSERT_TRUE(tx1.send(1).has_value());
        channel::RecvArm<int> a(rx1), b(rx2);
        ASSERT_TRUE(channel::select_for(0ms, a, b).has_value());
        ASSERT_TRUE(end.send(0).has_value());
        static_cast<void>(rx2.try_recv());
      }
    });
    for (int i = 0; i < kCount; ++i) {
      ASSERT_TRUE(start_rx.recv().has_value());
      ASSERT_TRUE(tx2.send(1).has_value());
      static_cast<void>(rx1.try_recv());
      ASSERT_TRUE(end_rx.recv().has_value());
    }
    selects.join();
  }
}

TEST(Select, fairness_among_sends_and_receives) {
  constexpr int kCount = 2000;
  auto [tx1, rx1] = mpmc::channel<int>();
  auto [tx2, rx2] = mpmc::sync_channel<int>(kCount);
  for (int i = 0; i < kCount; ++i) ASSERT_TRUE(tx1.send(0).has_value());
  std::array<int, 4> hits{};
  for (int i = 0; i < kCount; ++i) {
    channel::RecvArm<int> a(rx1), b(rx1);
    channel::SendArm<int> c(tx2, 0), d(tx2, 0);
    ++hits[channel::select(a, b, c, d)];
  }
  for (const int hit : hits) EXPECT_GE(hit, kCount / 4 / 2);
}

TEST(Select, timeout) {
  auto [tx1, rx1] = mpsc::channel<int>();
  auto [tx2, rx2] = mpsc::sync_channel<int>(0);
  channel::RecvArm a(rx1);
  channel::SendArm b(tx2, std::make_unique<int>(1) ? 1 : 0);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(channel::select_for(2ms, a, b), std::nullopt);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms);
  ASSERT_TRUE(tx1.send(5).has_value());
  EXPECT_EQ(channel::select_for(1h, a, b), 0U);
  EXPECT_EQ(a.take(), 5);
}

TEST(Select, until_a_deadline_that_has_passed) {
  auto [tx, rx] = mpsc::channel<int>();
  channel::RecvArm a(rx);
  const auto past = std::chrono::steady_clock::now() - 1s;
  const std::array<channel::SelectArm*, 1> arms{&a};
  EXPECT_EQ(channel::select_until(past, arms), std::nullopt);
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(channel::select_until(past, arms), 0U);
}

TEST(Select, a_timed_out_select_leaves_no_trace) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  channel::RecvArm a(rx);
  EXPECT_EQ(channel::select_for(1us, a), std::nullopt);
  EXPECT_TRUE(tx.try_send(1).error().is_full()) << "nobody waits any more";
  channel::SendArm b(tx, 2);
  EXPECT_EQ(channel::select_for(1us, b), std::nullopt);
  EXPECT_EQ(rx.try_recv(), std::unexpected(mpsc::TryRecvError::kEmpty));
}

TEST(Select, unblocks) {
  auto [tx1, rx1] = mpsc::sync_channel<int>(0);
  auto [tx2, rx2] = mpsc::sync_channel<int>(0);
  std::thread sender([tx = std::move(tx2)] { ASSERT_TRUE(tx.send(2).has_value()); });
  channel::RecvArm a(rx1);
  channel::RecvArm b(rx2);
  EXPECT_EQ(channel::select(a, b), 1U);
  EXPECT_EQ(b.take(), 2);
  sender.join();
  std::thread receiver([rx = std::move(rx1)] { EXPECT_EQ(rx.recv(), 1); });
  channel::SendArm c(tx1, 1);
  EXPECT_EQ(channel::select(c), 0U);
  EXPECT_TRUE(c.take().has_value());
  receiver.join();
}

TEST(Select, both_ready) {
  auto [tx1, rx1] = mpsc::sync_channel<int>(0);
  auto [tx2, rx2] = mpsc::sync_channel<int>(0);
  std::thread other([tx = std::move(tx1), rx = std::move(rx2)] {
    ASSERT_TRUE(tx.send(1).has_value());
    EXPECT_EQ(rx.recv(), 2);
  });
  channel::RecvArm a(rx1);
  channel::SendArm b(tx2, 2);
  EXPECT_EQ(channel::select(a, b), 0U);
  EXPECT_EQ(channel::select(b), 0U);
  other.join();
}

TEST(Select, loop_try) {
  for (int i = 0; i < 20; ++i) {
    auto [tx1, rx1] = mpsc::sync_channel<int>(0);
    auto [tx2, rx2] = mpsc::sync_channel<int>(0);
    std::thread sender([&tx1 = tx1] {
      for (;;) {
        channel::SendArm a(tx1, 1);
        if (channel::try_select(a)) return;
        std::this_thread::yield();
      }
    });
    channel::RecvArm a(rx1);
    channel::RecvArm b(rx2);
    EXPECT_EQ(channel::select_for(1h, a, b), 0U);
    EXPECT_EQ(a.take(), 1);
    sender.join();
  }
}

TEST(Select, send_to_a_closed_channel_gives_the_message_back) {
  auto [tx, rx] = mpsc::sync_channel<std::unique_ptr<int>>(0);
  std::thread closer([rx = std::move(rx)] {});
  channel::SendArm a(tx, std::make_unique<int>(3));
  EXPECT_EQ(channel::select(a), 0U);
  EXPECT_EQ(*a.take().error().value(), 3);
  closer.join();
}

TEST(Select, a_full_channel_lets_a_waiting_select_in) {
  auto [tx, rx] = mpsc::sync_channel<int>(1);
  ASSERT_TRUE(tx.send(1).has_value());
  std::thread receiver([rx = std::move(rx)] {
    EXPECT_EQ(rx.recv(), 1);
    EXPECT_EQ(rx.recv(), 2);
  });
  channel::SendArm a(tx, 2);
  EXPECT_EQ(channel::select(a), 0U);
  EXPECT_TRUE(a.take().has_value());
  receiver.join();
}

TEST(Select, two_selects_meet_on_a_rendezvous) {
  for (int i = 0; i < 300; ++i) {
    auto [tx, rx] = mpsc::sync_channel<int>(0);
    auto [other_tx, other_rx] = mpsc::sync_channel<int>(0);
    std::thread sender([&tx = tx, &other_rx = other_rx, i] {
      channel::SendArm a(tx, i);
      channel::RecvArm b(other_rx);
      EXPECT_EQ(channel::select(a, b), 0U);
    });
    channel::RecvArm a(rx);
    EXPECT_EQ(channel::select(a), 0U);
    EXPECT_EQ(a.take(), i);
    sender.join();
  }
}

TEST(Select, meets_a_task) {
  auto [tx, rx] = mpsc::sync_channel<int>(0);
  WakeCounter task;
  {
    auto recv = rx.recv_async();
    EXPECT_TRUE(task.poll(recv).is_pending());
    channel::SendArm a(tx, 1);
    EXPECT_EQ(channel::try_select(a), 0U);
    EXPECT_EQ(task.poll(recv).take(), 1);
  }
  auto send = tx.send_async(2);
  EXPECT_TRUE(task.poll(send).is_pending());
  channel::RecvArm b(rx);
  EXPECT_EQ(channel::select(b), 0U);
  EXPECT_EQ(b.take(), 2);
  EXPECT_TRUE(task.poll(send).take().has_value());
}

TEST(Select, waiting_on_a_polling_thread_throws) {
  auto [tx, rx] = mpsc::channel<int>();
  channel::RecvArm a(rx);
  heddle::base::set_in_async(true);
  ASSERT_TRUE(tx.send(1).has_value());
  EXPECT_EQ(channel::select(a), 0U);
  EXPECT_THROW(static_cast<void>(channel::select(a)), heddle::BlockingInAsync);
  heddle::base::set_in_async(false);
}

class SelectOf : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, SelectOf, testing::Values(kUnbounded, 0U, 1U, 8U), [](const auto& bound) {
  return bound.param == kUnbounded ? std::string("unbounded") : std::to_string(bound.param);
});

TEST_P(SelectOf, stress_recv) {
  constexpr int kCount = 1000;
  auto [tx1, rx1] = make_mpmc<int>(GetParam());
  auto [tx2, rx2] = make_mpmc<int>(GetParam());
  std::thread sender([tx1 = std::move(tx1), tx2 = std::move(tx2)] {
    for (int i = 0; i < kCount; ++i) {
      ASSERT_TRUE(tx1.send(i).has_value());
      ASSERT_TRUE(tx2.send(i).has_value());
    }
  });
  int next1 = 0, next2 = 0;
  channel::RecvArm<int> a(rx1);
  channel::RecvArm<int> b(rx2);
  for (int i = 0; i < 2 * kCount; ++i) {
    if (channel::select(a, b) == 0) {
      ASSERT_EQ(a.take(), next1++);
    } else {
      ASSERT_EQ(b.take(), next2++);
    }
    if (next1 == kCount || next2 == kCount) break;
  }
  while (next1 < kCount) ASSERT_EQ(rx1.recv(), next1++);
  while (next2 < kCount) ASSERT_EQ(rx2.recv(), next2++);
  sender.join();
}

TEST_P(SelectOf, stress_send) {
  constexpr int kCount = 500;
  auto [tx1, rx1] = make_mpmc<int>(GetParam());
  auto [tx2, rx2] = make_mpmc<int>(GetParam());
  std::vector<std::thread> receivers;
  std::atomic<int> sum{0};
  for (auto* rx : {&rx1, &rx2}) {
    receivers.emplace_back([rx, &sum] {
      for (int value : *rx) sum.fetch_add(value);
    });
  }
  for (int i = 0; i < kCount; ++i) {
    channel::SendArm<int> a(tx1, 1);
    channel::SendArm<int> b(tx2, 1);
    static_cast<void>(channel::select(a, b));
  }
  { const auto gone = std::move(tx1); }
  { const auto gone = std::move(tx2); }
  for (auto& receiver : receivers) receiver.join();
  EXPECT_EQ(sum.load(), kCount);
}

TEST_P(SelectOf, stress_mixed_with_timeouts) {
  constexpr int kCount = 300;
  auto [tx, rx] = make_mpmc<int>(GetParam());
  std::atomic<int> sent{0}, received{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([tx = tx.clone(), &sent] {
      for (int i = 0; i < kCount; ++i) {
        channel::SendArm<int> a(tx, 1);
        if (channel::select_for(10us, a)) sent.fetch_add(1);
      }
    });
    threads.emplace_back([rx = rx.clone(), &received] {
      for (int i = 0; i < kCount; ++i) {
        channel::RecvArm<int> a(rx);
        if (channel::select_for(10us, a) && a.take()) received.fetch_add(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for ([[maybe_unused]] int rest : rx.try_iter()) received.fetch_add(1);
  EXPECT_EQ(sent.load(), received.load());
}

}  // namespace
