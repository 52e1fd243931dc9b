// SPDX-License-Identifier: MIT
// LocalRuntime: a current-thread runtime in which spawn_local works, on its own thread and there alone.
#include <heddle/channel/oneshot.hpp>
#include <heddle/future/async.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/local_runtime.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/sync/rc.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::runtime::Builder;
using hd::runtime::LocalRuntime;
using hd::sync::Rc;

LocalRuntime make() { return Builder::current_thread().build_local().value(); }

hd::Async<Rc<int>> after_a_yield(Rc<int> value) {
  co_await hd::task::yield_now();
  co_return value;
}

TEST(RtLocal, spawn_local_works_within_block_on) {
  auto runtime = make();
  const int got = runtime.block_on([]() -> hd::Async<int> {
    auto handle = hd::task::spawn_local(after_a_yield, Rc<int>::make(5));
    co_return *(co_await handle).value();
  }());
  EXPECT_EQ(got, 5);
}

TEST(RtLocal, spawn_local_works_on_the_runtime_itself) {
  auto runtime = make();
  auto handle = runtime.spawn_local(after_a_yield, Rc<int>::make(5));
  EXPECT_EQ(*runtime.block_on(handle).value(), 5);
}

TEST(RtLocal, spawn_local_works_within_a_guard) {
  auto runtime = make();
  const auto guard = runtime.enter();
  auto handle = hd::task::spawn_local(after_a_yield, Rc<int>::make(5));
  auto sendable = hd::task::spawn(hd::ready(2));
  EXPECT_EQ(*runtime.block_on(handle).value(), 5);
  EXPECT_EQ(runtime.block_on(sendable).value(), 2);
}

TEST(RtLocal, spawn_local_works_within_every_task_of_the_runtime) {
  auto runtime = make();
  auto spawned = runtime.handle().spawn([]() -> hd::Task<int> {
    auto handle = hd::task::spawn_local(after_a_yield, Rc<int>::make(6));
    co_return *(co_await handle).value();
  }());
  EXPECT_EQ(runtime.block_on(spawned).value(), 6);
}

TEST(RtLocal, a_handle_spawns_from_another_thread_what_is_send) {
  auto runtime = make();
  std::optional<hd::task::JoinHandle<std::thread::id>> spawned;
  std::thread([&spawned, handle = runtime.handle()] {
    spawned = handle.spawn([]() -> hd::Task<std::thread::id> { co_return std::this_thread::get_id(); }());
  }).join();
  EXPECT_EQ(runtime.block_on(*spawned).value(), std::this_thread::get_id());
}

TEST(RtLocal, another_thread_that_enters_the_handle_cannot_spawn_local) {
  auto runtime = make();
  std::thread([handle = runtime.handle()] {
    const auto guard = handle.enter();
    EXPECT_NO_THROW(static_cast<void>(hd::task::spawn(hd::ready())));
    EXPECT_THROW(static_cast<void>(hd::task::spawn_local(hd::ready())), hd::runtime::NoLocalSet);
  }).join();
}

TEST(RtLocal, a_local_task_is_woken_from_another_thread_and_by_timers) {
  auto runtime = make();
  auto [tx, rx] = hd::oneshot::channel<int>();
  auto handle = runtime.spawn_local(
      [](hd::oneshot::Receiver<int> receiver, std::thread::id home) -> hd::Async<int> {
        co_await hd::time::sleep(1ms);
        const int got = (co_await receiver).value();
        EXPECT_EQ(std::this_thread::get_id(), home);
        co_return got;
      },
      std::move(rx), std::this_thread::get_id());
  std::thread sends([](hd::oneshot::Sender<int> to) { static_cast<void>(std::move(to).send(9)); }, std::move(tx));
  EXPECT_EQ(runtime.block_on(handle).value(), 9);
  sends.join();
}

TEST(RtLocal, its_end_drops_local_tasks_on_its_thread) {
  auto data = Rc<int>::make(1);
  std::optional<LocalRuntime> runtime(make());
  auto started = runtime->spawn_local([](Rc<int>) -> hd::Async<> { co_await hd::pending(); }, data.clone());
  runtime->block_on(hd::task::yield_now());
  auto fresh = runtime->spawn_local([](Rc<int>) -> hd::Async<> { co_return; }, data.clone());
  EXPECT_EQ(runtime->alive_tasks(), 2U);
  runtime.reset();
  EXPECT_EQ(data.strong_count(), 1U);
  EXPECT_TRUE(hd::block_on(started).error().is_cancelled());
  EXPECT_TRUE(hd::block_on(fresh).error().is_cancelled());
}

TEST(RtLocal, moving_another_one_in_drops_the_tasks_of_the_first) {
  auto data = Rc<int>::make(1);
  auto runtime = make();
  static_cast<void>(runtime.spawn_local([](Rc<int>) -> hd::Async<> { co_await hd::pending(); }, data.clone()));
  runtime = make();
  EXPECT_EQ(data.strong_count(), 1U);
  EXPECT_EQ(*runtime.block_on(runtime.spawn_local(after_a_yield, std::move(data))).value(), 1);
}

TEST(RtLocal, a_local_set_works_within_it) {
  auto runtime = make();
  runtime.block_on([]() -> hd::Async<> {
    hd::task::LocalSet set;
    auto data = Rc<int>::make(1);
    static_cast<void>(set.spawn_local(after_a_yield, data.clone()));
    co_await set;
    EXPECT_EQ(data.strong_count(), 1U);
  }());
}

TEST(RtLocal, spawn_local_is_refused_in_other_runtimes) {
  for (auto builder : {&Builder::current_thread, &Builder::multi_thread}) {
    auto runtime = builder().build().value();
    runtime.block_on([]() -> hd::Async<> {
      EXPECT_THROW(static_cast<void>(hd::task::spawn_local(hd::ready())), hd::runtime::NoLocalSet);
      co_return;
    }());
  }
}

TEST(RtLocal, a_multi_thread_builder_builds_none) {
  const auto refused = Builder::multi_thread().build_local();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind(), hd::io::ErrorKind::kInvalidInput);
}

TEST(RtLocalDeathTest, it_may_not_be_used_on_another_thread) {
  auto runtime = make();
  EXPECT_DEATH(std::thread([&] { runtime.block_on(hd::ready()); }).join(), "used on another thread");
}

TEST(RtLocalDeathTest, a_set_may_not_be_used_or_destroyed_on_another_thread) {
  hd::task::LocalSet set;
  EXPECT_DEATH(std::thread([&] { static_cast<void>(set.spawn_local(hd::ready())); }).join(), "used on another thread");
  EXPECT_DEATH(std::thread([&] { hd::block_on(set.run_until(hd::ready())); }).join(), "polled on another thread");
  EXPECT_DEATH(std::thread([&] { set.cancel(); }).join(), "destroyed on another thread");
}

}  // namespace
}  // namespace heddle_test
