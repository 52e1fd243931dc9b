// SPDX-License-Identifier: MIT
// The descriptor by which a child is watched, as tokio/tests/process_raw_handle.rs looks at the handle.
#include <heddle/process/command.hpp>

#include "support/on_runtime.hpp"
#include "support/processes.hpp"

#include <heddle/io/owned_fd.hpp>
#include <heddle/net/async_fd.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::process::Stdio;

class ProcessRawHandle : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, ProcessRawHandle, every_kind(), name_of);

TEST_P(ProcessRawHandle, the_pidfd_is_close_on_exec_and_ready_when_the_child_ends) {
  run([]() -> Task<> {
    auto child = shell("read line").stdin_(Stdio::piped()).spawn().value();
    EXPECT_NE(::fcntl(child.pidfd(), F_GETFD) & FD_CLOEXEC, 0);
    // Another number for it: one runtime watches a number once.
    hd::io::OwnedFd copy(::fcntl(child.pidfd(), F_DUPFD_CLOEXEC, 0));
    auto watched = hd::net::AsyncFd<hd::io::OwnedFd>::make(std::move(copy)).value();
    EXPECT_FALSE(child.try_wait().value());
    child.stdin_.reset();
    auto ready = co_await watched.readable();
    EXPECT_TRUE(ready.has_value());
    EXPECT_TRUE(child.try_wait().value());
  }());
}

}  // namespace
}  // namespace heddle_test
