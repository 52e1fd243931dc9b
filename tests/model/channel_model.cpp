// SPDX-License-Identifier: MIT
// mpsc and mpmc in every order: no lost wake, no lost message, an exact bound, and what a cancelled wait was given goes
// on.
#include "model/explored.hpp"

#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace {

using heddle::block_on;
using heddle::Context;
using heddle::Waker;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;
namespace mpmc = heddle::mpmc;
namespace mpsc = heddle::mpsc;

// Polls a future once; the future ends with this, whatever it waits for.
template <class F>
auto poll_once(F& future) {
  const Waker waker;
  Context cx(waker);
  return future.poll(cx);
}

TEST(ChannelModel, both_sides_of_a_full_channel_wake_each_other) {
  expect_holds({.preemptions = 2}, [] {
    auto [tx, rx] = mpsc::sync_channel<int>(1);
    Cell<int> written{0};
    Thread sender = spawn([&, tx = std::move(tx)] {
      ensure(block_on(tx.send_async(1)).has_value(), "the receiver is there");
      written.set(1);
      ensure(block_on(tx.send_async(2)).has_value(), "the receiver is there");
    });
    ensure(block_on(rx.recv_async()) == 1, "the first");
    ensure(block_on(rx.recv_async()) == 2, "the second");
    ensure(written.get() == 1, "what was written before the second");
    ensure(!block_on(rx.recv_async()), "the sender is gone");
    sender.join();
  });
}

TEST(ChannelModel, an_unbounded_channel_wakes_its_receiver) {
  expect_holds({.preemptions = 2}, [] {
    auto [tx, rx] = mpsc::channel<int>();
    Thread sender = spawn([tx = std::move(tx)] {
      ensure(block_on(tx.send_async(1)).has_value(), "the receiver is there");
      ensure(block_on(tx.send_async(2)).has_value(), "the receiver is there");
    });
    ensure(block_on(rx.recv_async()) == 1, "the first");
    ensure(block_on(rx.recv_async()) == 2, "the second");
    ensure(!block_on(rx.recv_async()), "the sender is gone");
    sender.join();
  });
}

TEST(ChannelModel, a_message_told_to_a_receiver_that_is_cancelled_goes_to_the_next) {
  expect_holds({.preemptions = 1}, [] {
    auto [tx, rx] = mpmc::sync_channel<int>(1);
    Thread cancelled = spawn([rx = rx.clone(), tx = tx.clone()] {
      auto receive = rx.recv_async();
      // If it came just now, it is sent anew.
      if (poll_once(receive).is_ready()) ensure(tx.try_send(1).has_value(), "it was empty");
    });
    Thread sender = spawn([tx = tx.clone()] { ensure(tx.try_send(1).has_value(), "it was empty"); });
    // This one's sender is still there: a lost notification would be a deadlock.
    ensure(block_on(rx.recv_async()) == 1, "the message");
    cancelled.join();
    sender.join();
  });
}

TEST(ChannelModel, a_place_given_to_a_sender_that_is_cancelled_goes_to_the_next) {
  expect_holds({.preemptions = 1}, [] {
    auto [tx, rx] = mpsc::sync_channel<int>(1);
    ensure(tx.try_send(1).has_value(), "it was empty");
    bool sent = false;
    Thread cancelled = spawn([&, tx = tx.clone()] {
      int two = 2;
      auto send = tx.send_async(std::move(two));
      sent = poll_once(send).is_ready();
    });
    Thread other = spawn([tx = std::move(tx)] { ensure(block_on(tx.send_async(3)).has_value(), "the receiver is there"); });
    int sum = 0;
    while (const auto message = block_on(rx.recv_async())) sum += *message;
    cancelled.join();
    other.join();
    ensure(sum == (sent ? 6 : 4), "each that was sent came");
  });
}

// A message on the heap: the checker sees it lost or freed twice.
TEST(ChannelModel, a_message_handed_to_a_receive_that_is_dropped_is_received_by_the_next) {
  expect_holds({.preemptions = 2}, [] {
    auto [tx, rx] = mpsc::sync_channel<std::unique_ptr<int>>(0);
    Thread sender = spawn([tx = std::move(tx)] {
      ensure(block_on(tx.send_async(std::make_unique<int>(1))).has_value(), "the receiver is there");
    });
    bool received = false;
    {
      auto receive = rx.recv_async();
      received = poll_once(receive).is_ready();
    }
    ensure(block_on(rx.recv_async()).has_value() != received, "once");
    sender.join();
  });
}

TEST(ChannelModel, a_message_that_meets_a_leaving_receiver_ends_once) {
  expect_holds({.preemptions = 2}, [] {
    auto [tx, rx] = mpsc::sync_channel<std::unique_ptr<int>>(1);
    Thread sender = spawn([tx = std::move(tx)] {
      static_cast<void>(block_on(tx.send_async(std::make_unique<int>(1))));
      static_cast<void>(block_on(tx.send_async(std::make_unique<int>(2))));
    });
    { const auto dropped = std::move(rx); }
    sender.join();
  });
}

}  // namespace
