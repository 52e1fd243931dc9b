// SPDX-License-Identifier: MIT
// Joining, detaching, and exceptions that leave threads.
#include <heddle/thread/spawn.hpp>

#include <heddle/base/blocking.hpp>

#include "thread/handshake.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <pthread.h>

namespace {

namespace thread = heddle::thread;
using heddle_test::Counted;
using heddle_test::Gate;

std::string message_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST(JoinHandle, an_exception_is_carried_to_the_join) {
  auto result = thread::spawn([]() -> int { throw std::out_of_range("too far"); }).join();
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().is_panic());
  EXPECT_EQ(result.error().message(), "the thread panicked: too far");
  EXPECT_THROW(std::rethrow_exception(std::move(result).error().into_panic()), std::out_of_range);
}

TEST(JoinHandle, what_the_thread_wrote_is_seen_after_the_join) {
  static int plain = 0;
  thread::spawn([] { plain = 5; }).join().value();
  EXPECT_EQ(plain, 5);
}

TEST(JoinHandle, a_second_join_is_refused) {
  auto handle = thread::spawn([] { return 1; });
  EXPECT_EQ(handle.join().value(), 1);
  EXPECT_THROW(static_cast<void>(handle.join()), std::logic_error);
}

TEST(JoinHandle, joining_what_was_moved_from_is_refused) {
  auto handle = thread::spawn([] { return 1; });
  auto moved = std::move(handle);
  EXPECT_THROW(static_cast<void>(handle.join()), std::logic_error);  // NOLINT: the point of the test
  EXPECT_EQ(moved.join().value(), 1);
}

TEST(JoinHandle, assignment_detaches_the_thread_it_had) {
  static Gate go;
  static Gate done;
  auto handle = thread::spawn([] {
    go.wait();
    done.open();
    return 1;
  });
  handle = thread::spawn([] { return 2; });
  go.open();
  done.wait();
  EXPECT_EQ(handle.join().value(), 2);
}

TEST(JoinHandle, a_thread_that_joins_itself_gets_an_error) {
  static std::optional<thread::JoinHandle<bool>> own;
  static Gate given;
  own = thread::spawn([] {
    given.wait();
    try {
      static_cast<void>(own->join());
    } catch (const std::system_error& error) {
      return error.code() == std::errc::resource_deadlock_would_occur;
    }
    return false;
  });
  given.open();
  EXPECT_TRUE(own->join().value());
  own.reset();
}

TEST(JoinHandle, join_is_refused_where_tasks_are_polled_and_may_be_repeated_elsewhere) {
  static Gate go;
  auto handle = thread::spawn([] {
    go.wait();
    return 4;
  });
  heddle::base::set_in_async(true);
  EXPECT_THROW(static_cast<void>(handle.join()), heddle::BlockingInAsync);
  heddle::base::set_in_async(false);
  go.open();
  EXPECT_EQ(handle.join().value(), 4);
}

TEST(JoinHandle, a_finished_thread_can_be_joined_where_tasks_are_polled) {
  auto handle = thread::spawn([] { return 4; });
  while (!handle.is_finished()) thread::yield_now();
  heddle::base::set_in_async(true);
  EXPECT_EQ(handle.join().value(), 4);
  heddle::base::set_in_async(false);
}

TEST(JoinHandle, a_new_thread_doesnt_count_as_one_that_polls_tasks) {
  heddle::base::set_in_async(true);
  auto handle = thread::spawn([] { return heddle::base::in_async(); });
  heddle::base::set_in_async(false);
  EXPECT_FALSE(handle.join().value());
}

std::atomic<int> unwanted_alive = 0;  // NOLINT

TEST(JoinHandle, an_unwanted_result_is_destroyed_by_the_thread_that_ends_later) {
  static Gate go;
  static Gate made;
  static_cast<void>(thread::spawn([] {
    go.wait();
    Counted result(unwanted_alive);
    made.open();
    return result;
  }));
  go.open();
  made.wait();
  while (unwanted_alive != 0) thread::yield_now();
}

TEST(JoinHandle, an_unwanted_result_is_destroyed_by_the_handle_that_goes_later) {
  static std::atomic<int> alive = 0;
  {
    auto handle = thread::spawn([] { return Counted(alive); });
    while (!handle.is_finished()) thread::yield_now();
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

TEST(JoinHandle, a_joined_result_is_not_destroyed_twice) {
  static std::atomic<int> alive = 0;
  {
    auto result = thread::spawn([] { return Counted(alive); }).join();
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

TEST(JoinHandle, a_thread_that_leaves_by_pthread_exit_is_a_panic) {
  static std::atomic<int> alive = 0;
  auto result = thread::spawn([] {
                  const Counted counted(alive);
                  pthread_exit(nullptr);
                }).join();
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().message().find("pthread_exit"), std::string::npos);
  EXPECT_EQ(alive, 0);
}

// What the hook of the test below was given.
std::string reported;       // NOLINT
Gate* report_done = nullptr;  // NOLINT

void keep_report(const thread::Thread& who, const std::exception_ptr& exception) noexcept {
  reported = std::string(who.name().value_or("?")) + ": " + message_of(exception);
  report_done->open();
}

class PanicHook : public ::testing::Test {
 protected:
  PanicHook() : before_(thread::set_panic_hook(&keep_report)) {
    reported.clear();
    report_done = &done_;
  }
  ~PanicHook() override { thread::set_panic_hook(before_); }

  Gate done_;

 private:
  thread::PanicHook before_;
};

TEST_F(PanicHook, gets_an_exception_that_leaves_a_detached_thread) {
  static Gate go;
  static_cast<void>(thread::Builder().name("lost").spawn([] {
    go.wait();
    throw std::runtime_error("unseen");
  }));
  go.open();
  done_.wait();
  EXPECT_EQ(reported, "lost: unseen");
}

TEST_F(PanicHook, gets_an_exception_whose_handle_is_dropped_after_the_end) {
  {
    auto handle = thread::Builder().name("late").spawn([] { throw std::runtime_error("unseen"); });
    while (!handle->is_finished()) thread::yield_now();
  }
  EXPECT_EQ(reported, "late: unseen");
}

TEST_F(PanicHook, doesnt_get_an_exception_that_a_join_has_taken) {
  EXPECT_FALSE(thread::spawn([] { throw std::runtime_error("seen"); }).join().has_value());
  EXPECT_EQ(reported, "");
}

TEST(PanicHookDefault, prints_the_thread_and_what_the_exception_says) {
  ::testing::internal::CaptureStderr();
  {
    auto handle = thread::Builder().name("loud").spawn([] { throw std::runtime_error("lost words"); });
    while (!handle->is_finished()) thread::yield_now();
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "heddle: thread 'loud' panicked: lost words\n");
}

TEST(JoinError, tells_exceptions_that_are_no_std_exception) {
  const auto result = thread::spawn([] { throw 5; }).join();
  EXPECT_EQ(result.error().message(), "the thread panicked: an exception that is no std::exception");
}

}  // namespace
