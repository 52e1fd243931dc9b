// SPDX-License-Identifier: MIT
// The current-thread scheduler: wakes and timers from outside, two threads that take turns to drive, the end.
#include "model/explored.hpp"
#include "model/fake_driver.hpp"
#include "model/fake_runtime.hpp"

#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle/runtime/detail/main_future.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

#include "runtime/config.hpp"
#include "runtime/current.hpp"
#include "runtime/current_thread.hpp"

namespace {

using namespace heddle;
using heddle_model::ensure;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::FakeDriver;
using heddle_test::Latch;

class Runtime {
 public:
  Runtime() : shared_(new runtime::CurrentThread(runtime::Config{}, std::make_unique<FakeDriver>())) {}
  ~Runtime() {
    shut_down();
    shared_->drop_reference();
  }

  template <class F>
  OutputOf<F> block_on(F& future) {
    runtime::detail::TypedMainFuture<F> main(future);
    shared_->block_on(main);
    return main.take();
  }
  template <class F>
  auto spawn(F future) {
    return runtime::detail::spawn_on(*shared_, std::move(future));
  }
  void shut_down() { shared_->shut_down(); }
  [[nodiscard]] runtime::Shared& shared() { return *shared_; }

 private:
  runtime::CurrentThread* shared_;
};

auto opened(Latch& latch) {
  return poll_fn([&latch](Context& cx) -> Poll<void> {
    if (latch.poll(cx)) return Ready();
    return Pending;
  });
}

TEST(CurrentThreadModel, the_main_future_is_woken_from_outside) {
  expect_holds({.preemptions = 3}, [] {
    Runtime runtime;
    Latch latch;
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    auto main = opened(latch);
    runtime.block_on(main);
    opener.join();
  });
}

TEST(CurrentThreadModel, a_task_is_woken_from_outside) {
  expect_holds({.preemptions = 3}, [] {
    Runtime runtime;
    Latch latch;
    auto handle = runtime.spawn(opened(latch));
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    ensure(runtime.block_on(handle).has_value(), "it ends");
    opener.join();
  });
}

TEST(CurrentThreadModel, a_task_is_spawned_from_outside) {
  expect_holds({.preemptions = 3}, [] {
    Runtime runtime;
    Latch latch;
    Thread spawner = heddle_model::spawn([&] {
      static_cast<void>(runtime.spawn(poll_fn([&](Context&) -> Poll<void> {
        latch.open();
        return Ready();
      })));
    });
    auto main = opened(latch);
    runtime.block_on(main);
    spawner.join();
  });
}

TEST(CurrentThreadModel, of_two_threads_one_drives_and_both_end) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Runtime runtime;
    Latch latch, other_latch;
    auto first = runtime.spawn(opened(latch));
    auto second = runtime.spawn(opened(other_latch));
    Thread other = heddle_model::spawn([&] { ensure(runtime.block_on(second).has_value(), "the second"); });
    latch.open();
    other_latch.open();
    ensure(runtime.block_on(first).has_value(), "the first");
    other.join();
  });
}

TEST(CurrentThreadModel, who_waits_for_the_core_gets_it_when_the_driving_thread_ends) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Runtime runtime;
    // Only the task ends the other's wait, and only who drives runs it.
    std::optional<Waker> kept;
    auto handle = runtime.spawn(poll_fn([&](Context& cx) -> Poll<void> {
      if (kept) return Ready();
      kept = cx.waker().clone();
      cx.yield();
      return Pending;
    }));
    Thread other = heddle_model::spawn([&] { ensure(runtime.block_on(handle).has_value(), "it ends"); });
    auto main = ready(1);
    runtime.block_on(main);
    other.join();
  });
}

TEST(CurrentThreadModel, a_timer_that_is_armed_from_outside_is_not_slept_past) {
  expect_holds({.preemptions = 2}, [] {
    Runtime runtime;
    Latch latch;
    Thread user = heddle_model::spawn([&] {
      runtime::detail::current().shared = &runtime.shared();
      runtime::detail::TimerEntry entry;
      Latch fired;
      const Waker waker = future::waker_fn([&] { fired.open(); });
      Context cx(waker);
      ensure(entry.poll(cx, runtime::Clock::kTick).is_pending(), "time passes only while all sleep");
      auto main = opened(fired);
      heddle::block_on(main);
      latch.open();
    });
    auto main = opened(latch);
    runtime.block_on(main);
    user.join();
  });
}

TEST(CurrentThreadModel, the_end_meets_a_wake) {
  expect_holds({.preemptions = 3}, [] {
    Latch latch;
    std::optional<Runtime> runtime;
    runtime.emplace();
    auto handle = runtime->spawn(opened(latch));
    Thread opener = heddle_model::spawn([&] { latch.open(); });
    runtime.reset();
    opener.join();
    auto result = heddle::block_on(handle);
    ensure(!result.has_value() && result.error().is_cancelled(), "nobody has driven it");
  });
}

TEST(CurrentThreadModel, the_end_comes_while_another_thread_drives) {
  expect_holds({.preemptions = 2, .stale_loads = 1}, [] {
    Runtime runtime;
    Latch latch;
    auto handle = runtime.spawn(opened(latch));
    Latch main_latch;
    Thread driver = heddle_model::spawn([&] {
      auto main = opened(main_latch);
      runtime.block_on(main);
    });
    runtime.shut_down();
    latch.open();
    main_latch.open();
    driver.join();
    auto result = heddle::block_on(handle);
    ensure(result.has_value() || result.error().is_cancelled(), "ended or cancelled");
  });
}

}  // namespace
