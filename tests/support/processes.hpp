// SPDX-License-Identifier: MIT
// What tests of processes need: whether one is gone, and what a stream says.
#pragma once

#include "support/bytes.hpp"

#include <heddle/future/async.hpp>
#include <heddle/io/read.hpp>
#include <heddle/net/unix_pipe.hpp>
#include <heddle/process/command.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heddle_test {

/// Returns when nothing is left of a child of ours: it has ended, and was reaped.
inline void wait_until_reaped(std::uint32_t pid) {
  siginfo_t ended{};
  while (::waitid(P_PID, pid, &ended, WEXITED | WNOWAIT) == 0) ::sched_yield();
  EXPECT_EQ(errno, ECHILD);
}

inline heddle::process::Command shell(std::string_view script) {
  heddle::process::Command command("/bin/sh");
  command.arg("-c").arg(script);
  return command;
}

/// What a shell's script writes.
inline heddle::Async<std::string> output_of(heddle::process::Command command) {
  auto output = co_await command.output();
  if (!output) co_return output.error().message();
  EXPECT_TRUE(output->status.success()) << text_of(output->stderr_);
  co_return text_of(output->stdout_);
}

/// All that comes from a pipe until its end.
inline heddle::Async<std::string> all_of(heddle::net::unix_pipe::Receiver& from) {
  std::vector<std::byte> all;
  auto count = co_await heddle::io::read_to_end(from, all);
  EXPECT_TRUE(count.has_value());
  co_return text_of(all);
}

}  // namespace heddle_test
