// SPDX-License-Identifier: MIT
// Mutex: exclusion, poisoning, mapped guards, and the lock that is asked for twice.
#include <heddle/sync/mutex.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <expected>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using hd::Mutex;
using hd::MutexGuard;
using hd::sync::MappedMutexGuard;
using Poisoned = std::bad_expected_access<hd::sync::PoisonError<MutexGuard<int>>>;

struct Panic {};

// Leaves a guard's scope by an exception.
template <class T>
void poison(const Mutex<T>& mutex) {
  try {
    auto guard = mutex.lock().value();
    throw Panic();
  } catch (Panic&) {
  }
}

// --- After Rust's library/std/tests/sync/mutex.rs, under the names there.

TEST(StdMutex, smoke) {
  const Mutex<int> mutex(0);
  static_cast<void>(mutex.lock().value());
  static_cast<void>(mutex.lock().value());
}

TEST(StdMutex, lots_and_lots) {
  constexpr int kIterations = 1000;
  constexpr int kThreads = 3;
  const Mutex<int> mutex(0);
  const auto increment = [&] {
    for (int i = 0; i < kIterations; ++i) ++*mutex.lock().value();
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2 * kThreads; ++i) threads.emplace_back(increment);
  }
  EXPECT_EQ(*mutex.lock().value(), kIterations * kThreads * 2);
}

TEST(StdMutex, try_lock) {
  const Mutex<int> mutex(0);
  *mutex.try_lock().value() = 5;
  EXPECT_EQ(*mutex.lock().value(), 5);
}

TEST(StdMutex, test_into_inner) {
  Mutex<std::unique_ptr<int>> mutex(std::make_unique<int>(10));
  EXPECT_EQ(*std::move(mutex).into_inner().value(), 10);
}

TEST(StdMutex, test_into_inner_drop) {
  const auto counted = std::make_shared<int>(0);
  Mutex<std::shared_ptr<int>> mutex(counted);
  EXPECT_EQ(counted.use_count(), 2);
  {
    const auto inner = std::move(mutex).into_inner().value();
    EXPECT_EQ(counted.use_count(), 2);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(StdMutex, test_into_inner_poison) {
  Mutex<int> mutex(10);
  poison(mutex);
  EXPECT_TRUE(mutex.is_poisoned());
  auto result = std::move(mutex).into_inner();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(std::move(result).error().into_inner(), 10);
}

TEST(StdMutex, test_get_mut) {
  Mutex<int> mutex(10);
  *mutex.get_mut().value() = 20;
  EXPECT_EQ(std::move(mutex).into_inner().value(), 20);
}

TEST(StdMutex, test_get_mut_poison) {
  Mutex<int> mutex(10);
  poison(mutex);
  auto result = mutex.get_mut();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(*std::move(result).error().into_inner(), 10);
}

TEST(StdMutex, test_mutex_arc_poison) {
  const Mutex<int> mutex(1);
  EXPECT_FALSE(mutex.is_poisoned());
  std::jthread([&] { poison(mutex); }).join();
  EXPECT_FALSE(mutex.lock().has_value());
  EXPECT_TRUE(mutex.is_poisoned());
}

TEST(StdMutex, test_mutex_arc_poison_mapped) {
  const Mutex<int> mutex(1);
  std::jthread([&] {
    try {
      auto mapped = MutexGuard<int>::map(mutex.lock().value(), [](int& value) -> int& { return value; });
      throw Panic();
    } catch (Panic&) {
    }
  }).join();
  EXPECT_FALSE(mutex.lock().has_value());
  EXPECT_TRUE(mutex.is_poisoned());
}

TEST(StdMutex, test_mutex_arc_nested) {
  const Mutex<int> inner(1);
  const Mutex<const Mutex<int>*> outer(&inner);
  std::jthread([&] {
    auto lock = outer.lock().value();
    EXPECT_EQ(*(*lock)->lock().value(), 1);
  }).join();
}

TEST(StdMutex, test_mutex_arc_access_in_unwind) {
  const Mutex<int> mutex(1);
  struct Unwinder {
    const Mutex<int>& mutex;
    ~Unwinder() { ++*mutex.lock().value(); }
  };
  try {
    const Unwinder unwinder{mutex};
    throw Panic();
  } catch (Panic&) {
  }
  // A guard made and gone during unwinding doesn't poison.
  EXPECT_EQ(*mutex.lock().value(), 2);
}

TEST(StdMutex, test_mapping_mapped_guard) {
  const std::vector<int> kBefore{1, 2, 3, 4, 5};
  const Mutex<std::vector<int>> mutex(kBefore);
  {
    auto guard = MutexGuard<std::vector<int>>::map(mutex.lock().value(), [](auto& all) -> auto& { return all; });
    auto mapped = MappedMutexGuard<std::vector<int>>::map(std::move(guard), [](auto& all) -> int& { return all[1]; });
    *mapped = 20;
  }
  EXPECT_EQ((*mutex.lock().value())[1], 20);
}

TEST(StdMutex, panic_while_mapping_unlocked_poison) {
  const Mutex<int> mutex(0);
  const auto fail = [](int&) -> int& { throw Panic(); };
  EXPECT_THROW(static_cast<void>(MutexGuard<int>::map(mutex.lock().value(), fail)), Panic);
  auto again = mutex.try_lock();
  ASSERT_FALSE(again.has_value());
  EXPECT_TRUE(again.error().is_poisoned());
}

TEST(StdMutex, test_needs_drop) {
  static_assert(!std::is_trivially_destructible_v<MutexGuard<int>>);
  static_assert(!std::is_trivially_destructible_v<MappedMutexGuard<int>>);
}

// --- Ours.

TEST(Mutex, try_lock_of_a_taken_mutex_would_block) {
  const Mutex<int> mutex(0);
  const auto guard = mutex.lock();
  const auto second = mutex.try_lock();
  ASSERT_FALSE(second.has_value());
  EXPECT_TRUE(second.error().is_would_block());
  EXPECT_FALSE(second.error().is_poisoned());
}

TEST(Mutex, try_lock_of_a_poisoned_mutex_gives_the_guard_in_the_error) {
  const Mutex<int> mutex(7);
  poison(mutex);
  auto result = mutex.try_lock();
  ASSERT_FALSE(result.has_value());
  ASSERT_TRUE(result.error().is_poisoned());
  auto guard = std::move(result).error().into_poisoned().into_inner();
  EXPECT_EQ(*guard, 7);
  EXPECT_TRUE(mutex.try_lock().error().is_would_block());
}

TEST(Mutex, poison_is_looked_through_by_into_inner) {
  const Mutex<int> mutex(3);
  poison(mutex);
  auto result = mutex.lock();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(*std::move(result).error().into_inner(), 3);
}

TEST(Mutex, clear_poison_makes_it_whole_again) {
  const Mutex<int> mutex(3);
  poison(mutex);
  mutex.clear_poison();
  EXPECT_FALSE(mutex.is_poisoned());
  EXPECT_TRUE(mutex.lock().has_value());
}

TEST(Mutex, value_of_a_poisoned_lock_throws_and_leaves_it_unlocked) {
  const Mutex<int> mutex(3);
  poison(mutex);
  std::exception_ptr kept;
  try {
    static_cast<void>(mutex.lock().value());
    FAIL() << "not thrown";
  } catch (const Poisoned& error) {
    EXPECT_NE(std::string(error.what()).find("poisoned"), std::string::npos);
    kept = std::current_exception();
  }
  // The exception still lives, and holds no lock.
  EXPECT_FALSE(mutex.try_lock().error().is_would_block());
}

TEST(Mutex, a_guard_taken_by_a_destructor_that_itself_fails_poisons) {
  const Mutex<int> mutex(3);
  struct Unwinder {
    const Mutex<int>& mutex;
    ~Unwinder() { poison(mutex); }
  };
  try {
    const Unwinder unwinder{mutex};
    throw Panic();
  } catch (Panic&) {
  }
  EXPECT_TRUE(mutex.is_poisoned());
}

TEST(Mutex, a_guard_that_outlives_a_caught_exception_does_not_poison) {
  const Mutex<int> mutex(3);
  {
    const auto guard = mutex.lock();
    EXPECT_THROW(throw Panic(), Panic);
  }
  EXPECT_FALSE(mutex.is_poisoned());
}

TEST(Mutex, locking_again_on_the_same_thread_throws_and_names_both_lines) {
  const Mutex<int> mutex(0);
  const int first = __LINE__ + 1;
  const auto guard = mutex.lock();
  try {
    static_cast<void>(mutex.lock());
    FAIL() << "not thrown";
  } catch (const hd::sync::WouldDeadlock& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("mutex_test.cpp:" + std::to_string(first)), std::string::npos) << what;
    EXPECT_NE(what.find("mutex_test.cpp:" + std::to_string(first + 2)), std::string::npos) << what;
  }
}

TEST(Mutex, a_mapped_guard_is_known_to_hold_the_lock) {
  const Mutex<int> mutex(0);
  auto mapped = MutexGuard<int>::map(mutex.lock().value(), [](int& value) -> int& { return value; });
  EXPECT_THROW(static_cast<void>(mutex.lock()), hd::sync::WouldDeadlock);
}

TEST(Mutex, a_guard_given_back_and_locked_elsewhere_is_no_deadlock) {
  const Mutex<int> mutex(0);
  static_cast<void>(mutex.lock());
  std::atomic<int> step = 0;
  const std::jthread holder([&] {
    const auto guard = mutex.lock();
    step = 1;
    step.notify_one();
    step.wait(1);
  });
  step.wait(0);
  EXPECT_TRUE(mutex.try_lock().error().is_would_block());
  std::jthread releaser([&] {
    step = 2;
    step.notify_one();
  });
  EXPECT_TRUE(mutex.lock().has_value());
}

TEST(Mutex, a_moved_guard_unlocks_once) {
  const Mutex<int> mutex(0);
  {
    auto first = mutex.lock().value();
    auto second = std::move(first);
    EXPECT_TRUE(mutex.try_lock().error().is_would_block());
  }
  EXPECT_TRUE(mutex.try_lock().has_value());
}

TEST(Mutex, assigning_a_guard_unlocks_what_it_held) {
  const Mutex<int> a(0);
  const Mutex<int> b(0);
  auto guard = a.lock().value();
  guard = b.lock().value();
  EXPECT_TRUE(a.try_lock().has_value());
  EXPECT_FALSE(b.try_lock().has_value());
}

TEST(Mutex, a_const_guard_gives_const_data) {
  static_assert(std::is_same_v<decltype(*std::declval<const MutexGuard<int>&>()), const int&>);
  static_assert(std::is_same_v<decltype(*std::declval<MutexGuard<int>&>()), int&>);
}

TEST(Mutex, data_that_can_not_move_is_made_in_place) {
  const Mutex<std::atomic<int>> mutex(std::in_place, 5);
  EXPECT_EQ(mutex.lock().value()->load(), 5);
}

TEST(Mutex, is_usable_as_a_global_without_dynamic_initialisation) {
  static constinit Mutex<int> global(4);
  EXPECT_EQ(*global.lock().value(), 4);
}

TEST(Mutex, a_copied_error_has_no_guard) {
  const Mutex<int> mutex(3);
  poison(mutex);
  const auto result = mutex.lock();
  ASSERT_FALSE(result.has_value());
  auto copy = result.error();
  EXPECT_THROW(static_cast<void>(std::move(copy).into_inner()), std::bad_optional_access);
}

}  // namespace
