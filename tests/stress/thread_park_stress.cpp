// SPDX-License-Identifier: MIT
// Parking and detaching under load: no unpark is lost, and each thread's end meets its handle's in every order.
#include <heddle/thread/park.hpp>
#include <heddle/thread/spawn.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace {

namespace thread = heddle::thread;

TEST(ThreadParkStress, two_threads_hand_a_plain_counter_back_and_forth_by_tokens) {
  static constexpr int kRounds = 10'000;
  // Relaxed: what passes the counter on is the token, and nothing else.
  static std::atomic<bool> theirs;
  static int plain;
  theirs = false;
  plain = 0;
  thread::park_for(std::chrono::seconds(0));  // takes the token that an earlier test may have left
  struct Turn {
    /// Parks until the turn is `wanted`, and a token has been taken for it: a park without a deadline that ends early for
    /// no reason doesn't happen here, though it may.
    static void wait_for(bool wanted) {
      do {
        thread::park();
      } while (theirs.load(std::memory_order_relaxed) != wanted);
    }
  };
  auto other = thread::spawn(
      [](thread::Thread first) {
        for (int i = 0; i < kRounds; ++i) {
          Turn::wait_for(true);
          ++plain;
          theirs.store(false, std::memory_order_relaxed);
          first.unpark();
        }
      },
      thread::current());
  const thread::Thread second = other.thread();
  for (int i = 0; i < kRounds; ++i) {
    ++plain;
    theirs.store(true, std::memory_order_relaxed);
    second.unpark();
    Turn::wait_for(false);
  }
  other.join().value();
  EXPECT_EQ(plain, 2 * kRounds);
}

TEST(ThreadParkStress, deadlines_and_unparks_that_meet_lose_no_thread) {
  static std::atomic<std::uint32_t> turn;
  static constexpr std::uint32_t kTurns = 5'000;
  turn = 0;
  auto other = thread::spawn(
      [](thread::Thread waiting) {
        while (turn.load(std::memory_order_acquire) < kTurns) {
          waiting.unpark();
          thread::yield_now();
        }
      },
      thread::current());
  for (std::uint32_t i = 0; i < kTurns; ++i) {
    thread::park_for(std::chrono::microseconds(i % 3));
    turn.fetch_add(1, std::memory_order_release);
  }
  other.join().value();
}

TEST(ThreadParkStress, each_result_is_destroyed_once_whoever_comes_last) {
  static std::atomic<int> alive;
  alive = 0;
  struct Result {
    explicit Result(int) { ++alive; }
    Result(Result&&) noexcept { ++alive; }
    ~Result() { --alive; }
    HEDDLE_UNSAFE_SEND(true);
    HEDDLE_UNSAFE_OWNED(true);
  };
  for (int i = 0; i < 1'000; ++i) {
    auto handle = thread::spawn([] { return Result(1); });
    for (int k = 0; k < i % 16; ++k) thread::yield_now();
  }
  while (alive != 0) thread::yield_now();
}

}  // namespace
