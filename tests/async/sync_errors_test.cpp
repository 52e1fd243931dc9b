// SPDX-License-Identifier: MIT
// What the errors of the async locks say. The channels' errors stand with their channels.
#include <heddle/async/once_cell.hpp>
#include <heddle/async/semaphore.hpp>
#include <heddle/async/set_once.hpp>
#include <heddle/async/try_lock_error.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace heddle::async;

TEST(AsyncErrors, each_says_what_happened) {
  EXPECT_STREQ(AcquireError().message(), "semaphore closed");
  EXPECT_STREQ(message(TryAcquireError::kClosed), "semaphore closed");
  EXPECT_STREQ(message(TryAcquireError::kNoPermits), "no permits available");
  EXPECT_STREQ(TryLockError().message(), "operation would block");
  EXPECT_STREQ(SetOnceError<int>(1).message(), "the value was set before");
  EXPECT_STREQ(SetError<int>(SetError<int>::Kind::kInitializing, 1).message(), "the value is being initialised");
  EXPECT_STREQ(SetError<int>(SetError<int>::Kind::kAlreadyInitialized, 1).message(), "the value was set before");
}

TEST(AsyncErrors, a_refused_value_can_be_looked_at_and_taken_back) {
  SetError<std::string> set(SetError<std::string>::Kind::kInitializing, "a");
  EXPECT_EQ(set.value(), "a");
  EXPECT_EQ(std::move(set).into_inner(), "a");
  SetOnceError<std::string> once("b");
  EXPECT_EQ(once.value(), "b");
  EXPECT_EQ(std::move(once).into_inner(), "b");
}

}  // namespace
