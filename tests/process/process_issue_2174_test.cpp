// SPDX-License-Identifier: MIT
// Writing to a child that doesn't read, as tokio/tests/process_issue_2174.rs looks at it.
#include <heddle/process/command.hpp>

#include "support/on_runtime.hpp"
#include "support/processes.hpp"

#include <heddle/runtime/spawn.hpp>

#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::process::Stdio;

class ProcessIssue2174 : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, ProcessIssue2174, every_kind(), name_of);

TEST_P(ProcessIssue2174, a_writer_that_waits_is_told_when_the_child_is_killed) {
  run([]() -> Task<> {
    auto child = shell("exec sleep 1000").stdin_(Stdio::piped()).spawn().value();
    auto in = std::move(*child.stdin_);
    child.stdin_.reset();
    auto writer = hd::task::spawn([](hd::process::ChildStdin pipe) -> Task<hd::io::ErrorKind> {
      const std::vector<std::byte> much(8192);
      for (;;) {
        auto written = co_await pipe.write_all(much);
        if (!written) co_return written.error().kind();
      }
    }(std::move(in)));
    auto killed = co_await child.kill();
    EXPECT_TRUE(killed.has_value());
    auto told = co_await writer;
    EXPECT_EQ(told.value(), hd::io::ErrorKind::kBrokenPipe);
  }());
}

}  // namespace
}  // namespace heddle_test
