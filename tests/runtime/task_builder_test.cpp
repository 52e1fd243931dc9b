// SPDX-License-Identifier: MIT
// Names of tasks, and the lines that spawned them. After Tokio's task_builder.rs.
#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/task_builder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/current.hpp"

namespace heddle_test {
namespace {

namespace hd = heddle;

/// What is known of the task that this thread polls.
struct Seen {
  Seen() : meta(hd::runtime::detail::current().task->meta()), name(meta.name()) {}
  hd::task::TaskMeta meta;
  std::string name;
};

struct Report {
  explicit Report(const Seen& seen)
      : name(seen.name), file(seen.meta.spawned_at().file_name()), line(seen.meta.spawned_at().line()), id(seen.meta.id()) {}
  std::string name;
  std::string file;
  std::uint_least32_t line;
  hd::task::Id id;
  HEDDLE_FIELDS(name, file, line, id);
};

hd::Task<Report> report() { co_return Report(Seen()); }
hd::Task<Report> report_with(int) { co_return Report(Seen()); }

template <class F>
Report run(F future) {
  auto runtime = hd::runtime::Builder::current_thread().build().value();
  return runtime.block_on(std::move(future));
}

TEST(TaskBuilder, a_task_has_the_name_that_it_was_given) {
  EXPECT_EQ(run([]() -> hd::Task<Report> {
              co_return (co_await hd::task::Builder().name("reader").spawn(report())).value();
            }()).name,
            "reader");
}

TEST(TaskBuilder, a_call_with_arguments_has_the_name_that_it_was_given) {
  EXPECT_EQ(run([]() -> hd::Task<Report> {
              co_return (co_await hd::task::Builder().name("reader").spawn(report_with, 1)).value();
            }()).name,
            "reader");
}

TEST(TaskBuilder, a_task_without_a_name_has_an_empty_one) {
  EXPECT_EQ(run([]() -> hd::Task<Report> { co_return (co_await hd::task::spawn(report())).value(); }()).name, "");
  EXPECT_EQ(run([]() -> hd::Task<Report> { co_return (co_await hd::task::Builder().spawn(report())).value(); }()).name,
            "");
}

TEST(TaskBuilder, a_task_without_a_name_keeps_no_byte_for_one) {
  using hd::runtime::detail::TaskCell, hd::runtime::detail::TaskHeader, hd::runtime::detail::TaskOutput;
  constexpr std::size_t kStage = std::max(sizeof(hd::Task<>), sizeof(TaskOutput<void>));
  EXPECT_EQ(sizeof(TaskCell<hd::Task<>>), sizeof(TaskHeader) + kStage);
}

TEST(TaskMeta, tells_the_line_that_spawned_the_task) {
  const auto here = std::source_location::current();
  const Report seen = run([]() -> hd::Task<Report> {
    auto task = hd::task::spawn(report());
    co_return (co_await task).value();
  }());
  EXPECT_EQ(seen.file, here.file_name());
  EXPECT_EQ(seen.line, here.line() + 2);
}

TEST(TaskMeta, tells_the_line_of_the_builder) {
  const auto here = std::source_location::current();
  const Report seen = run([]() -> hd::Task<Report> {
    auto task = hd::task::Builder().spawn(report_with, 1);
    co_return (co_await task).value();
  }());
  EXPECT_EQ(seen.file, here.file_name());
  EXPECT_EQ(seen.line, here.line() + 2);
}

TEST(TaskMeta, tells_the_line_of_a_spawn_onto_a_runtime) {
  auto runtime = hd::runtime::Builder::current_thread().build().value();
  const auto here = std::source_location::current();
  const Report by_runtime = runtime.block_on(runtime.spawn(report())).value();
  const Report by_handle = runtime.block_on(runtime.handle().spawn(report())).value();
  EXPECT_EQ(by_runtime.line, here.line() + 1);
  EXPECT_EQ(by_handle.line, here.line() + 2);
}

TEST(TaskMeta, tells_the_type_of_a_function_that_was_spawned_with_arguments) {
  static std::string_view function;
  auto runtime = hd::runtime::Builder::current_thread().build().value();
  runtime.block_on([]() -> hd::Task<> {
    auto task = hd::task::spawn(
        [](int) -> hd::Task<> {
          function = Seen().meta.spawned_at().function_name();
          co_return;
        },
        1);
    (co_await task).value();
  }());
  EXPECT_NE(function.find("lambda"), std::string_view::npos) << function;
}

}  // namespace
}  // namespace heddle_test
