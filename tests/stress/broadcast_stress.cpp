// SPDX-License-Identifier: MIT
// broadcast between threads that send, receive, lag, come and go: every value is received or counted as lost, in order.
#include <heddle/channel/broadcast.hpp>

#include "support/storm.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

namespace broadcast = heddle::broadcast;
using heddle::base::FastRandom;

std::atomic<std::int64_t> alive = 0;

struct Message {
  std::uint32_t sender;
  std::uint64_t number;
  Message(std::uint32_t from, std::uint64_t n) : sender(from), number(n) { alive.fetch_add(1); }
  Message(const Message& other) : Message(other.sender, other.number) {}
  ~Message() { alive.fetch_sub(1); }
};

TEST(BroadcastStress, every_value_is_received_in_order_or_counted_as_lost) {
  constexpr std::uint32_t kSenders = 2;
  constexpr std::uint32_t kReceivers = 2;
  constexpr std::uint64_t kEach = heddle::test::kStormOperations / (kSenders * (kReceivers + 1));
  {
    auto [tx, rx] = broadcast::channel<Message>(64);
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < kReceivers; ++i) {
      threads.emplace_back([mine = tx.subscribe(), i]() mutable {
        FastRandom random(i);
        std::array<std::uint64_t, kSenders> next{};
        std::uint64_t received = 0;
        std::uint64_t lost = 0;
        heddle::test::MockTask task;
        for (;;) {
          if (random.below(16) == 0) {  // cancelled: loses nothing
            auto future = mine.recv();
            auto answer = task.poll(future);
            if (answer.is_pending()) continue;
            auto value = answer.take();
            if (value) {
              ++received;
              EXPECT_GE(value->number, next[value->sender]);
              next[value->sender] = value->number + 1;
              continue;
            }
            if (value.error().is_closed()) break;
            lost += value.error().lagged();
            continue;
          }
          auto value = mine.blocking_recv();
          if (value) {
            ++received;
            EXPECT_GE(value->number, next[value->sender]);
            next[value->sender] = value->number + 1;
          } else if (value.error().is_closed()) {
            break;
          } else {
            lost += value.error().lagged();
          }
        }
        EXPECT_EQ(received + lost, kSenders * kEach);
      });
    }
    for (std::uint32_t i = 0; i < kSenders; ++i) {
      threads.emplace_back([s = tx.clone(), i] {
        FastRandom random(100 + i);
        for (std::uint64_t n = 0; n < kEach; ++n) {
          EXPECT_TRUE(s.send(Message(i, n)));
          if (random.below(128) == 0) std::this_thread::yield();
        }
      });
    }
    { const auto dropped = std::move(tx); }
    { const auto dropped = std::move(rx); }
    threads.clear();
  }
  EXPECT_EQ(alive.load(), 0);
}

TEST(BroadcastStress, receivers_that_come_and_go_leave_no_value_behind) {
  const std::uint64_t each = heddle::test::kStormOperations / 20;
  {
    auto [tx, rx] = broadcast::channel<Message>(16);
    std::atomic<bool> over = false;
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < 2; ++i) {
      threads.emplace_back([&over, &s = tx, i] {
        FastRandom random(i);
        while (!over.load()) {
          auto mine = s.subscribe();
          for (std::uint32_t n = random.below(32); n != 0; --n) static_cast<void>(mine.try_recv());
          auto again = mine.resubscribe();
          static_cast<void>(again.try_recv());
        }
      });
    }
    for (std::uint64_t n = 0; n < each; ++n) static_cast<void>(tx.send(Message(0, n)));
    over.store(true);
    threads.clear();
    { const auto dropped = std::move(rx); }
    EXPECT_TRUE(tx.is_empty());
    EXPECT_EQ(tx.receiver_count(), 0U);
  }
  EXPECT_EQ(alive.load(), 0);
}

}  // namespace
