// SPDX-License-Identifier: MIT
// The per-thread mark that lets a blocking call refuse to hang a worker.
#include <heddle/base/blocking.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace {

namespace base = heddle::base;

class Blocking : public ::testing::Test {
 protected:
  void TearDown() override { base::set_in_async(false); }
};

TEST_F(Blocking, a_thread_starts_outside_of_any_task) { EXPECT_FALSE(base::in_async()); }

TEST_F(Blocking, setting_the_mark_returns_the_mark_before) {
  EXPECT_FALSE(base::set_in_async(true));
  EXPECT_TRUE(base::set_in_async(false));
}

TEST_F(Blocking, the_mark_of_one_thread_is_unseen_by_another) {
  base::set_in_async(true);
  bool seen = true;
  std::thread([&] { seen = base::in_async(); }).join();
  EXPECT_FALSE(seen);
}

TEST_F(Blocking, outside_of_tasks_a_blocking_call_is_not_refused) {
  EXPECT_NO_THROW(base::refuse_in_async("Mutex::lock", "async::Mutex"));
}

TEST_F(Blocking, inside_a_task_the_refusal_names_the_call_and_its_awaitable_twin) {
  base::set_in_async(true);
  try {
    base::refuse_in_async("Mutex::lock", "async::Mutex");
    FAIL() << "not refused";
  } catch (const heddle::BlockingInAsync& refusal) {
    const std::string what = refusal.what();
    EXPECT_NE(what.find("Mutex::lock"), std::string::npos);
    EXPECT_NE(what.find("async::Mutex"), std::string::npos);
  }
}

}  // namespace
