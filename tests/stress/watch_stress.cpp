// SPDX-License-Identifier: MIT
// watch between threads that send, wait, are cancelled, come and go: nobody misses the last value.
#include <heddle/channel/watch.hpp>
#include <heddle/future/block_on.hpp>

#include "support/storm.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>
#include <vector>

namespace {

namespace watch = heddle::watch;
using heddle::base::FastRandom;

TEST(WatchStress, each_receiver_sees_values_grow_and_ends_with_the_last) {
  struct Twice {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
  };
  constexpr std::uint64_t kSenders = 2;
  constexpr std::uint64_t kEach = heddle::test::kStormOperations / kSenders;
  auto [tx, rx] = watch::channel(Twice());
  std::vector<std::jthread> threads;
  for (std::uint32_t i = 0; i < 2; ++i) {
    threads.emplace_back([mine = rx.clone(), i, last = kSenders * kEach]() mutable {
      FastRandom random(i);
      heddle::test::MockTask task;
      std::uint64_t seen = 0;
      for (;;) {
        if (random.below(8) == 0) {  // cancelled: marks nothing as seen
          auto future = mine.changed();
          static_cast<void>(task.poll(future).is_pending());
        }
        if (random.below(64) == 0) {
          auto other = mine.clone();
          EXPECT_GE(other.borrow()->a, seen);
        }
        const bool open = heddle::block_on(mine.changed()).has_value();
        auto ref = mine.borrow_and_update();
        EXPECT_EQ(ref->a, ref->b);
        EXPECT_GE(ref->a, seen);
        seen = ref->a;
        if (!open) break;
      }
      EXPECT_EQ(seen, last);
    });
  }
  {
    std::vector<std::jthread> senders;
    for (std::uint64_t i = 0; i < kSenders; ++i) {
      senders.emplace_back([s = tx.clone()] {
        for (std::uint64_t n = 0; n < kEach; ++n) {
          s.send_modify([](Twice& value) {
            ++value.a;
            ++value.b;
          });
        }
      });
    }
  }
  { const auto dropped = std::move(tx); }
  threads.clear();
}

TEST(WatchStress, wait_for_finds_the_value_that_comes_last) {
  const std::uint64_t rounds = heddle::test::kStormOperations / 5000;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    auto [tx, rx] = watch::channel(0);
    std::jthread waiting([mine = std::move(rx)]() mutable {
      auto found = heddle::block_on(mine.wait_for([](const int& value) { return value == 10; }));
      EXPECT_TRUE(found);
    });
    for (int i = 1; i <= 10; ++i) tx.send_replace(i);
  }
}

}  // namespace
