// SPDX-License-Identifier: MIT
// watch in every order of its ends: a receiver sees the newest value, whole, and no change is slept through.
#include "model/explored.hpp"

#include <heddle/channel/watch.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/context.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace {

namespace watch = heddle::watch;

using heddle::Context;
using heddle::Waker;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::Options;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;

using Value = std::unique_ptr<int>;
Value value(int of) { return std::make_unique<int>(of); }

const Options kTwo{.preemptions = 2, .stale_loads = 1};
const Options kOne{.preemptions = 1, .stale_loads = 1};

TEST(WatchModel, a_change_ends_the_wait_and_shows_what_was_written_before) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = watch::channel(value(0));
    Cell<int> written{0};
    Thread sender = spawn([&, tx = std::move(tx)] {
      written.set(1);
      ensure(tx.send(value(1)).has_value(), "the receiver is there");
    });
    ensure(heddle::block_on(rx.changed()).has_value(), "a change comes before the end");
    ensure(**rx.borrow_and_update() == 1 && written.get() == 1, "the value, and what came before");
    ensure(!heddle::block_on(rx.changed()), "then the end");
    sender.join();
  });
}

TEST(WatchModel, of_two_changes_the_last_one_is_never_missed) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = watch::channel(value(0));
    Thread sender = spawn([tx = std::move(tx)] {
      static_cast<void>(tx.send(value(1)));
      static_cast<void>(tx.send(value(2)));
    });
    int last = 0;
    while (heddle::block_on(rx.changed())) {
      const int now = **rx.borrow_and_update();
      ensure(now > last, "each change is news");
      last = now;
    }
    ensure(last == 2, "the last");
    sender.join();
  });
}

TEST(WatchModel, two_receivers_both_see_the_change) {
  expect_holds(kOne, [] {
    auto [tx, rx] = watch::channel(value(0));
    const auto look = [](watch::Receiver<Value>& at) {
      ensure(heddle::block_on(at.changed()).has_value(), "a change comes before the end");
      ensure(**at.borrow() == 1, "the value");
    };
    Thread other = spawn([look, rx = rx.clone()]() mutable { look(rx); });
    Thread sender = spawn([tx = std::move(tx)] { static_cast<void>(tx.send(value(1))); });
    look(rx);
    other.join();
    sender.join();
  });
}

TEST(WatchModel, the_end_of_the_sender_ends_the_wait) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = watch::channel(value(0));
    Thread sender = spawn([tx = std::move(tx)]() mutable { const auto dropped = std::move(tx); });
    ensure(!heddle::block_on(rx.changed()), "nothing was sent");
    ensure(**rx.borrow() == 0, "the value stays");
    sender.join();
  });
}

TEST(WatchModel, the_end_of_the_receivers_reaches_the_sender) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = watch::channel(value(0));
    Thread one = spawn([rx = rx.clone()]() mutable { const auto dropped = std::move(rx); });
    Thread two = spawn([rx = std::move(rx)]() mutable { const auto dropped = std::move(rx); });
    heddle::block_on(tx.closed());
    ensure(!tx.send(value(1)), "the value back");
    one.join();
    two.join();
  });
}

TEST(WatchModel, a_borrow_keeps_the_value_whole_while_another_thread_sends) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = watch::channel(value(0));
    Thread sender = spawn([&tx] { static_cast<void>(tx.send_replace(value(1))); });
    {
      const auto borrowed = rx.borrow();
      const int first = **borrowed;
      ensure(first == **borrowed, "one value as long as it is borrowed");
    }
    sender.join();
    ensure(**tx.borrow() == 1, "and then the new one");
  });
}

TEST(WatchModel, a_wait_that_is_cancelled_misses_nothing) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = watch::channel(value(0));
    Thread sender = spawn([tx = std::move(tx)] { static_cast<void>(tx.send(value(1))); });
    bool seen = false;
    {
      const Waker waker;
      Context cx(waker);
      auto waiting = rx.changed();
      seen = waiting.poll(cx).is_ready();
    }
    ensure(seen || heddle::block_on(rx.changed()).has_value(), "the change is still news");
    ensure(**rx.borrow() == 1, "the value");
    sender.join();
  });
}

TEST(WatchModel, wait_for_sees_the_value_that_it_waits_for_or_the_end) {
  expect_holds(kTwo, [] {
    auto [tx, rx] = watch::channel(value(0));
    Thread sender = spawn([tx = std::move(tx)] {
      static_cast<void>(tx.send(value(1)));
      static_cast<void>(tx.send(value(2)));
    });
    {
      const auto found = heddle::block_on(rx.wait_for([](const Value& now) { return *now == 2; }));
      ensure(found.has_value() && ***found == 2, "the last value stays, so it is found");
    }
    sender.join();
  });
}

TEST(WatchModel, changes_of_two_senders_are_made_one_after_the_other) {
  expect_holds(kOne, [] {
    auto [tx, rx] = watch::channel(value(0));
    const auto add = [](const watch::Sender<Value>& to) {
      to.send_modify([](Value& now) { now = value(*now + 1); });
    };
    Thread other = spawn([add, tx = tx.clone()] { add(tx); });
    add(tx);
    other.join();
    ensure(**rx.borrow() == 2, "no addition is lost");
  });
}

}  // namespace
