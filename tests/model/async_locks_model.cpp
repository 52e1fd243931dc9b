// SPDX-License-Identifier: MIT
// Mutex, Semaphore and Notify in every order: exclusion, no lost wake, what a cancelled task was given goes on, and who
// has the lock last may free it.
#include "model/explored.hpp"

#include <heddle/async/mutex.hpp>
#include <heddle/async/notify.hpp>
#include <heddle/async/semaphore.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

namespace {

using heddle::Context;
using heddle::Waker;
using heddle::async::Mutex;
using heddle::async::Notify;
using heddle::async::Semaphore;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;

// Polls a future once, and gives it up.
template <class F>
void poll_and_cancel(F future) {
  const Waker waker;
  Context cx(waker);
  auto waiting = future();
  static_cast<void>(waiting.poll(cx).is_ready());
}

TEST(AsyncLocksModel, a_mutex_excludes_and_hands_over_what_was_written) {
  expect_holds({.preemptions = 3}, [] {
    const Mutex<int> mutex(0);
    Cell<int> guarded{0};
    const auto add = [&] {
      auto guard = heddle::block_on(mutex.lock());
      guarded.set(guarded.get() + 1);
    };
    Thread other = spawn(add);
    add();
    other.join();
    ensure(guarded.get() == 2, "no addition is lost");
  });
}

TEST(AsyncLocksModel, who_gets_the_lock_last_may_free_the_mutex) {
  expect_holds({.preemptions = 2}, [] {
    auto* mutex = new Mutex<int>(0);
    const auto leave = [mutex] {
      bool last = false;
      {
        auto guard = heddle::block_on(mutex->lock());
        last = ++*guard == 2;
      }
      if (last) delete mutex;
    };
    Thread other = spawn(leave);
    leave();
    other.join();
  });
}

TEST(AsyncLocksModel, a_permit_given_to_who_is_cancelled_goes_to_the_next) {
  expect_holds({.preemptions = 2}, [] {
    const Semaphore semaphore(0);
    Thread cancelled = spawn([&] { poll_and_cancel([&] { return semaphore.acquire(); }); });
    Thread giver = spawn([&] { semaphore.add_permits(1); });
    static_cast<void>(heddle::block_on(semaphore.acquire()));  // a lost permit would be a deadlock
    cancelled.join();
    giver.join();
    ensure(semaphore.available_permits() == 1, "nothing lost, nothing doubled");
  });
}

TEST(AsyncLocksModel, closing_reaches_who_waits_and_loses_no_permit) {
  expect_holds({.preemptions = 2}, [] {
    const Semaphore semaphore(1);
    Thread closer = spawn([&] { semaphore.close(); });
    ensure(!heddle::block_on(semaphore.acquire_many(2)), "there never are two");
    closer.join();
    ensure(semaphore.available_permits() == 1, "the part that it had is back");
  });
}

TEST(AsyncLocksModel, a_notification_given_to_who_is_cancelled_goes_to_the_next) {
  expect_holds({.preemptions = 2}, [] {
    const Notify notify;
    Thread cancelled = spawn([&] {
      // If it was ready it has taken the notification, and notifies anew.
      const Waker waker;
      Context cx(waker);
      auto waiting = notify.notified();
      if (waiting.poll(cx).is_ready()) notify.notify_one();
    });
    Thread notifier = spawn([&] { notify.notify_one(); });
    heddle::block_on(notify.notified());
    cancelled.join();
    notifier.join();
  });
}

TEST(AsyncLocksModel, who_was_made_before_notify_waiters_is_reached) {
  expect_holds({.preemptions = 3}, [] {
    const Notify notify;
    auto notified = notify.notified();
    Thread notifier = spawn([&] { notify.notify_waiters(); });
    heddle::block_on(notified);
    notifier.join();
  });
}

}  // namespace
