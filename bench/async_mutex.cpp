// SPDX-License-Identifier: MIT
// async::Mutex: nanoseconds per lock and unlock, alone and contended, beside std::mutex in the same tasks and Tokio's Mutex.
//
// The Rust peer is a program of its own, built by bench/peers/async_mutex/build.sh; without it its column stays empty.
#include <heddle/async/mutex.hpp>
#include <heddle/future/async.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/sync/arc.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <ctime>

namespace {

namespace hd = heddle;
using Clock = std::chrono::steady_clock;
using AsyncMutex = hd::async::Mutex<long>;

struct StdMutex {
  mutable std::mutex mutex;
  mutable long value = 0;
};

hd::Task<> add_async(hd::Arc<AsyncMutex> mutex, long count) {
  for (long i = 0; i < count; ++i) ++*co_await mutex->lock();
}

hd::Task<> add_std(hd::Arc<StdMutex> mutex, long count) {
  for (long i = 0; i < count; ++i) {
    const std::lock_guard guard(mutex->mutex);
    ++mutex->value;
  }
  co_return;
}

struct Figure {
  double ns = 0;
  double cpu_per_wall = 0;
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class Mutex>
hd::Task<> run_tasks(hd::Task<> (*add)(hd::Arc<Mutex>, long), hd::Arc<Mutex> mutex, int tasks, long count) {
  std::vector<hd::task::JoinHandle<void>> handles;
  for (int i = 0; i < tasks; ++i) handles.push_back(hd::task::spawn(add(mutex.clone(), count)));
  for (auto& handle : handles) static_cast<void>(co_await handle);
}

template <class Mutex>
Figure measure(hd::Task<> (*add)(hd::Arc<Mutex>, long), int tasks, int workers, long count) {
  auto builder = hd::runtime::Builder::multi_thread();
  auto runtime = builder.worker_threads(static_cast<std::size_t>(workers)).build().value();
  auto mutex = hd::Arc<Mutex>::make();
  const double cpu = cpu_seconds();
  const auto start = Clock::now();
  auto all = run_tasks<Mutex>(add, mutex.clone(), tasks, count);
  auto handle = runtime.spawn(std::move(all));
  static_cast<void>(runtime.block_on(handle));
  const double wall = std::chrono::duration<double>(Clock::now() - start).count();
  return {wall * 1e9 / static_cast<double>(tasks * count), (cpu_seconds() - cpu) / wall};
}

std::optional<double> measure_peer(const std::string& program, int tasks, int workers, long count) {
  if (program.empty()) return std::nullopt;
  std::FILE* pipe = popen(fmt::format("{} {} {} {}", program, tasks, workers, count).c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  double ns = 0;
  const bool read = std::fscanf(pipe, "%lf", &ns) == 1;
  return pclose(pipe) == 0 && read ? std::optional(ns) : std::nullopt;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Case {
  const char* name;
  int tasks;
  int workers;
  long count;
};

void run(const Case& c, int rounds, const std::string& peer) {
  std::vector<double> ours, cpu, std_mutex, tokio;
  for (int round = 0; round < rounds; ++round) {  // alternating, so that all see the same neighbours
    const Figure figure = measure<AsyncMutex>(add_async, c.tasks, c.workers, c.count);
    ours.push_back(figure.ns);
    cpu.push_back(figure.cpu_per_wall);
    std_mutex.push_back(measure<StdMutex>(add_std, c.tasks, c.workers, c.count).ns);
    if (auto ns = measure_peer(peer, c.tasks, c.workers, c.count)) tokio.push_back(*ns);
  }
  fmt::print("{:<22} {:>9.1f} {:>9.1f} {:>9.2f} {:>9.1f} {:>9}\n", c.name, median(ours), std::ranges::min(ours),
             median(cpu), median(std_mutex), tokio.empty() ? "-" : fmt::format("{:.1f}", median(tokio)));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 7;
  std::string peer;
  CLI::App app("async::Mutex: nanoseconds per lock and unlock");
  app.add_option("--rounds", rounds, "alternating rounds per case; medians are printed")->capture_default_str();
  app.add_option("--tokio", peer, "the program that bench/peers/async_mutex/build.sh prints");
  CLI11_PARSE(app, argc, argv);

  fmt::print("{:<22} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "ns per lock and unlock", "heddle", "best", "cpu/wall", "std",
             "Tokio");
  for (const Case& c : {Case("1 task", 1, 1, 5'000'000), Case("8 tasks, 1 worker", 8, 1, 500'000),
                        Case("8 tasks, 2 workers", 8, 2, 100'000)}) {
    run(c, rounds, peer);
  }
}
