// SPDX-License-Identifier: MIT
// Arc and Weak in every order: the value ends once, after everyone's last use, and its memory with the last handle.
#include "model/explored.hpp"

#include <heddle/sync/arc.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace {

using heddle::Arc;
using heddle::Weak;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::kAll;

// A value with something on the heap, and a plain variable that its destructor reads: a race if it comes too early.
struct Value {
  int* heap = new int(7);
  mutable int uses = 0;

  Value() = default;
  Value(Value&& other) noexcept : heap(std::exchange(other.heap, nullptr)), uses(other.uses) {}
  Value(const Value& other) : uses(other.uses) {}
  Value& operator=(const Value&) = delete;
  ~Value() {
    ensure(uses >= 0, "whole");
    delete heap;
  }
};

TEST(ArcModel, the_last_of_two_handles_destroys_the_value_after_the_use_of_both) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    auto two = one.clone();
    Thread other = spawn([two = std::move(two)]() mutable {
      ensure(*two->heap == 7, "alive");
      const auto dropped = std::move(two);
    });
    {
      const auto dropped = std::move(one);
      ensure(*dropped->heap == 7, "alive");
    }
    other.join();
  });
}

TEST(ArcModel, clones_made_by_two_threads_are_all_counted) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    Thread other = spawn([two = one.clone()] { const auto three = two.clone(); });
    { const auto four = one.clone(); }
    other.join();
    ensure(one.strong_count() == 1, "only this one is left");
  });
}

TEST(ArcModel, an_upgrade_gets_a_live_value_or_none) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    Thread other = spawn([weak = one.downgrade()] {
      if (const auto strong = weak.upgrade()) ensure(*(*strong)->heap == 7, "alive");
    });
    { const auto dropped = std::move(one); }
    other.join();
  });
}

TEST(ArcModel, the_memory_goes_with_the_last_handle_weak_or_strong) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    Thread other = spawn([weak = one.downgrade()]() mutable {
      const auto again = weak.clone();
      const auto dropped = std::move(weak);
    });
    { const auto dropped = std::move(one); }
    other.join();
  });
}

TEST(ArcModel, get_mut_gives_the_value_only_after_the_others_last_use) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    Thread other = spawn([two = one.clone()] { ensure(two->uses >= 0, "read"); });
    if (Value* mine = one.get_mut()) mine->uses = 1;
    other.join();
  });
}

TEST(ArcModel, get_mut_gives_nothing_that_a_weak_handle_may_bring_back) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    Thread other = spawn([weak = one.downgrade()] {
      if (const auto strong = weak.upgrade()) ensure((*strong)->uses >= 0, "read");
    });
    if (Value* mine = one.get_mut()) mine->uses = 1;
    other.join();
  });
}

TEST(ArcModel, a_downgrade_while_another_thread_asks_for_get_mut_is_counted) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    Thread other = spawn([two = one.clone()]() mutable {
      const auto weak = two.downgrade();
      { const auto dropped = std::move(two); }
      if (const auto strong = weak.upgrade()) ensure((*strong)->uses >= 0, "read");
    });
    if (Value* mine = one.get_mut()) mine->uses = 1;
    other.join();
    ensure(one.get_mut() != nullptr, "the only one now");
  });
}

TEST(ArcModel, of_two_that_unwrap_the_last_handles_exactly_one_gets_the_value) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    bool theirs = false;
    Thread other = spawn([&theirs, two = one.clone()]() mutable { theirs = std::move(two).into_inner().has_value(); });
    const bool mine = std::move(one).into_inner().has_value();
    other.join();
    ensure(mine != theirs, "one");
  });
}

TEST(ArcModel, try_unwrap_gives_the_value_only_after_the_others_last_use) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    Thread other = spawn([two = one.clone()] { ensure(two->uses >= 0, "read"); });
    auto unwrapped = std::move(one).try_unwrap();
    if (unwrapped) unwrapped->uses = 1;
    other.join();
  });
}

TEST(ArcModel, make_mut_changes_no_value_that_another_thread_reads) {
  expect_holds(kAll, [] {
    auto one = Arc<Value>::make();
    Thread other = spawn([two = one.clone(), weak = one.downgrade()]() mutable {
      ensure(two->uses == 0, "unchanged");
      const auto dropped = std::move(two);
    });
    one.make_mut().uses = 1;
    ensure(one->uses == 1, "changed here");
    other.join();
  });
}

TEST(ArcModel, a_weak_handle_to_a_value_in_the_making_gets_all_of_it_or_none) {
  expect_holds(kAll, [] {
    std::optional<Thread> other;
    const auto one = Arc<Value>::new_cyclic([&](const Weak<Value>& self) {
      other = spawn([weak = self.clone()] {
        if (const auto strong = weak.upgrade()) ensure((*strong)->uses == 0 && *(*strong)->heap == 7, "all of it");
      });
      return Value();
    });
    other->join();
  });
}

}  // namespace
