// SPDX-License-Identifier: MIT
// Blocking calls from threads and tasks, with threads that come and go, aborts, dropped handles, and runtimes that end.
#include "support/drop_counter.hpp"
#include "support/runtime_kinds.hpp"
#include "support/stress.hpp"

#include <heddle/base/random.hpp>
#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;

struct Counts {
  std::atomic<int> submitted{0};
  std::atomic<int> ran{0};
  std::atomic<int> dropped{0};
};
Counts counts;

int call(const DropCounter&, std::uint32_t kind) {
  ++counts.ran;
  if (kind % 8 == 0) throw std::runtime_error("now and then one panics");
  if (kind % 16 == 1) std::this_thread::sleep_for(std::chrono::microseconds(50));
  // And one drives a future, as blocking calls may.
  if (kind % 32 == 2) hd::runtime::Handle::current().block_on([]() -> hd::Task<> { co_await hd::task::yield_now(); }());
  return 1;
}

hd::task::JoinHandle<int> submit(const hd::runtime::Handle& handle, hd::base::FastRandom& random) {
  ++counts.submitted;
  return handle.spawn_blocking(call, DropCounter(counts.dropped), random.below(1024));
}

void submit_until(const std::atomic<bool>& stop, const hd::runtime::Handle& handle, std::uint64_t seed) {
  hd::base::FastRandom random(seed);
  while (!stop) {
    auto handle_of_call = submit(handle, random);
    switch (random.below(4)) {
      case 0: handle_of_call.abort(); [[fallthrough]];
      case 1: static_cast<void>(hd::block_on(handle_of_call)); break;
      case 2: handle_of_call.abort(); break;
      default: break;
    }
    if (random.below(8) == 0) std::this_thread::yield();
  }
}

void stress(RuntimeKind kind) {
  const std::uint64_t seed = stress_seed();
  const StressTime time;
  const auto hook_before = hd::runtime::set_panic_hook([](const hd::task::JoinError&) noexcept {});
  hd::base::FastRandom random(seed);
  int rounds = 0;
  for (; time.goes_on(); ++rounds) {
    counts.submitted = counts.ran = counts.dropped = 0;
    hd::runtime::Builder builder = builder_of(kind);
    builder.max_blocking_threads(1 + random.below(4));
    builder.thread_keep_alive(std::chrono::microseconds(random.below(3) * 50));
    std::optional<hd::runtime::Runtime> runtime(builder.build().value());
    std::atomic<bool> stop = false;
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 3; ++i) {
      threads.emplace_back([&stop, handle = runtime->handle(), own = seed + i] { submit_until(stop, handle, own); });
    }
    const int enough = static_cast<int>(random.below(400));
    while (counts.submitted < enough) std::this_thread::yield();
    switch (random.below(3)) {
      case 0: runtime.reset(); break;
      case 1: std::move(*runtime).shutdown_timeout(std::chrono::microseconds(random.below(200))); break;
      default: std::move(*runtime).shutdown_background(); break;
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    while (counts.dropped != counts.submitted) std::this_thread::yield();  // calls that the end has not waited for
    ASSERT_LE(counts.ran, counts.submitted);
  }
  std::printf("%d rounds\n", rounds);
  hd::runtime::set_panic_hook(hook_before);
}

TEST(BlockingPoolStress, of_a_current_thread_runtime) { stress(RuntimeKind::kCurrentThread); }
TEST(BlockingPoolStress, of_a_multi_thread_runtime) { stress(RuntimeKind::kFourWorkers); }

}  // namespace
}  // namespace heddle_test
