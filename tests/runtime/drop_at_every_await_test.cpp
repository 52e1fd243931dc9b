// SPDX-License-Identifier: MIT
// What awaits tasks and turns, dropped at each of its suspensions: the tasks go on, and their results are kept.
#include "support/drop_at_every_await.hpp"

#include <heddle/future/select.hpp>
#include <heddle/runtime/join_handle.hpp>
#include <heddle/runtime/spawn.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace {

namespace hd = heddle;
using heddle_test::drop_at_every_await;

hd::Task<int> number_after(int turns, int number) {
  for (int i = 0; i < turns; ++i) co_await hd::task::yield_now();
  co_return number;
}

struct AwaitsATask {
  hd::task::JoinHandle<int> task = hd::task::spawn(number_after(3, 7));
  std::optional<int> got;

  hd::Async<> run() {
    auto result = co_await task;
    got = result.value();
  }
  hd::Async<> kept() {
    if (!got) co_await run();
    EXPECT_EQ(got, 7);
  }
};

TEST(DropAtEveryAwait, a_join_handle_keeps_the_result) { drop_at_every_await<AwaitsATask>(); }

struct Yields {
  int turns = 0;

  hd::Async<> run() {
    for (; turns < 5; ++turns) co_await hd::task::yield_now();
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(turns, 5);
  }
};

TEST(DropAtEveryAwait, yield_now_owes_nothing) { drop_at_every_await<Yields>(); }

}  // namespace
