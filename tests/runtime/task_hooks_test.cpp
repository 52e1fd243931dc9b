// SPDX-License-Identifier: MIT
// Hooks of tasks: when they are called, and what they are told. After Tokio's task_hooks.rs.
#include "support/task_fixture.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/task_builder.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;

class TaskHooks : public OnEachRuntime {
 protected:
  static inline std::atomic<int> spawned;
  static inline std::atomic<int> terminated;

  void SetUp() override {
    OnEachRuntime::SetUp();
    spawned = terminated = 0;
    runtime.reset();
    hd::runtime::Builder builder = builder_of(GetParam());
    builder.on_task_spawn([](const hd::task::TaskMeta&) { ++spawned; });
    builder.on_task_terminate([](const hd::task::TaskMeta&) { ++terminated; });
    runtime.emplace(builder.build().value());
  }
};
INSTANTIATE_TEST_SUITE_P(On, TaskHooks, every_kind(), name_of);

TEST_P(TaskHooks, spawn_is_called_once_for_each_task_from_anywhere) {
  auto outside = runtime->spawn([]() -> hd::Task<> { co_return; }());
  EXPECT_EQ(spawned, 1) << "before its first poll";
  run(runtime->spawn([]() -> hd::Task<> {
    for (int i = 0; i < 10; ++i) {
      auto task = hd::task::spawn([]() -> hd::Task<> { co_return; }());
      (co_await task).value();
    }
  }())).value();
  run(std::move(outside)).value();
  EXPECT_EQ(spawned, 12);
}

TEST_P(TaskHooks, terminate_was_called_when_the_result_is_seen) {
  for (int i = 1; i <= 10; ++i) {
    run(runtime->spawn([]() -> hd::Task<> { co_return; }())).value();
    EXPECT_EQ(terminated, i);
  }
}

TEST_P(TaskHooks, terminate_is_called_for_a_task_that_panics) {
  auto task = runtime->spawn([]() -> hd::Task<> {
    throw std::runtime_error("no");
    co_return;
  }());
  EXPECT_TRUE(run(std::move(task)).error().is_panic());
  EXPECT_EQ(terminated, 1);
}

TEST_P(TaskHooks, terminate_is_called_for_a_task_that_is_aborted) {
  auto task = runtime->spawn([]() -> hd::Task<> { co_await hd::pending(); }());
  task.abort();
  EXPECT_TRUE(run(std::move(task)).error().is_cancelled());
  EXPECT_EQ(terminated, 1);
}

TEST_P(TaskHooks, the_end_of_the_runtime_terminates_each_task) {
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(runtime->spawn([]() -> hd::Task<> { co_await hd::pending(); }()));
  }
  runtime.reset();
  EXPECT_EQ(spawned, 10);
  EXPECT_EQ(terminated, 10);
}

TEST_P(TaskHooks, a_blocking_call_is_a_task_too) {
  run(runtime->spawn_blocking([] {})).value();
  EXPECT_EQ(spawned, 1);
  EXPECT_EQ(terminated, 1);
}

TEST_P(TaskHooks, a_blocking_call_that_never_begins_is_terminated) {
  const auto handle = runtime->handle();
  runtime.reset();
  auto late = handle.spawn_blocking([] {});
  EXPECT_EQ(spawned, 1);
  EXPECT_EQ(terminated, 1);
}

TEST_P(TaskHooks, are_told_name_id_and_line) {
  struct Seen {
    std::string name;
    hd::task::Id id;
    std::source_location at;
  };
  static std::vector<Seen> seen;
  static std::mutex mutex;
  seen.clear();
  runtime.reset();
  hd::runtime::Builder builder = builder_of(GetParam());
  const auto note = [](const hd::task::TaskMeta& meta) {
    const std::lock_guard guard(mutex);
    seen.push_back({std::string(meta.name()), meta.id(), meta.spawned_at()});
  };
  runtime.emplace(builder.on_task_spawn(note).on_task_terminate(note).build().value());
  const hd::runtime::EnterGuard within = runtime->enter();

  const auto here = std::source_location::current();
  auto task = hd::task::Builder().name("reader").spawn([]() -> hd::Task<> { co_return; }());
  const hd::task::Id id = task.id();
  run(std::move(task)).value();
  auto call = hd::task::Builder().name("hasher").spawn_blocking([] {}).value();
  run(std::move(call)).value();
  run(hd::task::spawn_blocking([] {})).value();

  const std::lock_guard guard(mutex);
  ASSERT_EQ(seen.size(), 6U);
  for (std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    EXPECT_EQ(seen[i].name, "reader");
    EXPECT_EQ(seen[i].id, id);
    EXPECT_STREQ(seen[i].at.file_name(), here.file_name());
    EXPECT_EQ(seen[i].at.line(), here.line() + 1);
  }
  EXPECT_EQ(seen[2].name, "hasher");
  EXPECT_EQ(seen[2].at.line(), here.line() + 4);
  EXPECT_EQ(seen[4].name, "");
  EXPECT_EQ(seen[4].at.line(), here.line() + 6);
}

}  // namespace
}  // namespace heddle_test
