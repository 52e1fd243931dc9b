// SPDX-License-Identifier: MIT
// The spin lock: exclusion, what it carries, and that whoever was let in may free it.
#include "model/explored.hpp"

#include <heddle/base/spin_lock.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <mutex>

namespace {

using namespace heddle_model;
using heddle::base::SpinLock;
using heddle_test::expect_holds;
using heddle_test::kAll;

TEST(SpinLockModel, two_threads_exclude_each_other_and_see_what_was_written) {
  expect_holds(kAll, [] {
    SpinLock lock;
    Cell<int> guarded{0};
    const auto add = [&] {
      const std::lock_guard guard(lock);
      guarded.set(guarded.get() + 1);
    };
    Thread other = spawn(add);
    add();
    other.join();
    ensure(guarded.get() == 2, "no addition is lost");
  });
}

TEST(SpinLockModel, three_threads_exclude_each_other) {
  expect_holds({.preemptions = 3}, [] {
    SpinLock lock;
    Cell<int> guarded{0};
    const auto add = [&] {
      const std::lock_guard guard(lock);
      guarded.set(guarded.get() + 1);
    };
    Thread one = spawn(add);
    Thread two = spawn(add);
    add();
    one.join();
    two.join();
    ensure(guarded.get() == 3, "no addition is lost");
  });
}

TEST(SpinLockModel, try_lock_excludes_and_never_waits) {
  expect_holds(kAll, [] {
    SpinLock lock;
    Cell<int> guarded{0};
    const auto try_add = [&] {
      if (!lock.try_lock()) return;
      guarded.set(guarded.get() + 1);
      lock.unlock();
    };
    Thread other = spawn(try_add);
    try_add();
    other.join();
    const int entered = guarded.get();
    ensure(entered == 1 || entered == 2, "the first to come gets in");
  });
}

TEST(SpinLockModel, who_is_let_in_last_may_free_the_lock) {
  expect_holds(kAll, [] {
    struct Shared {
      SpinLock lock;
      int users = 2;
    };
    auto* shared = new Shared;
    const auto leave = [=] {
      bool last = false;
      {
        const std::lock_guard guard(shared->lock);
        last = --shared->users == 0;
      }
      if (last) delete shared;
    };
    Thread other = spawn(leave);
    leave();
    other.join();
  });
}

}  // namespace
