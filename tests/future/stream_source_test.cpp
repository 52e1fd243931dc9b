// SPDX-License-Identifier: MIT
// The sources of streams. After tokio-stream's tests stream_iter, stream_once, stream_empty and stream_pending.
#include "support/stream.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/stream_adapter.hpp>
#include <heddle/future/stream_consumer.hpp>
#include <heddle/future/stream_source.hpp>

#include <gtest/gtest.h>

#include <expected>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace stream = heddle::stream;
using Numbers = std::vector<int>;

TEST(StreamIter, gives_the_elements_of_a_range_and_ends) {
  PolledStream numbers(stream::iter(Numbers{1, 2}));
  EXPECT_EQ(numbers.item(), 1);
  EXPECT_EQ(numbers.item(), 2);
  EXPECT_TRUE(numbers.ended());
  EXPECT_TRUE(numbers.ended());
}

TEST(StreamIter, moves_the_elements_of_a_container_and_copies_those_of_a_view) {
  std::vector<std::string> words{"one of the longer words", "another of the longer words"};
  PolledStream copies(stream::iter(std::views::all(words)));
  EXPECT_EQ(copies.item(), words.at(0));
  EXPECT_EQ(words.at(0), "one of the longer words");
  const char* const where = words.at(1).data();
  PolledStream moves(stream::iter(std::move(words)));
  EXPECT_EQ(moves.item(), "one of the longer words");
  const std::string second = moves.item();
  EXPECT_EQ(second.data(), where);
}

TEST(StreamIter, walks_over_any_range) {
  EXPECT_EQ(hd::block_on(stream::collect(stream::iter(std::set{3, 1, 2}))), Numbers({1, 2, 3}));
  EXPECT_EQ(hd::block_on(stream::collect(stream::iter(std::views::iota(0) | std::views::take(3)))), Numbers({0, 1, 2}));
  EXPECT_EQ(hd::block_on(stream::count(stream::iter(std::vector{true, false}))), 2U);
}

TEST(StreamIter, gives_way_to_other_tasks_when_the_budget_is_spent) {
  PolledStream numbers(stream::iter(std::views::iota(0)) | stream::filter([](int) { return false; }));
  EXPECT_TRUE(numbers.pending());
  EXPECT_TRUE(numbers.is_woken());
}

TEST(StreamOnce, gives_its_value_once) {
  PolledStream one(stream::once(std::string("the one")));
  EXPECT_EQ(one.item(), "the one");
  EXPECT_TRUE(one.ended());
  EXPECT_TRUE(one.ended());
}

TEST(StreamEmpty, has_ended) {
  PolledStream none(stream::empty<int>());
  EXPECT_TRUE(none.ended());
  EXPECT_TRUE(none.ended());
}

TEST(StreamPending, never_gives_anything_nor_ends) {
  PolledStream none(stream::pending<int>());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(none.pending());
  EXPECT_FALSE(none.is_woken());
}

TEST(StreamFromFn, gives_what_one_future_after_another_gives_until_one_gives_nothing) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  PolledStream messages(stream::from_fn([&] { return rx.recv_async(); }));
  EXPECT_TRUE(messages.pending());
  tx.send(1).value();
  EXPECT_TRUE(messages.is_woken());
  tx.send(2).value();
  EXPECT_EQ(messages.item(), 1);
  EXPECT_EQ(messages.item(), 2);
  EXPECT_TRUE(messages.pending());
  { const auto last = std::move(tx); }
  EXPECT_TRUE(messages.is_woken());
  EXPECT_TRUE(messages.ended());
}

}  // namespace
}  // namespace heddle_test
