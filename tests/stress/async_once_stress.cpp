// SPDX-License-Identifier: MIT
// OnceCell, SetOnce, Barrier and CancellationToken under random work and cancellation: each value is made once, each
// meeting has one leader, each cancellation reaches who waits.
#include <heddle/async/barrier.hpp>
#include <heddle/async/cancellation_token.hpp>
#include <heddle/async/once_cell.hpp>
#include <heddle/async/set_once.hpp>

#include "support/storm.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

namespace heddle_test {
namespace {

using heddle::async::Barrier;
using heddle::async::CancellationToken;
using heddle::async::OnceCell;
using heddle::async::SetOnce;
using heddle::base::FastRandom;
using heddle::test::kStormOperations;
using heddle::test::MockTask;

constexpr std::size_t kThreads = 3;
constexpr std::size_t kBatch = 1000;

/// Lets kThreads threads work on one batch of fresh things after the other, kStormOperations steps in all: `make(batch)`
/// between the batches, `work(thread, random, batch)` on each thread, `check(batch)` after it.
template <class T, class Work, class Check>
void batches(Work work, Check check) {
  std::deque<T> batch;
  std::barrier meet(static_cast<std::ptrdiff_t>(kThreads + 1));
  const std::uint64_t rounds = kStormOperations / (kThreads * kBatch);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      FastRandom random(i + 1);
      for (std::uint64_t round = 0; round < rounds; ++round) {
        meet.arrive_and_wait();
        work(i, random, batch);
        meet.arrive_and_wait();
      }
    });
  }
  for (std::uint64_t round = 0; round < rounds; ++round) {
    batch.clear();
    for (std::size_t i = 0; i < kBatch; ++i) batch.emplace_back();
    meet.arrive_and_wait();
    meet.arrive_and_wait();
    for (T& thing : batch) check(thing);
  }
}

// Counts what lives of it.
struct Counted {
  static inline std::atomic<std::int64_t> alive = 0;
  std::size_t maker = 0;
  explicit Counted(std::size_t by) noexcept : maker(by) { alive.fetch_add(1, std::memory_order_relaxed); }
  Counted(Counted&& other) noexcept : Counted(other.maker) {}
  ~Counted() { alive.fetch_sub(1, std::memory_order_relaxed); }
};

struct Cell {
  OnceCell<Counted> cell;
  std::atomic<int> made = 0;
  std::atomic<int> seen = 0;
};

TEST(AsyncOnceStress, a_cell_is_made_once_whoever_is_cancelled_while_making) {
  batches<Cell>(
      [](std::size_t thread, FastRandom& random, std::deque<Cell>& cells) {
        MockTask task;
        for (Cell& cell : cells) {
          // Suspends once or twice before the value is made: those who are dropped there leave it to the next.
          const auto make = [&cell, thread, left = static_cast<int>(random.below(3))] {
            return heddle::poll_fn([&cell, thread, left](heddle::Context& cx) mutable -> heddle::Poll<Counted> {
              if (left-- > 0) {
                cx.yield();
                return heddle::Pending;
              }
              cell.made.fetch_add(1, std::memory_order_relaxed);
              return heddle::Poll<Counted>(std::in_place, thread);
            });
          };
          auto init = cell.cell.get_or_init(make);
          for (std::uint32_t polls = random.below(4); polls != 0; --polls) {
            if (task.poll(init).is_pending()) continue;
            cell.seen.fetch_add(1, std::memory_order_relaxed);
            break;
          }
        }
      },
      [](Cell& cell) {
        EXPECT_LE(cell.made.load(), 1);
        EXPECT_EQ(cell.cell.initialized(), cell.made.load() == 1);
        EXPECT_TRUE(cell.seen.load() == 0 || cell.made.load() == 1);
      });
  EXPECT_EQ(Counted::alive.load(), 0);
}

struct Set {
  SetOnce<Counted> cell;
  std::atomic<int> won = 0;
};

TEST(AsyncOnceStress, of_many_who_set_one_does_and_the_value_is_there_for_who_waits) {
  batches<Set>(
      [](std::size_t thread, FastRandom& random, std::deque<Set>& sets) {
        MockTask task;
        for (Set& set : sets) {
          switch (random.below(4)) {
            case 0: {
              auto wait = set.cell.wait();
              for (std::uint32_t polls = random.below(3); polls != 0; --polls) static_cast<void>(task.poll(wait));
              break;
            }
            case 1: {  // patient: a lost wake would leave it here for ever
              auto wait = set.cell.wait();
              if (task.poll(wait).is_ready()) break;
              if (set.cell.set(Counted(thread))) set.won.fetch_add(1, std::memory_order_relaxed);
              while (!task.is_woken()) std::this_thread::yield();
              EXPECT_TRUE(task.poll(wait).is_ready());
              break;
            }
            default:
              if (set.cell.set(Counted(thread))) set.won.fetch_add(1, std::memory_order_relaxed);
          }
        }
      },
      [](Set& set) { EXPECT_EQ(set.won.load(), set.cell.initialized() ? 1 : 0); });
  EXPECT_EQ(Counted::alive.load(), 0);
}

TEST(AsyncOnceStress, each_meeting_at_a_barrier_has_one_leader_whoever_is_cancelled) {
  constexpr std::size_t kMeeting = 4;
  const Barrier barrier(kMeeting);
  std::atomic<std::uint64_t> arrived = 0, leaders = 0;
  heddle::test::storm(kThreads, [&](FastRandom& random, std::uint64_t operations) {
    MockTask task;
    using Wait = decltype(barrier.wait());
    std::vector<std::unique_ptr<Wait>> waiting(8);
    for (; operations != 0; --operations) {
      auto& wait = waiting[random.below(8)];
      if (wait == nullptr) {
        wait.reset(new Wait(barrier.wait()));
        arrived.fetch_add(1, std::memory_order_relaxed);  // who is cancelled counts as arrived
      } else if (random.below(8) == 0) {
        wait.reset();
        continue;
      }
      if (auto answer = task.poll(*wait); answer.is_ready()) {
        if (answer->is_leader()) leaders.fetch_add(1, std::memory_order_relaxed);
        wait.reset();
      }
    }
  });
  // The leader of a meeting knows it at once, in the poll in which it arrives.
  EXPECT_EQ(leaders.load(), arrived.load() / kMeeting);
}

struct Token {
  CancellationToken token;
  std::atomic<int> reached = 0;
};

TEST(AsyncOnceStress, a_cancellation_reaches_everyone_who_waits_below_it) {
  batches<Token>(
      [](std::size_t thread, FastRandom& random, std::deque<Token>& tokens) {
        MockTask task;
        for (Token& root : tokens) {
          const CancellationToken child = random.below(2) == 0 ? root.token.child_token() : root.token.clone();
          {
            auto wait = child.cancelled();
            for (std::uint32_t polls = random.below(3); polls != 0; --polls) static_cast<void>(task.poll(wait));
          }
          auto wait = child.cancelled();
          bool ready = task.poll(wait).is_ready();
          if (thread == 0 || random.below(2) == 0) root.token.cancel();
          while (!ready) {
            while (!task.is_woken()) std::this_thread::yield();
            ready = task.poll(wait).is_ready();
          }
          root.reached.fetch_add(1, std::memory_order_relaxed);
          EXPECT_TRUE(child.is_cancelled());
        }
      },
      [](Token& root) { EXPECT_EQ(root.reached.load(), static_cast<int>(kThreads)); });
}

}  // namespace
}  // namespace heddle_test
