// SPDX-License-Identifier: MIT
// How a coroutine hands on its result, when something throws on the way or the result is no plain value.
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/mock_task.hpp"
#include "support/tracked.hpp"

namespace {

using heddle::Async;
using heddle::block_on;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Tracked;

/// Throws in its destructor.
struct ThrowsAtEnd {
  ThrowsAtEnd() {}
  ThrowsAtEnd(const ThrowsAtEnd&) = delete;
  ThrowsAtEnd& operator=(const ThrowsAtEnd&) = delete;
  ~ThrowsAtEnd() noexcept(false) { throw std::runtime_error("at the end"); }
};

TEST(CoroutineResults, a_local_that_throws_after_co_return_replaces_the_result) {
  Lives lives;
  const auto fail = [](Lives& counts) -> Async<Tracked> {
    const ThrowsAtEnd guard;
    co_return Tracked(counts, 1);
  };
  EXPECT_THROW(static_cast<void>(block_on(fail(lives))), std::runtime_error);
  EXPECT_EQ(lives.ended, std::vector<int>{1});
  EXPECT_EQ(lives.alive + lives.misused, 0);
}

TEST(CoroutineResults, a_second_co_return_after_a_failed_one_replaces_its_result) {
  Lives lives;
  const auto twice = [](Lives& counts) -> Async<Tracked> {
    try {
      const ThrowsAtEnd guard;
      co_return Tracked(counts, 1);
    } catch (const std::runtime_error&) {
    }
    co_return Tracked(counts, 2);
  };
  EXPECT_EQ(block_on(twice(lives)).id(), 2);
  EXPECT_EQ(lives.ended, (std::vector<int>{1, 2}));
  EXPECT_EQ(lives.alive + lives.misused, 0);
}

/// Can be made, but not moved.
struct ThrowsWhenMoved {
  explicit ThrowsWhenMoved(int) {}
  ThrowsWhenMoved(ThrowsWhenMoved&&) { throw std::runtime_error("moved"); }
};

TEST(CoroutineResults, a_result_that_cannot_be_stored_is_replaced_by_its_exception) {
  const auto fail = []() -> Async<ThrowsWhenMoved> { co_return ThrowsWhenMoved(1); };
  const auto outer = [&]() -> Async<bool> {
    try {
      co_await fail();
    } catch (const std::runtime_error&) {
      co_return true;
    }
    co_return false;
  };
  EXPECT_TRUE(block_on(outer()));
}

TEST(CoroutineResults, an_exception_does_not_outlive_its_handler) {
  Lives lives;
  const auto fail = [](Lives& counts) -> Async<> {
    throw Tracked(counts, 1);
    co_return;
  };
  MockTask task;
  auto future = fail(lives);
  try {
    static_cast<void>(task.poll(future));
  } catch (const Tracked&) {
  }
  EXPECT_EQ(lives.alive, 0);
}

template <class Coroutine, class U>
concept Returns = requires(typename Coroutine::promise_type& promise, U&& value) {
  promise.return_value(std::forward<U>(value));
};

TEST(CoroutineResults, a_reference_result_is_not_made_of_a_temporary) {
  static_assert(Returns<Async<const std::string&>, std::string&>);
  static_assert(!Returns<Async<const std::string&>, std::string>);
  static_assert(!Returns<Async<const std::string&>, const char*>);
}

TEST(CoroutineResults, an_over_aligned_result_is_given_to_a_thread_but_fits_no_frame) {
  struct alignas(64) Line {
    int value;
    explicit Line(int v) : value(v) {}
  };
  const auto line = []() -> Async<Line> { co_return Line(3); };
  EXPECT_EQ(block_on(line()).value, 3);
  static_assert(!heddle::future::detail::kFitsFrame<Line>);
  static_assert(heddle::future::detail::kFitsFrame<long double> && heddle::future::detail::kFitsFrame<Line&>);
}

}  // namespace
