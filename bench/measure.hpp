// SPDX-License-Identifier: MIT
// What the programs of the bench share, ours and the peers': one run of one row, asked for on the command line as
// KIND WORKERS WIDTH COUNT and answered by one line of JSON. bench/run does the rest.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include <unistd.h>

namespace bench {

/// What to do, and how often. Zero workers: by threads, without a runtime. The width is the number of producers, of
/// tasks, or whatever else a kind of row has several of.
struct Row {
  std::string kind;
  std::size_t workers;
  std::size_t width;
  std::uint64_t count;
};

inline Row row_of(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s KIND WORKERS WIDTH COUNT\n", argv[0]);
    std::exit(2);
  }
  return {argv[1], std::strtoul(argv[2], nullptr, 10), std::strtoul(argv[3], nullptr, 10),
          std::strtoull(argv[4], nullptr, 10)};
}

[[noreturn]] inline void unknown(const Row& row) {
  std::fprintf(stderr, "no row of this program: %.*s with %zu workers\n", static_cast<int>(row.kind.size()),
               row.kind.data(), row.workers);
  std::exit(2);
}

/// Ends the program if the work wasn't done: a figure for work that was skipped is worth nothing.
inline void check(bool done) {
  if (!done) {
    std::fprintf(stderr, "the work was not done\n");
    std::exit(3);
  }
}

/// The clock and the processor time of all threads, from its construction on.
class Stopwatch {
 public:
  /// Prints what one of `count` operations took.
  void print(std::uint64_t count) const {
    const double wall = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start_).count();
    const double cpu = cpu_ns() - cpu_start_;
    const double n = static_cast<double>(count);
    std::printf("{\"wall_ns\": %.3f, \"cpu_ns\": %.3f}\n", wall / n, cpu / n);
    std::fflush(stdout);
  }

 private:
  static double cpu_ns() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
  }

  double cpu_start_ = cpu_ns();
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Bytes of this process that are in memory.
inline std::size_t resident_bytes() {
  std::size_t total = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu %zu", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

inline void print_bytes(std::size_t bytes, std::uint64_t count) {
  std::printf("{\"bytes\": %.1f}\n", static_cast<double>(bytes) / static_cast<double>(count));
  std::fflush(stdout);
}

/// Deadlines that look random and are the same for every program.
class Random {
 public:
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

 private:
  std::uint64_t state_ = 88172645463325252U;
};

}  // namespace bench
