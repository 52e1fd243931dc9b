// SPDX-License-Identifier: MIT
// The queues of a worker: its own ring, the common queue, the plain list.
#include "support/fake_task.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "runtime/injection_queue.hpp"
#include "runtime/run_queue.hpp"
#include "runtime/task_queue.hpp"

namespace {

using namespace heddle::runtime::detail;
using heddle_test::FakeTask;

constexpr std::size_t kCapacity = RunQueue::kCapacity;

class Ring : public ::testing::Test {
 protected:
  TaskHeader& task(std::size_t i) { return tasks_[i]; }
  void fill(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) ring.push(task(i), overflow);
  }

  RunQueue ring;
  InjectionQueue overflow;

 private:
  std::array<FakeTask, kCapacity + 1> tasks_;
};

TEST_F(Ring, tasks_come_out_in_the_order_in_which_they_went_in) {
  fill(3);
  EXPECT_EQ(ring.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(ring.pop(), &task(i));
  EXPECT_EQ(ring.pop(), nullptr);
}

TEST_F(Ring, a_task_is_popped_by_name_only_if_it_is_the_next) {
  fill(3);
  EXPECT_FALSE(ring.pop(task(1)));
  EXPECT_TRUE(ring.pop(task(0)));
  EXPECT_FALSE(ring.pop(task(0)));
  EXPECT_TRUE(ring.pop(task(1)));
  EXPECT_EQ(ring.pop(), &task(2));
  EXPECT_FALSE(ring.pop(task(2)));
}

TEST_F(Ring, positions_go_round_the_ring_many_times) {
  for (std::size_t i = 0; i < 10 * kCapacity; ++i) {
    ring.push(task(i % 7), overflow);
    ASSERT_EQ(ring.pop(), &task(i % 7));
  }
  EXPECT_TRUE(overflow.empty());
}

TEST_F(Ring, a_full_ring_moves_its_older_half_and_the_new_task_to_the_overflow_in_order) {
  fill(kCapacity + 1);
  EXPECT_EQ(ring.size(), kCapacity / 2);
  TaskQueue moved;
  overflow.pop(moved, kCapacity);
  for (std::size_t i = 0; i < kCapacity / 2; ++i) ASSERT_EQ(moved.pop_front(), &task(i));
  EXPECT_EQ(moved.pop_front(), &task(kCapacity));
  EXPECT_EQ(moved.pop_front(), nullptr);
  EXPECT_EQ(ring.pop(), &task(kCapacity / 2));
}

TEST_F(Ring, a_thief_takes_the_older_half_and_runs_its_last) {
  fill(5);
  RunQueue thief;
  EXPECT_EQ(ring.steal_into(thief), &task(2));
  EXPECT_EQ(thief.pop(), &task(0));
  EXPECT_EQ(thief.pop(), &task(1));
  EXPECT_EQ(thief.pop(), nullptr);
  EXPECT_EQ(ring.pop(), &task(3));
  EXPECT_EQ(ring.pop(), &task(4));
}

TEST_F(Ring, a_single_task_is_stolen_and_an_empty_ring_gives_nothing) {
  fill(1);
  RunQueue thief;
  EXPECT_EQ(ring.steal_into(thief), &task(0));
  EXPECT_EQ(ring.steal_into(thief), nullptr);
  EXPECT_EQ(thief.size(), 0U);
}

TEST_F(Ring, a_thief_without_room_takes_nothing) {
  RunQueue victim;
  FakeTask other;
  victim.push(other, overflow);
  fill(kCapacity / 2 + 1);
  EXPECT_EQ(victim.steal_into(ring), nullptr);
  EXPECT_EQ(victim.pop(), &other);
}

TEST_F(Ring, an_owner_and_two_thieves_give_out_each_task_exactly_once) {
  constexpr std::size_t kTasks = 20'000;
  const auto tasks = std::make_unique<FakeTask[]>(kTasks);
  const auto taken = std::make_unique<std::atomic<int>[]>(kTasks);
  const auto take = [&](TaskHeader* one) { ++taken[static_cast<std::size_t>(static_cast<FakeTask*>(one) - &tasks[0])]; };
  std::atomic<bool> done = false;
  std::vector<std::thread> thieves;
  for (int i = 0; i < 2; ++i) {
    thieves.emplace_back([&] {
      RunQueue mine;
      while (!done.load()) {
        if (TaskHeader* one = ring.steal_into(mine)) take(one);
        while (TaskHeader* one = mine.pop()) take(one);
      }
    });
  }
  for (std::size_t i = 0; i < kTasks; ++i) {
    ring.push(tasks[i], overflow);
    if (i % 3 == 0) {
      if (TaskHeader* one = ring.pop()) take(one);
    }
  }
  while (TaskHeader* one = ring.pop()) take(one);
  done = true;
  for (std::thread& thief : thieves) thief.join();
  TaskQueue rest;
  overflow.pop(rest, kTasks);
  while (TaskHeader* one = rest.pop_front()) take(one);
  for (std::size_t i = 0; i < kTasks; ++i) ASSERT_EQ(taken[i].load(), 1) << i;
}

TEST(CommonQueue, gives_out_in_order_at_most_what_is_asked_for) {
  std::array<FakeTask, 3> tasks;
  InjectionQueue queue;
  EXPECT_TRUE(queue.empty());
  for (FakeTask& task : tasks) queue.push(task);
  EXPECT_EQ(queue.size(), 3U);
  TaskQueue two;
  queue.pop(two, 2);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(two.pop_front(), &tasks[0]);
  EXPECT_EQ(two.pop_front(), &tasks[1]);
  EXPECT_TRUE(two.empty());
}

TEST(CommonQueue, takes_a_whole_batch_in_order_and_leaves_it_empty) {
  std::array<FakeTask, 3> tasks;
  TaskQueue batch;
  for (FakeTask& task : tasks) batch.push_back(task);
  InjectionQueue queue;
  queue.push(batch);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(queue.size(), 3U);
  queue.pop(batch, 9);
  for (FakeTask& task : tasks) EXPECT_EQ(batch.pop_front(), &task);
}

TEST(PlainQueue, appending_moves_all_behind_the_last) {
  std::array<FakeTask, 4> tasks;
  TaskQueue first, second;
  first.push_back(tasks[0]);
  second.push_back(tasks[1]);
  second.push_back(tasks[2]);
  first.append(second);
  EXPECT_EQ(first.size(), 3U);
  EXPECT_TRUE(second.empty());
  first.append(second);
  second.push_back(tasks[3]);
  first.take(second, 1);
  for (FakeTask& task : tasks) EXPECT_EQ(first.pop_front(), &task);
  EXPECT_EQ(first.pop_front(), nullptr);
}

}  // namespace
