// SPDX-License-Identifier: MIT
// Each future of a channel, dropped at each of its suspensions: no message is lost, none comes twice.
#include "support/drop_at_every_await.hpp"

#include <heddle/channel/broadcast.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/oneshot.hpp>
#include <heddle/channel/watch.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using heddle_test::drop_at_every_await;

constexpr int kMessages = 6;
constexpr int kUnbounded = -1;
using Message = std::unique_ptr<int>;

std::vector<int> all_messages() {
  std::vector<int> numbers(kMessages);
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

template <int kBound>
hd::mpsc::Channel<Message> make_channel() {
  if constexpr (kBound == kUnbounded) {
    return hd::mpsc::channel<Message>();
  } else {
    return hd::mpsc::sync_channel<Message>(kBound);
  }
}

hd::Task<> send_all(hd::mpsc::Sender<Message> tx) {
  for (int i = 1; i <= kMessages; ++i) {
    auto message = std::make_unique<int>(i);
    EXPECT_TRUE((co_await tx.send_async(std::move(message))).has_value());
    if (i % 3 == 0) co_await hd::task::yield_now();
  }
}

hd::Task<std::vector<int>> receive_all(hd::mpsc::Receiver<Message> rx) {
  std::vector<int> got;
  while (auto message = co_await rx.recv_async()) {
    got.push_back(**message);
    if (got.size() % 3 == 0) co_await hd::task::yield_now();
  }
  co_return got;
}

/// What was received before the drop, and what is received after it, is what was sent, in order.
template <int kBound>
struct Receives {
  hd::mpsc::Channel<Message> channel = make_channel<kBound>();
  std::vector<int> got;

  Receives() { hd::task::spawn(send_all(std::move(channel.tx))); }
  hd::Async<> run() {
    while (auto message = co_await channel.rx.recv_async()) got.push_back(**message);
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(got, all_messages());
  }
};

TEST(DropAtEveryAwait, recv_async_loses_no_message) {
  drop_at_every_await<Receives<kUnbounded>>();
  drop_at_every_await<Receives<1>>();
  drop_at_every_await<Receives<0>>();
}

template <int kBound>
struct ReceivesMany {
  hd::mpsc::Channel<Message> channel = make_channel<kBound>();
  std::vector<Message> got;

  ReceivesMany() { hd::task::spawn(send_all(std::move(channel.tx))); }
  hd::Async<> run() {
    for (;;) {
      const std::size_t count = co_await channel.rx.recv_many_async(got, 2);
      if (count == 0) co_return;
    }
  }
  hd::Async<> kept() {
    co_await run();
    std::vector<int> numbers;
    for (const Message& message : got) numbers.push_back(*message);
    EXPECT_EQ(numbers, all_messages());
  }
};

TEST(DropAtEveryAwait, recv_many_async_loses_no_message) {
  drop_at_every_await<ReceivesMany<kUnbounded>>();
  drop_at_every_await<ReceivesMany<2>>();
  drop_at_every_await<ReceivesMany<0>>();
}

/// A message whose send was dropped is in the channel, or still in its variable.
template <int kBound>
struct Sends {
  std::optional<hd::mpsc::Sender<Message>> tx;
  hd::task::JoinHandle<std::vector<int>> received;
  Message unsent;
  int made = 0;

  explicit Sends(hd::mpsc::Channel<Message> channel = make_channel<kBound>())
      : tx(std::move(channel.tx)), received(hd::task::spawn(receive_all(std::move(channel.rx)))) {}
  hd::Async<> run() {
    while (unsent != nullptr || made < kMessages) {
      if (unsent == nullptr) unsent = std::make_unique<int>(++made);
      const auto sent = co_await tx->send_async(std::move(unsent));
      EXPECT_TRUE(sent.has_value());
    }
  }
  hd::Async<> kept() {
    co_await run();
    tx.reset();
    const auto got = co_await received;
    EXPECT_EQ(got.value(), all_messages());
  }
};

TEST(DropAtEveryAwait, send_async_loses_no_message_and_sends_none_twice) {
  drop_at_every_await<Sends<1>>();
  drop_at_every_await<Sends<0>>();
}

/// A permit that was on its way when its future was dropped is free again.
struct Reserves {
  std::optional<hd::mpsc::Sender<Message>> tx;
  hd::task::JoinHandle<std::vector<int>> received;
  int sent = 0;

  explicit Reserves(hd::mpsc::Channel<Message> channel = make_channel<2>())
      : tx(std::move(channel.tx)), received(hd::task::spawn(receive_all(std::move(channel.rx)))) {}
  hd::Async<> run() {
    while (sent < kMessages) {
      auto permits = co_await tx->reserve_many_async(2);
      permits->send(std::make_unique<int>(++sent));
      auto last = permits->take();
      auto one_more = co_await tx->reserve_async();
      std::move(last).send(std::make_unique<int>(++sent));
      std::move(*one_more).send(std::make_unique<int>(++sent));
    }
  }
  hd::Async<> kept() {
    co_await run();
    tx.reset();
    const auto got = co_await received;
    std::vector<int> expected(static_cast<std::size_t>(sent));
    std::iota(expected.begin(), expected.end(), 1);
    // A permit that was dropped unused left out its number.
    EXPECT_TRUE(std::ranges::includes(expected, *got));
    EXPECT_GE(got->size() + 2, expected.size());
  }
};

TEST(DropAtEveryAwait, reserve_async_gives_the_places_back) { drop_at_every_await<Reserves>(); }

/// Drops `end` after some turns.
template <class End>
hd::Task<> drop_later(End end) {
  for (int i = 0; i < 3; ++i) co_await hd::task::yield_now();
  const End last(std::move(end));
}

struct AwaitsTheEnd {
  hd::mpsc::Channel<int> mpsc = hd::mpsc::channel<int>();
  hd::oneshot::Channel<int> oneshot = hd::oneshot::channel<int>();
  hd::broadcast::Channel<int> broadcast{1};
  hd::watch::Channel<int> watch{1};

  AwaitsTheEnd() {
    hd::task::spawn(drop_later(std::move(mpsc.rx)));
    hd::task::spawn(drop_later(std::move(oneshot.rx)));
    hd::task::spawn(drop_later(std::move(broadcast.rx)));
    hd::task::spawn(drop_later(std::move(watch.rx)));
  }
  hd::Async<> run() {
    co_await watch.tx.closed();
    co_await broadcast.tx.closed();
    co_await oneshot.tx.closed();
    co_await mpsc.tx.closed();
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_TRUE(mpsc.tx.is_closed() && oneshot.tx.is_closed() && watch.tx.is_closed());
    EXPECT_EQ(broadcast.tx.receiver_count(), 0U);
  }
};

TEST(DropAtEveryAwait, closed_is_told_to_whoever_asks_again) { drop_at_every_await<AwaitsTheEnd>(); }

struct ReceivesTheAnswer {
  hd::oneshot::Channel<Message> channel = hd::oneshot::channel<Message>();
  Message answer;

  ReceivesTheAnswer() {
    hd::task::spawn([](hd::oneshot::Sender<Message> tx) -> hd::Task<> {
      for (int i = 0; i < 3; ++i) co_await hd::task::yield_now();
      EXPECT_TRUE(std::move(tx).send(std::make_unique<int>(7)).has_value());
    }(std::move(channel.tx)));
  }
  hd::Async<> run() {
    auto got = co_await channel.rx;
    answer = *std::move(got);
  }
  hd::Async<> kept() {
    if (answer == nullptr) co_await run();
    EXPECT_EQ(*answer, 7);
  }
};

TEST(DropAtEveryAwait, oneshot_keeps_the_answer) { drop_at_every_await<ReceivesTheAnswer>(); }

struct ReceivesBroadcasts {
  hd::broadcast::Channel<int> channel{8};
  std::vector<int> got;

  ReceivesBroadcasts() {
    hd::task::spawn([](hd::broadcast::Sender<int> tx) -> hd::Task<> {
      for (int i = 1; i <= kMessages; ++i) {
        static_cast<void>(tx.send(i));
        co_await hd::task::yield_now();
      }
    }(std::move(channel.tx)));
  }
  hd::Async<> run() {
    while (auto message = co_await channel.rx.recv()) got.push_back(*message);
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(got, all_messages());
  }
};

TEST(DropAtEveryAwait, broadcast_recv_loses_no_value) { drop_at_every_await<ReceivesBroadcasts>(); }

hd::Task<> change_all(hd::watch::Sender<int> tx) {
  for (int i = 1; i <= kMessages; ++i) {
    static_cast<void>(tx.send(i));
    co_await hd::task::yield_now();
  }
}

/// No value is handled twice, and the last one isn't missed.
struct SeesChanges {
  hd::watch::Channel<int> channel{0};
  std::vector<int> seen;

  SeesChanges() { hd::task::spawn(change_all(std::move(channel.tx))); }
  hd::Async<> run() {
    while (const auto news = co_await channel.rx.changed()) seen.push_back(*channel.rx.borrow_and_update());
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(seen.back(), kMessages);
    EXPECT_EQ(std::ranges::adjacent_find(seen, std::greater_equal()), seen.end());
  }
};

TEST(DropAtEveryAwait, changed_leaves_unseen_what_it_has_not_reported) { drop_at_every_await<SeesChanges>(); }

struct WaitsForAValue {
  hd::watch::Channel<int> channel{0};

  WaitsForAValue() { hd::task::spawn(change_all(std::move(channel.tx))); }
  hd::Async<> run() {
    const auto is_last = [](const int& value) { return value == kMessages; };
    const auto found = co_await channel.rx.wait_for(is_last);
    EXPECT_EQ(**found, kMessages);
  }
  hd::Async<> kept() { return run(); }
};

TEST(DropAtEveryAwait, wait_for_may_be_asked_again) { drop_at_every_await<WaitsForAValue>(); }

}  // namespace
