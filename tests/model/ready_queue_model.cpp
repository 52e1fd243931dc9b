// SPDX-License-Identifier: MIT
// A set of futures whose members are woken by other threads: while it is polled, when they end, when it goes.
#include "model/explored.hpp"
#include "model/fake_runtime.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/future/futures_unordered.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace {

using namespace heddle;
using heddle_model::ensure;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::kAll;
using heddle_test::Latch;
using heddle_test::Tracked;
using heddle_test::Wakes;

/// Gives a tracked value once `latch` is open; counts, in a plain variable, its polls.
class Waiting {
 public:
  using Output = Tracked;
  Waiting(Latch& latch, int& polls) noexcept : latch_(&latch), polls_(&polls) {}

  Poll<Tracked> poll(Context& cx) {
    ++*polls_;
    if (!latch_->poll(cx)) return Pending;
    return Ready(std::make_unique<int>(42));
  }

 private:
  Latch* latch_;
  int* polls_;
  Tracked part_ = std::make_unique<int>(0);
};

using Set = FuturesUnordered<Waiting>;

/// Leaves its waker to a test, and gives a value when that says so.
class Kept {
 public:
  using Output = Tracked;
  struct Test {
    std::optional<Waker> waker;
    int polls = 0;
    bool yields = false;
    bool done = false;
  };
  explicit Kept(Test& test) noexcept : test_(&test) {}

  Poll<Tracked> poll(Context& cx) {
    ++test_->polls;
    if (test_->done) return Ready(std::make_unique<int>(42));
    test_->waker = cx.waker().clone();
    if (test_->yields) cx.yield();
    return Pending;
  }

 private:
  Test* test_;
  Tracked part_ = std::make_unique<int>(0);
};

template <class S>
bool poll_once(S& set, Wakes& wakes) {
  const Waker waker = wakes.waker();
  Context cx(waker);
  auto next = set.next();
  return next.poll(cx).is_ready();
}

void expect_value(std::optional<Tracked> result) { ensure(result && **result == 42, "a member's value"); }

TEST(ReadyQueueModel, a_wake_during_the_poll_of_the_set_is_not_lost) {
  expect_holds({.preemptions = 3}, [] {
    Set set;
    Latch latch;
    int polls = 0;
    set.push(Waiting(latch, polls));
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    expect_value(block_on(set.next()));
    opener.join();
    ensure(polls <= 2, "polled first, and when it was woken");
  });
}

TEST(ReadyQueueModel, two_members_are_woken_at_once_and_both_end) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Set set;
    std::array<Latch, 2> latches;
    int polls = 0;
    for (Latch& latch : latches) set.push(Waiting(latch, polls));
    Thread one = heddle_model::spawn([&] { latches[0].open(); });
    Thread two = heddle_model::spawn([&] { latches[1].open(); });
    expect_value(block_on(set.next()));
    expect_value(block_on(set.next()));
    one.join();
    two.join();
    ensure(!block_on(set.next()).has_value(), "none is left");
  });
}

TEST(ReadyQueueModel, two_wakers_of_one_member_queue_it_once_and_wake_the_poller_once) {
  expect_holds(kAll, [] {
    FuturesUnordered<Kept> set;
    Kept::Test test;
    Wakes wakes;
    set.push(Kept(test));
    ensure(!poll_once(set, wakes), "it waits");
    Thread one = heddle_model::spawn([waker = test.waker->clone()] { waker.wake_by_ref(); });
    Thread two = heddle_model::spawn([&test] { std::move(*test.waker).wake(); });
    one.join();
    two.join();
    ensure(wakes.count() == 1, "one wake");
    test.done = true;
    ensure(poll_once(set, wakes), "it is polled");
    ensure(test.polls == 2, "once");
  });
}

TEST(ReadyQueueModel, a_wake_meets_the_poll_that_ends_the_member) {
  expect_holds(kAll, [] {
    FuturesUnordered<Kept> set;
    Kept::Test test;
    Wakes wakes;
    set.push(Kept(test));
    ensure(!poll_once(set, wakes), "it waits");
    test.waker->wake_by_ref();
    test.done = true;
    Thread late = heddle_model::spawn([&test] { std::move(*test.waker).wake(); });
    ensure(poll_once(set, wakes), "its value");
    ensure(poll_once(set, wakes), "none is left");
    late.join();
  });
}

TEST(ReadyQueueModel, a_wake_meets_the_end_of_the_set) {
  expect_holds(kAll, [] {
    Kept::Test test;
    Wakes wakes;
    auto set = std::make_unique<FuturesUnordered<Kept>>();
    set->push(Kept(test));
    ensure(!poll_once(*set, wakes), "it waits");
    Thread late = heddle_model::spawn([&test] { std::move(*test.waker).wake(); });
    set.reset();  // the member is freed once, by either
    late.join();
  });
}

TEST(ReadyQueueModel, two_wakes_meet_the_end_of_the_set) {
  expect_holds({.preemptions = 3}, [] {
    Kept::Test test;
    Wakes wakes;
    auto set = std::make_unique<FuturesUnordered<Kept>>();
    set->push(Kept(test));
    ensure(!poll_once(*set, wakes), "it waits");
    Thread one = heddle_model::spawn([waker = test.waker->clone()] {
      waker.wake_by_ref();
      waker.wake_by_ref();
    });
    Thread two = heddle_model::spawn([&test] { std::move(*test.waker).wake(); });
    set.reset();
    one.join();
    two.join();
  });
}

TEST(ReadyQueueModel, a_wake_meets_clear_and_the_set_goes_on) {
  expect_holds({.preemptions = 3}, [] {
    FuturesUnordered<Kept> set;
    Kept::Test gone, next;
    Wakes wakes;
    set.push(Kept(gone));
    ensure(!poll_once(set, wakes), "it waits");
    Thread late = heddle_model::spawn([&gone] { std::move(*gone.waker).wake(); });
    set.clear();
    next.done = true;
    set.push(Kept(next));
    ensure(poll_once(set, wakes), "the new member's value");
    late.join();
    ensure(gone.polls == 1, "what was cleared is not polled");
  });
}

TEST(ReadyQueueModel, the_poller_changes_while_a_member_is_woken) {
  expect_holds(kAll, [] {
    FuturesUnordered<Kept> set;
    Kept::Test test;
    Wakes first, second;
    set.push(Kept(test));
    ensure(!poll_once(set, first), "it waits");
    Thread waking = heddle_model::spawn([waker = test.waker->clone()] { waker.wake_by_ref(); });
    const int polls = test.polls;
    static_cast<void>(poll_once(set, second));
    waking.join();
    ensure(test.polls > polls || second.count() == 1, "polled for it, or the last poller is woken");
    test.waker.reset();
  });
}

TEST(ReadyQueueModel, a_member_that_yields_meets_a_wake) {
  expect_holds({.preemptions = 3}, [] {
    FuturesUnordered<Kept> set;
    Kept::Test test;
    test.yields = true;
    Wakes wakes;
    set.push(Kept(test));
    ensure(!poll_once(set, wakes), "it yields");
    Thread waking = heddle_model::spawn([waker = test.waker->clone()] { waker.wake_by_ref(); });
    ensure(!poll_once(set, wakes), "it yields again");
    waking.join();
    test.yields = false;
    test.done = true;
    ensure(poll_once(set, wakes), "its value");
    ensure(poll_once(set, wakes), "once");
    test.waker.reset();
  });
}

TEST(ReadyQueueModel, a_member_is_pushed_while_another_is_woken) {
  expect_holds({.preemptions = 3}, [] {
    Set set;
    std::array<Latch, 2> latches;
    int polls = 0;
    set.push(Waiting(latches[0], polls));
    Wakes wakes;
    ensure(!poll_once(set, wakes), "it waits");
    Thread opener = heddle_model::spawn([&] { latches[0].open(); });
    latches[1].open();
    set.push(Waiting(latches[1], polls));
    expect_value(block_on(set.next()));
    expect_value(block_on(set.next()));
    opener.join();
  });
}

TEST(ReadyQueueModel, a_set_is_moved_while_a_member_is_woken) {
  expect_holds({.preemptions = 3}, [] {
    Set set;
    Latch latch;
    int polls = 0;
    set.push(Waiting(latch, polls));
    Wakes wakes;
    ensure(!poll_once(set, wakes), "it waits");
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    Set moved = std::move(set);
    expect_value(block_on(moved.next()));
    opener.join();
  });
}

}  // namespace
