// SPDX-License-Identifier: MIT
// Trees of tasks on more workers than processors: queues overflow, are stolen from, and run each task exactly once.
#include "support/runtime_kinds.hpp"
#include "support/stress.hpp"

#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;

constexpr int kLeaves = 4096;
std::array<std::atomic<int>, kLeaves> runs;

hd::Task<int> tree(int from, int to) {
  if (to - from == 1) {
    ++runs[static_cast<std::size_t>(from)];
    if (from % 5 == 0) co_await hd::task::yield_now();
    // Some polls are long, so that others come to steal.
    if (from % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(100));
    co_return 1;
  }
  const int middle = from + (to - from) / 2;
  auto left = hd::task::spawn(tree(from, middle));
  auto right = hd::task::spawn(tree(middle, to));
  const int sum = (co_await left).value();
  co_return sum + (co_await right).value();
}

hd::Task<int> fan() {
  // All at once: far more than a worker's own queue holds.
  std::vector<hd::task::JoinHandle<int>> tasks;
  tasks.reserve(kLeaves);
  for (int i = 0; i < kLeaves; ++i) tasks.push_back(hd::task::spawn(tree(i, i + 1)));
  int sum = 0;
  for (auto& task : tasks) sum += (co_await task).value();
  co_return sum;
}

void stress(int workers) {
  const std::uint64_t seed = heddle_test::stress_seed();
  const heddle_test::StressTime time;
  hd::runtime::Builder builder = hd::runtime::Builder::multi_thread();
  builder.worker_threads(static_cast<std::size_t>(workers)).seed(seed);
  auto runtime = builder.build().value();
  int rounds = 0;
  for (; time.goes_on(); ++rounds) {
    for (auto& run : runs) run = 0;
    const bool deep = rounds % 2 == 0;
    auto task = deep ? runtime.spawn(tree(0, kLeaves)) : runtime.spawn(fan());
    ASSERT_EQ(runtime.block_on(task).value(), kLeaves);
    for (auto& run : runs) ASSERT_EQ(run, 1);
  }
  std::printf("%d rounds\n", rounds);
}

TEST(StealStress, two_workers_run_each_task_exactly_once) { stress(2); }
TEST(StealStress, eight_workers_run_each_task_exactly_once) { stress(8); }

}  // namespace
