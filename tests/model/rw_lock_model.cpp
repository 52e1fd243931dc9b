// SPDX-License-Identifier: MIT
// RwLock in every order: who excludes whom, what it carries, whom it wakes, and who is let in last may free it.
#include "model/explored.hpp"

#include <heddle/sync/rw_lock.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace {

using heddle::RwLock;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::Options;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::kAll;

// What readers look at and writers change; a race fails the run.
struct Model {
  RwLock<int> lock{0};
  Cell<int> plain{0};

  void write() {
    auto guard = lock.write().value();
    plain.set(plain.get() + 1);
    ++*guard;
  }
  void read() {
    const auto guard = lock.read().value();
    ensure(plain.get() == *guard, "all of a write, or nothing of it");
  }
};

TEST(RwLockModel, a_reader_sees_all_of_a_write_or_nothing) {
  expect_holds(kAll, [] {
    Model model;
    Thread writer = spawn([&] { model.write(); });
    model.read();
    writer.join();
  });
}

TEST(RwLockModel, two_writers_exclude_each_other) {
  expect_holds(kAll, [] {
    Model model;
    Thread other = spawn([&] { model.write(); });
    model.write();
    other.join();
    ensure(model.plain.get() == 2, "no addition is lost");
  });
}

TEST(RwLockModel, of_two_readers_and_a_writer_none_sleeps_forever) {
  expect_holds({.preemptions = 2}, [] {
    Model model;
    Thread writer = spawn([&] { model.write(); });
    Thread reader = spawn([&] { model.read(); });
    model.read();
    writer.join();
    reader.join();
  });
}

TEST(RwLockModel, of_two_writers_and_a_reader_none_sleeps_forever) {
  expect_holds({.preemptions = 2}, [] {
    Model model;
    Thread writer = spawn([&] { model.write(); });
    Thread reader = spawn([&] { model.read(); });
    model.write();
    writer.join();
    reader.join();
    ensure(model.plain.get() == 2, "no addition is lost");
  });
}

TEST(RwLockModel, who_sleeps_and_is_woken_without_cause_sleeps_on) {
  expect_holds({.preemptions = 2, .stale_loads = 2, .spurious_wakes = 1}, [] {
    Model model;
    Thread writer = spawn([&] { model.write(); });
    Thread reader = spawn([&] { model.read(); });
    model.write();
    writer.join();
    reader.join();
  });
}

TEST(RwLockModel, downgrade_lets_readers_in_that_see_the_write_and_no_writer) {
  expect_holds({.preemptions = 2}, [] {
    Model model;
    Thread reader = spawn([&] { model.read(); });
    Thread writer = spawn([&] { model.write(); });
    {
      auto guard = model.lock.write().value();
      model.plain.set(model.plain.get() + 1);
      ++*guard;
      const auto shared = decltype(guard)::downgrade(std::move(guard));
      ensure(model.plain.get() == *shared, "nobody writes in between");
    }
    reader.join();
    writer.join();
  });
}

TEST(RwLockModel, try_read_and_try_write_exclude_and_never_wait) {
  expect_holds(kAll, [] {
    Model model;
    Thread writer = spawn([&] {
      if (auto guard = model.lock.try_write()) {
        model.plain.set(1);
        **guard = 1;
      }
    });
    if (const auto guard = model.lock.try_read()) ensure(model.plain.get() == **guard, "all of a write, or nothing");
    writer.join();
  });
}

TEST(RwLockModel, a_try_that_fails_takes_no_wake_from_a_sleeper) {
  expect_holds({.preemptions = 2}, [] {
    Model model;
    Thread writer = spawn([&] { model.write(); });
    Thread passer = spawn([&] {
      static_cast<void>(model.lock.try_write());
      static_cast<void>(model.lock.try_read());
    });
    model.read();
    writer.join();
    passer.join();
  });
}

TEST(RwLockModel, who_is_let_in_last_may_free_the_lock) {
  expect_holds({.preemptions = 3}, [] {
    auto* lock = new RwLock<int>(2);
    const auto leave = [lock] {
      bool last = false;
      {
        auto guard = lock->write().value();
        last = --*guard == 0;
      }
      if (last) delete lock;
    };
    Thread other = spawn(leave);
    leave();
    other.join();
  });
}

TEST(RwLockModel, a_writer_that_throws_poisons_for_whoever_comes_after) {
  expect_holds(kAll, [] {
    const RwLock<int> lock(0);
    Thread thrower = spawn([&] {
      try {
        auto guard = lock.write();
        if (guard) **guard = 1;
        throw std::runtime_error("half done");
      } catch (const std::runtime_error&) {
      }
    });
    {
      const auto guard = lock.read();
      const int seen = guard ? **guard : *guard.error().get_ref();
      ensure(seen == (guard ? 0 : 1), "poisoned exactly if the thrower was here");
    }
    thrower.join();
    ensure(lock.is_poisoned(), "and for good");
  });
}

}  // namespace
