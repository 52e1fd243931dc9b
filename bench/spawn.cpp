// SPDX-License-Identifier: MIT
// What tasks cost: spawning one and many, forking, yielding, timers, and memory.
#include "measure.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/thread/scope.hpp>
#include <heddle/time/sleep.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace hd = heddle;
using namespace std::chrono_literals;

namespace {

hd::Task<std::uint64_t> give(std::uint64_t value) { co_return value; }

hd::Task<> spawn_one(std::uint64_t count) {
  std::uint64_t sum = 0;
  const bench::Stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto task = hd::task::spawn(give(i));
    sum += (co_await task).value();
  }
  bench::check(sum == count * (count - 1) / 2);
  watch.print(count);
}

hd::Task<> spawn_many(std::size_t size, std::uint64_t count) {
  std::vector<hd::task::JoinHandle<std::uint64_t>> tasks;
  tasks.reserve(size);
  std::uint64_t sum = 0;
  const bench::Stopwatch watch;
  for (std::uint64_t i = 0; i < count; i += size) {
    for (std::size_t n = 0; n < size; ++n) tasks.push_back(hd::task::spawn(give(i + n)));
    for (auto& task : tasks) sum += (co_await task).value();
    tasks.clear();
  }
  bench::check(sum == count * (count - 1) / 2);
  watch.print(count);
}

hd::Task<std::uint64_t> fib(std::uint64_t n) {
  if (n < 2) co_return n;
  auto first = hd::task::spawn(fib(n - 1));
  const std::uint64_t second = co_await fib(n - 2);
  co_return (co_await first).value() + second;
}

hd::Task<> fork_join(std::size_t n, std::uint64_t count) {
  const bench::Stopwatch watch;
  bench::check(co_await fib(n) == 832'040);
  watch.print(count);
}

hd::Task<std::uint64_t> skynet(std::uint64_t number, std::uint64_t size) {
  if (size == 1) co_return number;
  std::vector<hd::task::JoinHandle<std::uint64_t>> children;
  children.reserve(10);
  for (std::uint64_t i = 0; i < 10; ++i) children.push_back(hd::task::spawn(skynet(number + i * (size / 10), size / 10)));
  std::uint64_t sum = 0;
  for (auto& child : children) sum += (co_await child).value();
  co_return sum;
}

hd::Task<> skynet(std::uint64_t count) {
  const bench::Stopwatch watch;
  bench::check(co_await skynet(0, 1'000'000) == 499'999'500'000);
  watch.print(count);
}

hd::Task<> yield_alone(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) co_await hd::task::yield_now();
}

hd::Task<> yield(std::size_t tasks, std::uint64_t count) {
  const bench::Stopwatch watch;
  if (tasks == 1) {
    co_await yield_alone(count);
  } else {
    std::vector<hd::task::JoinHandle<void>> handles;
    for (std::size_t i = 0; i < tasks; ++i) handles.push_back(hd::task::spawn(yield_alone(count / tasks)));
    for (auto& handle : handles) static_cast<void>(co_await handle);
  }
  watch.print(count);
}

hd::Task<> wake_at(hd::time::Instant deadline) { co_await hd::time::sleep_until(deadline); }

// Each sleeps until a time of its own within the next second.
hd::Task<> sleeps(std::uint64_t count) {
  bench::Random random;
  std::vector<hd::task::JoinHandle<void>> handles;
  handles.reserve(count);
  const bench::Stopwatch watch;
  const auto start = hd::time::Instant::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::chrono::microseconds after(static_cast<std::int64_t>(random.next() % 1'000'000));
    handles.push_back(hd::task::spawn(wake_at(start + after)));
  }
  for (auto& handle : handles) static_cast<void>(co_await handle);
  watch.print(count);
}

// Armed by a first poll, then dropped.
hd::Task<> timers_dropped(std::uint64_t count) {
  const bench::Stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto sleep = hd::time::sleep(10s + std::chrono::milliseconds(i * 7919 % 50'000));
    co_await hd::poll_fn([&sleep](hd::Context& cx) -> hd::Poll<void> {
      bench::check(sleep.poll(cx).is_pending());
      return hd::Ready();
    });
  }
  watch.print(count);
}

void threads(std::uint64_t count) {
  std::uint64_t sum = 0;
  const bench::Stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) {
    hd::thread::scope([&](hd::thread::Scope& scope) { scope.spawn([](std::uint64_t& n) { ++n; }, scope.mut(sum)); });
  }
  bench::check(sum == count);
  watch.print(count);
}

hd::Task<> tasks(bench::Row row) {
  if (row.kind == "spawn-one") return spawn_one(row.count);
  if (row.kind == "spawn-many") return spawn_many(row.width, row.count);
  if (row.kind == "fib") return fork_join(row.width, row.count);
  if (row.kind == "skynet") return skynet(row.count);
  if (row.kind == "yield") return yield(row.width, row.count);
  if (row.kind == "sleeps") return sleeps(row.count);
  if (row.kind == "timers-dropped") return timers_dropped(row.count);
  bench::unknown(row);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Row row = bench::row_of(argc, argv);
  if (row.workers == 0) {
    if (row.kind != "spawn-one") bench::unknown(row);
    threads(row.count);
    return 0;
  }
  auto runtime = hd::runtime::Builder::multi_thread().worker_threads(row.workers).build().value();
  auto task = runtime.spawn(tasks(row));
  return runtime.block_on(task).has_value() ? 0 : 1;
}
