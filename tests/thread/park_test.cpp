// SPDX-License-Identifier: MIT
// Parking, and sleeping.
#include <heddle/thread/park.hpp>

#include <heddle/base/blocking.hpp>
#include <heddle/thread/spawn.hpp>

#include "thread/handshake.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>

namespace {

namespace thread = heddle::thread;
using heddle_test::Gate;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Takes a token that a test may have left.
class Park : public ::testing::Test {
 protected:
  void SetUp() override { thread::park_for(0ns); }
  void TearDown() override { heddle::base::set_in_async(false); }
};

TEST_F(Park, tokens_dont_add_up) {
  thread::current().unpark();
  thread::current().unpark();
  thread::park();
  const auto start = steady_clock::now();
  thread::park_for(2ms);
  EXPECT_GE(steady_clock::now() - start, 2ms);
}

TEST_F(Park, a_wait_that_gave_up_leaves_no_token_and_takes_the_next) {
  thread::park_for(1us);
  thread::current().unpark();
  thread::park();
}

TEST_F(Park, what_was_written_before_unpark_is_seen_after_park) {
  static int plain = 0;
  const auto handle = thread::spawn(
      [](thread::Thread waiting) {
        plain = 6;
        waiting.unpark();
      },
      thread::current());
  thread::park();
  EXPECT_EQ(plain, 6);
}

TEST_F(Park, a_time_in_the_past_returns_at_once) {
  thread::park_until(steady_clock::now() - 1h);
  thread::park_until(steady_clock::time_point::min());
  thread::park_for(-1h);
}

TEST_F(Park, a_duration_too_long_to_be_reached_waits_until_unparked) {
  const auto handle = thread::spawn([](thread::Thread waiting) { waiting.unpark(); }, thread::current());
  thread::park_for(std::chrono::hours::max());
  const auto second = thread::spawn([](thread::Thread waiting) { waiting.unpark(); }, thread::current());
  thread::park_until(steady_clock::time_point::max());
}

TEST_F(Park, is_refused_where_tasks_are_polled) {
  heddle::base::set_in_async(true);
  EXPECT_THROW(thread::park(), heddle::BlockingInAsync);
  EXPECT_THROW(thread::park_for(1h), heddle::BlockingInAsync);
  EXPECT_THROW(thread::park_until(steady_clock::now() + 1h), heddle::BlockingInAsync);
}

TEST_F(Park, with_a_token_returns_where_tasks_are_polled) {
  thread::current().unpark();
  heddle::base::set_in_async(true);
  thread::park();
}

TEST_F(Park, works_in_a_thread_that_was_started_otherwise) {
  std::thread([] {
    thread::current().unpark();
    thread::park();
  }).join();
}

TEST(Sleep, lasts_at_least_as_long_as_asked) {
  const auto start = steady_clock::now();
  thread::sleep(2ms);
  EXPECT_GE(steady_clock::now() - start, 2ms);
}

TEST(Sleep, until_a_time_ends_no_earlier) {
  const auto time = steady_clock::now() + 2ms;
  thread::sleep_until(time);
  EXPECT_GE(steady_clock::now(), time);
}

TEST(Sleep, zero_and_less_and_the_past_return_at_once_also_where_tasks_are_polled) {
  heddle::base::set_in_async(true);
  thread::sleep(0s);
  thread::sleep(-1h);
  thread::sleep_until(steady_clock::now() - 1h);
  heddle::base::set_in_async(false);
}

TEST(Sleep, is_refused_where_tasks_are_polled_and_names_the_awaitable_twin) {
  heddle::base::set_in_async(true);
  try {
    thread::sleep(1h);
    ADD_FAILURE() << "not refused";
  } catch (const heddle::BlockingInAsync& refusal) {
    EXPECT_NE(std::string(refusal.what()).find("time::sleep"), std::string::npos);
  }
  heddle::base::set_in_async(false);
}

}  // namespace
