// SPDX-License-Identifier: MIT
// Mutex and Condvar in every order: exclusion, what a lock carries, no sleeper forgotten, and who is let in last may
// free it.
#include "model/explored.hpp"

#include <heddle/sync/condvar.hpp>
#include <heddle/sync/mutex.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace {

using heddle::Condvar;
using heddle::Mutex;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::kAll;

// What a model adds to under a lock; a race on it, or a lost addition, fails the run.
class Guarded {
 public:
  void add() { plain_.set(plain_.get() + 1); }
  void add_under(const Mutex<int>& mutex) {
    const auto guard = mutex.lock();
    add();
  }
  [[nodiscard]] int count() const { return plain_.get(); }

 private:
  Cell<int> plain_{0};
};

TEST(MutexModel, two_threads_exclude_each_other_and_see_what_was_written) {
  expect_holds(kAll, [] {
    const Mutex<int> mutex(0);
    Guarded guarded;
    const auto add = [&] { guarded.add_under(mutex); };
    Thread other = spawn(add);
    add();
    other.join();
    ensure(guarded.count() == 2, "no addition is lost");
  });
}

TEST(MutexModel, of_three_threads_none_sleeps_forever) {
  expect_holds({.preemptions = 3}, [] {
    const Mutex<int> mutex(0);
    Guarded guarded;
    const auto add = [&] { guarded.add_under(mutex); };
    Thread one = spawn(add);
    Thread two = spawn(add);
    add();
    one.join();
    two.join();
    ensure(guarded.count() == 3, "no addition is lost");
  });
}

TEST(MutexModel, a_sleeper_that_is_woken_without_cause_sleeps_on) {
  expect_holds({.preemptions = 2, .spurious_wakes = 2}, [] {
    const Mutex<int> mutex(0);
    Guarded guarded;
    const auto add = [&] { guarded.add_under(mutex); };
    Thread one = spawn(add);
    Thread two = spawn(add);
    add();
    one.join();
    two.join();
    ensure(guarded.count() == 3, "no addition is lost");
  });
}

TEST(MutexModel, who_locks_again_at_once_does_not_keep_a_sleeper_out) {
  expect_holds({.preemptions = 3}, [] {
    const Mutex<int> mutex(0);
    Guarded guarded;
    Thread other = spawn([&] { guarded.add_under(mutex); });
    for (int i = 0; i < 2; ++i) guarded.add_under(mutex);
    other.join();
    ensure(guarded.count() == 3, "no addition is lost");
  });
}

TEST(MutexModel, try_lock_excludes_and_never_waits) {
  expect_holds(kAll, [] {
    const Mutex<int> mutex(0);
    Guarded guarded;
    const auto try_add = [&] {
      const auto guard = mutex.try_lock();
      if (guard) guarded.add();
    };
    Thread other = spawn(try_add);
    try_add();
    other.join();
    ensure(guarded.count() == 1 || guarded.count() == 2, "the first to come gets in");
  });
}

TEST(MutexModel, try_lock_that_fails_takes_no_wake_from_a_sleeper) {
  expect_holds({.preemptions = 3}, [] {
    const Mutex<int> mutex(0);
    Guarded guarded;
    const auto add = [&] { guarded.add_under(mutex); };
    Thread sleeper = spawn(add);
    Thread passer = spawn([&] {
      const auto guard = mutex.try_lock();
      if (guard) guarded.add();
    });
    add();
    sleeper.join();
    passer.join();
    ensure(guarded.count() >= 2, "both that lock get in");
  });
}

TEST(MutexModel, who_is_let_in_last_may_free_the_mutex) {
  expect_holds(kAll, [] {
    auto* mutex = new Mutex<int>(2);
    const auto leave = [mutex] {
      bool last = false;
      {
        auto guard = mutex->lock().value();
        last = --*guard == 0;
      }
      if (last) delete mutex;
    };
    Thread other = spawn(leave);
    leave();
    other.join();
  });
}

TEST(MutexModel, an_exception_poisons_for_whoever_comes_after_and_for_nobody_else) {
  expect_holds(kAll, [] {
    const Mutex<int> mutex(0);
    Thread thrower = spawn([&] {
      try {
        auto guard = mutex.lock();
        if (guard) **guard = 1;
        throw std::runtime_error("half done");
      } catch (const std::runtime_error&) {
      }
    });
    {
      auto guard = mutex.lock();
      const int seen = guard ? **guard : *guard.error().get_ref();
      ensure(seen == (guard ? 0 : 1), "poisoned exactly if the thrower was here");
    }
    thrower.join();
    ensure(mutex.is_poisoned(), "and for good");
  });
}

TEST(CondvarModel, a_notification_after_the_change_ends_the_wait) {
  expect_holds({.preemptions = 3}, [] {
    const Mutex<bool> ready(false);
    const Condvar changed;
    Thread other = spawn([&] {
      *ready.lock().value() = true;
      changed.notify_one();
    });
    ensure(*changed.wait_while(ready.lock().value(), [](bool& is) { return !is; }).value(), "it waited for the change");
    other.join();
  });
}

TEST(CondvarModel, a_notification_under_the_mutex_ends_the_wait) {
  expect_holds({.preemptions = 3}, [] {
    const Mutex<bool> ready(false);
    const Condvar changed;
    Thread other = spawn([&] {
      auto guard = ready.lock().value();
      *guard = true;
      changed.notify_one();
    });
    ensure(*changed.wait_while(ready.lock().value(), [](bool& is) { return !is; }).value(), "it waited for the change");
    other.join();
  });
}

TEST(CondvarModel, notify_all_reaches_everyone_who_waits) {
  expect_holds({.preemptions = 1, .stale_loads = 1}, [] {
    const Mutex<bool> ready(false);
    const Condvar changed;
    const auto wait = [&] { static_cast<void>(changed.wait_while(ready.lock().value(), [](bool& is) { return !is; })); };
    Thread one = spawn(wait);
    Thread two = spawn(wait);
    *ready.lock().value() = true;
    changed.notify_all();
    one.join();
    two.join();
  });
}

TEST(CondvarModel, each_notify_one_ends_another_wait) {
  expect_holds({.preemptions = 1, .stale_loads = 1}, [] {
    const Mutex<int> tokens(0);
    const Condvar changed;
    const auto take = [&] {
      auto guard = changed.wait_while(tokens.lock().value(), [](int& n) { return n == 0; }).value();
      --*guard;
    };
    Thread one = spawn(take);
    Thread two = spawn(take);
    for (int i = 0; i < 2; ++i) {
      ++*tokens.lock().value();
      changed.notify_one();
    }
    one.join();
    two.join();
    ensure(*tokens.lock().value() == 0, "one token each");
  });
}

TEST(CondvarModel, a_wait_that_ends_without_cause_is_waited_again) {
  expect_holds({.preemptions = 2, .spurious_wakes = 2}, [] {
    const Mutex<bool> ready(false);
    const Condvar changed;
    Thread other = spawn([&] {
      *ready.lock().value() = true;
      changed.notify_one();
    });
    ensure(*changed.wait_while(ready.lock().value(), [](bool& is) { return !is; }).value(), "it waited for the change");
    other.join();
  });
}

TEST(CondvarModel, a_timed_wait_has_timed_out_only_if_the_condition_still_holds) {
  expect_holds({.preemptions = 3, .early_timeouts = 1}, [] {
    const Mutex<bool> ready(false);
    const Condvar changed;
    Thread other = spawn([&] {
      *ready.lock().value() = true;
      changed.notify_one();
    });
    {
      const auto waited =
          changed.wait_while_for(ready.lock().value(), std::chrono::milliseconds(1), [](bool& is) { return !is; });
      ensure(waited.value().timed_out != *waited.value().guard, "timed out, or changed");
    }
    other.join();
  });
}

TEST(CondvarModel, two_threads_that_wait_for_each_other_in_turn_never_both_sleep) {
  expect_holds({.preemptions = 2}, [] {
    const Mutex<int> turn(0);
    const Condvar changed;
    const auto play = [&](int mine) {
      for (int round = 0; round < 2; ++round) {
        auto guard = changed.wait_while(turn.lock().value(), [&](int& now) { return now != mine; }).value();
        *guard = 1 - mine;
        changed.notify_one();
      }
    };
    Thread other = spawn([&] { play(1); });
    play(0);
    other.join();
    ensure(*turn.lock().value() == 0, "two rounds each");
  });
}

TEST(CondvarModel, who_has_waited_may_free_both_once_the_notifier_is_done) {
  expect_holds({.preemptions = 3}, [] {
    struct Pair {
      Mutex<bool> ready{false};
      Condvar changed;
    };
    auto* pair = new Pair;
    Thread other = spawn([pair] {
      auto guard = pair->ready.lock().value();
      *guard = true;
      pair->changed.notify_one();
    });
    static_cast<void>(pair->changed.wait_while(pair->ready.lock().value(), [](bool& is) { return !is; }));
    delete pair;  // the notifier's last step was to give the mutex free
    other.join();
  });
}

}  // namespace
