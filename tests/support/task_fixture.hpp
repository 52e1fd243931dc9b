// SPDX-License-Identifier: MIT
// What tests of tasks share with the tasks: tasks borrow nothing, so it is static.
#pragma once

#include "support/drop_counter.hpp"
#include "support/gate.hpp"
#include "support/runtime_kinds.hpp"

#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <utility>

namespace heddle_test {

/// A runtime of each kind, a gate, and counters.
class OnEachRuntime : public ::testing::TestWithParam<RuntimeKind> {
 public:
  static inline std::optional<heddle::runtime::Runtime> runtime;
  static inline std::optional<Gate> gate;
  static inline std::atomic<int> drops;
  static inline std::atomic<int> count;
  static inline std::atomic<bool> flag;
  static inline std::atomic<int> unseen_panics;

 protected:
  void SetUp() override {
    gate.emplace();
    drops = 0;
    count = 0;
    flag = false;
    unseen_panics = 0;
    hook_before_ = heddle::runtime::set_panic_hook([](const heddle::task::JoinError&) noexcept { ++unseen_panics; });
    runtime.emplace(runtime_of(GetParam()));
  }
  void TearDown() override {
    runtime.reset();
    gate.reset();  // after the runtime: wakers may outlive it
    heddle::runtime::set_panic_hook(hook_before_);
  }

  template <heddle::Future F>
  static heddle::OutputOf<F> run(F future) {
    return runtime->block_on(std::move(future));
  }

 private:
  heddle::runtime::PanicHook hook_before_ = nullptr;
};

}  // namespace heddle_test
