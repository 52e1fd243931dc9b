// SPDX-License-Identifier: MIT
// After Tokio's signal_drop_rt: a runtime that ends leaves the listeners of the others, and says so to its own.
#include "support/signals.hpp"

#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace heddle_test {
namespace {

using heddle::runtime::Builder;
using heddle::runtime::Runtime;
using heddle::signal::Signal;
using heddle::signal::signal;
using heddle::signal::SignalKind;

Signal listener_in(Runtime& runtime) {
  const auto guard = runtime.enter();
  return signal(SignalKind::user_defined1()).value();
}

TEST(SignalDropRt, a_runtime_that_ends_leaves_the_listeners_of_the_others) {
  std::optional<Runtime> first = Builder::current_thread().build().value();
  std::optional<Signal> first_listener = listener_in(*first);
  Runtime second = Builder::current_thread().build().value();
  Signal second_listener = listener_in(second);

  send_signal(SIGUSR1);
  EXPECT_TRUE(first->block_on(first_listener->recv()).has_value());
  first.reset();
  first_listener.reset();
  send_signal(SIGUSR1);
  EXPECT_TRUE(second.block_on(second_listener.recv()).has_value());
}

TEST(SignalDropRt, a_listener_that_outlives_its_runtime_says_so) {
  std::optional<Runtime> first = Builder::current_thread().build().value();
  Signal listener = listener_in(*first);
  first.reset();
  Runtime second = Builder::current_thread().build().value();
  const auto answer = second.block_on(listener.recv());
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind(), heddle::io::ErrorKind::kOther);
}

}  // namespace
}  // namespace heddle_test
