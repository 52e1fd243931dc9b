// SPDX-License-Identifier: MIT
// A million tasks at once, each asleep.
#include <heddle/runtime/runtime.hpp>
#include <heddle/time/pause.hpp>
#include <heddle/time/sleep.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEDDLE_TEST_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEDDLE_TEST_SANITIZED 1
#endif

namespace {

namespace hd = heddle;
using namespace std::chrono_literals;

#if defined(HEDDLE_TEST_SANITIZED)
constexpr std::size_t kTasks = 100'000;  // a sanitizer takes ten times the memory
#else
constexpr std::size_t kTasks = 1'000'000;
#endif

std::size_t asleep, awake;

TEST(Million, as_many_tasks_sleep_at_once_and_all_wake) {
  asleep = awake = 0;
  hd::runtime::Builder builder = hd::runtime::Builder::current_thread();
  auto runtime = builder.start_paused().build().value();
  runtime.block_on([]() -> hd::Task<> {
    for (std::size_t i = 0; i < kTasks; ++i) {
      static_cast<void>(hd::task::spawn([](std::size_t n) -> hd::Task<> {
        ++asleep;
        co_await hd::time::sleep(1s + std::chrono::milliseconds(n % 1000));
        --asleep;
        ++awake;
      }(i)));
    }
    while (asleep != kTasks) co_await hd::task::yield_now();
  }());
  EXPECT_EQ(runtime.alive_tasks(), kTasks);
  runtime.block_on([]() -> hd::Task<> {
    co_await hd::time::advance(500ms);
    EXPECT_EQ(asleep, kTasks);
    co_await hd::time::sleep(10s);
  }());
  EXPECT_EQ(awake, kTasks);
  EXPECT_EQ(runtime.alive_tasks(), 0U);
}

}  // namespace
