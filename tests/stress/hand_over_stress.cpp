// SPDX-License-Identifier: MIT
// Cores that go from thread to thread all the time: tasks block in place, block without saying so, wake each other and
// end with their runtime. Each runs to its end or is destroyed, once.
#include "support/drop_counter.hpp"
#include "support/runtime_kinds.hpp"
#include "support/stress.hpp"

#include <heddle/base/random.hpp>
#include <heddle/runtime/block_in_place.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using heddle_test::DropCounter;
using heddle_test::RuntimeKind;

std::atomic<int> made, destroyed;

void sleep_for(std::uint32_t microseconds) { std::this_thread::sleep_for(std::chrono::microseconds(microseconds)); }

hd::Task<int> child(std::uint32_t pause) {
  ++made;
  const DropCounter local(destroyed);
  if (pause % 2 == 0) co_await hd::time::sleep(std::chrono::microseconds(pause));
  co_return 1;
}

hd::Task<> blocks(std::uint64_t seed) {
  ++made;
  const DropCounter local(destroyed);
  hd::base::FastRandom random(seed);
  for (int i = 0; i < 10; ++i) {
    auto other = hd::task::spawn(child(random.below(200)));
    const std::uint32_t pause = random.below(100);
    switch (random.below(6)) {
      case 0: hd::task::block_in_place([&] { sleep_for(pause); }); break;
      case 1: hd::task::block_in_place([&] { static_cast<void>(hd::block_on(other).has_value()); }); continue;
      case 2: hd::task::block_in_place([] {}); break;
      case 3:
        // Long enough for the monitor, now and then.
        if (random.below(8) == 0) sleep_for(25'000);
        break;
      case 4: co_await hd::task::yield_now(); break;
      default: break;
    }
    if (random.below(2) == 0) static_cast<void>(co_await other);
  }
}

void one_round(std::uint64_t seed) {
  hd::base::FastRandom random(seed);
  std::optional<hd::runtime::Runtime> runtime(
      heddle_test::runtime_of(random.below(2) == 0 ? RuntimeKind::kOneWorker : RuntimeKind::kFourWorkers));
  std::vector<hd::task::JoinHandle<void>> tasks;
  for (int i = 0; i < 16; ++i) tasks.push_back(runtime->spawn(blocks(random.next())));
  const bool to_the_end = random.below(2) == 0;
  if (to_the_end) {
    for (auto& task : tasks) EXPECT_TRUE(runtime->block_on(task).has_value());
  } else {
    sleep_for(random.below(3000));
  }
  if (random.below(4) == 0) {
    std::move(*runtime).shutdown_background();
  } else {
    runtime.reset();
  }
  if (!to_the_end) {
    for (auto& task : tasks) static_cast<void>(hd::block_on(task).has_value());
  }
}

TEST(HandOverStress, every_task_runs_to_its_end_or_is_destroyed_while_cores_change_hands) {
  const std::uint64_t seed = heddle_test::stress_seed();
  const heddle_test::StressTime time;
  std::uint64_t round = 0;
  while (time.goes_on()) one_round(seed + 10 * round++);
  // A runtime that was shut down in the background may have a moment left.
  while (made != destroyed) std::this_thread::yield();
}

}  // namespace
