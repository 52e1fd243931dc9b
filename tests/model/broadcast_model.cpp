// SPDX-License-Identifier: MIT
// broadcast in every order of its ends: each receiver gets each value once or is told how many it missed, and nobody
// who waits is forgotten.
#include "model/explored.hpp"

#include <heddle/channel/broadcast.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/context.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace {

namespace broadcast = heddle::broadcast;

using heddle::Context;
using heddle::Waker;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::Options;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;

// A value on the heap, which copies: the checker sees one that is lost, shared, or ends twice.
struct Value {
  std::unique_ptr<int> heap;

  explicit Value(int value) : heap(std::make_unique<int>(value)) {}
  Value(const Value& other) : heap(std::make_unique<int>(*other.heap)) {}
  Value(Value&&) noexcept = default;
  Value& operator=(Value&&) noexcept = default;
};

const Options kTwo{.preemptions = 2, .stale_loads = 1};
const Options kOne{.preemptions = 1, .stale_loads = 1};

// How far a receiver gets, with what it missed, until the senders are gone.
int sum_of(broadcast::Receiver<Value>& rx) {
  int sum = 0;
  for (;;) {
    const auto got = heddle::block_on(rx.recv());
    if (got) {
      sum += *got->heap;
    } else if (got.error().is_lagged()) {
      sum += static_cast<int>(got.error().lagged());
    } else {
      return sum;
    }
  }
}

TEST(BroadcastModel, a_value_arrives_with_what_was_written_before) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = broadcast::channel<Value>(2);
    Cell<int> written{0};
    Thread sender = spawn([&, tx = std::move(tx)] {
      written.set(1);
      ensure(tx.send(Value(1)).has_value(), "a receiver is there");
    });
    ensure(*heddle::block_on(rx.recv())->heap == 1 && written.get() == 1, "the value, and what came before");
    ensure(heddle::block_on(rx.recv()).error().is_closed(), "then the end");
    sender.join();
  });
}

TEST(BroadcastModel, two_receivers_get_every_value_each) {
  expect_holds(kOne, [] {
    auto [tx, rx] = broadcast::channel<Value>(2);
    Thread other = spawn([rx = tx.subscribe()]() mutable { ensure(sum_of(rx) == 2, "both values, or one and the gap"); });
    Thread sender = spawn([tx = std::move(tx)] {
      static_cast<void>(tx.send(Value(1)));
      static_cast<void>(tx.send(Value(1)));
    });
    ensure(sum_of(rx) == 2, "both values");
    other.join();
    sender.join();
  });
}

TEST(BroadcastModel, who_is_overtaken_is_told_how_many_are_gone) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = broadcast::channel<Value>(1);
    Thread sender = spawn([tx = std::move(tx)] {
      for (int i = 0; i < 3; ++i) static_cast<void>(tx.send(Value(1)));
    });
    ensure(sum_of(rx) == 3, "what came and what is gone make three");
    sender.join();
  });
}

TEST(BroadcastModel, values_of_two_senders_all_arrive) {
  expect_holds(kOne, [] {
    auto [tx, rx] = broadcast::channel<Value>(2);
    Thread one = spawn([tx = tx.clone()] { static_cast<void>(tx.send(Value(1))); });
    Thread two = spawn([tx = std::move(tx)] { static_cast<void>(tx.send(Value(2))); });
    ensure(sum_of(rx) == 3, "both");
    one.join();
    two.join();
  });
}

TEST(BroadcastModel, the_last_sender_to_leave_ends_the_wait) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = broadcast::channel<Value>(1);
    Thread one = spawn([tx = tx.clone()]() mutable { const auto dropped = std::move(tx); });
    Thread two = spawn([tx = std::move(tx)]() mutable { const auto dropped = std::move(tx); });
    ensure(heddle::block_on(rx.recv()).error().is_closed(), "nothing was sent");
    one.join();
    two.join();
  });
}

TEST(BroadcastModel, a_value_that_meets_a_leaving_receiver_ends_once) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = broadcast::channel<Value>(1);
    Thread receiver = spawn([rx = std::move(rx)]() mutable { const auto dropped = std::move(rx); });
    if (auto sent = tx.send(Value(1)); !sent) ensure(*sent.error().value().heap == 1, "the value back");
    heddle::block_on(tx.closed());
    receiver.join();
  });
}

TEST(BroadcastModel, a_receive_that_is_cancelled_loses_no_value) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = broadcast::channel<Value>(1);
    Thread sender = spawn([tx = std::move(tx)] { static_cast<void>(tx.send(Value(1))); });
    bool got = false;
    {
      const Waker waker;
      Context cx(waker);
      auto waiting = rx.recv();
      got = waiting.poll(cx).is_ready();
    }
    ensure(sum_of(rx) == (got ? 0 : 1), "it is still there for the next call");
    sender.join();
  });
}

TEST(BroadcastModel, who_subscribes_gets_what_is_sent_from_then_on) {
  expect_holds(kOne, [] {
    auto [tx, rx] = broadcast::channel<Value>(2);
    Thread subscriber = spawn([tx = tx.clone()]() mutable {
      auto mine = tx.subscribe();
      { const auto dropped = std::move(tx); }
      const int sum = sum_of(mine);
      ensure(sum == 0 || sum == 1, "all or nothing");
    });
    static_cast<void>(tx.send(Value(1)));
    { const auto dropped = std::move(tx); }
    ensure(sum_of(rx) == 1, "who was there gets it");
    subscriber.join();
  });
}

TEST(BroadcastModel, a_weak_sender_gets_a_live_channel_or_none) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = broadcast::channel<Value>(1);
    Thread upgrader = spawn([weak = tx.downgrade()] {
      if (const auto strong = weak.upgrade()) ensure(strong->send(Value(1)).has_value(), "the receiver is there");
    });
    { const auto dropped = std::move(tx); }
    const int sum = sum_of(rx);
    ensure(sum == 0 || sum == 1, "its value, or the end");
    upgrader.join();
  });
}

}  // namespace
