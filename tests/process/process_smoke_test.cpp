// SPDX-License-Identifier: MIT
// A process that is started and ends, as tokio/tests/process_smoke.rs looks at it.
#include <heddle/process/command.hpp>

#include "support/on_runtime.hpp"

#include <csignal>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::process::Command;

class ProcessSmoke : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, ProcessSmoke, every_kind(), name_of);

TEST_P(ProcessSmoke, the_code_of_a_process_is_told_as_often_as_one_asks) {
  run([]() -> Task<> {
    auto child = Command("/bin/sh").arg("-c").arg("exit 2").spawn().value();
    EXPECT_GT(child.id().value(), 0U);
    auto first = co_await child.wait();
    EXPECT_EQ(first.value().code(), 2);
    EXPECT_FALSE(first.value().success());
    EXPECT_FALSE(first.value().signal());
    EXPECT_FALSE(child.id());
    auto again = co_await child.wait();
    EXPECT_EQ(again.value(), first.value());
    EXPECT_EQ(child.try_wait().value(), first.value());
  }());
}

TEST_P(ProcessSmoke, the_signal_that_ended_a_process_is_told) {
  run([]() -> Task<> {
    auto status = co_await Command("/bin/sh").arg("-c").arg("kill -TERM $$").status();
    EXPECT_EQ(status.value().signal(), SIGTERM);
    EXPECT_FALSE(status.value().code());
    EXPECT_FALSE(status.value().success());
    EXPECT_EQ(status.value().message(), "signal: 15");
  }());
}

}  // namespace
}  // namespace heddle_test
