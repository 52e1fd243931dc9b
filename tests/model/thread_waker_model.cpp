// SPDX-License-Identifier: MIT
// block_on and the waker of its thread: no wake is lost, and wakers outlive the wait.
#include "model/explored.hpp"
#include "model/fake_runtime.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace {

using namespace heddle;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::kAll;
using heddle_test::Latch;

auto opened(Latch& latch) {
  return poll_fn([&latch](Context& cx) -> Poll<void> {
    if (latch.poll(cx)) return Ready();
    return Pending;
  });
}

TEST(ThreadWakerModel, block_on_ends_when_another_thread_wakes_it) {
  expect_holds(kAll, [] {
    Latch latch;
    Cell<int> written{0};
    Thread opener = heddle_model::spawn([&] {
      written.set(1);
      latch.open();
    });
    block_on(opened(latch));
    ensure(written.get() == 1, "what was written before the wake");
    opener.join();
  });
}

TEST(ThreadWakerModel, a_waker_may_wake_after_the_wait_has_ended) {
  expect_holds(kAll, [] {
    std::optional<Thread> late;
    bool first = true;
    block_on(poll_fn([&](Context& cx) -> Poll<void> {
      if (!std::exchange(first, false)) return Ready();
      late = heddle_model::spawn([waker = cx.waker().clone()]() mutable {
        waker.wake_by_ref();
        std::move(waker).wake();
      });
      return Pending;
    }));
    late->join();
  });
}

// Nothing but the wake itself orders the two: what was written before it is seen by the poll after it.
TEST(ThreadWakerModel, a_wake_carries_what_was_written_before_it) {
  expect_holds(kAll, [] {
    base::atomic<bool> set{false};
    std::optional<Thread> setter;
    block_on(poll_fn([&](Context& cx) -> Poll<void> {
      if (set.load(base::relaxed)) return Ready();
      if (!setter) {
        setter = heddle_model::spawn([&, waker = cx.waker().clone()]() mutable {
          set.store(true, base::relaxed);
          std::move(waker).wake();
        });
      }
      return Pending;
    }));
    setter->join();
  });
}

TEST(ThreadWakerModel, two_wakes_that_end_one_sleep_both_carry_what_was_written) {
  expect_holds({.preemptions = 3}, [] {
    base::atomic<bool> set[2] = {false, false};
    std::optional<Thread> setters[2];
    block_on(poll_fn([&](Context& cx) -> Poll<void> {
      if (set[0].load(base::relaxed) && set[1].load(base::relaxed)) return Ready();
      for (int i = 0; i < 2 && !setters[1]; ++i) {
        setters[i] = heddle_model::spawn([&, i, waker = cx.waker().clone()]() mutable {
          set[i].store(true, base::relaxed);
          std::move(waker).wake();
        });
      }
      return Pending;
    }));
    for (auto& setter : setters) setter->join();
  });
}

TEST(ThreadWakerModel, two_latches_opened_by_two_threads_are_both_seen) {
  expect_holds({.preemptions = 2}, [] {
    Latch first, second;
    Thread one = heddle_model::spawn([&] { first.open(); });
    Thread two = heddle_model::spawn([&] { second.open(); });
    block_on(poll_fn([&](Context& cx) -> Poll<void> {
      const bool first_open = first.poll(cx);
      const bool second_open = second.poll(cx);
      if (first_open && second_open) return Ready();
      return Pending;
    }));
    one.join();
    two.join();
  });
}

TEST(ThreadWakerModel, a_futex_that_wakes_without_cause_causes_no_poll) {
  expect_holds({.preemptions = 2, .spurious_wakes = 1}, [] {
    Latch latch;
    int polls = 0;
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    block_on(poll_fn([&](Context& cx) -> Poll<void> {
      ++polls;
      if (latch.poll(cx)) return Ready();
      return Pending;
    }));
    ensure(polls <= 2, "one poll, and one by the wake");
    opener.join();
  });
}

TEST(ThreadWakerModel, clones_are_dropped_by_two_threads_and_the_last_frees_the_target) {
  expect_holds(kAll, [] {
    Cell<int> woken{0};
    Waker waker = future::waker_fn([&] { woken.set(woken.get() + 1); });
    Thread other = heddle_model::spawn([clone = waker.clone()] {});
    Waker moved = waker.clone();
    waker = Waker();
    moved = Waker();
    other.join();
    ensure(woken.get() == 0, "a waker that is dropped wakes nobody");
  });
}

TEST(ThreadWakerModel, two_waits_of_one_thread_each_end) {
  expect_holds({.preemptions = 3}, [] {
    Latch first, second;
    Thread opener = heddle_model::spawn([&] {
      first.open();
      second.open();
    });
    block_on(opened(first));
    block_on(opened(second));
    opener.join();
  });
}

}  // namespace
