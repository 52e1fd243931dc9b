// SPDX-License-Identifier: MIT
// Random timers: armed, reset, dropped and fired on all workers at once; none early, none lost.
#include "support/drop_counter.hpp"
#include "support/runtime_kinds.hpp"
#include "support/stress.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::time::Instant;

std::atomic<int> slept, gave_up, early;

hd::Task<> sleeper(std::uint64_t seed) {
  hd::base::FastRandom random(seed);
  for (int i = 0; i < 10; ++i) {
    auto sleep = hd::time::sleep(std::chrono::microseconds(random.below(4000)));
    if (random.below(3) == 0) {
      // Armed, then another deadline.
      bool first = true;
      const Instant other = Instant::now() + std::chrono::microseconds(random.below(4000));
      co_await hd::poll_fn([&](hd::Context& cx) -> hd::Poll<void> {
        if (std::exchange(first, false)) {
          static_cast<void>(sleep.poll(cx).is_ready());
          sleep.reset(other);
        }
        return sleep.poll(cx);
      });
      if (Instant::now() < other) ++early;
      ++slept;
    } else if (random.below(3) == 0) {
      // Armed, then dropped while it may be firing.
      bool first = true;
      co_await hd::poll_fn([&](hd::Context& cx) -> hd::Poll<void> {
        if (sleep.poll(cx).is_ready() || !std::exchange(first, false)) return hd::Ready();
        cx.yield();
        return hd::Pending;
      });
      ++gave_up;
    } else {
      co_await sleep;
      if (Instant::now() < sleep.deadline()) ++early;
      ++slept;
    }
  }
}

void stress(heddle_test::RuntimeKind kind) {
  slept = gave_up = early = 0;
  const std::uint64_t seed = heddle_test::stress_seed();
  const heddle_test::StressTime time;
  auto runtime = heddle_test::runtime_of(kind);
  std::uint64_t round = 0;
  int expected = 0;
  while (time.goes_on()) {
    runtime.block_on([](std::uint64_t base) -> hd::Task<> {
      std::vector<hd::task::JoinHandle<void>> tasks;
      for (std::uint64_t i = 0; i < 200; ++i) tasks.push_back(hd::task::spawn(sleeper(base + i)));
      for (auto& task : tasks) EXPECT_TRUE((co_await task).has_value());
    }(seed + 1000 * round++));
    expected += 200 * 10;
  }
  EXPECT_EQ(early, 0);
  EXPECT_EQ(slept + gave_up, expected);
  std::printf("%d sleeps, %d given up\n", slept.load(), gave_up.load());
}

TEST(TimerStress, no_timer_of_four_workers_is_early_or_lost) { stress(heddle_test::RuntimeKind::kFourWorkers); }
TEST(TimerStress, no_timer_of_one_thread_is_early_or_lost) { stress(heddle_test::RuntimeKind::kCurrentThread); }

}  // namespace
