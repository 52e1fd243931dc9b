// SPDX-License-Identifier: MIT
// Tasks, with their real cells, states and handles: run, wake, join, abort, detach, and the end of their runtime.
#include "model/explored.hpp"
#include "model/fake_runtime.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle/runtime/join_handle.hpp>
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
using heddle_test::FakeRuntime;
using heddle_test::kAll;
using heddle_test::Latch;
using heddle_test::Tracked;
using heddle_test::Wakes;

/// Gives a tracked value once `latch` is open; counts, in plain variables, its polls.
class Waiting {
 public:
  using Output = Tracked;
  explicit Waiting(Latch& latch) noexcept : latch_(&latch), part_(std::make_unique<int>(0)) {}
  Waiting(Waiting&&) noexcept = default;

  Poll<Tracked> poll(Context& cx) {
    ++*part_;
    if (!latch_->poll(cx)) return Pending;
    return Ready(std::make_unique<int>(42));
  }

 private:
  Latch* latch_;
  Tracked part_;
};

void expect_value(std::expected<Tracked, task::JoinError> result) {
  ensure(result.has_value() && **result == 42, "the task's value");
}
void expect_value_or_cancelled(std::expected<Tracked, task::JoinError> result) {
  ensure(result.has_value() ? **result == 42 : result.error().is_cancelled(), "the task's value, or cancelled");
}

/// Runs `body` with a runtime and a thread that runs its tasks until `body` has returned.
template <class Body>
void with_worker(Body body) {
  auto* runtime = new FakeRuntime;
  Thread worker = heddle_model::spawn([runtime] { runtime->work(); });
  body(*runtime);
  runtime->stop();
  worker.join();
  runtime->end();
}

TEST(TaskModel, a_value_is_joined_while_the_task_runs_elsewhere) {
  expect_holds({.preemptions = 2}, [] {
    with_worker([](FakeRuntime& runtime) {
      Latch latch;
      latch.open();
      expect_value(block_on(runtime.spawn(Waiting(latch))));
    });
  });
}

TEST(TaskModel, a_wake_during_the_poll_is_not_lost) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Latch latch;
    auto handle = runtime->spawn(Waiting(latch));
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    while (runtime->run_one()) {
    }
    opener.join();
    while (runtime->run_one()) {
    }
    ensure(handle.is_finished(), "a task whose latch is open has run to its end");
    runtime->end();
  });
}

TEST(TaskModel, two_wakers_at_once_queue_the_task_once) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    std::optional<Waker> kept;
    bool done = false;
    auto handle = runtime->spawn(poll_fn([&](Context& cx) -> Poll<void> {
      if (done) return Ready();
      kept = cx.waker().clone();
      return Pending;
    }));
    ensure(runtime->run_one(), "the first poll");
    Thread one = heddle_model::spawn([waker = kept->clone()] { waker.wake_by_ref(); });
    Thread two = heddle_model::spawn([&kept] { std::move(*kept).wake(); });
    one.join();
    two.join();
    done = true;
    ensure(runtime->run_one(), "the second poll");
    ensure(!runtime->run_one(), "and no third");
    ensure(handle.is_finished(), "done");
    kept.reset();
    runtime->end();
  });
}

TEST(TaskModel, a_join_waker_is_set_changed_and_woken_while_the_task_completes) {
  expect_holds({.preemptions = 3}, [] {
    auto* runtime = new FakeRuntime;
    Latch latch;
    latch.open();
    auto handle = runtime->spawn(Waiting(latch));
    Thread worker = heddle_model::spawn([=] { ensure(runtime->run_one(), "it is queued"); });
    Wakes first, second;
    std::optional<std::expected<Tracked, task::JoinError>> result;
    const auto poll = [&](Wakes& wakes) {
      if (result) return;
      const Waker waker = wakes.waker();
      Context cx(waker);
      if (auto answer = handle.poll(cx); answer.is_ready()) result = answer.take();
    };
    poll(first);
    poll(second);
    worker.join();
    if (!result) ensure(second.count() == 1, "the waker of the last poll is woken");
    poll(second);
    expect_value(std::move(*result));
    ensure(first.count() + second.count() <= 1, "one wake at most");
    runtime->end();
  });
}

TEST(TaskModel, dropping_the_handle_meets_completion) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Latch latch;
    latch.open();
    auto handle = std::optional(runtime->spawn(Waiting(latch)));
    Thread worker = heddle_model::spawn([=] { ensure(runtime->run_one(), "it is queued"); });
    handle.reset();  // the value is destroyed once, by either
    worker.join();
    runtime->end();
  });
}

TEST(TaskModel, dropping_a_handle_that_has_waited_meets_completion) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Latch latch;
    latch.open();
    auto handle = std::optional(runtime->spawn(Waiting(latch)));
    Wakes wakes;
    {
      const Waker waker = wakes.waker();
      Context cx(waker);
      ensure(handle->poll(cx).is_pending(), "it has not run");
    }
    Thread worker = heddle_model::spawn([=] { ensure(runtime->run_one(), "it is queued"); });
    handle.reset();
    worker.join();
    runtime->end();
  });
}

TEST(TaskModel, abort_meets_the_poll) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Latch latch;
    auto handle = runtime->spawn(Waiting(latch));
    Thread worker = heddle_model::spawn([=] {
      while (runtime->run_one()) {
      }
    });
    handle.abort();
    worker.join();
    while (runtime->run_one()) {
    }
    ensure(handle.is_finished(), "an aborted task ends");
    expect_value_or_cancelled(block_on(handle));
    runtime->end();
  });
}

TEST(TaskModel, abort_meets_a_wake_that_completes) {
  expect_holds({.preemptions = 2}, [] {
    auto* runtime = new FakeRuntime;
    Latch latch;
    auto handle = runtime->spawn(Waiting(latch));
    ensure(runtime->run_one(), "the first poll");
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    Thread aborter = heddle_model::spawn([abort = handle.abort_handle()] { abort.abort(); });
    while (runtime->run_one()) {
    }
    opener.join();
    aborter.join();
    while (runtime->run_one()) {
    }
    expect_value_or_cancelled(block_on(handle));
    runtime->end();
  });
}

TEST(TaskModel, a_waker_outlives_its_task_and_may_be_the_last_to_go) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    std::optional<Waker> kept;
    auto handle = std::optional(runtime->spawn(poll_fn([&](Context& cx) -> Poll<int> {
      kept = cx.waker().clone();
      return Ready(1);
    })));
    ensure(runtime->run_one(), "it completes");
    Thread late = heddle_model::spawn([&] { std::move(*kept).wake(); });
    handle.reset();
    late.join();
    ensure(!runtime->run_one(), "a wake after the end queues nothing");
    kept.reset();
    runtime->end();
  });
}

TEST(TaskModel, a_wake_meets_the_end_of_the_runtime) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Latch latch;
    auto handle = runtime->spawn(Waiting(latch));
    ensure(runtime->run_one(), "the first poll");
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    runtime->end();
    opener.join();
    expect_value_or_cancelled(block_on(handle));
  });
}

TEST(TaskModel, the_handle_is_dropped_while_the_runtime_ends) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Latch latch;
    auto handle = runtime->spawn(Waiting(latch));
    Thread dropper = heddle_model::spawn([handle = std::move(handle)] {});
    runtime->end();
    dropper.join();
  });
}

TEST(TaskModel, a_spawn_meets_the_end_of_the_runtime) {
  expect_holds({.preemptions = 2}, [] {
    auto* runtime = new FakeRuntime;
    Latch latch;
    runtime->add_reference();
    Thread spawner = heddle_model::spawn([&latch, runtime] {
      auto handle = runtime->spawn(Waiting(latch));
      while (!handle.is_finished()) heddle_model::yield();
      expect_value_or_cancelled(block_on(handle));
      runtime->drop_reference();
    });
    runtime->end();
    spawner.join();
  });
}

}  // namespace
