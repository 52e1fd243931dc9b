// SPDX-License-Identifier: MIT
// What may be a message, and that each is destroyed exactly once: never made by default, never lost, never twice.
#include "channel/doubles.hpp"

#include <heddle/channel/select.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace mpsc = heddle::mpsc;
using heddle_test::Fragile;
using heddle_test::kUnbounded;
using heddle_test::make_channel;
using heddle_test::make_mpmc;
using heddle_test::Tracked;
using heddle_test::WakeCounter;

class Values : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, Values, testing::Values(kUnbounded, 0U, 1U, 4U), [](const auto& bound) {
  return bound.param == kUnbounded ? std::string("unbounded") : std::to_string(bound.param);
});

TEST_P(Values, each_is_destroyed_exactly_once) {
  const int alive = Tracked::alive();
  const int dropped = Tracked::dropped();
  {
    auto [tx, rx] = make_channel<Tracked>(GetParam());
    std::thread sender([tx = std::move(tx)] {
      for (int i = 0; i < 1000; ++i) static_cast<void>(tx.send(Tracked(i)));
    });
    for (int i = 0; i < 600; ++i) ASSERT_EQ(rx.recv()->number(), i);
    // The rest is destroyed in the channel, or given back in an error and destroyed there.
    { const auto gone = std::move(rx); }
    sender.join();
  }
  EXPECT_EQ(Tracked::alive(), alive);
  EXPECT_EQ(Tracked::dropped() - dropped, 1000);
}

TEST_P(Values, may_be_over_aligned) {
  struct alignas(256) Wide {
    std::array<std::byte, 300> bytes;
    int number;
    explicit Wide(int n) : bytes{}, number(n) {}
  };
  auto [tx, rx] = make_channel<Wide>(GetParam());
  std::thread sender([tx = std::move(tx)] {
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(tx.send(Wide(i)).has_value());
  });
  for (int i = 0; i < 20; ++i) {
    auto got = rx.recv();
    // SAFETY: an address as a number, to look at its alignment.
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(&*got) % alignof(Wide), 0U);
    ASSERT_EQ(got->number, i);
  }
  sender.join();
}

TEST_P(Values, a_waiting_receive_of_an_over_aligned_message_can_be_dropped) {
  struct alignas(64) Wide {
    int number;
    explicit Wide(int n) : number(n) {}
  };
  auto [tx, rx] = make_channel<Wide>(GetParam());
  WakeCounter task;
  {
    auto recv = rx.recv_async();
    EXPECT_TRUE(task.poll(recv).is_pending());
    ASSERT_TRUE(tx.try_send(Wide(3)).has_value());
  }
  EXPECT_EQ(rx.try_recv()->number, 3);
}

TEST_P(Values, may_be_large) {
  using Large = std::array<int, 1000>;
  auto [tx, rx] = make_channel<Large>(GetParam());
  std::thread sender([tx = std::move(tx)] {
    Large large{};
    for (int i = 0; i < 20; ++i) {
      large.fill(i);
      ASSERT_TRUE(tx.send(large).has_value());
    }
  });
  for (int i = 0; i < 20; ++i) {
    const auto got = rx.recv();
    ASSERT_EQ(got->front(), i);
    ASSERT_EQ(got->back(), i);
  }
  sender.join();
}

TEST_P(Values, may_have_const_members_and_no_default) {
  struct Fixed {
    const int number;
    const std::string text;
    Fixed(int n, std::string t) : number(n), text(std::move(t)) {}
  };
  auto [tx, rx] = make_channel<Fixed>(GetParam());
  std::thread sender([tx = std::move(tx)] { ASSERT_TRUE(tx.send(Fixed(1, "one")).has_value()); });
  EXPECT_EQ(rx.recv()->text, "one");
  sender.join();
}

TEST_P(Values, may_overload_the_address_operator) {
  struct Odd {
    int number;
    explicit Odd(int n) : number(n) {}
    Odd* operator&() const { return nullptr; }
  };
  auto [tx, rx] = make_channel<Odd>(GetParam());
  std::thread sender([tx = std::move(tx)] {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(tx.send(Odd(i)).has_value());
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rx.recv()->number, i);
  sender.join();
}

TEST_P(Values, may_be_an_end_of_the_channel_itself) {
  struct Call {
    int argument;
    mpsc::Sender<int> reply;
    Call(int a, mpsc::Sender<int> r) : argument(a), reply(std::move(r)) {}
  };
  auto [tx, rx] = make_channel<Call>(GetParam());
  std::thread server([rx = std::move(rx)] {
    for (Call& call : rx) ASSERT_TRUE(call.reply.send(call.argument * 2).has_value());
  });
  for (int i = 0; i < 50; ++i) {
    auto [reply_tx, reply_rx] = mpsc::sync_channel<int>(1);
    ASSERT_TRUE(tx.send(Call(i, std::move(reply_tx))).has_value());
    EXPECT_EQ(reply_rx.recv(), 2 * i);
  }
  { const auto last = std::move(tx); }
  server.join();
}

TEST(ValueKnots, a_message_may_hold_the_last_sender_of_its_own_channel) {
  struct Knot {
    std::optional<mpsc::Sender<Knot>> sender;
    explicit Knot(mpsc::Sender<Knot> s) : sender(std::move(s)) {}
  };
  auto [tx, rx] = mpsc::channel<Knot>();
  auto second = tx.clone();
  ASSERT_TRUE(second.send(Knot(std::move(tx))).has_value());
  { const auto gone = std::move(second); }
  { const auto gone = std::move(rx); }
}

// ---- Moves that throw

class ThrowingMoves : public testing::TestWithParam<std::size_t> {
 protected:
  void TearDown() override { Fragile::throws() = false; }
};
INSTANTIATE_TEST_SUITE_P(Bounds, ThrowingMoves, testing::Values(kUnbounded, 1U, 4U), [](const auto& bound) {
  return bound.param == kUnbounded ? std::string("unbounded") : std::to_string(bound.param);
});

TEST_P(ThrowingMoves, a_send_that_throws_leaves_the_channel_as_it_was) {
  auto [tx, rx] = make_channel<Fragile>(GetParam());
  Fragile message(1);
  Fragile::throws() = true;
  EXPECT_THROW(static_cast<void>(tx.send(std::move(message))), std::runtime_error);
  Fragile::throws() = false;
  EXPECT_EQ(tx.len(), 0U);
  EXPECT_EQ(message.number(), 1);
  ASSERT_TRUE(tx.try_send(std::move(message)).has_value());
  EXPECT_EQ(rx.recv()->number(), 1);
}

TEST_P(ThrowingMoves, a_receive_that_throws_leaves_the_message_in_the_channel) {
  auto [tx, rx] = make_channel<Fragile>(GetParam());
  ASSERT_TRUE(tx.send(Fragile(1)).has_value());
  Fragile::throws() = true;
  EXPECT_THROW(static_cast<void>(rx.recv()), std::runtime_error);
  EXPECT_THROW(static_cast<void>(rx.try_recv()), std::runtime_error);
  Fragile::throws() = false;
  EXPECT_EQ(rx.len(), 1U);
  EXPECT_EQ(rx.recv()->number(), 1);
}

TEST_P(ThrowingMoves, a_woken_receive_that_throws_tells_the_next_receiver) {
  auto [tx, rx] = make_mpmc<Fragile>(GetParam());
  WakeCounter first, second;
  auto recv1 = rx.recv_async();
  auto recv2 = rx.recv_async();
  EXPECT_TRUE(first.poll(recv1).is_pending());
  EXPECT_TRUE(second.poll(recv2).is_pending());
  ASSERT_TRUE(tx.send(Fragile(1)).has_value());
  Fragile::throws() = true;
  EXPECT_THROW(static_cast<void>(first.poll(recv1)), std::runtime_error);
  Fragile::throws() = false;
  EXPECT_EQ(second.count(), 1);
  EXPECT_EQ(second.poll(recv2).take()->number(), 1);
}

TEST_P(ThrowingMoves, a_permit_whose_send_throws_gives_its_place_back) {
  auto [tx, rx] = make_channel<Fragile>(GetParam());
  auto permits = tx.reserve_many(1).value();
  Fragile message(1);
  // The parameter is made by a first move, which must work; the second, into the place, fails.
  struct Late {
    Fragile& message;
    operator Fragile() const {
      Fragile made(message.number());
      Fragile::throws() = true;
      return made;
    }
  };
  EXPECT_THROW(permits.send(Late{message}), std::runtime_error);
  Fragile::throws() = false;
  EXPECT_EQ(tx.len(), 0U);
  EXPECT_EQ(tx.capacity(), GetParam());
}

TEST(ThrowingRendezvous, a_rendezvous_send_that_throws_leaves_the_receiver_waiting) {
  auto [tx, rx] = mpsc::sync_channel<Fragile>(0);
  WakeCounter task;
  auto recv = rx.recv_async();
  EXPECT_TRUE(task.poll(recv).is_pending());
  Fragile message(1);
  Fragile::throws() = true;
  EXPECT_THROW(static_cast<void>(tx.try_send(std::move(message))), std::runtime_error);
  Fragile::throws() = false;
  EXPECT_EQ(task.count(), 1) << "it is told to look again";
  EXPECT_TRUE(task.poll(recv).is_pending());
  ASSERT_TRUE(tx.try_send(std::move(message)).has_value());
  EXPECT_EQ(task.poll(recv).take()->number(), 1);
}

TEST(ThrowingRendezvous, a_rendezvous_receive_that_throws_leaves_the_sender_waiting) {
  auto [tx, rx] = mpsc::sync_channel<Fragile>(0);
  WakeCounter task;
  Fragile message(1);
  auto send = tx.send_async(std::move(message));
  EXPECT_TRUE(task.poll(send).is_pending());
  Fragile::throws() = true;
  EXPECT_THROW(static_cast<void>(rx.try_recv()), std::runtime_error);
  Fragile::throws() = false;
  EXPECT_EQ(task.count(), 1);
  EXPECT_TRUE(task.poll(send).is_pending());
  EXPECT_EQ(rx.try_recv()->number(), 1);
  EXPECT_TRUE(task.poll(send).take().has_value());
}

}  // namespace
