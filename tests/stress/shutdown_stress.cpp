// SPDX-License-Identifier: MIT
// Runtimes that end at random moments, while threads spawn, wake and abort: every frame is destroyed exactly once.
#include "support/drop_counter.hpp"
#include "support/runtime_kinds.hpp"
#include "support/stress.hpp"

#include <heddle/runtime/error.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
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
using heddle_test::OnDrop;
using heddle_test::RuntimeKind;

std::atomic<int> made, destroyed;
std::mutex wakers_lock;
std::vector<hd::Waker> wakers;

void wake_some(std::uint32_t random) {
  hd::Waker waker;
  {
    const std::lock_guard guard(wakers_lock);
    if (wakers.empty()) return;
    waker = wakers[random % wakers.size()].clone();
  }
  std::move(waker).wake();
}

hd::Task<> child() {
  ++made;
  const DropCounter local(destroyed);
  co_await hd::time::sleep(std::chrono::hours(1));
}

hd::Task<> parent(std::uint64_t seed) {
  ++made;
  const DropCounter local(destroyed);
  hd::base::FastRandom random(seed);
  const std::uint32_t havoc = random.below(8);
  const OnDrop spawn_and_wake([havoc] {
    if (havoc == 0) static_cast<void>(hd::task::spawn(child()));
    if (havoc == 1) wake_some(havoc);
  });
  for (;;) {
    switch (random.below(5)) {
      case 0: co_await hd::task::yield_now(); break;
      case 1: co_await hd::time::sleep(std::chrono::microseconds(random.below(100))); break;
      case 2: static_cast<void>(hd::task::spawn(child())); break;
      case 3: co_return;
      default: {
        bool first = true;
        co_await hd::poll_fn([&](hd::Context& cx) -> hd::Poll<void> {
          if (!std::exchange(first, false)) return hd::Ready();
          const std::lock_guard guard(wakers_lock);
          wakers.push_back(cx.waker().clone());
          return hd::Pending;
        });
      }
    }
  }
}

void disturb(const hd::runtime::Handle& handle, std::uint64_t seed, const std::atomic<bool>& stop) {
  hd::base::FastRandom random(seed);
  std::vector<hd::task::JoinHandle<void>> tasks;
  for (int i = 0; i < 200 || !stop; ++i) {
    if (i < 200) tasks.push_back(handle.spawn(parent(random.next())));
    wake_some(random.below(1000));
    if (random.below(8) == 0 && !tasks.empty()) {
      tasks[random.below(static_cast<std::uint32_t>(tasks.size()))].abort();
    }
    if (i >= 200) std::this_thread::yield();
  }
  // All end now: whatever they were, the runtime has gone.
  for (auto& task : tasks) static_cast<void>(hd::block_on(task).has_value());
}

void one_round(std::uint64_t seed) {
  hd::base::FastRandom random(seed);
  const RuntimeKind kind = static_cast<RuntimeKind>(random.below(3));
  std::optional<hd::runtime::Runtime> runtime(heddle_test::runtime_of(kind));
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 2; ++i) {
    threads.emplace_back([&stop, seed, i, handle = runtime->handle()] { disturb(handle, seed + i, stop); });
  }
  const auto patience = std::chrono::microseconds(random.below(2000));
  runtime->block_on([](std::chrono::microseconds wait) -> hd::Task<> { co_await hd::time::sleep(wait); }(patience));
  if (random.below(4) == 0) {
    std::move(*runtime).shutdown_background();
  } else {
    runtime.reset();
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const std::lock_guard guard(wakers_lock);
  wakers.clear();
}

TEST(ShutdownStress, every_frame_is_destroyed_exactly_once_whenever_the_runtime_ends) {
  const std::uint64_t seed = heddle_test::stress_seed();
  const heddle_test::StressTime time;
  std::uint64_t round = 0;
  while (time.goes_on()) one_round(seed + 10 * round++);
  // A runtime that was shut down in the background may have a moment left.
  while (destroyed != made) std::this_thread::yield();
  std::printf("%llu runtimes, %d frames\n", static_cast<unsigned long long>(round), made.load());
}

}  // namespace
