// SPDX-License-Identifier: MIT
// oneshot between two threads that send, receive, close and leave at random: each value ends exactly once.
#include <heddle/channel/oneshot.hpp>

#include "support/storm.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

namespace {

namespace oneshot = heddle::oneshot;
using heddle::base::FastRandom;

std::atomic<std::int64_t> alive = 0;

// A value that counts itself; move only.
struct Counted {
  bool full = true;
  Counted() noexcept { alive.fetch_add(1, std::memory_order_relaxed); }
  Counted(Counted&& other) noexcept : full(std::exchange(other.full, false)) {}
  ~Counted() {
    if (full) alive.fetch_sub(1, std::memory_order_relaxed);
  }
};

TEST(OneshotStress, each_value_is_received_refused_or_destroyed_once) {
  constexpr std::size_t kBatch = 1000;
  const std::uint64_t batches = heddle::test::kStormOperations / kBatch;
  std::vector<std::optional<oneshot::Sender<Counted>>> senders(kBatch);
  std::vector<std::optional<oneshot::Receiver<Counted>>> receivers(kBatch);
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::barrier meet(2);

  std::jthread sending([&] {
    FastRandom random(1);
    for (std::uint64_t batch = 0; batch < batches; ++batch) {
      for (std::size_t i = 0; i < kBatch; ++i) {
        auto [tx, rx] = oneshot::channel<Counted>();
        senders[i].emplace(std::move(tx));
        receivers[i].emplace(std::move(rx));
      }
      meet.arrive_and_wait();
      for (auto& sender : senders) {
        if (random.below(8) == 0) {
          heddle::test::MockTask task;
          auto closed = sender->closed();
          static_cast<void>(task.poll(closed));
        }
        if (random.below(8) != 0 && std::move(*sender).send(Counted())) ++sent;
        sender.reset();
      }
      meet.arrive_and_wait();
    }
  });
  {
    FastRandom random(2);
    heddle::test::MockTask task;
    for (std::uint64_t batch = 0; batch < batches; ++batch) {
      meet.arrive_and_wait();
      for (auto& receiver : receivers) {
        switch (random.below(8)) {
          case 0: receiver->close(); break;
          case 1:
            if (auto answer = task.poll(*receiver); answer.is_ready() && answer.take()) ++received;
            break;
          case 2: receiver.reset(); break;
          default: break;
        }
      }
      for (auto& receiver : receivers) {
        if (receiver && !receiver->is_terminated() && heddle::block_on(*receiver)) ++received;
        receiver.reset();
      }
      meet.arrive_and_wait();
    }
  }
  sending.join();
  EXPECT_EQ(alive.load(), 0);
  EXPECT_GT(received, 0U);
  EXPECT_LE(received, sent);
}

TEST(OneshotStress, a_value_that_was_sent_is_received_unless_the_receiver_left) {
  constexpr std::size_t kBatch = 1000;
  const std::uint64_t batches = heddle::test::kStormOperations / kBatch / 2;
  std::vector<std::optional<oneshot::Sender<std::uint64_t>>> senders(kBatch);
  std::vector<std::optional<oneshot::Receiver<std::uint64_t>>> receivers(kBatch);
  std::vector<char> delivered(kBatch);
  std::barrier meet(2);

  std::jthread sending([&] {
    for (std::uint64_t batch = 0; batch < batches; ++batch) {
      for (std::size_t i = 0; i < kBatch; ++i) {
        auto [tx, rx] = oneshot::channel<std::uint64_t>();
        senders[i].emplace(std::move(tx));
        receivers[i].emplace(std::move(rx));
      }
      meet.arrive_and_wait();
      for (std::size_t i = 0; i < kBatch; ++i) delivered[i] = std::move(*senders[i]).send(i).has_value();
      meet.arrive_and_wait();
      meet.arrive_and_wait();
    }
  });
  FastRandom random(3);
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    meet.arrive_and_wait();
    std::vector<std::optional<std::uint64_t>> got(kBatch);
    for (std::size_t i = 0; i < kBatch; ++i) {
      if (random.below(4) == 0) receivers[i]->close();
      if (auto value = heddle::block_on(*receivers[i])) got[i] = *value;
    }
    meet.arrive_and_wait();
    for (std::size_t i = 0; i < kBatch; ++i) {
      EXPECT_EQ(got[i].has_value(), delivered[i] != 0) << i;
      if (got[i]) {
        EXPECT_EQ(*got[i], i);
      }
    }
    meet.arrive_and_wait();
  }
}

}  // namespace
