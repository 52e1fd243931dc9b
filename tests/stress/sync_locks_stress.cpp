// SPDX-License-Identifier: MIT
// Locks under random work by real threads: nothing is lost, nobody is forgotten, and everything is done exactly once.
#include <heddle/base/random.hpp>
#include <heddle/sync/barrier.hpp>
#include <heddle/sync/condvar.hpp>
#include <heddle/sync/mutex.hpp>
#include <heddle/sync/once_lock.hpp>
#include <heddle/sync/rw_lock.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace {

namespace hd = heddle;
using namespace std::chrono_literals;

constexpr int kThreads = 6;

std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const std::uint64_t drawn = std::random_device()();
    ::testing::Test::RecordProperty("seed", std::to_string(drawn));
    return drawn;
  }();
  return value;
}

template <class F>
void on_threads(int count, F body) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&body, i] {
      hd::base::FastRandom random(seed() + static_cast<std::uint64_t>(i));
      body(i, random);
    });
  }
}

// Some work outside of the lock, so that all phases of the others meet.
void linger(hd::base::FastRandom& random) {
  switch (random.below(16)) {
    case 0: std::this_thread::yield(); break;
    case 1: std::this_thread::sleep_for(1us); break;
    default:
      for (std::uint32_t i = random.below(64); i != 0; --i) hd::base::spin_hint();
  }
}

TEST(MutexStress, every_increment_counts_once) {
  constexpr int kRounds = 20'000;
  const hd::Mutex<long> mutex(0L);
  on_threads(kThreads, [&](int, hd::base::FastRandom& random) {
    for (int round = 0; round < kRounds; ++round) {
      if (random.below(4) == 0) {
        // try_lock may fail: then it is done by lock.
        if (auto guard = mutex.try_lock()) {
          ++**guard;
          continue;
        }
      }
      ++*mutex.lock().value();
      if (random.below(8) == 0) linger(random);
    }
  });
  EXPECT_EQ(*mutex.lock().value(), long{kThreads} * kRounds);
}

TEST(MutexStress, a_mutex_may_die_with_the_last_unlock_of_another_thread) {
  // Who unlocks must not touch the mutex after letting the next one in.
  for (int round = 0; round < 2'000; ++round) {
    auto mutex = std::make_unique<hd::Mutex<bool>>(false);
    std::jthread other([&shared = *mutex] { *shared.lock().value() = true; });
    while (!*mutex->lock().value()) std::this_thread::yield();
    mutex.reset();
  }
}

TEST(RwLockStress, writers_are_alone_and_readers_see_whole_writes) {
  constexpr int kRounds = 5'000;
  struct Two {
    long a = 0;
    long b = 0;
  };
  const hd::RwLock<Two> lock;
  std::atomic<long> writes = 0;
  on_threads(kThreads, [&](int, hd::base::FastRandom& random) {
    for (int round = 0; round < kRounds; ++round) {
      const std::uint32_t choice = random.below(16);
      if (choice < 4) {
        auto guard = lock.write().value();
        ++guard->a;
        ++guard->b;
        ++writes;
        if (choice == 0) {
          const auto mine = hd::RwLockWriteGuard<Two>::downgrade(std::move(guard));
          EXPECT_EQ(mine->a, mine->b);
        }
      } else if (choice == 4) {
        if (auto guard = lock.try_write()) {
          ++(*guard)->a;
          ++(*guard)->b;
          ++writes;
        }
      } else {
        const auto guard = lock.read().value();
        EXPECT_EQ(guard->a, guard->b);
      }
      if (random.below(8) == 0) linger(random);
    }
  });
  EXPECT_EQ(lock.read().value()->a, writes.load());
  EXPECT_EQ(lock.read().value()->b, writes.load());
}

TEST(CondvarStress, every_item_is_taken_exactly_once_and_no_signal_is_lost) {
  static constexpr int kItems = 20'000;
  constexpr std::size_t kBound = 4;
  struct Queue {
    std::deque<int> items;
    int taken = 0;
  };
  const hd::Mutex<Queue> queue;
  const hd::Condvar not_full;
  const hd::Condvar not_empty;
  std::vector<std::atomic<int>> seen(kItems);
  on_threads(kThreads, [&](int thread, hd::base::FastRandom& random) {
    if (thread % 2 == 0) {
      for (int item = thread / 2; item < kItems; item += kThreads / 2) {
        auto guard = not_full.wait_while(queue.lock().value(), [](Queue& q) { return q.items.size() == kBound; });
        guard.value()->items.push_back(item);
        not_empty.notify_one();
        if (random.below(32) == 0) linger(random);
      }
      return;
    }
    for (;;) {
      // Some consumers wait with a time limit that is often over.
      auto guard = queue.lock().value();
      const auto empty = [](Queue& q) { return q.items.empty() && q.taken != kItems; };
      if (random.below(2) == 0) {
        auto waited = not_empty.wait_while_for(std::move(guard), 50us, empty).value();
        guard = std::move(waited.guard);
        if (waited.timed_out) continue;
      } else {
        guard = not_empty.wait_while(std::move(guard), empty).value();
      }
      if (guard->items.empty()) return;
      ++seen[static_cast<std::size_t>(guard->items.front())];
      guard->items.pop_front();
      if (++guard->taken == kItems) not_empty.notify_all();
      not_full.notify_one();
    }
  });
  for (const auto& count : seen) EXPECT_EQ(count.load(), 1);
}

TEST(OnceStress, one_of_all_makes_the_value) {
  for (int round = 0; round < 500; ++round) {
    const hd::OnceLock<std::unique_ptr<int>> cell;
    std::atomic<int> made = 0;
    on_threads(kThreads, [&](int thread, hd::base::FastRandom& random) {
      linger(random);
      const auto& value = cell.get_or_init([&] {
        ++made;
        return std::make_unique<int>(thread);
      });
      EXPECT_GE(*value, 0);
    });
    EXPECT_EQ(made.load(), 1);
  }
}

TEST(OnceStress, those_that_fail_leave_it_to_the_next) {
  for (int round = 0; round < 200; ++round) {
    const hd::OnceLock<int> cell;
    std::atomic<int> tries = 0;
    on_threads(kThreads, [&](int, hd::base::FastRandom& random) {
      for (;;) {
        try {
          EXPECT_EQ(cell.get_or_init([&] { return ++tries < 4 ? throw tries.load() : 4; }), 4);
          return;
        } catch (int) {
          linger(random);
        }
      }
    });
    EXPECT_EQ(tries.load(), 4);
  }
}

TEST(BarrierStress, rounds_never_overlap) {
  constexpr int kRounds = 1'000;
  const hd::Barrier barrier(kThreads);
  std::vector<int> plain(kThreads, 0);
  std::atomic<int> leaders = 0;
  on_threads(kThreads, [&](int thread, hd::base::FastRandom& random) {
    for (int round = 1; round <= kRounds; ++round) {
      plain[static_cast<std::size_t>(thread)] = round;
      if (random.below(8) == 0) linger(random);
      if (barrier.wait().is_leader()) ++leaders;
      for (const int seen : plain) EXPECT_EQ(seen, round);
      barrier.wait();
    }
  });
  EXPECT_EQ(leaders.load(), kRounds);
}

}  // namespace
