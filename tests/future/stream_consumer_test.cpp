// SPDX-License-Identifier: MIT
// The futures that use up a stream. After tokio-stream's test stream_collect.
#include "support/stream.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/future/async.hpp>
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

using Result = std::expected<int, std::string>;
using hd::future::Loss;

auto numbers(int from, int to) { return stream::iter(std::views::iota(from, to)); }

TEST(StreamCollect, of_nothing_is_empty) {
  EXPECT_EQ(hd::block_on(stream::collect(stream::empty<int>())), Numbers());
  EXPECT_EQ(hd::block_on(stream::collect<std::string>(stream::empty<char>())), "");
}

TEST(StreamCollect, into_any_container) {
  EXPECT_EQ(hd::block_on(stream::collect(numbers(0, 3))), Numbers({0, 1, 2}));
  EXPECT_EQ(hd::block_on(stream::collect<std::set<int>>(numbers(0, 3))), std::set({0, 1, 2}));
  EXPECT_EQ(hd::block_on(stream::collect<std::string>(stream::iter(std::vector<std::string>{"hel", "lo"}))), "hello");
  const auto square = [](int i) { return std::pair(i, i * i); };
  const auto squares = hd::block_on(stream::collect<std::map<int, int>>(numbers(0, 3) | stream::map(square)));
  EXPECT_EQ(squares.at(2), 4);
}

TEST(StreamCollect, of_results_gives_the_values_or_the_first_error_and_stops_there) {
  using All = std::expected<Numbers, std::string>;
  EXPECT_EQ(hd::block_on(stream::collect<All>(stream::iter(std::vector<Result>{1, 2}))), All(Numbers({1, 2})));
  std::vector<Result> with_errors{1, std::unexpected("first"), std::unexpected("second"), 4};
  auto source = stream::iter(std::move(with_errors));
  EXPECT_EQ(hd::block_on(stream::collect<All>(source)), All(std::unexpected("first")));
  EXPECT_EQ(hd::block_on(stream::count(source)), 2U);
}

TEST(StreamCollect, waits_for_each_item) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  hd::test::MockTask task;
  auto all = stream::collect(stream::from_fn([&] { return rx.recv_async(); }));
  EXPECT_TRUE(task.poll(all).is_pending());
  tx.send(1).value();
  EXPECT_TRUE(task.is_woken());
  EXPECT_TRUE(task.poll(all).is_pending());
  tx.send(2).value();
  { const auto last = std::move(tx); }
  EXPECT_EQ(*task.poll(all), Numbers({1, 2}));
  EXPECT_THROW(static_cast<void>(task.poll(all)), hd::PolledAfterCompletion);
}

TEST(StreamConsumer, fold_goes_from_the_first_item_to_the_last) {
  const auto append = [](std::string text, int i) { return std::move(text) + std::to_string(i); };
  EXPECT_EQ(hd::block_on(stream::fold(numbers(1, 4), std::string("0"), append)), "0123");
}

TEST(StreamConsumer, for_each_calls_a_function_or_awaits_a_future_per_item) {
  Numbers seen;
  hd::block_on(stream::for_each(numbers(0, 3), [&](int i) { seen.push_back(i); }));
  EXPECT_EQ(seen, Numbers({0, 1, 2}));
  const auto slowly = [](int i) -> hd::Async<> {
    co_await hd::test::YieldTimes(i);
    if (i == 2) throw std::runtime_error("two");
  };
  auto source = numbers(0, 5);
  EXPECT_THROW(hd::block_on(stream::for_each(source, slowly)), std::runtime_error);
  EXPECT_EQ(hd::block_on(stream::collect(source)), Numbers({3, 4}));
}

TEST(StreamConsumer, any_and_all_stop_as_soon_as_they_know) {
  auto source = numbers(0, 6);
  const auto is_one = [](int i) { return i == 1; };
  const auto is_small = [](int i) { return i < 3; };
  EXPECT_TRUE(hd::block_on(stream::any(source, is_one)));
  EXPECT_FALSE(hd::block_on(stream::all(source, is_small)));
  EXPECT_EQ(hd::block_on(stream::collect(source)), Numbers({4, 5}));
  EXPECT_FALSE(hd::block_on(stream::any(source, is_one)));
  EXPECT_TRUE(hd::block_on(stream::all(source, is_small)));
}

TEST(StreamConsumer, each_says_what_it_loses_when_it_is_dropped) {
  const auto plus = [](int a, int b) { return a + b; };
  const auto yes = [](int) { return true; };
  static_assert(hd::future::kLossOf<decltype(stream::collect(numbers(0, 1)))> == Loss::kLosesData);
  static_assert(hd::future::kLossOf<decltype(stream::fold(numbers(0, 1), 0, plus))> == Loss::kLosesData);
  static_assert(hd::future::kLossOf<decltype(stream::count(numbers(0, 1)))> == Loss::kLosesData);
  static_assert(hd::future::kLossOf<decltype(stream::any(numbers(0, 1), yes))> == Loss::kLosesData);
  static_assert(hd::future::kLossOf<decltype(stream::for_each(numbers(0, 1), yes))> == Loss::kLossless);
}

TEST(StreamConsumer, drops_its_stream_when_it_is_cancelled) {
  // The receiver moves on only before the first poll.
  auto [tx, rx] = hd::mpsc::channel<int>();
  auto all = stream::collect(stream::from_fn([receiver = std::move(rx)] { return receiver.recv_async(); }));
  hd::test::MockTask task;
  EXPECT_TRUE(task.poll(all).is_pending());
  all.cancel();
  EXPECT_TRUE(tx.is_closed());
}

}  // namespace
}  // namespace heddle_test
