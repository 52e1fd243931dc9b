// SPDX-License-Identifier: MIT
// Wall and processor time of a piece of work, and the memory of this process.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace bench {

inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Bytes of this process that are in memory.
inline std::size_t resident_bytes() {
  std::size_t total = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu %zu", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Runs `work`, which does `operations`, seven times and prints the median and the best.
template <class F>
void report(std::string_view name, std::size_t operations, F work) {
  struct Run {
    double wall;
    double cpu;
  };
  std::vector<Run> runs;
  for (int i = 0; i < 7; ++i) {
    const double cpu = cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    work();
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    runs.push_back({wall, cpu_seconds() - cpu});
  }
  std::ranges::sort(runs, {}, &Run::wall);
  const Run& median = runs[runs.size() / 2];
  const double scale = 1e9 / static_cast<double>(operations);
  fmt::print("{:44} {:9.1f} ns/op   best {:9.1f}   cpu {:9.1f}   cpu/wall {:.2f}\n", name, median.wall * scale,
             runs.front().wall * scale, median.cpu * scale, median.cpu / median.wall);
  std::fflush(stdout);
}

}  // namespace bench
