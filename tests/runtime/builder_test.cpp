// SPDX-License-Identifier: MIT
// Making runtimes: settings that make no sense, hooks, and a system that refuses.
#include "support/drop_counter.hpp"

#include <heddle/runtime/runtime.hpp>
#include <heddle/runtime/task_builder.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <semaphore>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

namespace hd = heddle;
using hd::io::ErrorKind;
using hd::runtime::Builder;

void expect_refused(Builder builder) {
  const auto runtime = builder.build();
  ASSERT_FALSE(runtime.has_value());
  EXPECT_EQ(runtime.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_FALSE(runtime.error().message().empty());
}

template <class... Args>
Builder multi(Builder& (Builder::*set)(Args...), std::type_identity_t<Args>... args) {
  Builder builder = Builder::multi_thread();
  (builder.*set)(std::move(args)...);
  return builder;
}

TEST(Settings, that_make_no_sense_are_refused) {
  expect_refused(multi(&Builder::worker_threads, 0U));
  expect_refused(multi(&Builder::worker_threads, 100'000U));
  expect_refused(multi(&Builder::event_interval, 0U));
  expect_refused(multi(&Builder::global_queue_interval, 0U));
  expect_refused(multi(&Builder::max_blocking_threads, 0U));
  expect_refused(multi(&Builder::unhandled_panic, hd::runtime::UnhandledPanic::kShutdownRuntime));
  expect_refused(multi(&Builder::start_paused, true));
  Builder current = Builder::current_thread();
  current.worker_threads(1);
  expect_refused(std::move(current));
}

TEST(Settings, the_number_of_workers_is_what_was_asked_for) {
  EXPECT_EQ(multi(&Builder::worker_threads, 3U).build()->worker_count(), 3U);
  EXPECT_EQ(Builder::current_thread().build()->worker_count(), 1U);
}

TEST(Settings, the_default_number_of_workers_is_that_of_the_processors_this_process_may_use) {
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_EQ(hd::runtime::Runtime::make()->worker_count(), static_cast<std::size_t>(CPU_COUNT(&all)));
  std::size_t with_one = 0;
  std::thread([&] {  // the mask is the thread's, and goes with it
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
    }
    EXPECT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    with_one = hd::runtime::Runtime::make()->worker_count();
  }).join();
  EXPECT_EQ(with_one, 1U);
}

std::string own_name() {
  char name[16] = {};
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

std::size_t own_stack_size() {
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  std::size_t size = 0;
  pthread_attr_getstacksize(&attributes, &size);
  pthread_attr_destroy(&attributes);
  return size;
}

TEST(Workers, carry_their_name_as_far_as_the_system_keeps_it) {
  const auto name = [](auto& runtime) {
    return runtime.block_on(runtime.spawn([]() -> hd::Task<std::string> { co_return own_name(); }())).value();
  };
  auto usual = hd::runtime::Runtime::make().value();
  EXPECT_EQ(name(usual), "heddle-worker");
  auto named = multi(&Builder::thread_name, "a-name-of-more-than-fifteen-bytes").build().value();
  EXPECT_EQ(name(named), "a-name-of-more-");
}

TEST(BlockingThreads, carry_their_name) {
  const auto name = [](auto& runtime) { return runtime.block_on(runtime.spawn_blocking(own_name)).value(); };
  auto usual = hd::runtime::Runtime::make().value();
  EXPECT_EQ(name(usual), "heddle-blocking");
  auto named = multi(&Builder::thread_name, "crunch").build().value();
  EXPECT_EQ(name(named), "crunch");
}

TEST(BlockingThreads, have_the_stack_that_was_asked_for) {
  constexpr std::size_t kSize = std::size_t{64} << 20;  // more than any default
  auto runtime = multi(&Builder::thread_stack_size, kSize).build().value();
  EXPECT_GE(runtime.block_on(runtime.spawn_blocking(own_stack_size)).value(), kSize);
}

TEST(BlockingThreads, are_kept_as_long_as_was_asked_for_however_long_that_is) {
  Builder builder = Builder::current_thread();
  auto runtime = builder.thread_keep_alive(std::chrono::hours::max()).build().value();
  runtime.block_on(runtime.spawn_blocking([] {})).value();
}

TEST(Threads, may_each_be_named_by_a_function) {
  static std::atomic<int> number;
  number = 0;
  Builder builder = Builder::multi_thread();
  builder.worker_threads(1).thread_name_fn([] { return "thread-" + std::to_string(++number); });
  auto runtime = builder.build().value();
  EXPECT_EQ(runtime.block_on(runtime.spawn([]() -> hd::Task<std::string> { co_return own_name(); }())).value(),
            "thread-1");
  EXPECT_EQ(runtime.block_on(runtime.spawn_blocking(own_name)).value(), "thread-2");
}

TEST(Workers, have_the_stack_that_was_asked_for) {
  constexpr std::size_t kSize = std::size_t{64} << 20;  // more than any default
  auto runtime = multi(&Builder::thread_stack_size, kSize).build().value();
  const std::size_t size =
      runtime.block_on(runtime.spawn([]() -> hd::Task<std::size_t> { co_return own_stack_size(); }())).value();
  EXPECT_GE(size, kSize);
}

#if !defined(__SANITIZE_ADDRESS__)  // whose frames don't fit into so little
TEST(Workers, have_the_least_stack_that_the_system_allows_if_less_was_asked_for) {
  EXPECT_TRUE(multi(&Builder::thread_stack_size, 1U).build().has_value());
}
#endif

TEST(Workers, call_the_hooks_once_each_the_last_after_all_tasks) {
  static std::atomic<int> started, stopped, dropped;
  started = stopped = dropped = 0;
  {
    Builder builder = Builder::multi_thread();
    builder.worker_threads(3);
    builder.on_thread_start([] { ++started; });
    builder.on_thread_stop([] { ++stopped; });
    auto runtime = builder.build().value();
    static_cast<void>(runtime.spawn([]() -> hd::Task<> {
      const heddle_test::DropCounter local(dropped);
      co_await hd::pending();
    }()));
    runtime.block_on(runtime.spawn([]() -> hd::Task<> {
      while (started != 3) co_await hd::task::yield_now();
    }())).value();
    EXPECT_EQ(stopped, 0);
  }
  EXPECT_EQ(started, 3);
  EXPECT_EQ(stopped, 3);
  EXPECT_EQ(dropped, 1);
}

TEST(Workers, a_stop_hook_may_wake_and_spawn) {
  // The hook of the worker that ends first runs while the others still work, or while all tasks are cancelled.
  static std::atomic<int> started;
  static std::atomic<bool> registered;
  static std::optional<hd::Waker> waker;
  for (int i = 0; i < 20; ++i) {
    started = 0;
    registered = false;
    Builder builder = Builder::multi_thread();
    builder.worker_threads(4);
    builder.on_thread_start([] { ++started; });
    builder.on_thread_stop([] {
      waker->wake_by_ref();
      static_cast<void>(hd::task::spawn([]() -> hd::Task<> { co_await hd::pending(); }()));
    });
    auto runtime = builder.build().value();
    auto task = runtime.spawn(hd::poll_fn([](hd::Context& cx) -> hd::Poll<void> {
      waker.emplace(cx.waker().clone());
      registered = true;
      return hd::Pending;
    }));
    runtime.block_on(runtime.spawn([]() -> hd::Task<> {
      while (started != 4 || !registered) co_await hd::task::yield_now();
    }())).value();
    { auto gone = std::move(runtime); }
    EXPECT_TRUE(task.is_finished());
    waker.reset();
  }
}

TEST(Refusal, a_stack_that_does_not_fit_into_memory_is_an_error_of_the_system) {
  const auto runtime = multi(&Builder::thread_stack_size, std::size_t{1} << 60).build();
  ASSERT_FALSE(runtime.has_value());
  EXPECT_NE(runtime.error().raw_os_error(), 0);
  EXPECT_FALSE(multi(&Builder::thread_stack_size, ~std::size_t{0}).build().has_value());
}

class Refusals : public ::testing::Test {
 protected:
  // The limits hold for a whole process: each test is one of its own.
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

[[noreturn]] void build_with_descriptors(rlim_t more) {
  // Descriptors are given out from the lowest: with all below taken, `more` are left.
  const int next = dup(STDERR_FILENO);
  close(next);
  const rlimit limit{static_cast<rlim_t>(next) + more, static_cast<rlim_t>(next) + more};
  setrlimit(RLIMIT_NOFILE, &limit);
  const bool refused = [] {
    for (int i = 0; i < 3; ++i) {
      const auto runtime = hd::runtime::Runtime::make();
      if (runtime.has_value() || runtime.error().kind() != ErrorKind::kTooManyOpenFiles) return false;
    }
    return true;
  }();
  const int again = dup(STDERR_FILENO);  // nothing leaked
  std::_Exit(refused && (more == 0 ? again == -1 : again == next) ? 7 : 8);
}

TEST_F(Refusals, without_descriptors_no_runtime_is_made_and_none_leaks) {
  EXPECT_EXIT(build_with_descriptors(0), ::testing::ExitedWithCode(7), "");
  EXPECT_EXIT(build_with_descriptors(1), ::testing::ExitedWithCode(7), "");
}

/// From here on the system refuses threads: to this user, who isn't root, after `more` of them.
void allow_threads(rlim_t more) {
  // Root is above the limit, so become someone who isn't; threads count per user.
  const rlimit limit{more, more};
  if (setrlimit(RLIMIT_NPROC, &limit) != 0) std::_Exit(9);
  if (geteuid() == 0 && (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)) std::_Exit(9);
}

[[noreturn]] void build_with_few_threads() {
  allow_threads(3);
  const int next = dup(STDERR_FILENO);
  close(next);
  Builder builder = Builder::multi_thread();
  builder.worker_threads(64);
  const auto runtime = builder.build();
  const bool refused = !runtime.has_value() && runtime.error().raw_os_error() == EAGAIN;
  std::_Exit(refused && dup(STDERR_FILENO) == next ? 7 : 8);  // the half-made runtime has closed its descriptors
}

[[noreturn]] void block_without_threads() {
  auto runtime = Builder::current_thread().build().value();
  allow_threads(1);
  const bool refused = runtime.block_on([]() -> hd::Task<bool> {
    auto returned = hd::task::Builder().spawn_blocking([] {});
    if (returned.has_value() || returned.error().raw_os_error() != EAGAIN) co_return false;
    static std::atomic<int> drops;
    try {
      static_cast<void>(hd::task::spawn_blocking([](heddle_test::DropCounter) {}, heddle_test::DropCounter(drops)));
      co_return false;
    } catch (const std::system_error& error) {
      co_return error.code().value() == EAGAIN && drops == 1;
    }
  }());
  std::_Exit(refused ? 7 : 8);
}

TEST_F(Refusals, without_any_thread_a_blocking_call_is_an_error) {
  EXPECT_EXIT(block_without_threads(), ::testing::ExitedWithCode(7), "");
}

[[noreturn]] void block_with_one_thread() {
  auto runtime = Builder::current_thread().build().value();
  static std::binary_semaphore begun(0), go(0);
  auto first = runtime.spawn_blocking([] {
    begun.release();
    go.acquire();
  });
  begun.acquire();
  allow_threads(1);
  auto second = runtime.spawn_blocking([] { return 5; });
  const bool waits = runtime.metrics().blocking_queue_depth() == 1;
  go.release();
  const bool ran = runtime.block_on(std::move(second)).value() == 5 && runtime.block_on(std::move(first)).has_value();
  std::_Exit(waits && ran ? 7 : 8);
}

TEST_F(Refusals, a_blocking_call_that_gets_no_thread_of_its_own_waits_for_one_that_lives) {
  EXPECT_EXIT(block_with_one_thread(), ::testing::ExitedWithCode(7), "");
}

TEST_F(Refusals, when_the_system_refuses_some_threads_the_others_end_and_nothing_is_left) {
  EXPECT_EXIT(build_with_few_threads(), ::testing::ExitedWithCode(7), "");
}

}  // namespace
