// SPDX-License-Identifier: MIT
// Mutex: the cases of Tokio's sync_mutex.rs and sync_mutex_owned.rs, and our own promises.
#include <heddle/async/mutex.hpp>

#include "support/polled.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using heddle::Arc;
using heddle::async::Mutex;
using heddle::async::MutexGuard;
using heddle::async::OwnedMutexGuard;
using heddle::test::MockTask;
using heddle::test::Polled;
using heddle::test::refusal_in_async;

template <class T>
auto lock(const Mutex<T>& mutex) {
  return Polled([&mutex] { return mutex.lock(); });
}

TEST(AsyncMutex, straight_execution) {
  const Mutex<int> mutex(100);
  {
    auto guard = lock(mutex).poll().take();
    EXPECT_EQ(*guard, 100);
    *guard = 99;
  }
  {
    auto guard = lock(mutex).poll().take();
    EXPECT_EQ(*guard, 99);
    *guard = 98;
  }
  EXPECT_EQ(*lock(mutex).poll().take(), 98);
}

TEST(AsyncMutex, readiness) {
  const Mutex<int> mutex(100);
  auto first = lock(mutex);
  auto second = lock(mutex);
  {
    auto guard = first.poll().take();
    EXPECT_TRUE(second.pending());
  }
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(second.poll().is_ready());
}

TEST(AsyncMutex, lock) {
  const Mutex<bool> mutex(false);
  auto guard = std::make_unique<MutexGuard<bool>>(mutex.blocking_lock());
  std::thread other([&mutex] {
    auto mine = mutex.blocking_lock();
    EXPECT_TRUE(*mine);
  });
  **guard = true;
  guard.reset();
  other.join();
}

TEST(AsyncMutex, aborted_future_1) {
  const Mutex<int> mutex(1);
  {
    auto holder = lock(mutex);
    auto waiting = lock(mutex);
    auto guard = holder.poll().take();
    EXPECT_TRUE(waiting.pending());
  }
  EXPECT_TRUE(lock(mutex).poll().is_ready());
}

TEST(AsyncMutex, aborted_future_2) {
  const Mutex<int> mutex(1);
  {
    auto guard = lock(mutex).poll().take();
    auto waiting = lock(mutex);
    EXPECT_TRUE(waiting.pending());
    waiting.drop();
  }
  EXPECT_TRUE(lock(mutex).poll().is_ready());
}

TEST(AsyncMutex, try_lock) {
  const Mutex<int> mutex(0);
  {
    auto first = mutex.try_lock();
    EXPECT_TRUE(first);
    EXPECT_FALSE(mutex.try_lock());
  }
  EXPECT_TRUE(mutex.try_lock());
}

TEST(AsyncMutex, a_lock_cancelled_when_it_was_just_granted_goes_to_the_next) {
  const Mutex<int> mutex(0);
  auto guard = std::make_unique<MutexGuard<int>>(*mutex.try_lock());
  auto first = lock(mutex);
  auto second = lock(mutex);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  guard.reset();
  EXPECT_EQ(first.take_wakes(), 1);
  first.drop();
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(second.poll().is_ready());
  EXPECT_TRUE(mutex.try_lock());
}

TEST(AsyncMutex, tasks_get_the_lock_in_the_order_in_which_they_asked) {
  const Mutex<int> mutex(0);
  auto guard = std::make_unique<MutexGuard<int>>(*mutex.try_lock());
  std::vector<Polled<decltype(mutex.lock())>> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.push_back(lock(mutex));
    EXPECT_TRUE(waiting.back().pending());
  }
  for (auto& next : waiting) {
    guard.reset();
    EXPECT_FALSE(mutex.try_lock()) << "handed over, not free in between";
    EXPECT_EQ(next.take_wakes(), 1);
    guard = std::make_unique<MutexGuard<int>>(next.poll().take());
  }
}

TEST(AsyncMutex, a_guard_may_be_destroyed_by_another_thread) {
  const Mutex<int> mutex(0);
  std::thread([guard = *mutex.try_lock()] {}).join();
  EXPECT_TRUE(mutex.try_lock());
}

TEST(AsyncMutex, a_mapped_guard_gives_the_part_and_unlocks_at_its_end) {
  using Pair = std::pair<int, std::string>;
  const Mutex<Pair> mutex(Pair(1, "a"));
  {
    auto part = MutexGuard<Pair>::map(*mutex.try_lock(), [](Pair& pair) -> auto& { return pair.second; });
    static_assert(std::is_same_v<decltype(part), MutexGuard<std::string>>);
    part->push_back('b');
    EXPECT_FALSE(mutex.try_lock());
  }
  EXPECT_EQ((*mutex.try_lock())->second, "ab");
}

TEST(AsyncMutex, try_map_gives_the_guard_back_when_there_is_no_such_part) {
  const Mutex<std::string> mutex(std::string("a"));
  auto none = MutexGuard<std::string>::try_map(*mutex.try_lock(), [](std::string&) -> char* { return nullptr; });
  ASSERT_FALSE(none);
  auto some = MutexGuard<std::string>::try_map(std::move(none.error()), [](std::string& s) { return &s[0]; });
  ASSERT_TRUE(some);
  EXPECT_EQ(**some, 'a');
}

TEST(AsyncMutex, an_exception_does_not_poison) {
  const Mutex<int> mutex(0);
  try {
    auto guard = *mutex.try_lock();
    throw 1;
  } catch (int) {
  }
  EXPECT_TRUE(mutex.try_lock());
}

TEST(AsyncMutex, its_owner_reaches_the_value_without_locking) {
  Mutex<std::string> mutex(std::string("a"));
  mutex.get_mut() += "b";
  EXPECT_EQ(std::move(mutex).into_inner(), "ab");
}

TEST(AsyncMutex, blocking_lock_refuses_on_a_thread_that_polls_tasks) {
  const Mutex<int> mutex(0);
  const std::string what = refusal_in_async([&] { return mutex.blocking_lock(); });
  EXPECT_NE(what.find("co_await lock()"), std::string::npos) << what;
  EXPECT_TRUE(mutex.try_lock());
}

TEST(AsyncMutex, the_last_to_unlock_may_be_followed_by_the_mutex_end) {
  // Whoever gets the lock may destroy the mutex, though the one before is still in its unlock.
  for (int i = 0; i < 200; ++i) {
    auto mutex = std::make_unique<Mutex<int>>(0);
    std::thread other([&guard_of = *mutex] { *guard_of.blocking_lock() = 1; });
    while (*mutex->blocking_lock() == 0) std::this_thread::yield();
    auto last = std::make_unique<MutexGuard<int>>(mutex->blocking_lock());
    last.reset();
    other.join();
    mutex.reset();
  }
}

TEST(AsyncMutexOwned, straight_execution) {
  auto mutex = Arc<Mutex<int>>::make(100);
  {
    Polled first([&] { return Mutex<int>::lock_owned(mutex.clone()); });
    auto guard = first.poll().take();
    EXPECT_EQ(*guard, 100);
    *guard = 99;
  }
  EXPECT_EQ(**mutex->try_lock(), 99);
}

TEST(AsyncMutexOwned, readiness) {
  auto mutex = Arc<Mutex<int>>::make(100);
  Polled first([&] { return Mutex<int>::lock_owned(mutex.clone()); });
  Polled second([&] { return Mutex<int>::lock_owned(mutex.clone()); });
  {
    auto guard = first.poll().take();
    EXPECT_TRUE(second.pending());
  }
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(second.poll().is_ready());
}

TEST(AsyncMutexOwned, aborted_future_1) {
  auto mutex = Arc<Mutex<int>>::make(1);
  {
    Polled holder([&] { return Mutex<int>::lock_owned(mutex.clone()); });
    Polled waiting([&] { return Mutex<int>::lock_owned(mutex.clone()); });
    auto guard = holder.poll().take();
    EXPECT_TRUE(waiting.pending());
  }
  EXPECT_TRUE(mutex->try_lock());
}

TEST(AsyncMutexOwned, aborted_future_2) {
  auto mutex = Arc<Mutex<int>>::make(1);
  {
    auto guard = *Mutex<int>::try_lock_owned(mutex.clone());
    Polled waiting([&] { return Mutex<int>::lock_owned(mutex.clone()); });
    EXPECT_TRUE(waiting.pending());
    waiting.drop();
  }
  EXPECT_TRUE(mutex->try_lock());
}

TEST(AsyncMutexOwned, try_lock_owned) {
  auto mutex = Arc<Mutex<int>>::make(0);
  {
    auto first = Mutex<int>::try_lock_owned(mutex.clone());
    EXPECT_TRUE(first);
    EXPECT_FALSE(Mutex<int>::try_lock_owned(mutex.clone()));
  }
  EXPECT_TRUE(Mutex<int>::try_lock_owned(mutex.clone()));
}

TEST(AsyncMutexOwned, an_owned_guard_keeps_the_mutex_alive_also_when_mapped) {
  using Pair = std::pair<int, int>;
  auto guard = Mutex<Pair>::blocking_lock_owned(Arc<Mutex<Pair>>::make(Pair(1, 2)));
  const auto second = [](Pair& pair) -> int& { return pair.second; };
  OwnedMutexGuard<Pair, int> part = OwnedMutexGuard<Pair>::map(std::move(guard), second);
  EXPECT_EQ(*part, 2);
}

TEST(AsyncMutexOwned, blocking_lock_owned_refuses_on_a_thread_that_polls_tasks) {
  auto mutex = Arc<Mutex<int>>::make(0);
  const std::string what = refusal_in_async([&] { return Mutex<int>::blocking_lock_owned(mutex.clone()); });
  EXPECT_NE(what.find("lock_owned()"), std::string::npos) << what;
}

}  // namespace
