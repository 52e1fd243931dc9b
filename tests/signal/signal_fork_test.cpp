// SPDX-License-Identifier: MIT
// What a handler that heddle installs leaves as it was: the program's own handler, errno, and other processes.
#include "support/on_runtime.hpp"
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>

#include <sys/wait.h>

namespace heddle_test {
namespace {

using heddle::runtime::Builder;
using heddle::signal::signal;
using heddle::signal::SignalKind;

constinit std::atomic<int> handled{0};

TEST(SignalHandler, the_handler_that_stood_before_goes_on_being_called) {
  const int number = SIGRTMIN + 7;
  struct sigaction before {};
  ::sigaction(number, nullptr, &before);
  if (before.sa_handler != SIG_DFL) GTEST_SKIP() << "another test has listened for it: the handler is heddle's by now";
  struct sigaction mine {};
  mine.sa_handler = [](int) { handled.fetch_add(1, std::memory_order_relaxed); };
  ::sigaction(number, &mine, nullptr);
  auto runtime = Builder::current_thread().build().value();
  const auto guard = runtime.enter();
  auto listener = signal(SignalKind::from_raw(number)).value();
  send_signal(number);
  EXPECT_TRUE(runtime.block_on(listener.recv()).has_value());
  EXPECT_EQ(handled.load(std::memory_order_relaxed), 1);
}

TEST(SignalHandler, the_handler_leaves_errno_alone) {
  auto runtime = Builder::current_thread().build().value();
  const auto guard = runtime.enter();
  auto listener = signal(SignalKind::user_defined1()).value();
  errno = ENOTTY;
  send_signal(SIGUSR1);
  EXPECT_EQ(errno, ENOTTY);
}

/// In a child made by fork: ends it with 0 if `works`.
template <class F>
int status_of_child(F works) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(works() ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(SignalHandler, a_listener_made_after_fork_sees_the_child_s_signals_and_the_parent_does_not) {
  auto runtime = Builder::current_thread().build().value();
  const auto guard = runtime.enter();
  auto listener = signal(SignalKind::user_defined2()).value();
  const int status = status_of_child([] {
    auto own = Builder::current_thread().build().value();
    const auto entered = own.enter();
    auto own_listener = signal(SignalKind::user_defined2()).value();
    send_signal(SIGUSR2);
    return own.block_on(own_listener.recv()).has_value();
  });
  EXPECT_EQ(status, 0);
  bool seen = true;
  runtime.block_on([](heddle::signal::Signal& its, bool& was_seen) -> heddle::Async<> {
    co_await heddle::select(heddle::biased, heddle::on(its.recv(), [](auto&&) {}),
                            heddle::on(heddle::ready(), [&was_seen] { was_seen = false; }));
  }(listener, seen));
  EXPECT_FALSE(seen);
}

}  // namespace
}  // namespace heddle_test
