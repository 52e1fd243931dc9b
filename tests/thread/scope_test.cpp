// SPDX-License-Identifier: MIT
// Scopes: their threads end before they do, whatever happens.
#include <heddle/thread/scope.hpp>

#include <heddle/base/blocking.hpp>
#include <heddle/thread/park.hpp>

#include "thread/handshake.hpp"
#include "thread/scope_state.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

namespace thread = heddle::thread;
using heddle_test::Counted;
using heddle_test::Gate;
using thread::Scope;

TEST(Scope, threads_borrow_from_the_stack_of_the_one_that_starts_them) {
  const std::vector<int> data{1, 2, 3};
  int sum = 0;
  thread::scope([&](Scope& s) {
    s.spawn([](const std::vector<int>& d, int& out) { out = std::accumulate(d.begin(), d.end(), 0); }, s.ref(data),
            s.mut(sum));
  });
  EXPECT_EQ(sum, 6);
}

TEST(Scope, returns_what_the_body_returns) {
  EXPECT_EQ(thread::scope([](Scope&) { return std::make_unique<int>(3); }).operator*(), 3);
  int here = 0;
  static_assert(std::is_same_v<decltype(thread::scope([&](Scope&) -> int& { return here; })), int&>);
  EXPECT_EQ(&thread::scope([&](Scope&) -> int& { return here; }), &here);
}

TEST(Scope, ends_after_all_threads_whose_handles_were_dropped) {
  std::vector<int> done(8, 0);
  thread::scope([&](Scope& s) {
    for (int& one : done) {
      s.spawn(
          [](int& o) {
            for (int i = 0; i < 100; ++i) thread::yield_now();
            o = 1;
          },
          s.mut(one));
    }
  });
  EXPECT_EQ(std::accumulate(done.begin(), done.end(), 0), 8);
}

TEST(Scope, ends_after_the_destructors_of_its_threads_thread_locals) {
  static std::atomic<int> destroyed = 0;
  struct AtEnd {
    bool armed = false;
    ~AtEnd() {
      for (int i = 0; i < 100; ++i) thread::yield_now();
      ++destroyed;
    }
  };
  thread::scope([](Scope& s) {
    for (int i = 0; i < 4; ++i) {
      s.spawn([] {
        thread_local AtEnd at_end;
        at_end.armed = true;
      });
    }
  });
  EXPECT_EQ(destroyed, 4);
}

TEST(Scope, a_callable_that_wants_the_scope_can_start_more_threads_in_it) {
  int depth = 0;
  thread::scope([&](Scope& s) {
    s.spawn(
        [](Scope& inner, int& d) {
          ++d;
          // Through the outer borrow, which lasts: a plain pointer would hide it.
          inner.spawn([](Scope& innermost) { innermost.spawn([] {}); });
        },
        s.mut(depth));
  });
  EXPECT_EQ(depth, 1);
}

TEST(Scope, waits_for_threads_that_its_threads_have_started) {
  static std::atomic<int> ended;
  ended = 0;
  thread::scope([](Scope& s) {
    s.spawn([](Scope& inner) {
      for (int i = 0; i < 8; ++i) {
        inner.spawn([] {
          for (int k = 0; k < 100; ++k) thread::yield_now();
          ++ended;
        });
      }
    });
  });
  EXPECT_EQ(ended, 8);
}

TEST(Scope, when_the_body_throws_all_threads_end_first) {
  static std::atomic<bool> ended;
  ended = false;
  static Gate go;
  try {
    thread::scope([](Scope& s) {
      s.spawn([] {
        go.wait();
        ended = true;
      });
      go.open();
      throw std::out_of_range("body");
    });
    ADD_FAILURE() << "swallowed";
  } catch (const std::out_of_range& error) {
    EXPECT_TRUE(ended);
    EXPECT_STREQ(error.what(), "body");
  }
}

TEST(Scope, the_exception_of_the_body_wins_over_those_of_threads) {
  EXPECT_THROW(thread::scope([](Scope& s) {
                 s.spawn([] { throw std::runtime_error("thread"); });
                 throw std::out_of_range("body");
               }),
               std::out_of_range);
}

TEST(Scope, throws_once_all_have_ended_if_a_thread_threw_that_nobody_joined) {
  static std::atomic<bool> ended;
  ended = false;
  static Gate go;
  try {
    thread::scope([](Scope& s) {
      s.spawn([] { throw std::runtime_error("oops"); });
      s.spawn([] {
        go.wait();
        ended = true;
      });
      go.open();
    });
    ADD_FAILURE() << "swallowed";
  } catch (const thread::ScopedThreadPanicked& error) {
    EXPECT_TRUE(ended);
    EXPECT_STREQ(error.what(), "a scoped thread panicked: oops");
    EXPECT_THROW(std::rethrow_exception(error.panic()), std::runtime_error);
  }
}

TEST(Scope, doesnt_throw_for_an_exception_that_a_join_has_taken) {
  thread::scope([](Scope& s) {
    auto result = s.spawn([] { throw std::runtime_error("taken"); }).join();
    EXPECT_EQ(result.error().message(), "the thread panicked: taken");
  });
}

TEST(Scope, a_result_that_nobody_takes_is_destroyed_before_the_scope_ends) {
  static std::atomic<int> alive = 0;
  thread::scope([](Scope& s) {
    s.spawn([] { return Counted(alive); });
    auto kept_longer = s.spawn([] { return Counted(alive); });
    while (!kept_longer.is_finished()) thread::yield_now();
  });
  EXPECT_EQ(alive, 0);
}

TEST(Scope, a_handle_that_has_left_the_scope_can_still_be_joined) {
  std::optional<thread::ScopedJoinHandle<int>> good;
  std::optional<thread::ScopedJoinHandle<int>> bad;
  EXPECT_THROW(thread::scope([&](Scope& s) {
                 good = s.spawn([] { return 5; });
                 bad = s.spawn([]() -> int { throw std::runtime_error("late"); });
               }),
               thread::ScopedThreadPanicked);
  EXPECT_EQ(good->join().value(), 5);
  EXPECT_EQ(bad->join().error().message(), "the thread panicked: late");
}

TEST(Scope, a_thread_joins_the_handle_of_its_sibling) {
  thread::scope([](Scope& s) {
    static Gate go;
    auto first = s.spawn([] {
      go.wait();
      return 20;
    });
    auto second = s.spawn([](thread::ScopedJoinHandle<int> sibling) { return sibling.join().value() + 1; },
                          std::move(first));
    go.open();
    EXPECT_EQ(second.join().value(), 21);
  });
}

TEST(Scope, is_refused_where_tasks_are_polled) {
  heddle::base::set_in_async(true);
  EXPECT_THROW(thread::scope([](Scope&) {}), heddle::BlockingInAsync);
  heddle::base::set_in_async(false);
}

TEST(Scope, a_thread_that_the_system_refuses_is_an_error_and_ends_its_borrows) {
  int n = 0;
  thread::scope([&](Scope& s) {
    thread::Builder builder;
    builder.stack_size(std::size_t{1} << 56);
    EXPECT_FALSE(builder.spawn_scoped(s, [](int& x) { ++x; }, s.mut(n)).has_value());
    s.spawn([](int& x) { ++x; }, s.mut(n));
  });
  EXPECT_EQ(n, 1);
}

TEST(Scope, a_builder_names_a_scoped_thread) {
  thread::scope([](Scope& s) {
    auto handle = thread::Builder().name("scoped").spawn_scoped(
        s, [] { return std::string(thread::current().name().value()); });
    EXPECT_EQ(handle.value().join().value(), "scoped");
  });
}

TEST(ScopeState, clears_away_threads_that_have_ended_while_it_lives) {
  const auto state = std::make_shared<thread::detail::ScopeState>();
  using Call = thread::detail::CallOf<void (*)()>;
  for (int i = 0; i < 1000; ++i) {
    auto cell = thread::detail::make_cell<Call>(std::nullopt, +[] {});
    EXPECT_FALSE(state->start(state, *cell, 0, {}));
    while (!cell->is_finished()) thread::yield_now();
    cell->abandon();
  }
  EXPECT_LT(state->remembered(), 100U);
  EXPECT_EQ(state->end(), nullptr);
  EXPECT_EQ(state->remembered(), 0U);
}

TEST(ScopeState, keeps_the_panic_of_a_thread_that_it_has_cleared_away) {
  const auto state = std::make_shared<thread::detail::ScopeState>();
  using Call = thread::detail::CallOf<void (*)(bool), bool>;
  for (int i = 0; i < 200; ++i) {
    auto cell = thread::detail::make_cell<Call>(
        std::nullopt, +[](bool first) { if (first) throw std::runtime_error("first"); }, i == 0);
    EXPECT_FALSE(state->start(state, *cell, 0, {}));
    while (!cell->is_finished()) thread::yield_now();
    cell->abandon();
  }
  EXPECT_THROW(std::rethrow_exception(state->end()), std::runtime_error);
}

}  // namespace
