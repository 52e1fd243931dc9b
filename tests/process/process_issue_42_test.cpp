// SPDX-License-Identifier: MIT
// Many children at once, as tokio/tests/process_issue_42.rs looks at them.
#include <heddle/process/command.hpp>

#include "support/on_runtime.hpp"
#include "support/processes.hpp"

#include <heddle/future/join.hpp>
#include <heddle/runtime/spawn.hpp>

#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::process::Stdio;

class ProcessIssue42 : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, ProcessIssue42, every_kind(), name_of);

Task<> run_many(int count) {
  for (int i = 0; i < count; ++i) {
    auto command = shell("echo hello");
    command.stdin_(Stdio::piped());
    const std::string text = co_await output_of(std::move(command));
    EXPECT_EQ(text, "hello\n");
  }
}

TEST_P(ProcessIssue42, every_one_of_many_children_is_seen_to_end) {
  run([]() -> Task<> {
    std::vector<hd::task::JoinHandle<void>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(hd::task::spawn(run_many(10)));
    for (auto& each : tasks) {
      auto done = co_await each;
      EXPECT_TRUE(done.has_value());
    }
  }());
}

TEST_P(ProcessIssue42, many_children_that_run_at_once_are_waited_for_in_any_order) {
  run([]() -> Task<> {
    std::vector<hd::process::Child> children;
    for (int i = 0; i < 30; ++i) children.push_back(shell("exec cat").stdin_(Stdio::piped()).spawn().value());
    for (std::size_t i = children.size(); i-- > 0;) {
      auto status = co_await children[i].wait();
      EXPECT_TRUE(status.value().success());
    }
  }());
}

}  // namespace
}  // namespace heddle_test
