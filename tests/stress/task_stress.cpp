// SPDX-License-Identifier: MIT
// Random lives of tasks: spawned, woken, aborted, awaited and forgotten by several threads at once; each ends once.
#include "support/drop_counter.hpp"
#include "support/runtime_kinds.hpp"
#include "support/stress.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using heddle_test::DropCounter;

std::atomic<int> spawned, destroyed, ended, cancelled, forgotten;

// A place where tasks leave their wakers, and strangers take them.
class Board {
 public:
  void pin(hd::Waker waker) {
    const std::lock_guard guard(mutex_);
    waker_ = std::move(waker);
  }
  void wake() {
    hd::Waker waker;
    {
      const std::lock_guard guard(mutex_);
      waker = std::move(waker_);
    }
    std::move(waker).wake();
  }

 private:
  std::mutex mutex_;
  hd::Waker waker_;
};
std::array<Board, 16> boards;

hd::Task<int> life(std::uint64_t seed) {
  const DropCounter local(destroyed);
  hd::base::FastRandom random(seed);
  const int steps = static_cast<int>(random.below(6));
  for (int i = 0; i < steps; ++i) {
    switch (random.below(4)) {
      case 0: co_await hd::task::yield_now(); break;
      case 1: co_await hd::time::sleep(std::chrono::microseconds(random.below(300))); break;
      case 2: {
        // Waits for a stranger, or is overwritten on its board: then it waits for its abort, or the timer below.
        Board& board = boards[random.below(16)];
        bool first = true;
        auto patience = hd::time::sleep(std::chrono::milliseconds(3));
        co_await hd::poll_fn([&](hd::Context& cx) -> hd::Poll<void> {
          if (!std::exchange(first, false)) return hd::Ready();
          board.pin(cx.waker().clone());
          return patience.poll(cx);
        });
        break;
      }
      default: boards[random.below(16)].wake(); break;
    }
  }
  co_return 1;
}

void live(const hd::runtime::Handle& handle, std::uint64_t seed, const heddle_test::StressTime& time) {
  hd::base::FastRandom random(seed);
  std::vector<hd::task::JoinHandle<int>> tasks;
  while (time.goes_on()) {
    for (int i = 0; i < 50; ++i) {
      ++spawned;
      tasks.push_back(handle.spawn(life(random.next())));
      boards[random.below(16)].wake();
      if (random.below(4) == 0) tasks[random.below(static_cast<std::uint32_t>(tasks.size()))].abort();
    }
    while (tasks.size() > 20) {
      auto task = std::move(tasks.back());
      tasks.pop_back();
      if (random.below(3) == 0) {
        ++forgotten;
        continue;
      }
      if (random.below(3) == 0) task.abort();
      handle.block_on(task).has_value() ? ++ended : ++cancelled;
    }
  }
  for (auto& task : tasks) handle.block_on(task).has_value() ? ++ended : ++cancelled;
}

TEST(TaskStress, every_task_ends_or_is_cancelled_exactly_once) {
  const std::uint64_t seed = heddle_test::stress_seed();
  const heddle_test::StressTime time;
  std::optional<hd::runtime::Runtime> runtime(heddle_test::runtime_of(heddle_test::RuntimeKind::kFourWorkers));
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 3; ++i) {
    threads.emplace_back([&, i, handle = runtime->handle()] { live(handle, seed + i, time); });
  }
  for (std::thread& thread : threads) thread.join();
  runtime.reset();
  for (Board& board : boards) board.wake();
  EXPECT_EQ(ended + cancelled + forgotten, spawned);
  // An unpolled task that is cancelled has no local yet.
  EXPECT_LE(destroyed, spawned);
  EXPECT_GE(destroyed, ended);
  EXPECT_GT(ended, 0);
  std::printf("%d tasks: %d ended, %d cancelled, %d forgotten\n", spawned.load(), ended.load(), cancelled.load(),
              forgotten.load());
}

}  // namespace
