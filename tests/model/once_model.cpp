// SPDX-License-Identifier: MIT
// Once, OnceLock and Barrier in every order: one run, seen whole by everyone; no waiter is forgotten.
#include "model/explored.hpp"

#include <heddle/sync/barrier.hpp>
#include <heddle/sync/once.hpp>
#include <heddle/sync/once_lock.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

namespace {

using heddle::Barrier;
using heddle::Once;
using heddle::OnceLock;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::kAll;

TEST(OnceModel, two_threads_run_the_function_once_and_both_see_what_it_wrote) {
  expect_holds(kAll, [] {
    const Once once;
    Cell<int> runs{0};
    const auto call = [&] {
      once.call_once([&] { runs.set(runs.get() + 1); });
      ensure(runs.get() == 1, "once, and before anybody goes on");
    };
    Thread other = spawn(call);
    call();
    other.join();
  });
}

TEST(OnceModel, of_three_callers_none_sleeps_forever) {
  expect_holds({.preemptions = 2}, [] {
    const Once once;
    Cell<int> runs{0};
    const auto call = [&] {
      once.call_once([&] { runs.set(runs.get() + 1); });
      ensure(runs.get() == 1, "once, and before anybody goes on");
    };
    Thread one = spawn(call);
    Thread two = spawn(call);
    call();
    one.join();
    two.join();
  });
}

TEST(OnceModel, who_waits_before_anybody_has_called_is_woken_by_the_end) {
  expect_holds({.preemptions = 2, .weak_failures = 1}, [] {
    const Once once;
    Cell<int> written{0};
    Thread waiter = spawn([&] {
      once.wait();
      ensure(written.get() == 1, "it sees what was written");
    });
    Thread other = spawn([&] { once.call_once([&] { written.set(written.get() + 1); }); });
    once.call_once([&] { written.set(written.get() + 1); });
    waiter.join();
    other.join();
  });
}

TEST(OnceModel, is_completed_says_what_was_written) {
  expect_holds(kAll, [] {
    const Once once;
    Cell<int> written{0};
    Thread other = spawn([&] { once.call_once([&] { written.set(1); }); });
    if (once.is_completed()) ensure(written.get() == 1, "it sees what was written");
    other.join();
  });
}

TEST(OnceModel, a_run_that_throws_poisons_and_reaches_who_waits) {
  expect_holds({.preemptions = 3}, [] {
    const Once once;
    Thread thrower = spawn([&] {
      try {
        once.call_once([] { throw std::runtime_error("no"); });
      } catch (const std::runtime_error&) {
      }
    });
    bool poisoned = false;
    try {
      once.wait();
    } catch (const heddle::sync::OncePoisoned&) {
      poisoned = true;
    }
    ensure(poisoned, "a wait that has no end is told");
    thrower.join();
  });
}

TEST(OnceModel, after_a_run_that_throws_one_forced_run_makes_it_good) {
  expect_holds({.preemptions = 2}, [] {
    const Once once;
    Cell<int> written{0};
    Thread thrower = spawn([&] {
      try {
        once.call_once([&] { throw std::runtime_error("no"); });
      } catch (const std::exception&) {
      }
    });
    Thread waiter = spawn([&] {
      once.wait_force();
      ensure(written.get() == 1, "it sees what was written");
    });
    once.call_once_force([&](const auto&) { written.set(written.get() + 1); });
    thrower.join();
    waiter.join();
  });
}

TEST(OnceModel, a_once_lock_is_filled_by_one_and_read_by_all) {
  expect_holds(kAll, [] {
    const OnceLock<std::unique_ptr<int>> lock;
    const auto get = [&] { return lock.get_or_init([] { return std::make_unique<int>(7); }).get(); };
    int* theirs = nullptr;
    Thread other = spawn([&] { theirs = get(); });
    int* const mine = get();
    other.join();
    ensure(mine == theirs && *mine == 7, "one value");
  });
}

TEST(OnceModel, of_two_that_set_a_once_lock_one_has_its_value_back) {
  expect_holds(kAll, [] {
    const OnceLock<std::unique_ptr<int>> lock;
    bool theirs = false;
    Thread other = spawn([&] { theirs = lock.set(std::make_unique<int>(1)).has_value(); });
    const bool mine = lock.set(std::make_unique<int>(2)).has_value();
    other.join();
    ensure(mine != theirs && **lock.get() == (mine ? 2 : 1), "the first one's value");
  });
}

TEST(OnceModel, get_of_a_once_lock_never_waits_and_sees_all_of_the_value) {
  expect_holds(kAll, [] {
    const OnceLock<std::unique_ptr<int>> lock;
    Thread other = spawn([&] { static_cast<void>(lock.set(std::make_unique<int>(7))); });
    if (const auto* value = lock.get()) ensure(**value == 7, "all of it");
    other.join();
  });
}

TEST(BarrierModel, two_threads_see_what_both_wrote_before_and_one_leads) {
  expect_holds(kAll, [] {
    const Barrier barrier(2);
    Cell<int> written[2];
    bool led[2] = {};
    const auto meet = [&](int mine) {
      written[mine].set(1);
      led[mine] = barrier.wait().is_leader();
      ensure(written[1 - mine].get() == 1, "what the other wrote");
    };
    Thread other = spawn([&] { meet(1); });
    meet(0);
    other.join();
    ensure(led[0] != led[1], "one leads");
  });
}

TEST(BarrierModel, a_barrier_is_used_again_at_once) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    const Barrier barrier(2);
    Cell<int> turns[2];
    const auto meet = [&](int mine) {
      for (int round = 1; round <= 2; ++round) {
        turns[mine].set(round);
        static_cast<void>(barrier.wait());
        ensure(turns[1 - mine].get() == round, "nobody is a round ahead");
        static_cast<void>(barrier.wait());
      }
    };
    Thread other = spawn([&] { meet(1); });
    meet(0);
    other.join();
  });
}

TEST(BarrierModel, three_threads_meet_though_they_are_woken_without_cause) {
  expect_holds({.preemptions = 1, .spurious_wakes = 1}, [] {
    const Barrier barrier(3);
    heddle::base::atomic<int> led{0};
    const auto meet = [&] {
      if (barrier.wait().is_leader()) led.fetch_add(1, heddle::base::relaxed);
    };
    Thread one = spawn(meet);
    Thread two = spawn(meet);
    meet();
    one.join();
    two.join();
    ensure(led.load(heddle::base::relaxed) == 1, "one leads");
  });
}

TEST(BarrierModel, a_barrier_for_one_never_waits) {
  expect_holds(kAll, [] {
    const Barrier barrier(1);
    Thread other = spawn([&] { ensure(barrier.wait().is_leader(), "alone"); });
    ensure(barrier.wait().is_leader(), "alone");
    other.join();
  });
}

}  // namespace
