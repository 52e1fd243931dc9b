// SPDX-License-Identifier: MIT
// RwLock: many readers or one writer, poisoning, downgrading, and who goes first.
#include <heddle/sync/rw_lock.hpp>

#include <heddle/base/random.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using hd::RwLock;
using hd::RwLockReadGuard;
using hd::RwLockWriteGuard;
using hd::sync::WouldDeadlock;

struct Panic {};

template <class F>
void panic_in_thread(F body) {
  std::jthread([&] {
    try {
      body();
    } catch (Panic&) {
    }
  }).join();
}

// --- After Rust's library/std/tests/sync/rwlock.rs, under the names there.

TEST(StdRwLock, smoke) {
  const RwLock<int> lock(0);
  static_cast<void>(lock.read().value());
  static_cast<void>(lock.write().value());
  {
    const auto a = lock.read().value();
    std::jthread([&] { static_cast<void>(lock.read().value()); }).join();
  }
  static_cast<void>(lock.write().value());
}

TEST(StdRwLock, frob) {
  constexpr int kThreads = 10;
  constexpr int kRounds = 1000;
  const RwLock<int> lock(0);
  std::atomic<int> writes = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        hd::base::FastRandom random(static_cast<std::uint64_t>(i) + 1);
        for (int round = 0; round < kRounds; ++round) {
          if (random.below(kThreads) == 0) {
            ++*lock.write().value();
            ++writes;
          } else {
            static_cast<void>(lock.read().value());
          }
        }
      });
    }
  }
  EXPECT_EQ(*lock.read().value(), writes.load());
}

TEST(StdRwLock, test_rw_arc_poison_wr) {
  const RwLock<int> lock(1);
  panic_in_thread([&] {
    auto guard = lock.write().value();
    throw Panic();
  });
  EXPECT_FALSE(lock.read().has_value());
}

TEST(StdRwLock, test_rw_arc_poison_mapped_w_r) {
  const RwLock<int> lock(1);
  panic_in_thread([&] {
    auto guard = RwLockWriteGuard<int>::map(lock.write().value(), [](int& value) -> int& { return value; });
    throw Panic();
  });
  EXPECT_FALSE(lock.read().has_value());
}

TEST(StdRwLock, test_rw_arc_poison_ww) {
  const RwLock<int> lock(1);
  panic_in_thread([&] {
    auto guard = lock.write().value();
    throw Panic();
  });
  EXPECT_FALSE(lock.write().has_value());
  EXPECT_TRUE(lock.is_poisoned());
}

TEST(StdRwLock, test_rw_arc_no_poison_rr) {
  const RwLock<int> lock(1);
  panic_in_thread([&] {
    auto guard = lock.read().value();
    throw Panic();
  });
  EXPECT_EQ(*lock.read().value(), 1);
}

TEST(StdRwLock, test_rw_arc_no_poison_mapped_r_r) {
  const RwLock<int> lock(1);
  panic_in_thread([&] {
    auto guard = RwLockReadGuard<int>::map(lock.read().value(), [](const int& value) -> const int& { return value; });
    throw Panic();
  });
  EXPECT_EQ(*lock.read().value(), 1);
}

TEST(StdRwLock, test_rw_arc_no_poison_rw) {
  const RwLock<int> lock(1);
  panic_in_thread([&] {
    auto guard = lock.read().value();
    throw Panic();
  });
  EXPECT_EQ(*lock.write().value(), 1);
}

TEST(StdRwLock, test_rw_arc) {
  const RwLock<int> lock(0);
  std::latch done(1);
  {
    const std::jthread writer([&] {
      for (int i = 0; i < 10; ++i) {
        auto value = lock.write().value();
        const int before = std::exchange(*value, -1);
        std::this_thread::yield();
        *value = before + 1;
      }
      done.count_down();
    });
    std::vector<std::jthread> readers;
    for (int i = 0; i < 5; ++i) {
      readers.emplace_back([&] { EXPECT_GE(*lock.read().value(), 0); });
    }
    done.wait();
  }
  EXPECT_EQ(*lock.read().value(), 10);
}

TEST(StdRwLock, test_rw_arc_access_in_unwind) {
  const RwLock<int> lock(1);
  struct Unwinder {
    const RwLock<int>& lock;
    ~Unwinder() { ++*lock.write().value(); }
  };
  try {
    const Unwinder unwinder{lock};
    throw Panic();
  } catch (Panic&) {
  }
  EXPECT_EQ(*lock.read().value(), 2);
}

TEST(StdRwLock, test_rwlock_try_write) {
  const RwLock<int> lock(0);
  {
    const auto reader = lock.read().value();
    const auto writer = lock.try_write();
    ASSERT_FALSE(writer.has_value());
    EXPECT_TRUE(writer.error().is_would_block());
  }
  const auto mapped = RwLockReadGuard<int>::map(lock.read().value(), [](const int& v) -> const int& { return v; });
  EXPECT_TRUE(lock.try_write().error().is_would_block());
}

TEST(StdRwLock, test_into_inner) {
  RwLock<std::string> lock("ten");
  EXPECT_EQ(std::move(lock).into_inner().value(), "ten");
}

TEST(StdRwLock, test_into_inner_poison) {
  RwLock<int> lock(10);
  panic_in_thread([&] {
    auto guard = lock.write().value();
    throw Panic();
  });
  auto result = std::move(lock).into_inner();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(std::move(result).error().into_inner(), 10);
}

TEST(StdRwLock, test_get_mut) {
  RwLock<int> lock(10);
  *lock.get_mut().value() = 20;
  EXPECT_EQ(std::move(lock).into_inner().value(), 20);
}

TEST(StdRwLock, test_get_mut_poison) {
  RwLock<int> lock(10);
  panic_in_thread([&] {
    auto guard = lock.write().value();
    throw Panic();
  });
  auto result = lock.get_mut();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(*std::move(result).error().into_inner(), 10);
}

TEST(StdRwLock, test_mapping_mapped_guard) {
  const RwLock<std::vector<int>> lock(std::vector{1, 2, 3, 4, 5});
  {
    auto all = RwLockWriteGuard<std::vector<int>>::map(lock.write().value(), [](auto& v) -> auto& { return v; });
    auto one = hd::sync::MappedRwLockWriteGuard<std::vector<int>>::map(std::move(all),
                                                                       [](auto& v) -> int& { return v[1]; });
    *one = 20;
  }
  auto all = RwLockReadGuard<std::vector<int>>::map(lock.read().value(), [](const auto& v) -> auto& { return v; });
  const auto one =
      RwLockReadGuard<std::vector<int>>::map(std::move(all), [](const auto& v) -> const int& { return v[1]; });
  EXPECT_EQ(*one, 20);
}

TEST(StdRwLock, panic_while_mapping_read_unlocked_no_poison) {
  const RwLock<int> lock(0);
  const auto fail = [](const int&) -> const int& { throw Panic(); };
  EXPECT_THROW(static_cast<void>(RwLockReadGuard<int>::map(lock.read().value(), fail)), Panic);
  EXPECT_TRUE(lock.try_write().has_value());
}

TEST(StdRwLock, panic_while_mapping_write_unlocked_poison) {
  const RwLock<int> lock(0);
  const auto fail = [](int&) -> int& { throw Panic(); };
  EXPECT_THROW(static_cast<void>(RwLockWriteGuard<int>::map(lock.write().value(), fail)), Panic);
  EXPECT_TRUE(lock.try_write().error().is_poisoned());
}

TEST(StdRwLock, test_downgrade_basic) {
  const RwLock<int> lock(0);
  const auto reader = RwLockWriteGuard<int>::downgrade(lock.write().value());
  EXPECT_TRUE(lock.try_read().has_value());
  EXPECT_FALSE(lock.try_write().has_value());
}

TEST(StdRwLock, test_downgrade_observe) {
  // Each downgraded writer finds its own value, whatever the others do.
  constexpr int kThreads = 8;
  constexpr int kRounds = 100;
  const RwLock<int> lock(0);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) {
          auto writer = lock.write().value();
          const int mine = ++*writer;
          const auto reader = RwLockWriteGuard<int>::downgrade(std::move(writer));
          EXPECT_EQ(*reader, mine);
        }
      });
    }
  }
  EXPECT_EQ(*lock.read().value(), kThreads * kRounds);
}

TEST(StdRwLock, test_downgrade_atomic) {
  // A writer that waits never gets between the writing and the reading of a downgrade.
  const RwLock<int> lock(0);
  auto main_writer = lock.write().value();
  std::latch started(1);
  const std::jthread evil([&] {
    started.count_down();
    *lock.write().value() = -2;
  });
  started.wait();
  *main_writer = -1;
  const auto reader = RwLockWriteGuard<int>::downgrade(std::move(main_writer));
  EXPECT_EQ(*reader, -1);
}

// --- Ours.

TEST(RwLock, five_readers_hold_it_at_once) {
  const RwLock<int> lock(0);
  std::barrier all(5);
  std::vector<std::jthread> readers;
  for (int i = 0; i < 5; ++i) {
    readers.emplace_back([&] {
      const auto guard = lock.read().value();
      all.arrive_and_wait();
    });
  }
}

// Waits until try_read is refused, which says that a writer waits.
void until_a_writer_waits(const RwLock<int>& lock) {
  while (lock.try_read().has_value()) std::this_thread::yield();
}

TEST(RwLock, a_waiting_writer_keeps_new_readers_out) {
  const RwLock<int> lock(0);
  auto reader = std::optional(lock.read().value());
  std::jthread writer([&] { *lock.write().value() = 1; });
  until_a_writer_waits(lock);
  reader.reset();
  writer.join();
  EXPECT_EQ(*lock.read().value(), 1);
}

TEST(RwLock, downgrade_lets_readers_in) {
  const RwLock<int> lock(0);
  auto writer = lock.write().value();
  std::latch read(2);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      const auto guard = lock.read().value();
      read.arrive_and_wait();
    });
  }
  const auto reader = RwLockWriteGuard<int>::downgrade(std::move(writer));
  read.wait();
}

TEST(RwLock, reading_what_one_writes_throws_and_names_the_lines) {
  const RwLock<int> lock(0);
  const int first = __LINE__ + 1;
  const auto guard = lock.write();
  try {
    static_cast<void>(lock.read());
    FAIL() << "not thrown";
  } catch (const WouldDeadlock& error) {
    EXPECT_NE(std::string(error.what()).find("rw_lock_test.cpp:" + std::to_string(first)), std::string::npos);
  }
}

TEST(RwLock, writing_what_one_reads_or_writes_throws) {
  const RwLock<int> lock(0);
  {
    const auto guard = lock.read();
    EXPECT_THROW(static_cast<void>(lock.write()), WouldDeadlock);
  }
  const auto guard = lock.write();
  EXPECT_THROW(static_cast<void>(lock.write()), WouldDeadlock);
}

TEST(RwLock, reading_twice_is_fine_without_a_waiting_writer) {
  const RwLock<int> lock(0);
  const auto first = lock.read();
  EXPECT_TRUE(lock.read().has_value());
}

TEST(RwLock, reading_twice_around_a_waiting_writer_throws) {
  const RwLock<int> lock(0);
  std::jthread writer;
  const auto first = lock.read();
  writer = std::jthread([&] { static_cast<void>(lock.write()); });
  until_a_writer_waits(lock);
  EXPECT_THROW(static_cast<void>(lock.read()), WouldDeadlock);
}

TEST(RwLock, clear_poison_makes_it_whole_again) {
  const RwLock<int> lock(0);
  panic_in_thread([&] {
    auto guard = lock.write().value();
    throw Panic();
  });
  EXPECT_TRUE(lock.is_poisoned());
  lock.clear_poison();
  EXPECT_TRUE(lock.read().has_value());
}

TEST(RwLock, a_downgraded_guard_does_not_poison) {
  const RwLock<int> lock(0);
  panic_in_thread([&] {
    const auto guard = RwLockWriteGuard<int>::downgrade(lock.write().value());
    throw Panic();
  });
  EXPECT_FALSE(lock.is_poisoned());
}

}  // namespace
