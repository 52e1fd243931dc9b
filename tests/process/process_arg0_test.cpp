// SPDX-License-Identifier: MIT
// The name that a program is told, as tokio/tests/process_arg0.rs looks at it.
#include <heddle/process/command.hpp>

#include "support/on_runtime.hpp"
#include "support/processes.hpp"

namespace heddle_test {
namespace {

using heddle::Task;

class ProcessArg0 : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, ProcessArg0, every_kind(), name_of);

TEST_P(ProcessArg0, a_program_is_told_the_name_that_was_said) {
  run([]() -> Task<> {
    auto command = shell("echo $0");
    command.arg0("test_string");
    const std::string text = co_await output_of(std::move(command));
    EXPECT_EQ(text, "test_string\n");
  }());
}

TEST_P(ProcessArg0, a_program_is_told_its_own_name_otherwise) {
  run([]() -> Task<> {
    const std::string text = co_await output_of(shell("echo $0"));
    EXPECT_EQ(text, "/bin/sh\n");
  }());
}

}  // namespace
}  // namespace heddle_test
