// SPDX-License-Identifier: MIT
// What a task or a thread costs: to create and await one, and to keep one alive that waits.
//
// Prints one JSON object.
#include "program.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/time/sleep.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <latch>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace hd = heddle;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRounds = 7;
constexpr std::size_t kBatch = 1000;

struct Options {
  std::size_t created = 0;
  std::size_t alive = 0;
  std::size_t mebibytes = 1024;
};

struct Alive {
  std::size_t count;
  std::size_t bytes;
};

/// The anonymous memory of this process that is in RAM: heap and stacks, not code.
std::size_t resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (std::size_t kibibytes = 0; word == "RssAnon:" && status >> kibibytes) return kibibytes * 1024;
  }
  guide::fail("RssAnon in /proc/self/status", ENOENT);
}

double nanoseconds_each(Clock::time_point start, std::size_t count) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / static_cast<double>(count);
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

void report(double created, const Alive& alive) {
  guide::say("{{\"create_ns\": {:.1f}, \"alive\": {}, \"alive_bytes\": {}}}\n", created, alive.count, alive.bytes);
}

hd::Task<> nothing() { co_return; }

hd::Task<double> create_tasks(std::size_t count) {
  std::vector<double> rounds;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto start = Clock::now();
    for (std::size_t i = 0; i < count; ++i) {
      const auto result = co_await hd::task::spawn(nothing());
      result.value();
    }
    rounds.push_back(nanoseconds_each(start, count));
  }
  co_return median(std::move(rounds));
}

// How many have come to where they wait.
std::atomic<std::size_t> waiting = 0;

hd::Task<> sleeping_task() {
  waiting.fetch_add(1, std::memory_order_relaxed);
  co_await hd::time::sleep(std::chrono::years(1));
}

/// Spawns until `most` tasks sleep, or memory has grown by `bytes`.
hd::Task<Alive> keep_tasks(std::size_t most, std::size_t bytes) {
  const std::size_t before = resident_bytes();
  Alive alive{0, 0};
  while (alive.count < most && alive.bytes < bytes) {
    const std::size_t batch = std::min(kBatch, most - alive.count);
    for (std::size_t i = 0; i < batch; ++i) hd::task::spawn(sleeping_task());
    alive.count += batch;
    while (waiting.load(std::memory_order_relaxed) < alive.count) co_await hd::task::yield_now();
    alive.bytes = resident_bytes() - before;
  }
  co_return alive;
}

void measure_tasks(const Options& options) {
  auto runtime = hd::runtime::Builder::multi_thread().worker_threads(1).build();
  if (!runtime) guide::fail("the runtime", runtime.error().raw_os_error());
  const double created = runtime->block_on(runtime->spawn(create_tasks(options.created))).value();
  report(created, runtime->block_on(runtime->spawn(keep_tasks(options.alive, options.mebibytes << 20))).value());
}

double create_threads(std::size_t count) {
  std::vector<double> rounds;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto start = Clock::now();
    for (std::size_t i = 0; i < count; ++i) std::thread([] {}).join();
    rounds.push_back(nanoseconds_each(start, count));
  }
  return median(std::move(rounds));
}

/// Starts threads until `most` wait, or memory has grown by `bytes`, or the system refuses one more.
Alive keep_threads(std::size_t most, std::size_t bytes, std::latch& end, std::vector<std::jthread>& threads) {
  const std::size_t before = resident_bytes();
  Alive alive{0, 0};
  while (alive.count < most && alive.bytes < bytes) {
    const std::size_t batch = std::min(kBatch, most - alive.count);
    try {
      for (std::size_t i = 0; i < batch; ++i) {
        threads.emplace_back([&end] {
          waiting.fetch_add(1, std::memory_order_relaxed);
          end.wait();
        });
      }
    } catch (const std::system_error&) {
      most = threads.size();
    }
    alive.count = threads.size();
    while (waiting.load(std::memory_order_relaxed) < alive.count) std::this_thread::yield();
    alive.bytes = resident_bytes() - before;
  }
  return alive;
}

void measure_threads(const Options& options) {
  const double created = create_threads(options.created);
  std::latch end(1);
  std::vector<std::jthread> threads;
  report(created, keep_threads(options.alive, options.mebibytes << 20, end, threads));
  end.count_down();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("What creating and keeping tasks or threads costs; prints one JSON object.");
  std::string kind;
  Options options;
  app.add_option("kind", kind, "tasks or threads")->required()->check(CLI::IsMember({"tasks", "threads"}));
  app.add_option("--created", options.created, "How many to create one after the other, in each of 7 rounds")
      ->required()
      ->check(CLI::PositiveNumber);
  app.add_option("--alive", options.alive, "How many to keep alive at most")->required()->check(CLI::PositiveNumber);
  app.add_option("--mebibytes", options.mebibytes, "Keep more alive until they take this much memory")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  guide::begin();
  if (kind == "tasks") {
    measure_tasks(options);
  } else {
    measure_threads(options);
  }
}
