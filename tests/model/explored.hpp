// SPDX-License-Identifier: MIT
// Explorations as gtest tests: one line of figures each, and the failing schedule where there is one.
#pragma once

#include <heddle_model/model.hpp>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <limits>
#include <string>

namespace heddle_test {

/// What a bound leaves out is sampled at random. The full tier (HEDDLE_MODEL_FULL=1) allows one preemption more.
inline heddle_model::Options tiered(heddle_model::Options options) {
  const bool full = std::getenv("HEDDLE_MODEL_FULL") != nullptr;
  if (options.preemptions != heddle_model::kAllInterleavings) {
    if (full) ++options.preemptions;
    options.random_executions = full ? 100'000 : 2'000;
  }
  if (full) options.most_executions *= 100;
  return options;
}

inline std::string words_of(unsigned bound, const char* unbounded) {
  return bound == std::numeric_limits<unsigned>::max() ? unbounded : std::to_string(bound);
}

/// Explores and prints the figures.
inline heddle_model::Report explored(const heddle_model::Options& options, const std::function<void()>& model) {
  const heddle_model::Report report = heddle_model::explore(options, model);
  fmt::print("             {} executions, {} pruned, {} random; bound {}; longest {} steps{}\n", report.executions,
             report.pruned, report.random_executions, words_of(options.preemptions, "none"), report.longest,
             report.failed || report.complete ? "" : "; NOT complete");
  return report;
}

/// Leaves the figures in gtest's report, for tools/model_figures.py.
inline void record(const heddle_model::Options& options, const heddle_model::Report& report) {
  ::testing::Test::RecordProperty("executions", std::to_string(report.executions));
  ::testing::Test::RecordProperty("pruned", std::to_string(report.pruned));
  ::testing::Test::RecordProperty("random", std::to_string(report.random_executions));
  ::testing::Test::RecordProperty("bound", words_of(options.preemptions, "none"));
  ::testing::Test::RecordProperty("stale_loads", words_of(options.stale_loads, "all"));
  ::testing::Test::RecordProperty("longest", std::to_string(report.longest));
}

/// Expects that no run of `model` fails, and that none within the bound was left out.
inline heddle_model::Report expect_holds(const heddle_model::Options& options, const std::function<void()>& model) {
  const heddle_model::Options tier = tiered(options);
  const heddle_model::Report report = explored(tier, model);
  record(tier, report);
  EXPECT_FALSE(report.failed) << report.message << "\nschedule:\n" << report.schedule << "replay: " << report.replay;
  EXPECT_TRUE(report.failed || report.complete) << "more than " << options.most_executions << " executions";
  return report;
}

/// Every interleaving.
inline const heddle_model::Options kAll{.preemptions = heddle_model::kAllInterleavings};

}  // namespace heddle_test
