// SPDX-License-Identifier: MIT
// Local tasks that other threads wake, abort, join and outlive, while their set is polled and when it goes.
#include "model/explored.hpp"
#include "model/fake_runtime.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/runtime/local_set.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

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
using task::LocalSet;

/// Gives a tracked value once `latch` is open. Its part is a plain variable: to poll or destroy it on two threads without
/// an order is a race that the checker reports.
class Waiting {
 public:
  using Output = Tracked;
  explicit Waiting(Latch& latch) noexcept : latch_(&latch) {}

  Poll<Tracked> poll(Context& cx) {
    ++*part_;
    if (!latch_->poll(cx)) return Pending;
    return Ready(std::make_unique<int>(42));
  }

 private:
  Latch* latch_;
  Tracked part_ = std::make_unique<int>(0);

  HEDDLE_UNSAFE_OWNED(true);
};

void expect_value(std::expected<Tracked, task::JoinError> result) {
  ensure(result.has_value() && **result == 42, "the task's value");
}
void expect_value_or_cancelled(std::expected<Tracked, task::JoinError> result) {
  ensure(result.has_value() ? **result == 42 : result.error().is_cancelled(), "the task's value, or cancelled");
}

TEST(LocalSetModel, a_task_is_woken_from_another_thread_while_its_set_is_polled) {
  expect_holds({.preemptions = 3}, [] {
    LocalSet set;
    Latch latch;
    auto handle = set.spawn_local(Waiting(latch));
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    expect_value(block_on(set.run_until(handle)));
    opener.join();
  });
}

TEST(LocalSetModel, a_set_is_ready_when_tasks_that_two_threads_wake_have_ended) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    LocalSet set;
    Latch latch, other_latch;
    auto first = set.spawn_local(Waiting(latch));
    auto second = set.spawn_local(Waiting(other_latch));
    Thread one = heddle_model::spawn([&] { latch.open(); });
    Thread two = heddle_model::spawn([&] { other_latch.open(); });
    block_on(set);
    ensure(first.is_finished() && second.is_finished(), "both have ended");
    one.join();
    two.join();
  });
}

TEST(LocalSetModel, a_task_is_joined_on_another_thread) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    LocalSet set;
    Latch latch;
    latch.open();
    Thread joiner =
        heddle_model::spawn([handle = set.spawn_local(Waiting(latch))]() mutable { expect_value(block_on(handle)); });
    block_on(set);
    joiner.join();
  });
}

TEST(LocalSetModel, a_handle_is_dropped_on_another_thread_while_the_task_ends) {
  expect_holds({.preemptions = 3}, [] {
    LocalSet set;
    Latch latch;
    latch.open();
    auto handle = std::optional(set.spawn_local(Waiting(latch)));
    Thread dropper = heddle_model::spawn([&] { handle.reset(); });
    block_on(set);
    dropper.join();
  });
}

TEST(LocalSetModel, abort_from_another_thread_meets_the_poll) {
  expect_holds({.preemptions = 2}, [] {
    LocalSet set;
    Latch latch;
    auto handle = set.spawn_local(Waiting(latch));
    Thread aborter = heddle_model::spawn([abort = handle.abort_handle()] { abort.abort(); });
    expect_value_or_cancelled(block_on(set.run_until(handle)));
    aborter.join();
  });
}

TEST(LocalSetModel, a_wake_meets_the_end_of_the_set) {
  expect_holds({.preemptions = 3}, [] {
    Latch latch;
    std::optional<LocalSet> set(std::in_place);
    auto handle = set->spawn_local(Waiting(latch));
    ensure(!handle.is_finished(), "it has not run");
    block_on(set->run_until(ready()));
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    set.reset();
    opener.join();
    ensure(block_on(handle).error().is_cancelled(), "nobody has polled it again");
  });
}

/// Pending once.
class Once {
 public:
  using Output = void;
  Once() noexcept {}
  Poll<void> poll(Context& cx) {
    if (std::exchange(polled_, true)) return Ready();
    cx.yield();
    return Pending;
  }

 private:
  bool polled_ = false;
};

TEST(LocalSetModel, a_wake_of_a_task_that_waits_meets_the_end_of_the_set) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Latch latch;
    std::optional<LocalSet> set(std::in_place);
    static_cast<void>(set->spawn_local(Waiting(latch)));
    block_on(set->run_until(Once()));
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    set.reset();
    opener.join();
  });
}

/// Leaves its waker to a test.
class KeepsWaker {
 public:
  using Output = void;
  explicit KeepsWaker(Waker& waker) noexcept : waker_(&waker) {}
  Poll<void> poll(Context& cx) {
    *waker_ = cx.waker().clone();
    return Pending;
  }

 private:
  Waker* waker_;
  Tracked part_ = std::make_unique<int>(0);

  HEDDLE_UNSAFE_OWNED(true);
};

TEST(LocalSetModel, the_last_waker_goes_on_another_thread_while_the_set_goes) {
  expect_holds(kAll, [] {
    Waker kept;
    std::optional<LocalSet> set(std::in_place);
    static_cast<void>(set->spawn_local(KeepsWaker(kept)));
    block_on(set->run_until(Once()));
    Thread late = heddle_model::spawn([&] { kept = Waker(); });
    set.reset();
    late.join();
  });
}

}  // namespace
