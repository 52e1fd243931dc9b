// SPDX-License-Identifier: MIT
// The schedulers that a test of tasks runs on.
#pragma once

#include <heddle/runtime/runtime.hpp>

#include <gtest/gtest.h>

#include <string>

namespace heddle_test {

enum class RuntimeKind { kCurrentThread, kOneWorker, kFourWorkers };

inline heddle::runtime::Builder builder_of(RuntimeKind kind) {
  using heddle::runtime::Builder;
  if (kind == RuntimeKind::kCurrentThread) return Builder::current_thread();
  Builder builder = Builder::multi_thread();
  builder.worker_threads(kind == RuntimeKind::kOneWorker ? 1 : 4);
  return builder;
}

inline heddle::runtime::Runtime runtime_of(RuntimeKind kind) { return builder_of(kind).build().value(); }

inline std::string name_of(const ::testing::TestParamInfo<RuntimeKind>& info) {
  switch (info.param) {
    case RuntimeKind::kCurrentThread: return "current_thread";
    case RuntimeKind::kOneWorker: return "one_worker";
    default: return "four_workers";
  }
}

inline auto every_kind() {
  return ::testing::Values(RuntimeKind::kCurrentThread, RuntimeKind::kOneWorker, RuntimeKind::kFourWorkers);
}

}  // namespace heddle_test
