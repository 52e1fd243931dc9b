// SPDX-License-Identifier: MIT
// Each future of a lock, dropped at each of its suspensions: the lock, the permit or the notification goes to another.
#include "support/drop_at_every_await.hpp"

#include <heddle/async/barrier.hpp>
#include <heddle/async/cancellation_token.hpp>
#include <heddle/async/mutex.hpp>
#include <heddle/async/notify.hpp>
#include <heddle/async/once_cell.hpp>
#include <heddle/async/rwlock.hpp>
#include <heddle/async/semaphore.hpp>
#include <heddle/async/set_once.hpp>
#include <heddle/future/select.hpp>
#include <heddle/sync/arc.hpp>

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using heddle_test::drop_at_every_await;

constexpr int kRounds = 3;
using Mutex = hd::async::Mutex<int>;
using RwLock = hd::async::RwLock<int>;
using Semaphore = hd::async::Semaphore;

/// Three tasks that do the same, beside the one that is dropped.
template <class Work, class Lock>
std::vector<hd::task::JoinHandle<void>> three_tasks(Work work, const hd::Arc<Lock>& lock) {
  std::vector<hd::task::JoinHandle<void>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(hd::task::spawn(work(lock.clone())));
  return tasks;
}

hd::Task<> add_under(hd::Arc<Mutex> mutex) {
  for (int i = 0; i < kRounds; ++i) {
    auto guard = co_await mutex->lock();
    co_await hd::task::yield_now();
    ++*guard;
  }
}

struct LocksAMutex {
  hd::Arc<Mutex> mutex = hd::Arc<Mutex>::make(0);
  std::vector<hd::task::JoinHandle<void>> others = three_tasks(add_under, mutex);
  int added = 0;

  hd::Async<> run() {
    for (int i = 0; i < kRounds; ++i) {
      co_await hd::task::yield_now();
      {
        auto guard = co_await mutex->lock();
        ++*guard;
        ++added;
      }
      auto guard = co_await Mutex::lock_owned(mutex.clone());
      ++*guard;
      ++added;
    }
  }
  hd::Async<> kept() {
    for (auto& other : others) EXPECT_TRUE((co_await other).has_value());
    auto guard = co_await mutex->lock();
    EXPECT_EQ(*guard, 3 * kRounds + added);
  }
};

TEST(DropAtEveryAwait, a_mutex_goes_to_the_next_in_the_queue) {
  EXPECT_GT(drop_at_every_await<LocksAMutex>(), kRounds);
}

hd::Task<> add_under_write(hd::Arc<RwLock> lock) {
  for (int i = 0; i < kRounds; ++i) {
    auto guard = co_await lock->write();
    co_await hd::task::yield_now();
    ++*guard;
  }
}

struct LocksARwLock {
  hd::Arc<RwLock> lock = hd::Arc<RwLock>::make(0);
  std::vector<hd::task::JoinHandle<void>> others = three_tasks(add_under_write, lock);
  int added = 0;

  hd::Async<> run() {
    for (int i = 0; i < kRounds; ++i) {
      co_await hd::task::yield_now();
      int before = 0;
      {
        const auto reader = co_await lock->read();
        before = *reader;
      }
      auto writer = co_await lock->write();
      EXPECT_GE(*writer, before);
      ++*writer;
      ++added;
    }
  }
  hd::Async<> kept() {
    for (auto& other : others) EXPECT_TRUE((co_await other).has_value());
    auto guard = co_await lock->write();
    EXPECT_EQ(*guard, 3 * kRounds + added);
  }
};

TEST(DropAtEveryAwait, a_read_or_write_lock_goes_to_the_next_in_the_queue) {
  EXPECT_GT(drop_at_every_await<LocksARwLock>(), kRounds);
}

hd::Task<> take_two(hd::Arc<Semaphore> semaphore) {
  for (int i = 0; i < kRounds; ++i) {
    const auto permit = co_await semaphore->acquire_many(2);
    co_await hd::task::yield_now();
  }
}

struct AcquiresPermits {
  hd::Arc<Semaphore> semaphore = hd::Arc<Semaphore>::make(std::size_t{3});
  std::vector<hd::task::JoinHandle<void>> others = three_tasks(take_two, semaphore);

  hd::Async<> run() {
    for (int i = 0; i < kRounds; ++i) {
      co_await hd::task::yield_now();
      const auto one = co_await semaphore->acquire();
      const auto two = co_await Semaphore::acquire_many_owned(semaphore.clone(), 2);
      EXPECT_TRUE(one.has_value() && two.has_value());
    }
  }
  hd::Async<> kept() {
    for (auto& other : others) EXPECT_TRUE((co_await other).has_value());
    EXPECT_EQ(semaphore->available_permits(), 3U);
  }
};

TEST(DropAtEveryAwait, permits_are_all_given_back) {
  EXPECT_GT(drop_at_every_await<AcquiresPermits>(), kRounds);
}

/// Whoever was notified and is dropped passes the notification on: one more notified() is ready, and only one.
template <bool kOwned>
struct IsNotified {
  hd::Arc<hd::async::Notify> notify = hd::Arc<hd::async::Notify>::make();
  hd::task::JoinHandle<void> notifier = hd::task::spawn(
      [](hd::Arc<hd::async::Notify> shared) -> hd::Task<> {
        for (int i = 0; i < 3; ++i) co_await hd::task::yield_now();
        shared->notify_one();
      }(notify.clone()));
  int notified = 0;

  hd::Async<> run() {
    if constexpr (kOwned) {
      co_await hd::async::Notify::notified_owned(notify.clone());
    } else {
      co_await notify->notified();
    }
    ++notified;
    co_await hd::task::yield_now();
  }
  hd::Async<> kept() {
    if (notified == 0) co_await notify->notified();
    const auto ended = co_await notifier;
    EXPECT_TRUE(ended.has_value());
    auto again = [this] { ++notified; };
    co_await hd::select(hd::biased, hd::on(notify->notified(), again), hd::on(hd::ready(), [] {}));
    EXPECT_LE(notified, 1);
  }
};

TEST(DropAtEveryAwait, a_notification_is_passed_on) {
  drop_at_every_await<IsNotified<false>>();
  drop_at_every_await<IsNotified<true>>();
}

struct IsCancelled {
  hd::async::CancellationToken token;

  IsCancelled() {
    hd::task::spawn([](hd::async::CancellationToken shared) -> hd::Task<> {
      for (int i = 0; i < 3; ++i) co_await hd::task::yield_now();
      shared.cancel();
    }(token.clone()));
  }
  hd::Async<> run() {
    const auto child = token.child_token();
    EXPECT_FALSE(co_await token.run_until_cancelled(hd::pending()));
    co_await token.cancelled();
    co_await hd::async::CancellationToken::cancelled_owned(child.clone());
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_TRUE(token.is_cancelled());
  }
};

TEST(DropAtEveryAwait, a_cancellation_reaches_whoever_asks_again) { drop_at_every_await<IsCancelled>(); }

/// Documented as lost: the arrival counts, so the other goes on without this one.
struct ArrivesAtABarrier {
  hd::Arc<hd::async::Barrier> barrier = hd::Arc<hd::async::Barrier>::make(std::size_t{2});
  bool arrived = false;
  hd::task::JoinHandle<void> other = hd::task::spawn([](hd::Arc<hd::async::Barrier> shared) -> hd::Task<> {
    for (int i = 0; i < 3; ++i) co_await hd::task::yield_now();
    co_await shared->wait();
  }(barrier.clone()));

  hd::Async<> run() {
    arrived = true;
    co_await barrier->wait();
  }
  hd::Async<> kept() {
    if (!arrived) co_await barrier->wait();
    EXPECT_TRUE((co_await other).has_value());
  }
};

TEST(DropAtEveryAwait, an_arrival_at_a_barrier_counts) { drop_at_every_await<ArrivesAtABarrier>(); }

struct WaitsForASet {
  hd::Arc<hd::async::SetOnce<int>> cell = hd::Arc<hd::async::SetOnce<int>>::make();

  WaitsForASet() {
    hd::task::spawn([](hd::Arc<hd::async::SetOnce<int>> shared) -> hd::Task<> {
      for (int i = 0; i < 3; ++i) co_await hd::task::yield_now();
      EXPECT_TRUE(shared->set(7).has_value());
    }(cell.clone()));
  }
  hd::Async<> run() {
    const int& value = co_await cell->wait();
    EXPECT_EQ(value, 7);
  }
  hd::Async<> kept() { return run(); }
};

TEST(DropAtEveryAwait, a_value_that_was_set_stays) { drop_at_every_await<WaitsForASet>(); }

/// A value that was half made is made anew by the next who asks; one that was made is made once.
struct MakesAValue {
  hd::async::OnceCell<int> cell;
  int made = 0;

  hd::Async<> run() {
    auto make = [this]() -> hd::Async<int> {
      co_await hd::task::yield_now();
      co_await hd::task::yield_now();
      co_return ++made;
    };
    const int& value = co_await cell.get_or_init(make);
    EXPECT_EQ(value, 1);
    co_await hd::task::yield_now();
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(made, 1);
  }
};

TEST(DropAtEveryAwait, a_value_that_was_half_made_is_made_anew) { drop_at_every_await<MakesAValue>(); }

}  // namespace
