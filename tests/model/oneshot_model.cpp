// SPDX-License-Identifier: MIT
// oneshot in every order of its two ends: the value goes somewhere once, the channel is freed once.
#include "model/explored.hpp"

#include <heddle/channel/oneshot.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace {

using heddle::oneshot::channel;
using heddle_model::Cell;
using heddle_model::ensure;
using heddle_model::spawn;
using heddle_model::Thread;
using heddle_test::expect_holds;
using heddle_test::kAll;

TEST(OneshotModel, a_value_is_received_with_what_was_written_before) {
  expect_holds(kAll, [] {
    auto [tx, rx] = channel<int>();
    Cell<int> written{0};
    Thread sender = spawn([&, s = std::move(tx)]() mutable {
      written.set(1);
      ensure(std::move(s).send(7).has_value(), "the receiver is there");
    });
    ensure(heddle::block_on(rx) == 7, "the value");
    ensure(written.get() == 1, "what was written before the send");
    sender.join();
  });
}

TEST(OneshotModel, a_sender_that_leaves_wakes_the_receiver) {
  expect_holds(kAll, [] {
    auto [tx, rx] = channel<int>();
    Thread sender = spawn([s = std::move(tx)]() mutable { const auto dropped = std::move(s); });
    ensure(!heddle::block_on(rx), "nothing was sent");
    sender.join();
  });
}

TEST(OneshotModel, a_receiver_that_leaves_wakes_the_sender) {
  expect_holds(kAll, [] {
    auto [tx, rx] = channel<int>();
    Thread receiver = spawn([r = std::move(rx)]() mutable { const auto dropped = std::move(r); });
    heddle::block_on(tx.closed());
    receiver.join();
  });
}

// A value on the heap: the checker sees it lost or freed twice.
TEST(OneshotModel, a_value_that_meets_a_leaving_receiver_ends_once) {
  expect_holds(kAll, [] {
    auto [tx, rx] = channel<std::unique_ptr<int>>();
    Thread sender = spawn([s = std::move(tx)]() mutable {
      static_cast<void>(std::move(s).send(std::make_unique<int>(1)));
    });
    { const auto dropped = std::move(rx); }
    sender.join();
  });
}

TEST(OneshotModel, a_value_that_meets_close_is_received_or_given_back) {
  expect_holds(kAll, [] {
    auto [tx, rx] = channel<int>();
    bool refused = false;
    Thread sender = spawn([&, s = std::move(tx)]() mutable { refused = !std::move(s).send(1); });
    rx.close();
    const bool received = heddle::block_on(rx).has_value();
    sender.join();
    ensure(received != refused, "one of the two has it");
  });
}

TEST(OneshotModel, the_last_to_leave_frees_the_channel) {
  expect_holds(kAll, [] {
    auto [tx, rx] = channel<int>();
    Thread sender = spawn([s = std::move(tx)]() mutable { const auto dropped = std::move(s); });
    { const auto dropped = std::move(rx); }
    sender.join();
  });
}

}  // namespace
