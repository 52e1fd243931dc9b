// SPDX-License-Identifier: MIT
// The adapters of streams: what each gives, when each ends, and what each keeps.
#include "support/mock_task.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/gen.hpp>
#include <heddle/future/stream_adapter.hpp>
#include <heddle/future/stream_consumer.hpp>
#include <heddle/future/stream_source.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace stream = heddle::stream;
using heddle::test::MockTask;
using heddle::test::YieldTimes;
using Numbers = std::vector<int>;

auto numbers(int from, int to) { return stream::iter(std::views::iota(from, to)); }

/// Ends, and begins again when it is asked once more: what the concept forbids.
class Restarts {
 public:
  using Item = int;
  hd::Poll<std::optional<int>> poll_next(hd::Context&) {
    ++polls;
    left_ = (left_ + 2) % 3;
    return left_ == 2 ? hd::Poll<std::optional<int>>(std::in_place) : hd::Poll<std::optional<int>>(std::in_place, left_);
  }
  int polls = 0;

 private:
  int left_ = 2;
};

template <class S>
std::vector<hd::ItemOf<S>> all_of(S&& stream) {
  return hd::block_on(stream::collect(std::forward<S>(stream)));
}

template <hd::Stream S>
auto poll(MockTask& task, S& stream) {
  hd::Context cx(task.waker());
  return stream.poll_next(cx);
}

TEST(StreamAdapter, map_gives_what_the_function_makes) {
  EXPECT_EQ(all_of(numbers(1, 4) | stream::map([](int i) { return i * i; })), Numbers({1, 4, 9}));
  EXPECT_EQ(all_of(numbers(1, 3) | stream::map([](int i) { return std::to_string(i); })),
            (std::vector<std::string>{"1", "2"}));
}

TEST(StreamAdapter, filter_gives_what_the_predicate_likes) {
  EXPECT_EQ(all_of(numbers(0, 7) | stream::filter([](int i) { return i % 3 == 0; })), Numbers({0, 3, 6}));
}

TEST(StreamAdapter, filter_map_gives_what_the_function_makes_of_some) {
  const auto halves = [](int i) { return i % 2 == 0 ? std::optional(i / 2) : std::nullopt; };
  EXPECT_EQ(all_of(numbers(0, 6) | stream::filter_map(halves)), Numbers({0, 1, 2}));
}

TEST(StreamAdapter, take_gives_the_first_and_asks_for_no_more) {
  auto source = numbers(0, 10);
  EXPECT_EQ(all_of(source | stream::take(3)), Numbers({0, 1, 2}));
  EXPECT_EQ(all_of(source | stream::take(0)), Numbers());
  EXPECT_EQ(all_of(source | stream::take(2)), Numbers({3, 4}));
}

TEST(StreamAdapter, take_while_and_map_while_end_with_the_first_that_fails) {
  auto source = numbers(0, 10);
  EXPECT_EQ(all_of(source | stream::take_while([](int i) { return i < 2; })), Numbers({0, 1}));
  EXPECT_EQ(all_of(source), Numbers({3, 4, 5, 6, 7, 8, 9}));
  const auto small = [](int i) { return i < 2 ? std::optional(-i) : std::nullopt; };
  EXPECT_EQ(all_of(numbers(0, 10) | stream::map_while(small)), Numbers({0, -1}));
}

TEST(StreamAdapter, skip_and_skip_while_pass_over_the_beginning_only) {
  EXPECT_EQ(all_of(numbers(0, 5) | stream::skip(3)), Numbers({3, 4}));
  EXPECT_EQ(all_of(numbers(0, 5) | stream::skip(9)), Numbers());
  const auto odd = [](int i) { return i % 2 == 1; };
  EXPECT_EQ(all_of(numbers(1, 6) | stream::skip_while(odd)), Numbers({2, 3, 4, 5}));
}

TEST(StreamAdapter, inspect_looks_and_enumerate_counts) {
  Numbers seen;
  EXPECT_EQ(all_of(numbers(0, 3) | stream::inspect([&](const int& i) { seen.push_back(i); })), Numbers({0, 1, 2}));
  EXPECT_EQ(seen, Numbers({0, 1, 2}));
  for (const auto& [index, value] : all_of(numbers(5, 8) | stream::enumerate())) {
    EXPECT_EQ(static_cast<int>(index) + 5, value);
  }
}

hd::Async<int> doubled(const int& value) {
  co_await YieldTimes(1);
  co_return value * 2;
}

TEST(StreamAdapter, then_awaits_a_future_for_each_item_which_it_may_borrow) {
  EXPECT_EQ(all_of(numbers(0, 4) | stream::then(&doubled)), Numbers({0, 2, 4, 6}));
  auto stream = numbers(7, 8) | stream::then(&doubled);
  MockTask task;
  EXPECT_TRUE(poll(task, stream).is_pending());
  EXPECT_EQ(*poll(task, stream), 14);
  EXPECT_EQ(*poll(task, stream), std::nullopt);
}

TEST(StreamAdapter, then_gives_units_for_futures_of_nothing) {
  EXPECT_EQ(all_of(numbers(0, 4) | stream::then([](int) { return hd::ready(); })).size(), 4U);
}

hd::Async<int> fails_at_one(int value) {
  co_await YieldTimes(1);
  if (value == 1) throw std::runtime_error("one");
  co_return value;
}

TEST(StreamAdapter, goes_on_with_the_next_item_after_an_exception) {
  const auto picky = [](int i) { return i == 1 ? throw std::runtime_error("one") : i; };
  hd::block_on([](auto mapped, auto awaited) -> hd::Task<> {
    for (const auto expected : {0, -1, 2}) {
      int got = -1;
      try {
        const auto item = co_await hd::next(mapped);
        got = item.value();
      } catch (const std::runtime_error&) {
      }
      EXPECT_EQ(got, expected);
    }
    for (const auto expected : {0, -1, 2}) {
      int got = -1;
      try {
        const auto item = co_await hd::next(awaited);
        got = item.value();
      } catch (const std::runtime_error&) {
      }
      EXPECT_EQ(got, expected);
    }
  }(numbers(0, 3) | stream::map(picky), numbers(0, 3) | stream::then(&fails_at_one)));
}

TEST(StreamAdapter, zip_pairs_items_and_ends_with_the_shorter_stream) {
  std::vector<std::string> pairs;
  for (const auto& [a, b] : all_of(numbers(0, 9) | stream::zip(stream::iter(std::vector<std::string>{"a", "b"})))) {
    pairs.push_back(b + std::to_string(a));
  }
  EXPECT_EQ(pairs, (std::vector<std::string>{"a0", "b1"}));
}

TEST(StreamAdapter, zip_keeps_an_item_that_waits_for_its_partner) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  auto zipped = numbers(1, 9) | stream::zip(stream::from_fn([&] { return rx.recv_async(); }));
  MockTask task;
  EXPECT_TRUE(poll(task, zipped).is_pending());
  EXPECT_TRUE(poll(task, zipped).is_pending());
  tx.send(5).value();
  EXPECT_TRUE(task.is_woken());
  auto pair = poll(task, zipped);
  EXPECT_EQ((*pair)->first, 1);
  EXPECT_EQ((*pair)->second, 5);
}

TEST(StreamAdapter, chunks_have_the_size_and_the_last_one_what_is_left) {
  EXPECT_EQ(all_of(numbers(0, 5) | stream::chunks(2)), (std::vector<Numbers>{{0, 1}, {2, 3}, {4}}));
  EXPECT_EQ(all_of(numbers(0, 4) | stream::chunks(2)), (std::vector<Numbers>{{0, 1}, {2, 3}}));
  EXPECT_EQ(all_of(numbers(0, 0) | stream::chunks(2)), std::vector<Numbers>());
  EXPECT_THROW(static_cast<void>(stream::chunks(0)), std::invalid_argument);
}

TEST(StreamAdapter, chunks_keeps_what_it_has_when_a_next_is_dropped) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  auto pairs = stream::from_fn([&] { return rx.recv_async(); }) | stream::chunks(2);
  MockTask task;
  tx.send(1).value();
  EXPECT_TRUE(poll(task, pairs).is_pending());
  tx.send(2).value();
  EXPECT_EQ(*poll(task, pairs), Numbers({1, 2}));
}

TEST(StreamAdapter, fuse_ends_once_and_for_all) {
  Restarts restarts;
  auto fused = restarts | stream::fuse();
  MockTask task;
  EXPECT_EQ(*poll(task, fused), 1);
  EXPECT_EQ(*poll(task, fused), 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(*poll(task, fused), std::nullopt);
  EXPECT_EQ(restarts.polls, 3);
}

TEST(StreamAdapter, every_adapter_may_be_asked_after_its_end) {
  const auto check = [](auto stream) {
    MockTask task;
    int items = 0;
    while (poll(task, stream)->has_value()) ++items;
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(poll(task, stream)->has_value());
    return items;
  };
  const auto yes = [](int) { return true; };
  EXPECT_EQ(check(Restarts() | stream::filter(yes)), 2);
  EXPECT_EQ(check(Restarts() | stream::take_while([](int i) { return i != 0; })), 1);
  EXPECT_EQ(check(Restarts() | stream::take(5)), 2);
  EXPECT_EQ(check(Restarts() | stream::then([](int i) { return hd::ready(i); })), 2);
  EXPECT_EQ(check(Restarts() | stream::chain(Restarts())), 4);
  EXPECT_EQ(check(Restarts() | stream::merge(Restarts())), 4);
  EXPECT_EQ(check(Restarts() | stream::zip(numbers(0, 1))), 1);
  EXPECT_EQ(check(Restarts() | stream::chunks(3)), 1);
}

TEST(StreamAdapter, lets_go_of_its_stream_at_the_end) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  tx.send(1).value();
  tx.send(2).value();
  const auto receive = [](hd::mpsc::Receiver<int> receiver) -> hd::Gen<int> {
    while (auto message = co_await receiver.recv_async()) co_yield *message;
  };
  auto first = receive(std::move(rx)) | stream::take(1);
  MockTask task;
  EXPECT_EQ(*poll(task, first), 1);
  EXPECT_TRUE(tx.is_closed());
}

TEST(StreamAdapter, moves_what_can_only_be_moved_through_all_of_them) {
  std::vector<std::unique_ptr<int>> pointers;
  for (int i = 0; i < 4; ++i) pointers.push_back(std::make_unique<int>(i));
  const auto all = [](const std::unique_ptr<int>&) { return true; };
  auto chunks = all_of(stream::iter(std::move(pointers)) | stream::filter(all) | stream::skip_while(std::not_fn(all)) |
                       stream::take_while(all) | stream::inspect([](const auto&) {}) |
                       stream::map([](std::unique_ptr<int> p) { return p; }) |
                       stream::then([](std::unique_ptr<int> p) { return hd::ready(std::move(p)); }) | stream::take(4) |
                       stream::chunks(3));
  EXPECT_EQ(chunks.size(), 2U);
  EXPECT_EQ(*chunks.at(1).at(0), 3);
}

TEST(StreamAdapter, a_pipe_of_them_is_send_and_owned_as_its_parts_are) {
  auto plus = [](int i) { return i + 1; };
  auto owned = stream::iter(Numbers()) | stream::map(plus) | stream::take(1) | stream::chunks(2);
  static_assert(hd::Send<decltype(owned)> && hd::Owned<decltype(owned)>);
  auto source = stream::iter(Numbers());
  auto borrows = source | stream::map(plus);
  static_assert(!hd::Owned<decltype(borrows)>);
  auto views = stream::iter(std::string_view("abc")) | stream::take(1);
  static_assert(!hd::Owned<decltype(views)>);
}

}  // namespace
}  // namespace heddle_test
