// SPDX-License-Identifier: MIT
// Runs a coroutine in a fresh runtime of each kind: for tests that must hold on both schedulers.
#pragma once

#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <utility>

namespace heddle::test {

enum class Scheduler : std::uint8_t { kCurrentThread, kMultiThread };

inline runtime::Runtime make_runtime(Scheduler scheduler) {
  if (scheduler == Scheduler::kCurrentThread) return runtime::Builder::current_thread().build().value();
  return runtime::Builder::multi_thread().worker_threads(2).build().value();
}

/// Spawns `task` and waits for it: what it throws fails the test.
template <class T>
T run_in(Scheduler scheduler, Task<T> task) {
  auto runtime = make_runtime(scheduler);
  auto result = runtime.block_on(runtime.spawn(std::move(task)));
  if (!result) std::rethrow_exception(std::move(result).error().into_panic());
  return *std::move(result);
}
inline void run_in(Scheduler scheduler, Task<> task) {
  auto runtime = make_runtime(scheduler);
  auto result = runtime.block_on(runtime.spawn(std::move(task)));
  if (!result) std::rethrow_exception(std::move(result).error().into_panic());
}

/// Base of parameterised suites; INSTANTIATE_TEST_SUITE_P(, Suite, on_both_schedulers(), scheduler_name);
class OnScheduler : public testing::TestWithParam<Scheduler> {
 protected:
  void run(Task<> task) { run_in(GetParam(), std::move(task)); }
};

inline auto on_both_schedulers() { return testing::Values(Scheduler::kCurrentThread, Scheduler::kMultiThread); }
inline std::string scheduler_name(const testing::TestParamInfo<Scheduler>& info) {
  return info.param == Scheduler::kCurrentThread ? "current_thread" : "multi_thread";
}

}  // namespace heddle::test
