// SPDX-License-Identifier: MIT
// Queue, books of sleepers, parker: no work is left while all sleep. The loop is a worker's, with nothing to run.
#include "model/explored.hpp"
#include "model/fake_driver.hpp"
#include "support/fake_task.hpp"

#include <heddle/base/atomic.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "runtime/idle.hpp"
#include "runtime/injection_queue.hpp"
#include "runtime/parker.hpp"

namespace {

using namespace heddle::runtime::detail;
using heddle_model::ensure;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::FakeDriver;
using heddle_test::FakeTask;
using heddle_test::kAll;

constexpr auto acquire = heddle::base::acquire;
constexpr auto acq_rel = heddle::base::acq_rel;

/// The common queue of `workers`, and what keeps them from sleeping beside it.
struct Workers {
  explicit Workers(std::uint32_t count) : idle(count) {}

  void push(FakeTask& task) {
    queue.push(task);
    wake_one();
  }
  void wake_one() {
    if (const std::size_t index = idle.worker_to_wake(); index != Idle::kNobody) parkers[index].unpark(driver);
  }
  void stop() {
    stopped.store(true, heddle::base::seq_cst);
    for (Parker& parker : parkers) parker.unpark(driver);
  }

  /// Takes tasks until all `tasks` are taken by somebody, or until stop().
  void work(std::size_t me) {
    bool searching = false;
    while (!stopped.load(heddle::base::seq_cst)) {
      if (!searching) searching = idle.try_search();
      TaskQueue mine;
      queue.pop(mine, 1);
      if (TaskHeader* task = mine.pop_front()) {
        if (std::exchange(searching, false) && idle.stop_search() && !queue.empty()) wake_one();
        ++static_cast<FakeTask*>(task)->destroyed;
        if (left.fetch_sub(1, acq_rel) == 1) stop();
        continue;
      }
      idle.sleep(me, std::exchange(searching, false));
      if (!queue.empty() || stopped.load(heddle::base::seq_cst)) {
        if (!idle.wake_up(me)) searching = true;
        continue;
      }
      parkers[me].park_on_futex();
      if (!idle.wake_up(me)) searching = true;
    }
  }

  FakeDriver driver;
  InjectionQueue queue;
  Idle idle;
  std::array<Parker, 2> parkers;
  heddle::base::atomic<bool> stopped{false};
  heddle::base::atomic<int> left{0};
};

void run(std::uint32_t workers, int tasks, int pushers) {
  std::array<FakeTask, 4> all;
  Workers group(workers);
  group.left.store(tasks * pushers, heddle::base::release);
  std::array<std::optional<Thread>, 4> threads;
  std::size_t started = 0;
  for (std::size_t i = 0; i < workers; ++i) threads[started++] = spawn([&group, i] { group.work(i); });
  const auto push = [&, tasks](int from) {
    for (int i = from; i < from + tasks; ++i) group.push(all[static_cast<std::size_t>(i)]);
  };
  for (int i = 1; i < pushers; ++i) threads[started++] = spawn([push, i, tasks] { push(i * tasks); });
  push(0);
  for (std::size_t i = 0; i < started; ++i) threads[i]->join();
  for (int i = 0; i < tasks * pushers; ++i) ensure(all[static_cast<std::size_t>(i)].destroyed == 1, "taken once");
}

TEST(IdleModel, one_worker_finds_what_is_pushed_while_it_goes_to_sleep) {
  expect_holds(kAll, [] { run(1, 1, 1); });
}

TEST(IdleModel, one_worker_finds_two_tasks) {
  expect_holds({.preemptions = 2}, [] { run(1, 2, 1); });
}

TEST(IdleModel, of_two_workers_one_finds_the_task) {
  expect_holds({.preemptions = 2}, [] { run(2, 1, 1); });
}

TEST(IdleModel, two_workers_find_two_tasks) {
  expect_holds({.preemptions = 1}, [] { run(2, 2, 1); });
}

TEST(IdleModel, one_worker_finds_what_two_threads_push) {
  expect_holds({.preemptions = 2}, [] { run(1, 1, 2); });
}

TEST(IdleModel, a_sleeper_is_woken_by_one_of_two_and_counted_once) {
  expect_holds({.preemptions = 3}, [] {
    Idle idle(2);
    idle.sleep(0, false);
    heddle::base::atomic<int> woken{0};
    const auto wake = [&] {
      if (idle.worker_to_wake() != Idle::kNobody) woken.fetch_add(1, acq_rel);
    };
    Thread one = spawn(wake);
    Thread two = spawn(wake);
    const bool by_itself = idle.wake_up(0);
    one.join();
    two.join();
    ensure(woken.load(acquire) == (by_itself ? 0 : 1), "by one, or by itself");
    ensure(!idle.is_asleep(0) && !idle.all_asleep(), "awake");
    if (!by_itself) ensure(idle.stop_search(), "who was woken searches, alone");
    ensure(!idle.may_wake(), "nobody sleeps");
  });
}

TEST(IdleModel, tasks_pushed_by_two_threads_come_out_once_each) {
  expect_holds(kAll, [] {
    std::array<FakeTask, 2> tasks;
    InjectionQueue queue;
    const auto push = [&](std::size_t i) {
      tasks[i].destroyed = 1;
      queue.push(tasks[i]);
    };
    Thread other = spawn([&] { push(1); });
    push(0);
    int found = 0;
    const auto pop = [&] {
      TaskQueue some;
      queue.pop(some, 1);
      while (TaskHeader* task = some.pop_front()) {
        ensure(static_cast<FakeTask*>(task)->destroyed == 1, "what the pusher wrote is seen");
        ++found;
      }
    };
    pop();
    pop();
    other.join();
    pop();
    ensure(found == 2, "each once");
  });
}

}  // namespace
