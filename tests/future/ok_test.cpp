// SPDX-License-Identifier: MIT
// ok(x): the value, or an early return.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/task.hpp>

#include <gtest/gtest.h>

#include <expected>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/mock_task.hpp"
#include "support/tracked.hpp"

namespace {

using heddle::Async;
using heddle::block_on;
using heddle::Context;
using heddle::ok;
using heddle::Pending;
using heddle::Poll;
using heddle::poll_fn;
using heddle::PolledAfterCompletion;
using heddle::Ready;
using heddle::Task;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Tracked;
using heddle::test::YieldTimes;

using Result = std::expected<int, std::string>;
using Nothing = std::expected<void, std::string>;

Result parse(int n) {
  if (n < 0) return std::unexpected("negative");
  return n;
}
Async<Result> parse_now(int n) { co_return parse(n); }
Task<Result> parse_later(int n) {
  co_await YieldTimes(1);
  co_return parse(n);
}
/// A leaf: ready after `delay` polls with parse(n).
auto parse_leaf(int n, int delay) {
  return poll_fn([n, delay](Context& cx) mutable -> Poll<Result> {
    if (delay-- == 0) return Ready(parse(n));
    cx.yield();
    return Pending;
  });
}

// Each kind of operand: returns the number plus one, or the error of the operand.
Async<Result> of_value(int n) { co_return co_await ok(parse(n)) + 1; }
Async<Result> of_named_value(int n) {
  Result named = parse(n);
  co_return co_await ok(named) + 1;
}
Async<Result> of_const_value(int n) {
  const Result named = parse(n);
  co_return co_await ok(named) + 1;
}
Async<Result> of_child(int n) { co_return co_await ok(parse_now(n)) + 1; }
Async<Result> of_late_child(int n) { co_return co_await ok(parse_later(n)) + 1; }
Async<Result> of_named_child(int n) {
  auto named = parse_later(n);
  co_return co_await ok(named) + 1;
}
Async<Result> of_polled_child(int n) {
  auto named = parse_later(n);
  co_await poll_fn([&](Context& cx) -> Poll<void> {
    EXPECT_TRUE(named.poll(cx).is_pending());
    return Ready();
  });
  co_return co_await ok(named) + 1;
}
Async<Result> of_leaf(int n) { co_return co_await ok(parse_leaf(n, 0)) + 1; }
Async<Result> of_late_leaf(int n) { co_return co_await ok(parse_leaf(n, 2)) + 1; }
Async<Result> of_named_leaf(int n) {
  auto named = parse_leaf(n, 1);
  co_return co_await ok(named) + 1;
}
Async<Result> of_awaited_value(int n) { co_return co_await ok(co_await parse_later(n)) + 1; }

class Ok : public ::testing::TestWithParam<Async<Result> (*)(int)> {};
INSTANTIATE_TEST_SUITE_P(Operands, Ok,
                         ::testing::Values(of_value, of_named_value, of_const_value, of_child, of_late_child,
                                           of_named_child, of_polled_child, of_leaf, of_late_leaf, of_named_leaf,
                                           of_awaited_value));

TEST_P(Ok, a_success_goes_on_with_the_value) { EXPECT_EQ(block_on(GetParam()(2)), 3); }

TEST_P(Ok, a_failure_returns_the_error) { EXPECT_EQ(block_on(GetParam()(-1)).error(), "negative"); }

TEST_P(Ok, a_failure_goes_up_through_every_ok) {
  const auto outer = [](auto inner) -> Async<Result> { co_return co_await ok(inner(-1)) + 100; };
  const auto outermost = [&]() -> Async<Result> { co_return co_await ok(outer(GetParam())) + 1000; };
  EXPECT_EQ(block_on(outermost()).error(), "negative");
}

TEST_P(Ok, a_failure_resumes_a_parent_that_looks_for_itself) {
  const auto outer = [](auto inner) -> Async<std::string> {
    auto result = co_await inner(-1);
    co_return result.error() + "!";
  };
  EXPECT_EQ(block_on(outer(GetParam())), "negative!");
}

TEST_P(Ok, nothing_suspends_for_good_when_dropped_halfway) {
  int last = 0;
  const int suspensions =
      heddle::test::drop_at_each_suspension([&] { return GetParam()(-1); }, [&](int k) { last = k; });
  EXPECT_EQ(last, suspensions + 1);
}

TEST(OkVoid, a_success_gives_nothing_and_goes_on) {
  const auto nothing = [](bool good) -> Async<Nothing> {
    if (!good) co_return std::unexpected("bad");
    co_return {};
  };
  const auto outer = [&](bool good) -> Async<Result> {
    co_await ok(nothing(good));
    Nothing value;
    co_await ok(value);
    co_return 1;
  };
  EXPECT_EQ(block_on(outer(true)), 1);
  EXPECT_EQ(block_on(outer(false)).error(), "bad");
}

TEST(OkOptional, nothing_returns_nothing) {
  const auto half = [](int n) -> Async<std::optional<int>> {
    if (n % 2 != 0) co_return std::nullopt;
    co_return n / 2;
  };
  const auto quarter = [&](int n) -> Async<std::optional<int>> {
    const int halved = co_await ok(half(n));
    const std::optional<int> again = halved % 2 == 0 ? std::optional(halved / 2) : std::nullopt;
    co_return co_await ok(again);
  };
  EXPECT_EQ(block_on(quarter(8)), 2);
  EXPECT_EQ(block_on(quarter(6)), std::nullopt);
  EXPECT_EQ(block_on(quarter(7)), std::nullopt);
}

TEST(OkError, is_converted_to_the_error_of_the_coroutine) {
  struct Wrapped {
    std::string text;
    explicit(false) Wrapped(std::string t) : text(std::move(t)) {}
  };
  const auto outer = []() -> Async<std::expected<int, Wrapped>> { co_return co_await ok(parse_later(-1)); };
  EXPECT_EQ(block_on(outer()).error().text, "negative");
}

TEST(OkError, may_be_move_only) {
  using Moved = std::expected<int, std::unique_ptr<int>>;
  const auto fail = []() -> Async<Moved> { co_return std::unexpected(std::make_unique<int>(5)); };
  const auto outer = [&]() -> Async<Moved> { co_return co_await ok(fail()); };
  EXPECT_EQ(*block_on(outer()).error(), 5);
}

/// Throws when it is moved, once armed.
struct ThrowsWhenMoved {
  bool armed;
  explicit ThrowsWhenMoved(bool a) : armed(a) {}
  ThrowsWhenMoved(ThrowsWhenMoved&& other) : armed(other.armed) {
    if (armed) throw std::runtime_error("moved");
  }
};

TEST(OkError, one_that_throws_when_moved_makes_the_await_of_the_coroutine_throw) {
  using Thrower = std::expected<int, ThrowsWhenMoved>;
  Lives lives;
  const auto inner = [](Lives& counts) -> Async<Thrower> {
    const Tracked local(counts, 1);
    Thrower failure(std::unexpect, false);
    failure.error().armed = true;
    co_await ok(failure);
    co_return 1;
  };
  EXPECT_THROW(static_cast<void>(block_on(inner(lives))), std::runtime_error);
  EXPECT_EQ(lives.ended, std::vector<int>{1});
}

TEST(OkValue, may_be_move_only) {
  using Moved = std::expected<std::unique_ptr<int>, std::string>;
  const auto make = []() -> Async<Moved> { co_return std::make_unique<int>(5); };
  const auto outer = [&]() -> Async<Result> {
    const std::unique_ptr<int> value = co_await ok(make());
    co_return *value;
  };
  EXPECT_EQ(block_on(outer()), 5);
}

TEST(OkValue, one_that_throws_when_moved_throws_at_the_ok) {
  using Thrower = std::expected<ThrowsWhenMoved, std::string>;
  const auto outer = []() -> Async<Result> {
    Thrower value(std::in_place, true);
    try {
      co_await ok(value);
    } catch (const std::runtime_error&) {
      co_return 7;
    }
    co_return 0;
  };
  EXPECT_EQ(block_on(outer()), 7);
}

TEST(OkValue, is_moved_out_of_a_named_operand) {
  using Text = std::expected<std::string, std::string>;
  const auto outer = []() -> Async<Text> {
    Text named = std::string(100, 'x');
    const std::string value = co_await ok(named);
    co_return *named + std::to_string(value.size());
  };
  EXPECT_EQ(block_on(outer()), "100");
}

TEST(OkChild, one_that_throws_throws_at_the_ok) {
  const auto fail = []() -> Async<Result> {
    co_await YieldTimes(1);
    throw std::runtime_error("thrown");
  };
  const auto outer = [&]() -> Async<Result> {
    try {
      co_await ok(fail());
    } catch (const std::runtime_error&) {
      co_return 7;
    }
    co_return 0;
  };
  EXPECT_EQ(block_on(outer()), 7);
}

TEST(OkChild, one_that_has_completed_throws_at_the_ok) {
  const auto outer = []() -> Async<Result> {
    auto done = parse_now(1);
    static_cast<void>(co_await ok(done));
    static_cast<void>(co_await ok(done));
    co_return 0;
  };
  EXPECT_THROW(static_cast<void>(block_on(outer())), PolledAfterCompletion);
}

/// Runs `inner`, which fails, and looks at what is alive when it goes on.
template <class Inner>
void expect_locals_gone_before_the_parent(Inner inner) {
  Lives lives;
  const auto outer = [](Lives& counts, Inner fails) -> Async<std::string> {
    const Tracked mine(counts, 9);
    auto result = co_await fails(counts, Tracked(counts, 3));
    EXPECT_EQ(counts.ended, (std::vector<int>{2, 1, 3}));
    co_return result.error();
  };
  EXPECT_EQ(block_on(outer(lives, inner)), "negative");
  EXPECT_EQ(lives.ended, (std::vector<int>{2, 1, 3, 9}));
  EXPECT_EQ(lives.alive + lives.misused, 0);
}

TEST(OkFailure, of_a_value_ends_every_local_once_and_before_the_parent_goes_on) {
  expect_locals_gone_before_the_parent([](Lives& counts, Tracked) -> Async<Result> {
    const Tracked one(counts, 1);
    const Tracked two(counts, 2);
    co_return co_await ok(parse(-1)) + one.id() + two.id();
  });
}

TEST(OkFailure, of_a_child_ends_every_local_once_and_before_the_parent_goes_on) {
  expect_locals_gone_before_the_parent([](Lives& counts, Tracked) -> Async<Result> {
    const Tracked one(counts, 1);
    const Tracked two(counts, 2);
    co_return co_await ok(parse_later(-1)) + one.id() + two.id();
  });
}

TEST(OkFailure, of_a_ready_leaf_ends_every_local_once_and_before_the_parent_goes_on) {
  expect_locals_gone_before_the_parent([](Lives& counts, Tracked) -> Async<Result> {
    const Tracked one(counts, 1);
    const Tracked two(counts, 2);
    co_return co_await ok(parse_leaf(-1, 0)) + one.id() + two.id();
  });
}

TEST(OkFailure, of_a_late_leaf_ends_every_local_once_and_before_the_parent_goes_on) {
  expect_locals_gone_before_the_parent([](Lives& counts, Tracked) -> Async<Result> {
    const Tracked one(counts, 1);
    const Tracked two(counts, 2);
    co_return co_await ok(parse_leaf(-1, 1)) + one.id() + two.id();
  });
}

TEST(OkFailure, of_a_named_child_ends_every_local_once_and_before_the_parent_goes_on) {
  expect_locals_gone_before_the_parent([](Lives& counts, Tracked) -> Async<Result> {
    const Tracked one(counts, 1);
    auto named = parse_later(-1);
    const Tracked two(counts, 2);
    co_return co_await ok(named) + one.id() + two.id();
  });
}

TEST(OkFailure, ends_the_temporaries_of_its_expression_too) {
  Lives lives;
  const auto inner = [](Lives& counts) -> Async<Result> {
    const auto add = [](const Tracked& t, int n) { return t.id() + n; };
    co_return add(Tracked(counts, 1), co_await ok(parse_later(-1)));
  };
  EXPECT_FALSE(block_on(inner(lives)).has_value());
  EXPECT_EQ(lives.alive + lives.misused, 0);
}

}  // namespace
