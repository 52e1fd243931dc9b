// SPDX-License-Identifier: MIT
// async::Mutex: nanoseconds per lock and unlock, alone and contended, beside std::mutex in the same tasks and Tokio's
// Mutex.
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

#include <sys/resource.h>

namespace {

namespace hd = heddle;
using Clock = std::chrono::steady_clock;
using AsyncMutex = hd::async::Mutex<long>;

struct StdMutex {
  mutable std::mutex mutex;
  mutable long value = 0;

  StdMutex() = default;
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
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

// Wall time and processor time of one operation. Where others use the machine too, only the second compares.
struct Figure {
  double wall_ns = 0;
  double cpu_ns = 0;
};

double cpu_seconds(int who) {
  rusage used{};
  getrusage(who, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
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
  const double cpu = cpu_seconds(RUSAGE_SELF);
  const auto start = Clock::now();
  auto all = run_tasks<Mutex>(add, mutex.clone(), tasks, count);
  auto handle = runtime.spawn(std::move(all));
  static_cast<void>(runtime.block_on(handle));
  const double wall = std::chrono::duration<double>(Clock::now() - start).count();
  const double scale = 1e9 / static_cast<double>(tasks * count);
  return {wall * scale, (cpu_seconds(RUSAGE_SELF) - cpu) * scale};
}

std::optional<Figure> measure_peer(const std::string& program, int tasks, int workers, long count) {
  if (program.empty()) return std::nullopt;
  const double cpu = cpu_seconds(RUSAGE_CHILDREN);
  std::FILE* pipe = popen(fmt::format("{} {} {} {}", program, tasks, workers, count).c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  double ns = 0;
  const bool read = std::fscanf(pipe, "%lf", &ns) == 1;
  if (pclose(pipe) != 0 || !read) return std::nullopt;
  return Figure(ns, (cpu_seconds(RUSAGE_CHILDREN) - cpu) * 1e9 / static_cast<double>(tasks * count));
}

std::string median(std::vector<Figure> figures, double Figure::* what) {
  if (figures.empty()) return "-";
  std::ranges::sort(figures, {}, what);
  return fmt::format("{:.1f}", figures[figures.size() / 2].*what);
}

struct Case {
  const char* name;
  int tasks;
  int workers;
  long count;
};

void run(const Case& c, int rounds, const std::string& peer) {
  std::vector<Figure> ours, std_mutex, tokio;
  for (int round = 0; round < rounds; ++round) {  // alternating, so that all see the same neighbours
    ours.push_back(measure<AsyncMutex>(add_async, c.tasks, c.workers, c.count));
    std_mutex.push_back(measure<StdMutex>(add_std, c.tasks, c.workers, c.count));
    if (auto figure = measure_peer(peer, c.tasks, c.workers, c.count)) tokio.push_back(*figure);
  }
  fmt::print("{:<20}", c.name);
  for (const auto* figures : {&ours, &std_mutex, &tokio}) {
    fmt::print(" {:>8} {:>8}", median(*figures, &Figure::wall_ns), median(*figures, &Figure::cpu_ns));
  }
  fmt::print("\n");
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

  fmt::print("{:<20} {:>17} {:>17} {:>17}\n", "ns: wall, processor", "heddle", "std::mutex", "Tokio");
  for (const Case& c : {Case("1 task", 1, 1, 5'000'000), Case("8 tasks, 1 worker", 8, 1, 500'000),
                        Case("8 tasks, 2 workers", 8, 2, 100'000)}) {
    run(c, rounds, peer);
  }
}
