// SPDX-License-Identifier: MIT
// Each combinator, dropped at each of its suspensions: named futures keep what they have, temporaries leave no trace.
#include "support/drop_at_every_await.hpp"
#include "support/mock_task.hpp"
#include "support/tracked.hpp"

#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/oneshot.hpp>
#include <heddle/channel/stream.hpp>
#include <heddle/future/gen.hpp>
#include <heddle/future/join.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/select.hpp>
#include <heddle/future/stream_adapter.hpp>

#include <gtest/gtest.h>

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using hd::test::Lives;
using hd::test::Tracked;
using hd::test::YieldTimes;
using heddle_test::drop_at_every_await;

constexpr int kMessages = 4;
constexpr auto kNothing = [](auto&&...) {};

hd::Task<> send_numbers(hd::mpsc::Sender<int> tx) {
  for (int i = 1; i <= kMessages; ++i) {
    EXPECT_TRUE((co_await tx.send_async(i)).has_value());
    co_await hd::task::yield_now();
  }
}

/// A receive that loses, or whose select is dropped, leaves its message in the channel.
struct SelectsMessages {
  hd::mpsc::Channel<int> odd = hd::mpsc::sync_channel<int>(1);
  hd::mpsc::Channel<int> even = hd::mpsc::sync_channel<int>(1);
  int got = 0;
  int open = 2;

  SelectsMessages() {
    hd::task::spawn(send_numbers(std::move(odd.tx)));
    hd::task::spawn(send_numbers(std::move(even.tx)));
  }
  hd::Async<> run() {
    auto count = [this](std::optional<int> message) { message ? ++got : --open; };
    bool odd_open = true;
    bool even_open = true;
    while (odd_open || even_open) {
      const int before = open;
      bool from_odd = false;
      auto count_odd = [&](std::optional<int> message) { from_odd = true, count(message); };
      co_await hd::select(hd::on(odd.rx.recv_async(), count_odd).when(odd_open),
                          hd::on(even.rx.recv_async(), count).when(even_open), hd::on(YieldTimes(2), kNothing));
      if (open != before) (from_odd ? odd_open : even_open) = false;
    }
  }
  hd::Async<> kept() {
    while (co_await odd.rx.recv_async()) ++got;
    while (co_await even.rx.recv_async()) ++got;
    EXPECT_EQ(got, 2 * kMessages);
  }
};

TEST(DropAtEveryAwait, select_leaves_the_messages_of_losers_in_their_channels) {
  drop_at_every_await<SelectsMessages>();
}

/// Named arms are the caller's: what they had done when the select was dropped is still done.
struct SelectsNamed {
  hd::oneshot::Channel<int> first = hd::oneshot::channel<int>();
  hd::oneshot::Channel<int> second = hd::oneshot::channel<int>();
  int sum = 0;

  SelectsNamed() {
    hd::task::spawn([](hd::oneshot::Sender<int> a, hd::oneshot::Sender<int> b) -> hd::Task<> {
      co_await YieldTimes(2);
      EXPECT_TRUE(std::move(a).send(1).has_value());
      co_await YieldTimes(2);
      EXPECT_TRUE(std::move(b).send(2).has_value());
    }(std::move(first.tx), std::move(second.tx)));
  }
  hd::Async<> run() {
    auto add = [this](auto answer) { sum += answer.value(); };
    while (!first.rx.is_terminated() || !second.rx.is_terminated()) {
      co_await hd::select(hd::on(first.rx, add).when(!first.rx.is_terminated()),
                          hd::on(second.rx, add).when(!second.rx.is_terminated()));
      co_await YieldTimes(1);
    }
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(sum, 3);
  }
};

TEST(DropAtEveryAwait, select_leaves_named_futures_as_they_are) { drop_at_every_await<SelectsNamed>(); }

/// What every scenario of temporaries expects: all that was made has ended, once.
struct LeavesNoTrace {
  Lives lives;

  hd::Async<Tracked> late(int turns, int id) {
    const Tracked local(lives, id);
    co_await YieldTimes(turns);
    co_return Tracked(lives, id + 1);
  }
  hd::Async<std::expected<int, std::string>> fallible(int turns, std::expected<int, std::string> result) {
    const Tracked local(lives, 100);
    co_await YieldTimes(turns);
    co_return result;
  }
  hd::Async<> kept() {
    EXPECT_EQ(lives.alive, 0);
    EXPECT_EQ(lives.misused, 0);
    co_return;
  }
};

struct Races : LeavesNoTrace {
  hd::Async<> run() {
    const auto winner = co_await hd::race(late(3, 10), late(1, 20), hd::pending());
    EXPECT_EQ(winner.index(), 1U);
    auto go_on = [this](Tracked first) -> hd::Async<int> {
      const Tracked second = co_await late(2, 60);
      co_return first.id() + second.id();
    };
    const int sum = co_await hd::select(hd::on(late(1, 50), go_on), hd::on(hd::pending(), [] { return 0; }));
    EXPECT_EQ(sum, 51 + 61);
  }
};

TEST(DropAtEveryAwait, select_and_race_drop_their_temporaries_and_the_handler) { drop_at_every_await<Races>(); }

struct Joins : LeavesNoTrace {
  hd::Async<> run() {
    auto [a, b, c] = co_await hd::join(late(3, 10), late(0, 20), late(1, 30));
    co_await YieldTimes(1);
    EXPECT_EQ(a.id() + b.id() + c.id(), 63);
    const auto failed = co_await hd::try_join(fallible(2, 1), fallible(1, std::unexpected("no")));
    EXPECT_FALSE(failed.has_value());
    const auto both = co_await hd::try_join(fallible(2, 1), fallible(1, 2));
    EXPECT_TRUE(both.has_value());
  }
};

TEST(DropAtEveryAwait, join_and_try_join_drop_their_temporaries_and_results) { drop_at_every_await<Joins>(); }

struct JoinsMany : LeavesNoTrace {
  static hd::Task<Tracked> numbered(Tracked local, int turns) {
    co_await YieldTimes(turns);
    co_return local;
  }

  hd::Async<> run() {
    std::vector<hd::Task<Tracked>> tasks;
    for (int i = 0; i < 4; ++i) tasks.push_back(numbered(Tracked(lives, i), i));
    const auto all = co_await hd::join_all(std::move(tasks));
    EXPECT_EQ(all.size(), 4U);
    co_await YieldTimes(1);
  }
};

TEST(DropAtEveryAwait, join_all_drops_its_futures_and_results) { drop_at_every_await<JoinsMany>(); }

struct ReturnsEarly : LeavesNoTrace {
  hd::Async<std::expected<int, std::string>> sum() {
    const Tracked local(lives, 1);
    const int first = co_await hd::ok(fallible(1, 1));
    const int second = co_await hd::ok(fallible(2, std::unexpected("no")));
    co_return first + second;
  }
  hd::Async<> run() {
    const auto result = co_await sum();
    EXPECT_FALSE(result.has_value());
    co_await YieldTimes(1);
  }
};

TEST(DropAtEveryAwait, ok_leaves_no_trace) { drop_at_every_await<ReturnsEarly>(); }

hd::Gen<int> numbers_of(hd::mpsc::Receiver<int> rx) {
  while (auto message = co_await rx.recv_async()) co_yield *message;
}

hd::Gen<int> both(hd::mpsc::Receiver<int> first, hd::mpsc::Receiver<int> second) {
  co_yield hd::elements_of(numbers_of(std::move(first)));
  co_yield hd::elements_of(numbers_of(std::move(second)));
}

hd::Async<int> after_a_turn(const int& value) {
  co_await YieldTimes(1);
  co_return value;
}

/// Generators, an adapter that awaits, and those that keep items.
struct NextOfStream {
  hd::mpsc::Channel<int> a = hd::mpsc::sync_channel<int>(1);
  hd::mpsc::Channel<int> b = hd::mpsc::sync_channel<int>(1);
  hd::mpsc::Channel<int> c = hd::mpsc::sync_channel<int>(1);
  using Stream = decltype(both(std::move(a.rx), std::move(b.rx)) | hd::stream::then(&after_a_turn) |
                          hd::stream::merge(hd::stream::of(std::move(c.rx))) | hd::stream::chunks(3));
  Stream stream;
  int got = 0;

  NextOfStream()
      : stream(both(std::move(a.rx), std::move(b.rx)) | hd::stream::then(&after_a_turn) |
               hd::stream::merge(hd::stream::of(std::move(c.rx))) | hd::stream::chunks(3)) {
    hd::task::spawn(send_numbers(std::move(a.tx)));
    hd::task::spawn(send_numbers(std::move(b.tx)));
    hd::task::spawn(send_numbers(std::move(c.tx)));
  }
  hd::Async<> run() {
    while (auto chunk = co_await hd::next(stream)) got += static_cast<int>(chunk->size());
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(got, 3 * kMessages);
  }
};

TEST(DropAtEveryAwait, next_loses_no_item_of_a_stream) { drop_at_every_await<NextOfStream>(); }

}  // namespace
