// SPDX-License-Identifier: MIT
// Timers: firing against arming, leaving, changing the waker, and the end of the runtime.
#include "model/explored.hpp"
#include "model/fake_runtime.hpp"

#include <heddle/future/context.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace {

using namespace heddle;
using namespace heddle::runtime::detail;
using heddle_model::ensure;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::FakeRuntime;
using heddle_test::kAll;
using heddle_test::Wakes;

constexpr std::uint64_t kMillisecond = runtime::Clock::kTick;

/// A thread's place in a runtime.
class Entered {
 public:
  explicit Entered(runtime::Shared& shared) { current().shared = &shared; }
  ~Entered() { current().shared = nullptr; }
};

enum class Answer : std::uint8_t { kPending, kReady, kShutDown };

Answer poll(TimerEntry& entry, Wakes& wakes, std::uint64_t deadline = kMillisecond) {
  const Waker waker = wakes.waker();
  Context cx(waker);
  try {
    return entry.poll(cx, deadline).is_ready() ? Answer::kReady : Answer::kPending;
  } catch (const runtime::RuntimeShutDown&) {
    return Answer::kShutDown;
  }
}

TEST(TimersModel, a_timer_that_is_armed_while_the_wheel_turns_is_fired_or_seen_by_who_sleeps) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Wakes wakes;
    Thread worker = heddle_model::spawn([=] { runtime->timers().fire(kMillisecond); });
    {
      const Entered entered(*runtime);
      TimerEntry entry;
      ensure(poll(entry, wakes) == Answer::kPending, "not yet");
      worker.join();
      const bool waits = runtime->timers().next_turn() == kMillisecond;
      ensure(wakes.count() == (waits ? 0 : 1), "fired, or still to come");
    }
    runtime->end();
  });
}

TEST(TimersModel, a_timer_leaves_while_it_fires) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Wakes wakes;
    {
      const Entered entered(*runtime);
      auto entry = std::make_unique<TimerEntry>();
      ensure(poll(*entry, wakes) == Answer::kPending, "not yet");
      Thread worker = heddle_model::spawn([=] { runtime->timers().fire(kMillisecond); });
      entry.reset();
      worker.join();
    }
    ensure(wakes.count() <= 1, "one wake at most");
    ensure(runtime->timers().exact_next_turn() == TimerShard::kNever, "nothing is left");
    runtime->end();
  });
}

TEST(TimersModel, two_timers_of_one_tick_leave_and_fire) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Wakes first, second;
    {
      const Entered entered(*runtime);
      auto goes = std::make_unique<TimerEntry>();
      TimerEntry stays;
      ensure(poll(*goes, first) == Answer::kPending && poll(stays, second) == Answer::kPending, "not yet");
      Thread worker = heddle_model::spawn([=] { runtime->timers().fire(kMillisecond); });
      goes.reset();
      worker.join();
      ensure(second.count() == 1, "the neighbour fires all the same");
      ensure(poll(stays, second) == Answer::kReady, "and is ready");
    }
    runtime->end();
  });
}

TEST(TimersModel, a_timer_that_changes_its_waker_is_woken_by_it_or_answers_ready) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Wakes before, after;
    {
      const Entered entered(*runtime);
      TimerEntry entry;
      ensure(poll(entry, before) == Answer::kPending, "not yet");
      Thread worker = heddle_model::spawn([=] { runtime->timers().fire(kMillisecond); });
      const Answer answer = poll(entry, after);
      worker.join();
      if (answer == Answer::kPending) ensure(after.count() == 1, "the new waker");
      ensure(before.count() + after.count() == 1, "one wake");
    }
    runtime->end();
  });
}

TEST(TimersModel, two_threads_fire_at_once) {
  expect_holds(kAll, [] {
    auto* runtime = new FakeRuntime;
    Wakes wakes;
    {
      const Entered entered(*runtime);
      TimerEntry entry;
      ensure(poll(entry, wakes) == Answer::kPending, "not yet");
      Thread worker = heddle_model::spawn([=] { runtime->timers().fire(kMillisecond); });
      runtime->timers().fire(2 * kMillisecond);
      worker.join();
      ensure(wakes.count() == 1, "fired once");
      ensure(poll(entry, wakes) == Answer::kReady, "and ready");
    }
    runtime->end();
  });
}

TEST(TimersModel, a_timer_leaves_while_its_runtime_ends) {
  expect_holds({.preemptions = 3}, [] {
    auto* runtime = new FakeRuntime;
    Wakes wakes;
    std::optional<TimerEntry> entry;
    entry.emplace();
    {
      const Entered entered(*runtime);
      ensure(poll(*entry, wakes) == Answer::kPending, "not yet");
    }
    Thread leaver = heddle_model::spawn([&] { entry.reset(); });
    runtime->end();
    leaver.join();
    ensure(wakes.count() <= 1, "one wake at most");
  });
}

TEST(TimersModel, arming_meets_the_end_of_the_runtime) {
  expect_holds({.preemptions = 3}, [] {
    auto* runtime = new FakeRuntime;
    runtime->add_reference();
    Wakes wakes;
    Thread user = heddle_model::spawn([&] {
      {
        const Entered entered(*runtime);
        TimerEntry entry;
        if (poll(entry, wakes) == Answer::kPending) {
          while (wakes.count() == 0) heddle_model::yield();
          ensure(poll(entry, wakes) == Answer::kShutDown, "woken by the end");
        }
      }
      runtime->drop_reference();
    });
    runtime->end();
    user.join();
  });
}

// The pair of Shared::timer_armed: who arms from outside, and a thread that is about to sleep until the next timer.
TEST(TimersModel, a_timer_that_is_armed_from_outside_is_not_slept_past) {
  expect_holds({.preemptions = 3}, [] {
    auto* runtime = new FakeRuntime;
    Wakes wakes;
    Thread user = heddle_model::spawn([&] {
      const Entered entered(*runtime);
      TimerEntry entry;
      ensure(poll(entry, wakes) == Answer::kPending, "time passes only while all sleep");
      while (wakes.count() == 0) heddle_model::yield();
      ensure(poll(entry, wakes) == Answer::kReady, "fired");
    });
    while (wakes.count() == 0) {
      runtime->sleep_until_timer();
      runtime->timers().fire(runtime->clock().now());
    }
    user.join();
    runtime->end();
  });
}

}  // namespace
