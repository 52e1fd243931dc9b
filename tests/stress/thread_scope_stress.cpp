// SPDX-License-Identifier: MIT
// Random trees of scoped threads that borrow parts of one array, join early or late, throw, and start more threads.
#include <heddle/thread/scope.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

namespace thread = heddle::thread;
using thread::Scope;

/// Adds 1 to each number of `part`, in threads that take parts of it, split at random places.
void add_one(std::span<int> part, std::uint32_t seed, int depth) {
  if (depth == 0 || part.size() < 2) {
    for (int& n : part) ++n;
    return;
  }
  std::mt19937 random(seed);
  const auto seeds = [&random] { return static_cast<std::uint32_t>(random()); };
  thread::scope([&](Scope& s) {
    const std::size_t middle = 1 + random() % (part.size() - 1);
    auto left = s.spawn(&add_one, s.mut(part.first(middle)), seeds(), depth - 1);
    auto right = s.spawn(&add_one, s.mut(part.subspan(middle)), seeds(), depth - 1);
    if (random() % 2 == 0) {
      left.join().value();
      for (int& n : part.first(middle)) n += 0;  // the borrow has ended: the sanitizer would see it if not
    }
    if (random() % 2 == 0) auto dropped = std::move(right);
  });
}

TEST(ThreadScopeStress, every_number_is_changed_once_by_random_trees_of_threads) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::vector<int> numbers(100, 0);
  constexpr int kRounds = 50;
  for (int round = 0; round < kRounds; ++round) add_one(numbers, static_cast<std::uint32_t>(random()), 4);
  EXPECT_EQ(std::ranges::count(numbers, kRounds), 100);
}

TEST(ThreadScopeStress, threads_that_start_threads_and_throw_leave_a_scope_that_ends) {
  static std::atomic<int> started;
  static std::atomic<int> ended;
  struct Tree {
    static void grow(Scope& scope, int depth) {
      ++started;
      if (depth > 0) {
        scope.spawn(&grow, depth - 1);
        scope.spawn(&grow, depth - 1);
      }
      ++ended;
      if (depth == 1) throw std::runtime_error("last but one");
    }
  };
  for (int round = 0; round < 20; ++round) {
    started = ended = 0;
    EXPECT_THROW(thread::scope([](Scope& s) { s.spawn(&Tree::grow, 4); }), thread::ScopedThreadPanicked);
    EXPECT_EQ(started, 31);
    EXPECT_EQ(ended, 31);
  }
}

TEST(ThreadScopeStress, handles_dropped_while_their_threads_end_destroy_each_result_once) {
  static std::atomic<int> alive;
  alive = 0;
  struct Result {
    explicit Result(int) { ++alive; }
    Result(Result&&) noexcept { ++alive; }
    ~Result() { --alive; }
    HEDDLE_UNSAFE_SEND(true);
  };
  thread::scope([](Scope& s) {
    for (int i = 0; i < 500; ++i) static_cast<void>(s.spawn([] { return Result(1); }));
  });
  EXPECT_EQ(alive, 0);
}

}  // namespace
