// SPDX-License-Identifier: MIT
// hd::main: the exit status of a program, and what it prints.
#include <heddle/io/error.hpp>
#include <heddle/runtime/main.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <expected>
#include <stdexcept>
#include <string>

namespace {

namespace hd = heddle;

TEST(Main, returns_the_int_that_the_program_gives) {
  EXPECT_EQ(hd::main([]() -> hd::Task<int> { co_return 3; }), 3);
}

TEST(Main, returns_0_for_a_program_that_gives_nothing) {
  EXPECT_EQ(hd::main([]() -> hd::Task<> { co_await hd::task::yield_now(); }), 0);
}

TEST(Main, hands_its_arguments_on) {
  EXPECT_EQ(hd::main([](int a, std::string b) -> hd::Task<int> { co_return a + std::stoi(b); }, 1, "2"), 3);
}

TEST(Main, returns_what_an_expected_holds) {
  EXPECT_EQ(hd::main([]() -> hd::Task<hd::io::Result<void>> { co_return {}; }), 0);
  EXPECT_EQ(hd::main([]() -> hd::Task<hd::io::Result<int>> { co_return 4; }), 4);
}

TEST(Main, prints_an_error_and_returns_1) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(hd::main([]() -> hd::Task<hd::io::Result<void>> { co_return hd::io::fail(EADDRINUSE); }), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "Error: Address already in use (os error 98)\n");
}

TEST(Main, prints_an_exception_and_returns_101) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(hd::main([]() -> hd::Task<> {
    throw std::runtime_error("nothing goes");
    co_return;
  }), 101);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "heddle: main panicked: nothing goes\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(hd::main([]() -> hd::Task<> {
    throw 5;
    co_return;
  }), 101);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "heddle: main panicked: an exception that is no std::exception\n");
}

struct Left {
  ~Left() { ++gone; }
  static inline int gone = 0;
};

TEST(Main, cancels_the_tasks_that_are_left) {
  static std::atomic<bool> started;
  started = false;
  Left::gone = 0;
  hd::main([]() -> hd::Task<> {
    static_cast<void>(hd::task::spawn([]() -> hd::Task<> {
      const Left local;
      started = true;
      co_await hd::pending();
    }()));
    while (!started) co_await hd::task::yield_now();
  });
  EXPECT_EQ(Left::gone, 1);
}

TEST(PanicHook, the_usual_one_prints_a_line) {
  testing::internal::CaptureStderr();
  static std::string id;
  {
    auto runtime = hd::runtime::Builder::current_thread().build().value();
    runtime.block_on([]() -> hd::Task<> {
      auto task = hd::task::spawn([]() -> hd::Task<> {
        throw std::runtime_error("unseen");
        co_return;
      }());
      id = std::to_string(task.id().number());
      while (!task.is_finished()) co_await hd::task::yield_now();
    }());
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "heddle: task " + id + " panicked: unseen\n");
}

}  // namespace
