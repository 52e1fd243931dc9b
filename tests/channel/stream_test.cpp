// SPDX-License-Identifier: MIT
// Receivers as streams. After tokio-stream's tests mpsc_bounded_stream, mpsc_unbounded_stream and watch.
#include "support/run_in.hpp"
#include "support/stream.hpp"

#include <heddle/channel/broadcast.hpp>
#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/stream.hpp>
#include <heddle/channel/watch.hpp>
#include <heddle/future/select.hpp>
#include <heddle/future/stream_consumer.hpp>
#include <heddle/runtime/spawn.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace stream = heddle::stream;
using Numbers = std::vector<int>;

class ChannelStream : public hd::test::OnScheduler {};
INSTANTIATE_TEST_SUITE_P(On, ChannelStream, hd::test::on_both_schedulers(), hd::test::scheduler_name);

template <class R>
concept BothSend = hd::Send<R> && hd::Send<stream::Received<R>> && hd::Owned<stream::Received<R>>;
static_assert(BothSend<hd::mpsc::Receiver<int>> && BothSend<hd::broadcast::Receiver<int>>);
static_assert(BothSend<hd::watch::Receiver<int>>);
static_assert(!hd::Owned<stream::Received<hd::mpsc::Receiver<int>&>>);

hd::Task<> send_all(hd::mpsc::Sender<int> tx, int count) {
  for (int i = 0; i < count; ++i) (co_await tx.send_async(i)).value();
}

TEST_P(ChannelStream, gives_every_message_and_ends_when_the_senders_are_gone) {
  run([]() -> hd::Task<> {
    for (const std::size_t bound : {0U, 1U, 100U}) {
      auto [tx, rx] = hd::mpsc::sync_channel<int>(bound);
      static_cast<void>(hd::task::spawn(send_all(std::move(tx), 50)));
      const auto all = co_await stream::collect(stream::of(std::move(rx)));
      EXPECT_EQ(all.size(), 50U);
      EXPECT_EQ(all.back(), 49);
    }
    auto [tx, rx] = hd::mpsc::channel<int>();
    static_cast<void>(hd::task::spawn(send_all(std::move(tx), 50)));
    const auto count = co_await stream::count(stream::of(std::move(rx)));
    EXPECT_EQ(count, 50U);
  }());
}

TEST(ChannelStreamMpsc, wakes_when_a_message_comes_and_ends_with_the_last_sender) {
  auto [tx, rx] = hd::mpsc::channel<std::unique_ptr<int>>();
  PolledStream messages(stream::of(std::move(rx)));
  EXPECT_TRUE(messages.pending());
  tx.send(std::make_unique<int>(5)).value();
  EXPECT_TRUE(messages.is_woken());
  EXPECT_EQ(*messages.item(), 5);
  EXPECT_TRUE(messages.pending());
  { const auto last = std::move(tx); }
  EXPECT_TRUE(messages.is_woken());
  EXPECT_TRUE(messages.ended());
}

TEST(ChannelStreamMpsc, gives_what_was_sent_before_the_channel_was_closed) {
  auto [tx, rx] = hd::mpsc::sync_channel<int>(4);
  tx.send(1).value();
  tx.send(2).value();
  rx.close();
  PolledStream messages(stream::of(rx));
  EXPECT_EQ(messages.item(), 1);
  EXPECT_EQ(messages.item(), 2);
  EXPECT_TRUE(messages.ended());
}

TEST(ChannelStreamMpsc, a_borrowed_receiver_can_be_used_after_it) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  tx.send(1).value();
  tx.send(2).value();
  {
    PolledStream messages(stream::of(rx));
    EXPECT_EQ(messages.item(), 1);
  }
  EXPECT_EQ(rx.recv(), 2);
}

TEST(ChannelStreamMpsc, a_next_that_is_dropped_loses_no_message_even_of_a_rendezvous) {
  auto [tx, rx] = hd::mpsc::sync_channel<int>(0);
  PolledStream messages(stream::of(std::move(rx)));
  EXPECT_TRUE(messages.pending());  // a receiver waits; whoever asked has gone
  EXPECT_TRUE(tx.try_send(7).has_value());
  EXPECT_EQ(messages.item(), 7);
}

TEST(ChannelStreamMpsc, dropping_it_closes_the_channel) {
  auto [tx, rx] = hd::mpsc::channel<int>();
  {
    PolledStream messages(stream::of(std::move(rx)));
    EXPECT_TRUE(messages.pending());
    EXPECT_FALSE(tx.is_closed());
  }
  EXPECT_TRUE(tx.is_closed());
}

TEST(ChannelStreamMpmc, clones_share_the_messages) {
  auto [tx, rx] = hd::mpmc::channel<int>();
  PolledStream first(stream::of(rx.clone()));
  PolledStream second(stream::of(std::move(rx)));
  tx.send(1).value();
  tx.send(2).value();
  EXPECT_EQ(first.item(), 1);
  EXPECT_EQ(second.item(), 2);
}

TEST(ChannelStreamBroadcast, gives_the_values_and_says_how_many_it_missed) {
  auto [tx, rx] = hd::broadcast::channel<int>(2);
  PolledStream values(stream::of(std::move(rx)));
  EXPECT_TRUE(values.pending());
  for (int i = 0; i < 3; ++i) static_cast<void>(tx.send(i));
  EXPECT_EQ(values.item().error().lagged(), 1U);
  EXPECT_EQ(values.item(), 1);
  { const auto last = std::move(tx); }
  EXPECT_EQ(values.item(), 2);
  EXPECT_TRUE(values.ended());
}

TEST(ChannelStreamWatch, gives_each_value_that_it_sees_as_new) {
  auto [tx, rx] = hd::watch::channel<std::string>("first");
  PolledStream news(stream::of(rx.clone()));
  EXPECT_TRUE(news.pending());
  tx.send("second").value();
  EXPECT_TRUE(news.is_woken());
  tx.send("third").value();
  EXPECT_EQ(news.item(), "third");
  EXPECT_TRUE(news.pending());
  { const auto last = std::move(tx); }
  EXPECT_TRUE(news.ended());
}

TEST(ChannelStreamWatch, begins_with_the_present_value_if_that_is_marked_as_new) {
  auto [tx, rx] = hd::watch::channel<int>(1);
  rx.mark_changed();
  PolledStream values(stream::of(std::move(rx)));
  EXPECT_EQ(values.item(), 1);
  EXPECT_TRUE(values.pending());
  tx.send(2).value();
  EXPECT_EQ(values.item(), 2);
}

}  // namespace
}  // namespace heddle_test
