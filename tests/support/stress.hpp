// SPDX-License-Identifier: MIT
// What stress tests share: a seed that is printed and can be given, and an end.
#pragma once

#include <heddle/base/random.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace heddle_test {

/// HEDDLE_STRESS_SEED if it is set, else a new one. Printed, so that a failure can be tried again.
inline std::uint64_t stress_seed() {
  const char* given = std::getenv("HEDDLE_STRESS_SEED");
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  return seed;
}

/// Lets rounds go on for HEDDLE_STRESS_MS, or two seconds.
class StressTime {
 public:
  [[nodiscard]] bool goes_on() const { return std::chrono::steady_clock::now() < end_; }

 private:
  static std::chrono::milliseconds duration() {
    const char* given = std::getenv("HEDDLE_STRESS_MS");
    return std::chrono::milliseconds(given != nullptr ? std::stol(given) : 2000);
  }
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + duration();
};

}  // namespace heddle_test
