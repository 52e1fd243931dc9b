// SPDX-License-Identifier: MIT
// Notify and CancellationToken under random work and cancellation: no notification is lost with who is cancelled.
#include <heddle/async/cancellation_token.hpp>
#include <heddle/async/notify.hpp>
#include <heddle/future/block_on.hpp>

#include "support/storm.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace {

using heddle::async::CancellationToken;
using heddle::async::Notified;
using heddle::async::Notify;
using heddle::base::FastRandom;
using heddle::test::MockTask;

// Items are announced one by one; consumers sleep when there are none, and are cancelled at random. Were a notification
// lost with a cancelled one, the last items would never be taken.
TEST(AsyncNotifyStress, a_notification_outlives_whoever_it_was_given_to) {
  const Notify notify;
  std::atomic<std::int64_t> items = 0;
  std::atomic<std::uint64_t> taken = 0;
  std::atomic<int> producing = 2;
  std::atomic<std::uint64_t> produced = 0;

  const auto take = [&] {
    std::int64_t seen = items.load();
    while (seen > 0) {
      if (!items.compare_exchange_weak(seen, seen - 1)) continue;
      taken.fetch_add(1);
      if (seen > 1) notify.notify_one();  // permits don't add up, so who takes one looks for the next taker
      return true;
    }
    return false;
  };
  std::vector<std::jthread> producers;
  heddle::test::storm(4, [&](FastRandom& random, std::uint64_t operations) {
    const bool producer = random.next() != 0 && producing.fetch_sub(1) > 0;
    if (producer) {
      for (; operations != 0; --operations) {
        items.fetch_add(1);
        produced.fetch_add(1);
        random.below(8) == 0 ? notify.notify_last() : notify.notify_one();
        if (random.below(64) == 0) std::this_thread::yield();
      }
      return;
    }
    std::vector<std::unique_ptr<Notified>> waiting(4);
    std::vector<MockTask> tasks(4);
    const std::uint64_t expected = 2 * (heddle::test::kStormOperations / 4);
    while (taken.load() != expected) {
      const std::uint32_t i = random.below(4);
      if (waiting[i] == nullptr) {
        waiting[i] = std::make_unique<Notified>(notify);
        if (tasks[i].poll(*waiting[i]).is_pending()) {
          if (take()) waiting[i].reset();
          continue;
        }
      } else if (random.below(8) == 0) {
        waiting[i].reset();
        static_cast<void>(tasks[i].take_wakes());
        continue;
      } else if (!tasks[i].is_woken()) {
        if (random.below(16) == 0) std::this_thread::yield();
        continue;
      } else if (tasks[i].poll(*waiting[i]).is_pending()) {
        continue;
      }
      waiting[i].reset();
      take();
    }
  });
  EXPECT_EQ(taken.load(), produced.load());
  EXPECT_EQ(items.load(), 0);
}

TEST(AsyncNotifyStress, notify_waiters_reaches_all_who_were_there) {
  const std::uint64_t rounds = heddle::test::kStormOperations / 1000;
  const Notify notify;
  std::atomic<std::uint64_t> generation = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (std::uint64_t seen = 0; seen < rounds;) {
        auto notified = notify.notified();
        if (const std::uint64_t now = generation.load(); now != seen) {
          seen = now;
        } else {
          heddle::block_on(notified);
        }
      }
    });
  }
  for (std::uint64_t i = 1; i <= rounds; ++i) {
    generation.store(i);
    notify.notify_waiters();
  }
}

TEST(AsyncNotifyStress, a_cancellation_reaches_every_descendant_while_the_tree_changes) {
  const std::uint64_t rounds = heddle::test::kStormOperations / 2000;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const CancellationToken root;
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 2; ++i) {
      threads.emplace_back([&root, seed = round * 2 + i] {
        FastRandom random(seed);
        std::vector<CancellationToken> tokens;
        tokens.push_back(root.child_token());
        for (int step = 0; step < 200; ++step) {
          const std::uint32_t at = random.below(static_cast<std::uint32_t>(tokens.size()));
          switch (random.below(4)) {
            case 0: tokens.push_back(tokens[at].child_token()); break;
            case 1: tokens.push_back(tokens[at].clone()); break;
            case 2: tokens[at] = tokens[at].child_token(); break;
            default:
              if (tokens.size() > 1) tokens.erase(tokens.begin() + at);
          }
        }
        for (const CancellationToken& token : tokens) heddle::block_on(token.cancelled());
      });
    }
    root.cancel();
  }
}

}  // namespace
