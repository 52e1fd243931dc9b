// SPDX-License-Identifier: MIT
// After Tokio's signal_no_rt: a listener belongs to a runtime.
#include <heddle/heddle.hpp>

#include <gtest/gtest.h>

namespace heddle_test {
namespace {

using heddle::signal::SignalKind;

TEST(SignalNoRt, a_listener_outside_a_runtime_is_refused) {
  EXPECT_THROW(static_cast<void>(heddle::signal::signal(SignalKind::hangup())), heddle::runtime::NoRuntime);
}

TEST(SignalNoRt, ctrl_c_is_refused_when_it_is_awaited_outside_a_runtime) {
  auto ctrl_c = heddle::signal::ctrl_c();
  EXPECT_THROW(static_cast<void>(heddle::block_on(ctrl_c)), heddle::runtime::NoRuntime);
}

}  // namespace
}  // namespace heddle_test
