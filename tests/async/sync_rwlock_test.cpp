// SPDX-License-Identifier: MIT
// RwLock: the cases of Tokio's sync_rwlock.rs, and our own promises.
#include <heddle/async/rwlock.hpp>

#include "support/polled.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using heddle::Arc;
using heddle::async::OwnedRwLockReadGuard;
using heddle::async::RwLock;
using heddle::async::RwLockMappedWriteGuard;
using heddle::async::RwLockReadGuard;
using heddle::async::RwLockWriteGuard;
using heddle::test::Polled;
using heddle::test::refusal_in_async;

template <class T>
auto read(const RwLock<T>& lock) {
  return Polled([&lock] { return lock.read(); });
}
template <class T>
auto write(const RwLock<T>& lock) {
  return Polled([&lock] { return lock.write(); });
}

TEST(AsyncRwLock, into_inner) { EXPECT_EQ(RwLock<int>(42).into_inner(), 42); }

TEST(AsyncRwLock, read_shared) {
  const RwLock<int> lock(100);
  auto first = read(lock).poll().take();
  auto second = read(lock).poll().take();
  EXPECT_EQ(*first + *second, 200);
}

TEST(AsyncRwLock, write_shared_pending) {
  const RwLock<int> lock(100);
  auto reader = read(lock).poll().take();
  EXPECT_TRUE(write(lock).pending());
}

TEST(AsyncRwLock, read_exclusive_pending) {
  const RwLock<int> lock(100);
  auto writer = write(lock).poll().take();
  EXPECT_TRUE(read(lock).pending());
}

TEST(AsyncRwLock, exhaust_reading) {
  const auto lock = RwLock<int>::with_max_readers(100, 1024);
  std::vector<RwLockReadGuard<const int>> readers;
  for (;;) {
    auto guard = read(lock).poll();
    if (guard.is_pending()) break;
    readers.push_back(guard.take());
  }
  EXPECT_EQ(readers.size(), 1024U);
  auto waiting = read(lock);
  EXPECT_TRUE(waiting.pending());
  readers.pop_back();
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_TRUE(waiting.poll().is_ready());
}

TEST(AsyncRwLock, zero_max_readers) {
  EXPECT_THROW(static_cast<void>(RwLock<int>::with_max_readers(100, 0)), std::invalid_argument);
}

TEST(AsyncRwLock, more_readers_than_the_limit_are_refused) {
  EXPECT_THROW(static_cast<void>(RwLock<int>::with_max_readers(1, RwLock<int>::kMaxReaders + 1)), std::length_error);
}

TEST(AsyncRwLock, write_exclusive_pending) {
  const RwLock<int> lock(100);
  auto writer = write(lock).poll().take();
  EXPECT_TRUE(write(lock).pending());
}

TEST(AsyncRwLock, write_shared_drop) {
  const RwLock<int> lock(100);
  auto writer = write(lock);
  {
    auto reader = read(lock).poll().take();
    EXPECT_TRUE(writer.pending());
  }
  EXPECT_EQ(writer.take_wakes(), 1);
  EXPECT_TRUE(writer.poll().is_ready());
}

TEST(AsyncRwLock, write_read_shared_pending) {
  const RwLock<int> lock(100);
  auto first = read(lock).poll().take();
  auto second = read(lock).poll().take();
  auto writer = write(lock);
  EXPECT_TRUE(writer.pending());
  EXPECT_TRUE(read(lock).pending());
}

TEST(AsyncRwLock, write_read_shared_drop_pending) {
  const RwLock<int> lock(100);
  auto first = read(lock).poll().take();
  auto writer = write(lock);
  EXPECT_TRUE(writer.pending());
  auto second = read(lock);
  EXPECT_TRUE(second.pending());
  writer.drop();
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(second.poll().is_ready());
}

TEST(AsyncRwLock, read_uncontested) { EXPECT_EQ(*heddle::block_on(RwLock<int>(100).read()), 100); }

TEST(AsyncRwLock, write_uncontested) {
  const RwLock<int> lock(100);
  auto writer = heddle::block_on(lock.write());
  *writer += 50;
  EXPECT_EQ(*writer, 150);
}

TEST(AsyncRwLock, write_order) {
  const RwLock<std::vector<int>> lock;
  auto reader = std::make_unique<RwLockReadGuard<const std::vector<int>>>(*lock.try_read());
  auto second = write(lock);
  auto first = write(lock);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  reader.reset();
  EXPECT_TRUE(second.pending());
  first.poll().take()->push_back(1);
  second.poll().take()->push_back(2);
  EXPECT_EQ(**lock.try_read(), (std::vector{1, 2}));
}

TEST(AsyncRwLock, multithreaded) {
  const RwLock<int> lock(0);
  std::vector<std::thread> threads;
  for (int step : {2, 3, 5, 7}) {
    threads.emplace_back([&lock, step] {
      for (int i = 0; i < 1000; ++i) *lock.blocking_write() += step;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(**lock.try_read(), 17'000);
}

TEST(AsyncRwLock, try_write) {
  const RwLock<int> lock(0);
  {
    auto reader = *lock.try_read();
    EXPECT_FALSE(lock.try_write());
  }
  EXPECT_TRUE(lock.try_write());
}

TEST(AsyncRwLock, try_read_try_write) {
  const RwLock<int> lock(15);
  {
    auto first = *lock.try_read();
    EXPECT_EQ(*first, 15);
    EXPECT_FALSE(lock.try_write());
    EXPECT_EQ(**lock.try_read(), 15);
  }
  {
    auto writer = *lock.try_write();
    *writer = 1515;
    EXPECT_FALSE(lock.try_read());
  }
  EXPECT_EQ(**lock.try_read(), 1515);
}

TEST(AsyncRwLock, downgrade) {
  const RwLock<int> lock(0);
  auto writer = *lock.try_write();
  auto reader = read(lock);
  auto second_writer = write(lock);
  EXPECT_TRUE(reader.pending());
  EXPECT_TRUE(second_writer.pending());
  auto downgraded = RwLockWriteGuard<int>::downgrade(std::move(writer));
  static_assert(std::is_same_v<decltype(downgraded), RwLockReadGuard<const int>>);
  EXPECT_EQ(reader.take_wakes(), 1);
  EXPECT_TRUE(second_writer.pending());
  EXPECT_TRUE(reader.poll().is_ready());
}

TEST(AsyncRwLock, downgrade_map) {
  const RwLock<int> lock(0);
  auto writer = *lock.try_write();
  auto reader = read(lock);
  EXPECT_TRUE(reader.pending());
  auto mine = RwLockWriteGuard<int>::downgrade_map(std::move(writer), [&](const int& value) -> const int& {
    EXPECT_TRUE(reader.pending());
    return value;
  });
  auto other = reader.poll().take();
  EXPECT_EQ(&*mine, &*other);
}

TEST(AsyncRwLock, try_downgrade_map) {
  const RwLock<int> lock(0);
  auto writer = *lock.try_write();
  auto reader = read(lock);
  EXPECT_TRUE(reader.pending());
  auto none = RwLockWriteGuard<int>::try_downgrade_map(std::move(writer), [](const int&) -> const int* {
    return nullptr;
  });
  ASSERT_FALSE(none);
  EXPECT_TRUE(reader.pending());
  *none.error() = 1;
  auto some = RwLockWriteGuard<int>::try_downgrade_map(std::move(none.error()), [](const int& v) { return &v; });
  ASSERT_TRUE(some);
  EXPECT_EQ(*reader.poll().take(), 1);
}

TEST(AsyncRwLock, a_mapped_writer_keeps_everyone_out) {
  const RwLock<std::string> lock(std::string("a"));
  {
    auto part = RwLockWriteGuard<std::string>::map(*lock.try_write(), [](std::string& s) -> char& { return s[0]; });
    static_assert(std::is_same_v<decltype(part), RwLockMappedWriteGuard<char>>);
    *part = 'b';
    EXPECT_FALSE(lock.try_read());
  }
  EXPECT_EQ(**lock.try_read(), "b");
}

TEST(AsyncRwLock, a_write_cancelled_when_it_was_just_granted_lets_the_next_in) {
  const RwLock<int> lock(0);
  auto reader = std::make_unique<RwLockReadGuard<const int>>(*lock.try_read());
  auto writer = write(lock);
  auto second = read(lock);
  EXPECT_TRUE(writer.pending());
  EXPECT_TRUE(second.pending());
  reader.reset();
  EXPECT_EQ(writer.take_wakes(), 1);
  writer.drop();
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(second.poll().is_ready());
  EXPECT_TRUE(lock.try_write());
}

TEST(AsyncRwLock, five_readers_are_in_at_once) {
  const RwLock<int> lock(0);
  std::atomic<int> inside = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&] {
      auto reader = lock.blocking_read();
      inside.fetch_add(1);
      while (inside.load() < 5) std::this_thread::yield();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(inside.load(), 5);
}

TEST(AsyncRwLock, owned_guards_keep_the_lock_alive) {
  auto lock = Arc<RwLock<int>>::make(1);
  Polled writing([&] { return RwLock<int>::write_owned(lock.clone()); });
  auto writer = writing.poll().take();
  EXPECT_FALSE(RwLock<int>::try_read_owned(lock.clone()));
  EXPECT_FALSE(RwLock<int>::try_write_owned(lock.clone()));
  *writer = 2;
  OwnedRwLockReadGuard<int> reader = heddle::async::OwnedRwLockWriteGuard<int>::downgrade(std::move(writer));
  Polled reading([&] { return RwLock<int>::read_owned(lock.clone()); });
  EXPECT_EQ(*reading.poll().take(), 2);
  { const auto dropped = std::move(lock); }
  EXPECT_EQ(*reader, 2);
}

TEST(AsyncRwLock, its_owner_reaches_the_value_without_locking) {
  RwLock<int> lock(1);
  lock.get_mut() = 2;
  EXPECT_EQ(**lock.try_read(), 2);
}

TEST(AsyncRwLock, the_blocking_calls_refuse_on_a_thread_that_polls_tasks) {
  const RwLock<int> lock(0);
  EXPECT_NE(refusal_in_async([&] { return lock.blocking_read(); }).find("co_await read()"), std::string::npos);
  EXPECT_NE(refusal_in_async([&] { return lock.blocking_write(); }).find("co_await write()"), std::string::npos);
}

}  // namespace
