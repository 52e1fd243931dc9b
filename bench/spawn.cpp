// SPDX-License-Identifier: MIT
// What tasks cost: spawning one and many, yielding, and timers that never fire.
#include "measure.hpp"

#include <heddle/future/async.hpp>
#include <heddle/runtime/local_runtime.hpp>
#include <heddle/runtime/local_set.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace hd = heddle;
using namespace std::chrono_literals;

namespace {

hd::Task<int> nothing() { co_return 1; }

hd::Task<> spawn_and_await(int times) {
  for (int i = 0; i < times; ++i) {
    auto task = hd::task::spawn(nothing());
    static_cast<void>(co_await task);
  }
}

hd::Task<> spawn_batches(int batches, int size) {
  std::vector<hd::task::JoinHandle<int>> tasks;
  tasks.reserve(static_cast<std::size_t>(size));
  for (int i = 0; i < batches; ++i) {
    for (int n = 0; n < size; ++n) tasks.push_back(hd::task::spawn(nothing()));
    for (auto& task : tasks) static_cast<void>(co_await task);
    tasks.clear();
  }
}

hd::Task<> yield(int times) {
  for (int i = 0; i < times; ++i) co_await hd::task::yield_now();
}

hd::Task<> yield_in_tasks(int tasks, int times) {
  std::vector<hd::task::JoinHandle<void>> handles;
  for (int i = 0; i < tasks; ++i) handles.push_back(hd::task::spawn(yield(times)));
  for (auto& handle : handles) static_cast<void>(co_await handle);
}

hd::Task<> arm_and_drop(int times) {
  for (int i = 0; i < times; ++i) {
    auto sleep = hd::time::sleep(10s);
    co_await hd::poll_fn([&sleep](hd::Context& cx) -> hd::Poll<void> {
      static_cast<void>(sleep.poll(cx).is_ready());
      return hd::Ready();
    });
  }
}

template <class F>
void row(hd::runtime::Runtime& runtime, const std::string& name, std::size_t operations, F make) {
  bench::report(name, operations, [&] { static_cast<void>(runtime.block_on(runtime.spawn(make()))); });
}

hd::Async<> spawn_local_and_await(int times) {
  for (int i = 0; i < times; ++i) {
    auto task = hd::task::spawn_local(nothing());
    static_cast<void>(co_await task);
  }
}

void local_table() {
  constexpr int kTimes = 300'000;
  auto local = hd::runtime::Builder::current_thread().build_local().value();
  bench::report("local runtime: spawn one and await", kTimes, [&] { local.block_on(spawn_local_and_await(kTimes)); });
  auto runtime = hd::runtime::Builder::current_thread().build().value();
  const hd::task::LocalSet set;
  bench::report("local set: spawn one and await", kTimes, [&] { set.block_on(runtime, spawn_local_and_await(kTimes)); });
}

void table(const std::string& kind, hd::runtime::Runtime runtime) {
  row(runtime, kind + "spawn one and await", 300'000, [] { return spawn_and_await(300'000); });
  row(runtime, kind + "1,000 spawned, then awaited", 300'000, [] { return spawn_batches(300, 1000); });
  row(runtime, kind + "yield, 1 task", 1'000'000, [] { return yield(1'000'000); });
  row(runtime, kind + "yield, 1,000 tasks", 1'000'000, [] { return yield_in_tasks(1000, 1000); });
  row(runtime, kind + "timer made and dropped", 500'000, [] { return arm_and_drop(500'000); });
}

}  // namespace

int main() {
  table("current thread: ", hd::runtime::Builder::current_thread().build().value());
  local_table();
  for (const std::size_t workers : {1U, 2U}) {
    auto builder = hd::runtime::Builder::multi_thread();
    table(fmt::format("{} workers: ", workers), builder.worker_threads(workers).build().value());
  }
}
