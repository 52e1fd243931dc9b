// SPDX-License-Identifier: MIT
// The spin lock: one owner at a time, and what an unlock hands on.
#include <heddle/base/spin_lock.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <memory>
#include <thread>

namespace {

using heddle::base::SpinLock;

TEST(SpinLock, a_held_lock_is_not_taken_again) {
  SpinLock lock;
  EXPECT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(SpinLock, is_one_byte) { static_assert(sizeof(SpinLock) == 1); }

TEST(SpinLock, what_one_owner_wrote_the_next_one_sees) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 100'000;
  SpinLock lock;
  int counter = 0;  // plain: ThreadSanitizer reports it if the lock doesn't order its owners
  std::barrier start(kThreads);
  const auto work = [&] {
    start.arrive_and_wait();
    for (int i = 0; i < kRounds; ++i) {
      if (i % 4 == 0) {
        while (!lock.try_lock()) std::this_thread::yield();
      } else {
        lock.lock();
      }
      ++counter;
      lock.unlock();
    }
  };
  {
    std::array<std::jthread, kThreads> threads;
    for (std::jthread& thread : threads) thread = std::jthread(work);
  }
  EXPECT_EQ(counter, kThreads * kRounds);
}

TEST(SpinLock, whoever_is_let_in_may_free_the_lock) {
  for (int round = 0; round < 500; ++round) {
    auto lock = std::make_unique<SpinLock>();
    std::atomic<bool> held{false};
    std::jthread owner([&held, lock = lock.get()] {
      lock->lock();
      held.store(true, std::memory_order_release);
      lock->unlock();
    });
    while (!held.load(std::memory_order_acquire)) std::this_thread::yield();
    lock->lock();
    lock.reset();
  }
}

}  // namespace
