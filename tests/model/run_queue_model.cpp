// SPDX-License-Identifier: MIT
// The run queue of four: every task comes out once, whoever pops, steals, spills or wraps around.
#include "model/explored.hpp"
#include "support/fake_task.hpp"

#include <heddle/base/atomic.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>

#include "runtime/run_queue.hpp"

namespace {

using namespace heddle::runtime::detail;
using heddle_model::ensure;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::FakeTask;
using heddle_test::kAll;

/// Six tasks, a queue, and who took which task how often.
struct Tasks {
  std::array<FakeTask, 6> tasks;
  // Plain: two who take the same task race.
  std::array<int, 6> taken{};
  RunQueue queue;
  InjectionQueue overflow;

  void push(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      tasks[i].destroyed = 7;  // a write that whoever takes the task must see
      queue.push(tasks[i], overflow);
    }
  }
  bool take(TaskHeader* task) {
    if (task == nullptr) return false;
    auto& fake = static_cast<FakeTask&>(*task);
    ensure(fake.destroyed == 7, "who takes a task sees what its pusher wrote");
    ++taken[static_cast<std::size_t>(&fake - tasks.data())];
    return true;
  }
  void drain(RunQueue& from) {
    while (take(from.pop())) {
    }
  }
  /// Steals once, and takes what it got.
  Thread spawn_thief() {
    return heddle_model::spawn([this] {
      RunQueue mine;
      take(queue.steal_into(mine));
      drain(mine);
    });
  }
  void drain_all() {
    drain(queue);
    TaskQueue rest;
    overflow.pop(rest, tasks.size());
    while (take(rest.pop_front())) {
    }
  }
  void expect_each_once(std::size_t count) {
    for (std::size_t i = 0; i < tasks.size(); ++i) ensure(taken[i] == (i < count ? 1 : 0), "each task comes out once");
  }
};

TEST(RunQueueModel, owner_pops_while_a_thief_steals) {
  expect_holds(kAll, [] {
    Tasks all;
    all.push(0, 3);
    Thread thief = all.spawn_thief();
    all.drain(all.queue);
    thief.join();
    all.drain_all();
    all.expect_each_once(3);
  });
}

TEST(RunQueueModel, owner_pops_by_name_while_a_thief_steals) {
  expect_holds(kAll, [] {
    Tasks all;
    all.push(0, 3);
    Thread thief = all.spawn_thief();
    for (const std::size_t i : {0U, 1U}) {
      if (all.queue.pop(all.tasks[i])) all.take(&all.tasks[i]);
    }
    thief.join();
    all.drain_all();
    all.expect_each_once(3);
  });
}

TEST(RunQueueModel, owner_pushes_while_a_thief_steals) {
  expect_holds(kAll, [] {
    Tasks all;
    Thread thief = all.spawn_thief();
    all.push(0, 2);
    all.take(all.queue.pop());
    thief.join();
    all.drain_all();
    all.expect_each_once(2);
  });
}

TEST(RunQueueModel, a_full_queue_spills_while_a_thief_steals) {
  expect_holds(kAll, [] {
    Tasks all;
    all.push(0, 4);
    Thread thief = all.spawn_thief();
    all.push(4, 6);
    thief.join();
    all.drain_all();
    all.expect_each_once(6);
  });
}

TEST(RunQueueModel, two_thieves_at_once) {
  expect_holds({.preemptions = 2}, [] {
    Tasks all;
    all.push(0, 4);
    const auto steal = [&] {
      RunQueue mine;
      all.take(all.queue.steal_into(mine));
      all.drain(mine);
    };
    Thread one = heddle_model::spawn(steal);
    Thread two = heddle_model::spawn(steal);
    all.take(all.queue.pop());
    one.join();
    two.join();
    all.drain_all();
    all.expect_each_once(4);
  });
}

TEST(RunQueueModel, the_owner_pushes_into_the_slots_that_a_thief_leaves) {
  expect_holds(kAll, [] {
    Tasks all;
    all.push(0, 4);
    Thread thief = all.spawn_thief();
    all.take(all.queue.pop());
    all.push(4, 6);
    thief.join();
    all.drain_all();
    all.expect_each_once(6);
  });
}

TEST(RunQueueModel, the_owner_pushes_into_the_slots_that_one_of_two_thieves_leaves) {
  expect_holds({.preemptions = 2}, [] {
    Tasks all;
    all.push(0, 4);
    const auto steal = [&] {
      RunQueue mine;
      all.take(all.queue.steal_into(mine));
      all.drain(mine);
    };
    Thread one = heddle_model::spawn(steal);
    Thread two = heddle_model::spawn(steal);
    all.push(4, 6);
    one.join();
    two.join();
    all.drain_all();
    all.expect_each_once(6);
  });
}

TEST(RunQueueModel, positions_wrap_around_under_a_thief) {
  expect_holds({.preemptions = 2}, [] {
    Tasks all;
    all.push(0, 3);
    all.take(all.queue.pop());
    all.take(all.queue.pop());
    Thread thief = heddle_model::spawn([&] {
      RunQueue mine;
      for (int i = 0; i < 2; ++i) {
        all.take(all.queue.steal_into(mine));
        all.drain(mine);
      }
    });
    all.push(3, 6);
    all.take(all.queue.pop());
    thief.join();
    all.drain_all();
    all.expect_each_once(6);
  });
}

TEST(RunQueueModel, a_thief_is_stolen_from_in_turn) {
  expect_holds(kAll, [] {
    Tasks all;
    RunQueue second;
    all.push(0, 4);
    Thread thief = heddle_model::spawn([&] {
      all.take(all.queue.steal_into(second));
      all.take(second.pop());
    });
    Thread robber = heddle_model::spawn([&] {
      RunQueue mine;
      all.take(second.steal_into(mine));
      all.drain(mine);
    });
    all.take(all.queue.pop());
    thief.join();
    robber.join();
    all.drain(second);
    all.drain_all();
    all.expect_each_once(4);
  });
}

TEST(RunQueueModel, the_size_that_others_see_is_never_below_zero_or_above_the_capacity) {
  expect_holds(kAll, [] {
    Tasks all;
    Thread reader = heddle_model::spawn(
        [&] { ensure(all.queue.size() <= RunQueue::kCapacity, "a size that the queue has had, or could have"); });
    all.push(0, 2);
    all.drain(all.queue);
    reader.join();
    all.expect_each_once(2);
  });
}

}  // namespace
