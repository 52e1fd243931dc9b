// SPDX-License-Identifier: MIT
// chain and merge. After tokio-stream's tests stream_chain and stream_merge.
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

auto messages(const hd::mpsc::Receiver<int>& rx) {
  return stream::from_fn([&rx] { return rx.recv_async(); });
}

TEST(StreamChain, gives_one_stream_after_the_other) {
  const auto all = hd::block_on(stream::collect(stream::iter(Numbers{1, 2}) | stream::chain(stream::iter(Numbers{3}))));
  EXPECT_EQ(all, Numbers({1, 2, 3}));
}

TEST(StreamChain, does_not_ask_the_second_before_the_first_has_ended) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  PolledStream chained(messages(rx) | stream::chain(stream::iter(Numbers{9})));
  EXPECT_TRUE(chained.pending());
  tx.send(1).value();
  EXPECT_EQ(chained.item(), 1);
  EXPECT_TRUE(chained.pending());
  { const auto last = std::move(tx); }
  EXPECT_TRUE(chained.is_woken());
  EXPECT_EQ(chained.item(), 9);
  EXPECT_TRUE(chained.ended());
}

TEST(StreamChain, waits_for_the_second) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  PolledStream chained(stream::once(1) | stream::chain(messages(rx)));
  EXPECT_EQ(chained.item(), 1);
  EXPECT_TRUE(chained.pending());
  tx.send(2).value();
  EXPECT_TRUE(chained.is_woken());
  EXPECT_EQ(chained.item(), 2);
}

TEST(StreamMerge, gives_the_items_of_both_in_turn) {
  const auto all =
      hd::block_on(stream::collect(stream::iter(Numbers{1, 3, 5, 6}) | stream::merge(stream::iter(Numbers{2, 4}))));
  EXPECT_EQ(std::set(all.begin(), all.end()), std::set({1, 2, 3, 4, 5, 6}));
  // Neither of two that are always ready waits for long.
  EXPECT_EQ(all.at(0) + all.at(1), 3);
  EXPECT_EQ(all.at(2) + all.at(3), 7);
}

TEST(StreamMerge, gives_whatever_comes_and_ends_when_both_have_ended) {
  auto [tx1, rx1] = hd::mpsc::channel<int>();
  auto [tx2, rx2] = hd::mpsc::channel<int>();
  PolledStream merged(messages(rx1) | stream::merge(messages(rx2)));
  EXPECT_TRUE(merged.pending());
  tx2.send(2).value();
  EXPECT_TRUE(merged.is_woken());
  EXPECT_EQ(merged.item(), 2);
  EXPECT_TRUE(merged.pending());
  tx1.send(1).value();
  EXPECT_TRUE(merged.is_woken());
  EXPECT_EQ(merged.item(), 1);
  { const auto last = std::move(tx1); }
  EXPECT_TRUE(merged.pending());
  tx2.send(3).value();
  EXPECT_EQ(merged.item(), 3);
  { const auto last = std::move(tx2); }
  EXPECT_TRUE(merged.ended());
}

}  // namespace
}  // namespace heddle_test
