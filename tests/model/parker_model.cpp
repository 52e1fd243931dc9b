// SPDX-License-Identifier: MIT
// How a worker sleeps and is woken, on the futex and in a driver that is a fake.
#include "model/explored.hpp"
#include "model/fake_driver.hpp"

#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include "runtime/parker.hpp"

namespace {

using namespace heddle::runtime::detail;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::Options;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::FakeDriver;
using heddle_test::kAll;

TEST(ParkerModel, a_wake_ends_the_sleep_on_the_futex_and_carries_what_was_written) {
  expect_holds(kAll, [] {
    FakeDriver driver;
    Parker parker;
    Cell<int> written{0};
    Thread waker = spawn([&] {
      written.set(1);
      parker.unpark(driver);
    });
    parker.park_on_futex();
    ensure(written.get() == 1, "what was written before the wake");
    waker.join();
  });
}

TEST(ParkerModel, a_wake_ends_the_sleep_in_the_driver_and_carries_what_was_written) {
  expect_holds(kAll, [] {
    FakeDriver driver;
    Parker parker;
    Cell<int> written{0};
    Thread waker = spawn([&] {
      written.set(1);
      parker.unpark(driver);
    });
    parker.park_in_driver(driver, Driver::kForever);
    ensure(written.get() == 1, "what was written before the wake");
    waker.join();
  });
}

TEST(ParkerModel, wakes_of_two_threads_end_one_sleep_at_least_and_none_is_left_asleep) {
  expect_holds(kAll, [] {
    FakeDriver driver;
    Parker parker;
    Cell<int> first{0}, second{0};
    Thread one = spawn([&] {
      first.set(1);
      parker.unpark(driver);
    });
    Thread two = spawn([&] {
      second.set(1);
      parker.unpark(driver);
    });
    parker.park_on_futex();
    one.join();
    two.join();
    ensure(first.get() + second.get() == 2, "both have written");
  });
}

// What each waker wrote is seen after the sleep that took its wake; else nobody would wake the sleeper for it again.
template <class Park>
void park_until_both_have_written(Park park) {
  FakeDriver driver;
  Parker parker;
  heddle::base::atomic<bool> first{false}, second{false};
  Thread one = spawn([&] {
    first.store(true, heddle::base::relaxed);
    parker.unpark(driver);
  });
  Thread two = spawn([&] {
    second.store(true, heddle::base::relaxed);
    parker.unpark(driver);
  });
  while (!first.load(heddle::base::relaxed) || !second.load(heddle::base::relaxed)) park(parker, driver);
  one.join();
  two.join();
}

TEST(ParkerModel, a_wake_that_is_taken_together_with_another_carries_what_was_written_too) {
  expect_holds({.preemptions = 3},
               [] { park_until_both_have_written([](Parker& parker, FakeDriver&) { parker.park_on_futex(); }); });
}

TEST(ParkerModel, so_does_one_that_is_taken_in_the_driver) {
  expect_holds({.preemptions = 3}, [] {
    park_until_both_have_written(
        [](Parker& parker, FakeDriver& driver) { parker.park_in_driver(driver, Driver::kForever); });
  });
}

TEST(ParkerModel, a_futex_that_wakes_without_cause_is_slept_on_again) {
  expect_holds({.preemptions = 3, .spurious_wakes = 2}, [] {
    FakeDriver driver;
    Parker parker;
    Cell<int> written{0};
    Thread waker = spawn([&] {
      written.set(1);
      parker.unpark(driver);
    });
    parker.park_on_futex();
    ensure(written.get() == 1, "it slept until it was woken");
    waker.join();
  });
}

TEST(ParkerModel, a_wake_for_a_sleep_in_the_driver_is_not_lost_to_a_sleep_on_the_futex) {
  expect_holds(kAll, [] {
    FakeDriver driver;
    Parker parker;
    heddle::base::atomic<int> stage{0};
    Thread waker = spawn([&] {
      parker.unpark(driver);
      while (stage.load(heddle::base::acquire) == 0) heddle_model::yield();
      parker.unpark(driver);
    });
    parker.park_in_driver(driver, Driver::kForever);
    stage.store(1, heddle::base::release);
    parker.park_on_futex();
    waker.join();
  });
}

TEST(ParkerModel, a_sleep_with_a_deadline_ends_at_it_or_by_the_wake) {
  expect_holds({.preemptions = 3, .early_timeouts = 1}, [] {
    FakeDriver driver;
    Parker parker;
    Thread waker = spawn([&] { parker.unpark(driver); });
    parker.park_in_driver(driver, 1000);
    waker.join();
    ensure(heddle_model::now() == 0 || heddle_model::now() == 1000, "at the deadline, if by time");
  });
}

TEST(ParkerModel, one_thread_at_a_time_holds_the_driver_and_sees_what_the_last_one_wrote) {
  expect_holds(kAll, [] {
    FakeDriver driver;
    Cell<int> held{0};
    const auto hold = [&] {
      if (!driver.try_acquire()) return;
      held.set(held.get() + 1);
      driver.release();
    };
    Thread one = spawn(hold);
    Thread two = spawn(hold);
    hold();
    one.join();
    two.join();
    ensure(held.get() >= 1, "the first to come holds it");
  });
}

}  // namespace
