// SPDX-License-Identifier: MIT
// Condvar: waiting, notifying, time limits, and where it refuses to block.
#include <heddle/sync/condvar.hpp>

#include <heddle/base/blocking.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace hd = heddle;
using hd::Condvar;
using hd::Mutex;
using namespace std::chrono_literals;

struct Panic {};

template <class F>
void panic_in_thread(F body) {
  std::jthread([&] {
    try {
      body();
    } catch (Panic&) {
    }
  }).join();
}

struct Flag {
  Mutex<bool> mutex{false};
  Condvar changed;

  void set_and_notify() {
    *mutex.lock().value() = true;
    changed.notify_one();
  }
};

// --- After Rust's library/std/tests/sync/condvar.rs and mutex.rs, under the names there.

TEST(StdCondvar, smoke) {
  const Condvar condvar;
  condvar.notify_one();
  condvar.notify_all();
}

TEST(StdCondvar, notify_one) {
  const Mutex<int> mutex(0);
  const Condvar condvar;
  auto guard = mutex.lock().value();
  const std::jthread notifier([&] {
    const auto inner = mutex.lock();
    condvar.notify_one();
  });
  static_cast<void>(condvar.wait(std::move(guard)).value());
}

TEST(StdCondvar, notify_all) {
  constexpr int kThreads = 10;
  const Mutex<int> waiting(0);
  const Condvar all_wait;
  const Condvar go;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      auto count = waiting.lock().value();
      if (++*count == kThreads) all_wait.notify_one();
      static_cast<void>(go.wait_while(std::move(count), [](int n) { return n != 0; }).value());
    });
  }
  auto count = all_wait.wait_while(waiting.lock().value(), [](int n) { return n != kThreads; }).value();
  *count = 0;
  go.notify_all();
}

TEST(StdCondvar, test_mutex_arc_condvar) {
  Flag flag;
  const std::jthread notifier([&] { flag.set_and_notify(); });
  auto guard = flag.mutex.lock().value();
  while (!*guard) guard = flag.changed.wait(std::move(guard)).value();
  EXPECT_TRUE(*guard);
}

TEST(StdCondvar, test_arc_condvar_poison) {
  const Mutex<int> mutex(1);
  const Condvar condvar;
  auto guard = mutex.lock().value();
  const std::jthread poisoner([&] {
    try {
      auto inner = mutex.lock().value();
      *inner = 2;
      condvar.notify_one();
      throw Panic();
    } catch (Panic&) {
    }
  });
  const auto result = condvar.wait_while(std::move(guard), [](int value) { return value == 1; });
  EXPECT_FALSE(result.has_value());
}

TEST(StdCondvar, wait_while) {
  Flag flag;
  const std::jthread notifier([&] { flag.set_and_notify(); });
  const auto guard = flag.changed.wait_while(flag.mutex.lock().value(), [](bool ready) { return !ready; });
  EXPECT_TRUE(*guard.value());
}

TEST(StdCondvar, wait_timeout_wait) {
  const Mutex<int> mutex(0);
  const Condvar condvar;
  for (;;) {
    const auto result = condvar.wait_for(mutex.lock().value(), 1ms).value();
    if (result.timed_out) break;  // else woken for no reason
  }
}

TEST(StdCondvar, wait_timeout_while_wait) {
  const Mutex<int> mutex(0);
  const Condvar condvar;
  EXPECT_TRUE(condvar.wait_while_for(mutex.lock().value(), 1ms, [](int) { return true; }).value().timed_out);
}

TEST(StdCondvar, wait_timeout_while_instant_satisfy) {
  const Mutex<int> mutex(0);
  const Condvar condvar;
  EXPECT_FALSE(condvar.wait_while_for(mutex.lock().value(), 0ms, [](int) { return false; }).value().timed_out);
}

TEST(StdCondvar, wait_timeout_while_wake) {
  Flag flag;
  const std::jthread notifier([&] { flag.set_and_notify(); });
  const auto result =
      flag.changed.wait_while_for(flag.mutex.lock().value(), 200s, [](bool ready) { return !ready; }).value();
  EXPECT_FALSE(result.timed_out);
  EXPECT_TRUE(*result.guard);
}

TEST(StdCondvar, wait_timeout_wake) {
  Flag flag;
  auto guard = flag.mutex.lock().value();
  const std::jthread notifier([&] { flag.set_and_notify(); });
  while (!*guard) {
    auto result = flag.changed.wait_for(std::move(guard), 1000s).value();
    EXPECT_FALSE(result.timed_out);
    guard = std::move(result.guard);
  }
}

// --- Ours.

TEST(Condvar, a_wait_of_any_length_is_no_wait_in_the_past) {
  Flag flag;
  const std::jthread notifier([&] { flag.set_and_notify(); });
  const auto not_ready = [](bool ready) { return !ready; };
  auto longest = std::chrono::hours::max();
  EXPECT_FALSE(flag.changed.wait_while_for(flag.mutex.lock().value(), longest, not_ready).value().timed_out);
  const auto end = std::chrono::steady_clock::time_point::max();
  *flag.mutex.lock().value() = false;
  const std::jthread again([&] { flag.set_and_notify(); });
  EXPECT_FALSE(flag.changed.wait_while_until(flag.mutex.lock().value(), end, not_ready).value().timed_out);
}

TEST(Condvar, a_negative_wait_is_over_at_once) {
  const Mutex<int> mutex(0);
  const Condvar condvar;
  EXPECT_TRUE(condvar.wait_while_for(mutex.lock().value(), -1h, [](int) { return true; }).value().timed_out);
}

TEST(Condvar, a_point_in_the_past_is_over_at_once) {
  const Mutex<int> mutex(0);
  const Condvar condvar;
  const auto past = std::chrono::steady_clock::now() - 1s;
  EXPECT_TRUE(condvar.wait_until(mutex.lock().value(), past).value().timed_out);
}

TEST(Condvar, a_condition_that_ends_with_the_time_has_not_timed_out) {
  const Mutex<int> mutex(0);
  const Condvar condvar;
  int asked = 0;
  const auto until_second_look = [&](int) { return ++asked < 2; };
  EXPECT_FALSE(condvar.wait_while_for(mutex.lock().value(), 0ms, until_second_look).value().timed_out);
}

TEST(Condvar, a_timed_wait_answers_poison_with_guard_and_time) {
  const Mutex<int> mutex(0);
  const Condvar condvar;
  panic_in_thread([&] {
    auto guard = mutex.lock().value();
    throw Panic();
  });
  auto guard = std::move(mutex.lock()).error().into_inner();
  auto result = condvar.wait_while_for(std::move(guard), 0ms, [](int) { return true; });
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(std::move(result).error().into_inner().timed_out);
}

TEST(Condvar, waiting_on_a_thread_that_polls_tasks_throws_and_names_the_twin) {
  const Mutex<int> mutex(0);
  const Condvar condvar;
  hd::base::set_in_async(true);
  try {
    static_cast<void>(condvar.wait(mutex.lock().value()));
    ADD_FAILURE() << "not thrown";
  } catch (const hd::BlockingInAsync& error) {
    EXPECT_NE(std::string(error.what()).find("async::Notify"), std::string::npos);
  }
  mutex.clear_poison();
  EXPECT_THROW(static_cast<void>(condvar.wait_for(mutex.lock().value(), 1s)), hd::BlockingInAsync);
  hd::base::set_in_async(false);
}

TEST(Condvar, a_mutex_may_be_contended_on_a_thread_that_polls_tasks) {
  Flag flag;
  hd::base::set_in_async(true);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 1000; ++round) static_cast<void>(flag.mutex.lock());
      });
    }
    for (int round = 0; round < 1000; ++round) static_cast<void>(flag.mutex.lock());
  }
  hd::base::set_in_async(false);
}

}  // namespace
