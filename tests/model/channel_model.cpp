// SPDX-License-Identifier: MIT
// The three flavors of mpsc and mpmc channels in every order of their ends: each message goes somewhere once, and
// nobody who waits is forgotten. Messages are on the heap: the checker sees one that is lost or ends twice.
#include "model/explored.hpp"

#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/channel/select.hpp>
#include <heddle/future/context.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using namespace std::chrono_literals;
namespace mpmc = heddle::mpmc;
namespace mpsc = heddle::mpsc;
namespace channel = heddle::channel;

using heddle::Context;
using heddle::Waker;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::Options;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;

using Message = std::unique_ptr<int>;
Message message(int value) { return std::make_unique<int>(value); }

struct Array {
  static auto mpsc() { return mpsc::sync_channel<Message>(1); }
  static auto mpmc() { return mpmc::sync_channel<Message>(1); }
};
struct List {
  static auto mpsc() { return mpsc::channel<Message>(); }
  static auto mpmc() { return mpmc::channel<Message>(); }
};
struct Zero {
  static auto mpsc() { return mpsc::sync_channel<Message>(0); }
  static auto mpmc() { return mpmc::sync_channel<Message>(0); }
};

struct Names {
  template <class Flavor>
  static std::string GetName(int) {
    return std::is_same_v<Flavor, Array> ? "Array" : std::is_same_v<Flavor, List> ? "List" : "Zero";
  }
};
template <class Flavor>
class ChannelModel : public testing::Test {};
using Flavors = testing::Types<Array, List, Zero>;
TYPED_TEST_SUITE(ChannelModel, Flavors, Names);

const Options kTwo{.preemptions = 2, .stale_loads = 1};
const Options kOne{.preemptions = 1, .stale_loads = 1};

TYPED_TEST(ChannelModel, messages_arrive_in_order_with_what_was_written_before) {
  using Flavor = TypeParam;
  expect_holds(kTwo, [] {
    auto [tx, rx] = Flavor::mpsc();
    Cell<int> written{0};
    Thread sender = spawn([&, tx = std::move(tx)] {
      written.set(1);
      ensure(tx.send(message(1)).has_value(), "the receiver is there");
      ensure(tx.send(message(2)).has_value(), "the receiver is there");
    });
    ensure(**rx.recv() == 1 && written.get() == 1, "the first, and what was written before it");
    ensure(**rx.recv() == 2, "the second");
    ensure(!rx.recv(), "and the sender has left");
    sender.join();
  });
}

TYPED_TEST(ChannelModel, the_messages_of_two_senders_all_arrive_once) {
  using Flavor = TypeParam;
  expect_holds(kOne, [] {
    auto [tx, rx] = Flavor::mpsc();
    Thread other = spawn([tx = tx.clone()] { ensure(tx.send(message(1)).has_value(), "the receiver is there"); });
    Thread receiver = spawn([rx = std::move(rx)] {
      int sum = 0;
      while (const auto got = rx.recv()) sum += **got;
      ensure(sum == 3, "both, once");
    });
    ensure(tx.send(message(2)).has_value(), "the receiver is there");
    { const auto dropped = std::move(tx); }
    other.join();
    receiver.join();
  });
}

TYPED_TEST(ChannelModel, the_last_sender_to_leave_ends_the_receivers_wait) {
  using Flavor = TypeParam;
  expect_holds(kTwo, [] {
    auto [tx, rx] = Flavor::mpsc();
    Thread one = spawn([tx = tx.clone()]() mutable { const auto dropped = std::move(tx); });
    Thread two = spawn([tx = std::move(tx)]() mutable { const auto dropped = std::move(tx); });
    ensure(!rx.recv(), "nothing was sent");
    one.join();
    two.join();
  });
}

TYPED_TEST(ChannelModel, a_receiver_that_leaves_gives_messages_back_or_ends_them) {
  using Flavor = TypeParam;
  expect_holds(kTwo, [] {
    auto [tx, rx] = Flavor::mpsc();
    Thread receiver = spawn([rx = std::move(rx)]() mutable { const auto dropped = std::move(rx); });
    for (int i = 0; i < 2; ++i) {
      if (auto sent = tx.send(message(i)); !sent) ensure(*std::move(sent).error().into_inner() == i, "the value back");
    }
    receiver.join();
    ensure(tx.is_closed(), "and it knows");
  });
}

TYPED_TEST(ChannelModel, what_was_sent_before_a_close_is_drained_and_the_rest_given_back) {
  using Flavor = TypeParam;
  expect_holds(kTwo, [] {
    auto [tx, rx] = Flavor::mpsc();
    int sent = 0;
    Thread sender = spawn([&, tx = std::move(tx)] {
      for (int i = 0; i < 2; ++i) sent += tx.send(message(i)).has_value() ? 1 : 0;
    });
    rx.close();
    int received = 0;
    while (rx.recv()) ++received;
    sender.join();
    ensure(sent == received, "what was taken on has arrived");
  });
}

// Polls a future once, and gives it up.
template <class F>
void poll_and_cancel(F waiting) {
  const Waker waker;
  Context cx(waker);
  auto future = waiting();
  static_cast<void>(future.poll(cx).is_ready());
}

TYPED_TEST(ChannelModel, a_message_meant_for_a_receiver_that_is_cancelled_goes_to_another) {
  using Flavor = TypeParam;
  expect_holds(kOne, [] {
    auto [tx, rx] = Flavor::mpmc();
    Thread cancelled = spawn([rx = rx.clone()] {
      poll_and_cancel([&] { return rx.recv_async(); });
    });
    Thread receiver = spawn([rx = std::move(rx)] {
      if (const auto value = rx.recv()) ensure(**value == 1, "the message");
    });
    const bool sent = tx.send(message(1)).has_value();
    ensure(sent, "a receiver is there");
    { const auto dropped = std::move(tx); }
    cancelled.join();
    receiver.join();
  });
}

TYPED_TEST(ChannelModel, a_send_that_is_cancelled_keeps_its_value_or_has_sent_it) {
  using Flavor = TypeParam;
  expect_holds(kTwo, [] {
    auto [tx, rx] = Flavor::mpsc();
    Thread sender = spawn([tx = std::move(tx)] {
      Message first = message(1);
      poll_and_cancel([&] { return tx.send_async(std::move(first)); });
      ensure(tx.send(message(2)).has_value(), "the receiver is there");
    });
    int last = 0;
    while (const auto got = rx.recv()) {
      ensure(**got > last, "in order, once");
      last = **got;
    }
    ensure(last == 2, "whoever waits on is served");
    sender.join();
  });
}

TYPED_TEST(ChannelModel, of_two_receivers_each_message_reaches_one) {
  using Flavor = TypeParam;
  expect_holds(kOne, [] {
    auto [tx, rx] = Flavor::mpmc();
    heddle::base::atomic<int> sum{0};
    const auto receive = [&sum](const mpmc::Receiver<Message>& from) {
      while (const auto got = from.recv()) sum.fetch_add(**got, heddle::base::relaxed);
    };
    Thread other = spawn([&, rx = rx.clone()] { receive(rx); });
    Thread sender = spawn([tx = std::move(tx)] {
      ensure(tx.send(message(1)).has_value(), "a receiver is there");
      ensure(tx.send(message(2)).has_value(), "a receiver is there");
    });
    receive(rx);
    other.join();
    sender.join();
    ensure(sum.load(heddle::base::relaxed) == 3, "both, once");
  });
}

TYPED_TEST(ChannelModel, a_receiver_that_gives_up_leaves_the_message_to_the_next_call) {
  using Flavor = TypeParam;
  Options options = kTwo;
  options.early_timeouts = 1;
  expect_holds(options, [] {
    auto [tx, rx] = Flavor::mpsc();
    Thread sender = spawn([tx = std::move(tx)] { ensure(tx.send(message(1)).has_value(), "the receiver is there"); });
    auto got = rx.recv_for(1ms);
    if (!got) {
      ensure(got.error() == mpsc::RecvTimeoutError::kTimeout, "the sender waits, or has sent");
      ensure(**rx.recv() == 1, "the message");
    }
    ensure(!rx.recv(), "once");
    sender.join();
  });
}

TYPED_TEST(ChannelModel, a_sender_that_gives_up_has_its_value_back_or_has_sent_it) {
  using Flavor = TypeParam;
  Options options = kTwo;
  options.early_timeouts = 1;
  expect_holds(options, [] {
    auto [tx, rx] = Flavor::mpsc();
    int sent = 0;
    Thread sender = spawn([&, tx = std::move(tx)] {
      for (int i = 0; i < 2; ++i) {
        auto result = tx.send_for(message(i), 1ms);
        sent += result ? 1 : 0;
        if (!result) ensure(*std::move(result).error().into_inner() == i, "its value back");
      }
    });
    int received = 0;
    while (rx.recv()) ++received;
    sender.join();
    ensure(sent == received, "what was sent has arrived");
  });
}

TYPED_TEST(ChannelModel, a_weak_sender_gets_a_live_channel_or_none) {
  using Flavor = TypeParam;
  expect_holds(kTwo, [] {
    auto [tx, rx] = Flavor::mpsc();
    auto weak = tx.downgrade();
    Thread last = spawn([tx = std::move(tx)]() mutable { const auto dropped = std::move(tx); });
    Thread upgrader = spawn([weak = std::move(weak)] {
      if (const auto strong = weak.upgrade()) ensure(strong->send(message(1)).has_value(), "the receiver waits");
    });
    if (const auto got = rx.recv()) ensure(**got == 1 && !rx.recv(), "once, and then the end");
    last.join();
    upgrader.join();
  });
}

TYPED_TEST(ChannelModel, a_thread_that_selects_takes_one_message_and_leaves_the_other) {
  using Flavor = TypeParam;
  expect_holds(kOne, [] {
    auto [tx1, rx1] = Flavor::mpsc();
    auto [tx2, rx2] = Flavor::mpsc();
    Thread one = spawn([tx = std::move(tx1)] { static_cast<void>(tx.send(message(1))); });
    Thread two = spawn([tx = std::move(tx2)] { static_cast<void>(tx.send(message(2))); });
    int sum = 0;
    {
      channel::RecvArm a(rx1);
      channel::RecvArm b(rx2);
      if (channel::select(a, b) == 0U) {
        sum += **a.take();
      } else {
        sum += **b.take();
      }
    }
    if (const auto got = sum == 1 ? rx2.recv() : rx1.recv()) sum += **got;
    ensure(sum == 3, "both, once");
    one.join();
    two.join();
  });
}

}  // namespace
