// SPDX-License-Identifier: MIT
// The tests of Rust's std::thread (library/std/src/thread/tests.rs and library/std/tests/thread.rs), by name, written
// afresh for heddle. Left out: test_size_of_option_thread_id (std::optional has no niche).
#include <heddle/thread/local_key.hpp>
#include <heddle/thread/park.hpp>
#include <heddle/thread/scope.hpp>
#include <heddle/thread/spawn.hpp>

#include "thread/handshake.hpp"

#include <gtest/gtest.h>

#include <any>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace thread = heddle::thread;
using heddle_test::Gate;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// What left the thread, as a T.
template <class T, class R>
T caught(const std::expected<R, thread::JoinError>& result) {
  try {
    std::rethrow_exception(result.error().panic());
  } catch (T value) {
    return value;
  }
}

TEST(StdThread, test_unnamed_thread) {
  thread::spawn([] { EXPECT_EQ(thread::current().name(), std::nullopt); }).join().value();
}

TEST(StdThread, test_named_thread) {
  auto handle = thread::Builder().name("ada lovelace").spawn([] {
    EXPECT_EQ(thread::current().name(), "ada lovelace");
  });
  handle.value().join().value();
}

TEST(StdThread, test_invalid_named_thread) {
  EXPECT_THROW(static_cast<void>(thread::Builder().name(std::string("ada l\0velace", 12)).spawn([] {})),
               std::invalid_argument);
}

TEST(StdThread, test_run_basic) {
  static Gate ran;
  static_cast<void>(thread::spawn([] { ran.open(); }));
  ran.wait();
}

TEST(StdThread, test_is_finished) {
  static Gate go;
  auto handle = thread::spawn([] {
    go.wait();
    return 1;
  });
  EXPECT_FALSE(handle.is_finished());
  go.open();
  while (!handle.is_finished()) thread::yield_now();
  EXPECT_EQ(handle.join().value(), 1);
}

TEST(StdThread, test_join_panic) {
  EXPECT_TRUE(thread::spawn([] { throw std::runtime_error("static string"); }).join().error().is_panic());
}

TEST(StdThread, test_spawn_sched) {
  static Gate done;
  struct Countdown {
    static void from(int n) {
      if (n == 0) return done.open();
      static_cast<void>(thread::spawn(&from, n - 1));
    }
  };
  Countdown::from(10);
  done.wait();
}

TEST(StdThread, test_spawn_sched_childs_on_default_sched) {
  static Gate done;
  static_cast<void>(thread::spawn([] { static_cast<void>(thread::spawn([] { done.open(); })); }));
  done.wait();
}

/// Hands an object on the heap to `spawn_with`, and sees whether the child was given that same object.
template <class SpawnWith>
void avoids_copying_the_body(SpawnWith spawn_with) {
  auto object = std::make_unique<int>(1);
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(object.get());
  EXPECT_EQ(spawn_with(std::move(object)), address);
}

std::uintptr_t number_of(const int* address) { return reinterpret_cast<std::uintptr_t>(address); }
std::uintptr_t address_of(std::unique_ptr<int> object) { return number_of(object.get()); }

TEST(StdThread, test_avoid_copying_the_body_spawn) {
  avoids_copying_the_body([](std::unique_ptr<int> o) { return thread::spawn(&address_of, std::move(o)).join().value(); });
}

TEST(StdThread, test_avoid_copying_the_body_thread_spawn) {
  avoids_copying_the_body([](std::unique_ptr<int> o) {
    return thread::Builder().spawn(&address_of, std::move(o)).value().join().value();
  });
}

TEST(StdThread, test_avoid_copying_the_body_join) {
  avoids_copying_the_body([](std::unique_ptr<int> o) {
    auto back = thread::spawn([](std::unique_ptr<int> given) { return given; }, std::move(o)).join();
    return address_of(std::move(back).value());
  });
}

TEST(StdThread, test_child_doesnt_ref_parent) {
  // A child that kept anything of its parents would keep all of the chain, and nothing of it would ever go.
  static Gate done;
  static std::atomic<int> alive = 0;
  struct Chain {
    static void of(int n, heddle_test::Counted) {
      if (n == 0) return done.open();
      static_cast<void>(thread::spawn(&of, n - 1, heddle_test::Counted(alive)));
    }
  };
  Chain::of(16, heddle_test::Counted(alive));
  done.wait();
  while (alive != 0) thread::yield_now();
}

TEST(StdThread, test_simple_newsched_spawn) {
  static Gate ran;
  auto handle = thread::spawn([] { ran.open(); });
  ran.wait();
  handle.join().value();
}

TEST(StdThread, test_try_panic_message_string_literal) {
  EXPECT_STREQ(caught<const char*>(thread::spawn([] { throw "static string"; }).join()), "static string");
}

TEST(StdThread, test_try_panic_any_message_owned_str) {
  const auto result = thread::spawn([] { throw std::string("owned string"); }).join();
  EXPECT_EQ(caught<std::string>(result), "owned string");
}

TEST(StdThread, test_try_panic_any_message_any) {
  const auto result = thread::spawn([] { throw std::any(std::uint16_t{413}); }).join();
  EXPECT_EQ(std::any_cast<std::uint16_t>(caught<std::any>(result)), 413);
}

TEST(StdThread, test_try_panic_any_message_unit_struct) {
  struct Juju {};
  static_cast<void>(caught<Juju>(thread::spawn([] { throw Juju(); }).join()));
}

TEST(StdThread, test_park_unpark_before) {
  for (int i = 0; i < 10; ++i) {
    thread::current().unpark();
    thread::park();
  }
}

TEST(StdThread, test_park_unpark_called_other_thread) {
  for (int i = 0; i < 10; ++i) {
    auto handle = thread::spawn(
        [](thread::Thread waiting) {
          for (int k = 0; k < 100; ++k) thread::yield_now();
          waiting.unpark();
        },
        thread::current());
    thread::park();
    handle.join().value();
  }
}

TEST(StdThread, test_park_timeout_unpark_before) {
  for (int i = 0; i < 10; ++i) {
    thread::current().unpark();
    thread::park_for(std::chrono::hours::max());
  }
}

TEST(StdThread, test_park_timeout_unpark_not_called) {
  for (int i = 0; i < 10; ++i) thread::park_for(1ms);
}

TEST(StdThread, test_park_timeout_unpark_called_other_thread) {
  for (int i = 0; i < 10; ++i) {
    auto handle = thread::spawn([](thread::Thread waiting) { waiting.unpark(); }, thread::current());
    thread::park_for(std::chrono::hours::max());
    handle.join().value();
  }
}

TEST(StdThread, sleep_ms_smoke) {
  thread::sleep(2ms);
}

TEST(StdThread, sleep_very_long) {
  static Gate asleep;
  static_cast<void>(thread::spawn([] {
    asleep.open();
    thread::sleep(std::chrono::hours::max());
    ADD_FAILURE() << "woke up";
  }));
  asleep.wait();
  thread::sleep(10ms);  // not for order: a sleep that ends at once is caught, one that lasts passes either way
}

TEST(StdThread, sleep_until_is_monotonic_and_not_early) {
  for (const auto wait : {0ms, 1ms, 3ms}) {
    const auto time = steady_clock::now() + wait;
    thread::sleep_until(time);
    EXPECT_GE(steady_clock::now(), time);
  }
}

TEST(StdThread, test_thread_id_equal) { EXPECT_EQ(thread::current().id(), thread::current().id()); }

TEST(StdThread, test_thread_id_not_equal) {
  EXPECT_NE(thread::current().id(), thread::spawn([] { return thread::current().id(); }).join().value());
}

TEST(StdThread, test_scoped_threads_drop_result_before_join) {
  std::atomic<bool> finished = false;
  struct Drops {
    std::atomic<bool>& done;
    explicit Drops(std::atomic<bool>& d) : done(d) {}
    Drops(Drops&&) = delete;
    HEDDLE_UNSAFE_SEND(true);
    ~Drops() {
      for (int i = 0; i < 100; ++i) thread::yield_now();
      done.store(true);
    }
  };
  thread::scope([&](thread::Scope& s) {
    s.spawn([](std::atomic<bool>& f) { return std::make_unique<Drops>(f); }, s.ref(finished));
  });
  EXPECT_TRUE(finished.load());
}

TEST(StdThread, test_scoped_threads_nll) {
  // A borrow may begin and end within the body while a thread of the scope runs.
  struct Foo {
    std::string s;
  };
  const Foo foo{"hello"};
  thread::scope([&](thread::Scope& s) { s.spawn([](const Foo& f) { EXPECT_EQ(f.s, "hello"); }, s.ref(foo)); });
}

TEST(StdThread, scope_join_race) {
  for (int i = 0; i < 100; ++i) {
    std::atomic<bool> flag = false;
    thread::scope([&](thread::Scope& s) {
      for (int k = 0; k < 5; ++k) s.spawn([](const std::atomic<bool>& f) { return f.load(); }, s.ref(flag));
      for (int k = 0; k < 5; ++k) s.spawn([](const std::atomic<bool>& f) { return f.load(); }, s.ref(flag));
    });
  }
}

TEST(StdThread, test_minimal_thread_stack) {
  static std::atomic<int> count;
  count = 0;
  thread::Builder().stack_size(0).spawn([] { ++count; }).value().join().value();
  thread::Builder().stack_size(1).spawn([] { ++count; }).value().join().value();
  EXPECT_EQ(count, 2);
}

TEST(StdThread, thread_local_containing_const_statements) {
  static constinit thread::LocalKey<int> first([] {
    constexpr int kFive = 5;
    return kFive;
  });
  EXPECT_EQ(first.with([](int n) { return n; }), 5);
}

TEST(StdThread, test_detached_threads_outlive_their_handles) {
  static std::atomic<int> ended = 0;
  static Gate go;
  for (int i = 0; i < 8; ++i) {
    static_cast<void>(thread::spawn([] {
      go.wait();
      ++ended;
    }));
  }
  go.open();
  while (ended != 8) thread::yield_now();
}

}  // namespace
