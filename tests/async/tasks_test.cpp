// SPDX-License-Identifier: MIT
// The async locks in tasks of a runtime: guards across awaits, tasks that are aborted while they wait or hold.
#include <heddle/async/barrier.hpp>
#include <heddle/async/cancellation_token.hpp>
#include <heddle/async/mutex.hpp>
#include <heddle/async/notify.hpp>
#include <heddle/async/semaphore.hpp>
#include <heddle/future/task.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/sync/arc.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using hd::Arc;
using hd::Task;
namespace async = hd::async;

hd::runtime::Runtime two_workers() {
  auto builder = hd::runtime::Builder::multi_thread();
  return builder.worker_threads(2).build().value();
}

Task<> add_slowly(Arc<async::Mutex<int>> mutex, int times) {
  for (int i = 0; i < times; ++i) {
    auto guard = co_await mutex->lock();
    const int before = *guard;
    co_await hd::task::yield_now();
    *guard = before + 1;
  }
}

TEST(AsyncInTasks, a_guard_is_held_across_an_await) {
  auto runtime = two_workers();
  auto mutex = Arc<async::Mutex<int>>::make(0);
  std::vector<hd::task::JoinHandle<void>> handles;
  for (int i = 0; i < 8; ++i) handles.push_back(runtime.spawn(add_slowly(mutex.clone(), 100)));
  for (auto& handle : handles) EXPECT_TRUE(runtime.block_on(handle));
  EXPECT_EQ(**mutex->try_lock(), 800);
}

Task<> hold(Arc<async::Mutex<int>> mutex, Arc<async::Notify> holding) {
  auto guard = co_await mutex->lock();
  holding->notify_one();
  co_await hd::pending();
}

TEST(AsyncInTasks, an_aborted_task_unlocks_what_it_holds) {
  auto runtime = two_workers();
  auto mutex = Arc<async::Mutex<int>>::make(0);
  auto holding = Arc<async::Notify>::make();
  auto holder = runtime.spawn(hold(mutex.clone(), holding.clone()));
  runtime.block_on(holding->notified());
  EXPECT_FALSE(mutex->try_lock());
  holder.abort();
  EXPECT_EQ(*mutex->blocking_lock(), 0);
  EXPECT_TRUE(runtime.block_on(holder).error().is_cancelled());
}

TEST(AsyncInTasks, an_aborted_task_leaves_the_queue) {
  auto runtime = two_workers();
  auto mutex = Arc<async::Mutex<int>>::make(0);
  auto holding = Arc<async::Notify>::make();
  auto guard = mutex->blocking_lock();
  auto waiting = runtime.spawn(hold(mutex.clone(), holding.clone()));
  waiting.abort();
  EXPECT_TRUE(runtime.block_on(waiting).error().is_cancelled());
  { const auto dropped = std::move(guard); }
  EXPECT_TRUE(mutex->try_lock());
}

struct Crowd {
  async::Mutex<int> inside{0};
  async::Mutex<int> most{0};

  Crowd() = default;
  HEDDLE_FIELDS(inside, most);
};

Task<> enter(Arc<async::Semaphore> door, Arc<Crowd> crowd) {
  auto permit = co_await async::Semaphore::acquire_owned(std::move(door));
  {
    auto inside = co_await crowd->inside.lock();
    ++*inside;
    auto most = co_await crowd->most.lock();
    *most = std::max(*most, *inside);
  }
  co_await hd::task::yield_now();
  --*co_await crowd->inside.lock();
}

TEST(AsyncInTasks, a_semaphore_limits_how_many_are_in) {
  auto runtime = two_workers();
  auto door = Arc<async::Semaphore>::make(3U);
  auto crowd = Arc<Crowd>::make();
  std::vector<hd::task::JoinHandle<void>> handles;
  for (int i = 0; i < 50; ++i) handles.push_back(runtime.spawn(enter(door.clone(), crowd.clone())));
  for (auto& handle : handles) EXPECT_TRUE(runtime.block_on(handle));
  EXPECT_LE(*crowd->most.blocking_lock(), 3);
  EXPECT_EQ(*crowd->inside.blocking_lock(), 0);
  EXPECT_EQ(door->available_permits(), 3U);
}

Task<bool> meet(Arc<async::Barrier> barrier) { co_return (co_await barrier->wait()).is_leader(); }

TEST(AsyncInTasks, tasks_meet_at_a_barrier_with_one_leader) {
  auto runtime = two_workers();
  auto barrier = Arc<async::Barrier>::make(10U);
  std::vector<hd::task::JoinHandle<bool>> handles;
  for (int i = 0; i < 10; ++i) handles.push_back(runtime.spawn(meet(barrier.clone())));
  int leaders = 0;
  for (auto& handle : handles) leaders += runtime.block_on(handle).value() ? 1 : 0;
  EXPECT_EQ(leaders, 1);
}

Task<bool> work_until(async::CancellationToken token) {
  co_return co_await token.run_until_cancelled(hd::pending());
}

TEST(AsyncInTasks, a_token_stops_the_tasks_below_it) {
  auto runtime = two_workers();
  async::CancellationToken token;
  std::vector<hd::task::JoinHandle<bool>> handles;
  for (int i = 0; i < 10; ++i) handles.push_back(runtime.spawn(work_until(token.child_token())));
  token.cancel();
  for (auto& handle : handles) EXPECT_FALSE(runtime.block_on(handle).value());
}

}  // namespace
