// SPDX-License-Identifier: MIT
// Children that are dropped, as tokio/tests/process_kill_on_drop.rs looks at them.
#include <heddle/process/command.hpp>

#include "support/on_runtime.hpp"
#include "support/processes.hpp"

#include <csignal>
#include <optional>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::process::Command;
using hd::process::Stdio;

/// Runs until its standard input ends; says "ready" when it runs.
Command waits_for_input() {
  auto command = shell("echo ready; read line; echo got $line");
  command.stdin_(Stdio::piped()).stdout_(Stdio::piped());
  return command;
}

hd::Async<> read_ready(hd::process::ChildStdout& from) {
  std::string line(6, '\0');
  auto count = co_await hd::io::read_exact(from, std::as_writable_bytes(std::span(line)));
  EXPECT_TRUE(count.has_value());
  EXPECT_EQ(line, "ready\n");
}

class ProcessKillOnDrop : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, ProcessKillOnDrop, every_kind(), name_of);

TEST_P(ProcessKillOnDrop, a_child_that_is_dropped_is_killed_if_that_was_asked_for) {
  run([]() -> Task<> {
    std::optional child = waits_for_input().kill_on_drop(true).spawn().value();
    const auto pid = child->id().value();
    auto in = std::exchange(child->stdin_, std::nullopt);
    auto out = std::exchange(child->stdout_, std::nullopt);
    co_await read_ready(*out);
    child.reset();
    const std::string rest = co_await all_of(*out);
    EXPECT_EQ(rest, "");
    wait_until_reaped(pid);
  }());
}

TEST_P(ProcessKillOnDrop, a_child_that_is_dropped_goes_on_otherwise_and_is_reaped_when_it_ends) {
  run([]() -> Task<> {
    std::optional child = waits_for_input().spawn().value();
    const auto pid = child->id().value();
    auto in = std::exchange(child->stdin_, std::nullopt);
    auto out = std::exchange(child->stdout_, std::nullopt);
    co_await read_ready(*out);
    child.reset();
    auto written = co_await in->write_all(std::as_bytes(std::span("it\n", 3)));
    EXPECT_TRUE(written.has_value());
    const std::string rest = co_await all_of(*out);
    EXPECT_EQ(rest, "got it\n");
    wait_until_reaped(pid);
  }());
}

TEST_P(ProcessKillOnDrop, a_dropped_future_that_owns_a_child_kills_it) {
  run([]() -> Task<> {
    auto child = waits_for_input().kill_on_drop(true).spawn().value();
    const auto pid = child.id().value();
    auto in = std::exchange(child.stdin_, std::nullopt);
    { auto output = std::move(child).wait_with_output(); }
    wait_until_reaped(pid);
    co_return;
  }());
}

TEST_P(ProcessKillOnDrop, a_child_is_reaped_though_its_runtime_is_gone) {
  std::uint32_t pid = 0;
  std::optional<hd::process::Child> child;
  {
    auto runtime = runtime_of(GetParam());
    runtime.block_on([](std::optional<hd::process::Child>& into) -> hd::Async<> {
      into = waits_for_input().spawn().value();
      co_return;
    }(child));
    pid = child->id().value();
  }
  child.reset();
  wait_until_reaped(pid);
}

TEST_P(ProcessKillOnDrop, many_children_that_are_dropped_are_reaped) {
  run([]() -> Task<> {
    std::vector<std::uint32_t> pids;
    for (int i = 0; i < 20; ++i) {
      auto child = shell("exec cat").stdin_(Stdio::piped()).spawn().value();
      pids.push_back(child.id().value());
    }
    for (const auto pid : pids) wait_until_reaped(pid);
    co_return;
  }());
}

TEST_P(ProcessKillOnDrop, kill_ends_a_child_and_waits_for_it) {
  run([]() -> Task<> {
    auto child = waits_for_input().spawn().value();
    auto killed = co_await child.kill();
    EXPECT_TRUE(killed.has_value());
    EXPECT_EQ(child.try_wait().value()->signal(), SIGKILL);
    EXPECT_TRUE(child.start_kill().has_value());
    killed = co_await child.kill();
    EXPECT_TRUE(killed.has_value());
  }());
}

}  // namespace
}  // namespace heddle_test
