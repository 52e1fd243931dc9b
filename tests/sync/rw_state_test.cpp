// SPDX-License-Identifier: MIT
// The rules of RwLock's state word, alone, and what follows from them for who sleeps: who may read past whom.
#include <heddle/sync/detail/raw_rw_lock.hpp>

#include <gtest/gtest.h>

#include <latch>
#include <source_location>
#include <thread>

namespace {

using heddle::sync::detail::RawRwLock;
using heddle::sync::detail::RwState;
using Here = std::source_location;

TEST(RwState, is_readable_up_to_the_most_readers) {
  EXPECT_TRUE(RwState(0).is_readable());
  EXPECT_TRUE(RwState(RwState::kMaxReaders - 1).is_readable());
  EXPECT_FALSE(RwState(RwState::kMaxReaders).is_readable());
  EXPECT_TRUE(RwState(RwState::kMaxReaders).is_full());
  EXPECT_FALSE(RwState(RwState::kWriting).is_readable());
}

TEST(RwState, a_newcomer_reads_past_nobody_who_waits) {
  EXPECT_FALSE(RwState(1 | RwState::kWritersWaiting).is_readable());
  EXPECT_FALSE(RwState(RwState::kReadersWaiting).is_readable());
}

TEST(RwState, a_woken_reader_passes_a_waiting_writer_only_where_others_read) {
  EXPECT_TRUE(RwState(1 | RwState::kWritersWaiting).is_readable_once_woken());
  EXPECT_FALSE(RwState(RwState::kWritersWaiting).is_readable_once_woken());
  EXPECT_FALSE(RwState(1 | RwState::kReadersWaiting).is_readable_once_woken());
  EXPECT_FALSE(RwState(RwState::kWriting).is_readable_once_woken());
}

// Many times: a reader that is only about to sleep needs no wake.
constexpr int kTimes = 200;

TEST(RawRwLock, downgrade_wakes_a_reader_that_sleeps) {
  for (int i = 0; i < kTimes; ++i) {
    RawRwLock lock;
    lock.write(Here::current());
    const std::jthread reader([&] {
      lock.read(Here::current());
      lock.unlock_read();
    });
    while (!lock.state().has_readers_waiting()) std::this_thread::yield();
    lock.downgrade();
  }
}

TEST(RawRwLock, downgrade_lets_a_reader_in_past_a_writer_that_waits) {
  for (int i = 0; i < kTimes; ++i) {
    RawRwLock lock;
    lock.write(Here::current());
    std::jthread writer([&] {
      lock.write(Here::current());
      lock.unlock_write();
    });
    std::latch read(1);
    const std::jthread reader([&] {
      lock.read(Here::current());
      read.count_down();
      lock.unlock_read();
    });
    while (!lock.state().has_readers_waiting() || !lock.state().has_writers_waiting()) std::this_thread::yield();
    lock.downgrade();
    read.wait();
    lock.unlock_read();
  }
}

TEST(RawRwLock, the_last_reader_wakes_a_writer_that_sleeps) {
  for (int i = 0; i < kTimes; ++i) {
    RawRwLock lock;
    lock.read(Here::current());
    const std::jthread writer([&] {
      lock.write(Here::current());
      lock.unlock_write();
    });
    while (!lock.state().has_writers_waiting()) std::this_thread::yield();
    lock.unlock_read();
  }
}

TEST(RawRwLock, a_writer_that_unlocks_wakes_all_readers_that_sleep) {
  for (int i = 0; i < kTimes; ++i) {
    RawRwLock lock;
    lock.write(Here::current());
    const auto read = [&] {
      lock.read(Here::current());
      lock.unlock_read();
    };
    const std::jthread first(read);
    const std::jthread second(read);
    while (!lock.state().has_readers_waiting()) std::this_thread::yield();
    lock.unlock_write();
  }
}

}  // namespace
