// SPDX-License-Identifier: MIT
// The five questions of every wait: who wakes, what if it is cancelled, what if the other side is gone, is it fair, and
// what may a waker do.
#include "channel/doubles.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace mpsc = heddle::mpsc;
using heddle_test::kUnbounded;
using heddle_test::make_channel;
using heddle_test::make_mpmc;
using heddle_test::Tracked;
using heddle_test::WakeCounter;

class Waiters : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, Waiters, testing::Values(kUnbounded, 0U, 1U, 4U), [](const auto& bound) {
  return bound.param == kUnbounded ? std::string("unbounded") : std::to_string(bound.param);
});

TEST_P(Waiters, a_send_wakes_one_waiting_receiver_once) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  WakeCounter first, second;
  auto recv1 = rx.recv_async();
  auto recv2 = rx.recv_async();
  EXPECT_TRUE(first.poll(recv1).is_pending());
  EXPECT_TRUE(second.poll(recv2).is_pending());
  ASSERT_TRUE(tx.try_send(1).has_value());
  EXPECT_EQ(first.count(), 1);
  EXPECT_EQ(second.count(), 0);
  EXPECT_EQ(first.poll(recv1).take(), 1);
}

TEST_P(Waiters, a_receive_that_is_polled_with_another_waker_wakes_that_one) {
  auto [tx, rx] = make_channel<int>(GetParam());
  WakeCounter first, second;
  auto recv = rx.recv_async();
  EXPECT_TRUE(first.poll(recv).is_pending());
  EXPECT_TRUE(second.poll(recv).is_pending());
  ASSERT_TRUE(tx.try_send(1).has_value());
  EXPECT_EQ(first.count(), 0);
  EXPECT_EQ(second.count(), 1);
}

TEST_P(Waiters, a_receive_dropped_while_it_waits_is_passed_over) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  WakeCounter first, second;
  std::optional<heddle::channel::RecvFuture<int>> recv1;
  recv1.emplace(rx.shared());
  auto recv2 = rx.recv_async();
  EXPECT_TRUE(first.poll(*recv1).is_pending());
  EXPECT_TRUE(second.poll(recv2).is_pending());
  recv1.reset();
  ASSERT_TRUE(tx.try_send(1).has_value());
  EXPECT_EQ(first.count(), 0);
  EXPECT_EQ(second.poll(recv2).take(), 1);
}

TEST_P(Waiters, a_receive_dropped_when_it_was_already_woken_passes_the_message_on) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  WakeCounter first, second;
  std::optional<heddle::channel::RecvFuture<int>> recv1;
  recv1.emplace(rx.shared());
  auto recv2 = rx.recv_async();
  EXPECT_TRUE(first.poll(*recv1).is_pending());
  EXPECT_TRUE(second.poll(recv2).is_pending());
  ASSERT_TRUE(tx.try_send(1).has_value());
  EXPECT_EQ(first.count(), 1);
  recv1.reset();
  EXPECT_EQ(second.count(), 1);
  EXPECT_EQ(second.poll(recv2).take(), 1);
}

TEST_P(Waiters, a_receive_dropped_when_it_was_already_woken_leaves_the_message_to_the_next_receive) {
  auto [tx, rx] = make_channel<Tracked>(GetParam());
  const int dropped = Tracked::dropped();
  WakeCounter task;
  {
    auto recv = rx.recv_async();
    EXPECT_TRUE(task.poll(recv).is_pending());
    ASSERT_TRUE(tx.try_send(Tracked(7)).has_value());
  }
  EXPECT_EQ(Tracked::dropped(), dropped);
  EXPECT_EQ(rx.len(), 1U);
  EXPECT_EQ(rx.try_recv()->number(), 7);
  EXPECT_TRUE(rx.is_empty());
}

TEST_P(Waiters, messages_of_dropped_receives_keep_their_order) {
  auto [tx, rx] = make_channel<int>(GetParam());
  const int count = GetParam() == 1 ? 1 : 3;
  {
    WakeCounter task;
    auto recv1 = rx.recv_async();
    auto recv2 = rx.recv_async();
    auto recv3 = rx.recv_async();
    EXPECT_TRUE(task.poll(recv1).is_pending());
    EXPECT_TRUE(task.poll(recv2).is_pending());
    EXPECT_TRUE(task.poll(recv3).is_pending());
    for (int i = 0; i < count; ++i) ASSERT_TRUE(tx.try_send(i).has_value());
    // Destroyed in the opposite order, the last first: what each had is back before the next goes.
  }
  std::vector<int> got;
  for (int message : rx.try_iter()) got.push_back(message);
  EXPECT_EQ(got.size(), static_cast<std::size_t>(count));
}

TEST_P(Waiters, the_last_sender_wakes_every_waiting_receiver) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  WakeCounter task;
  std::vector<std::unique_ptr<heddle::channel::RecvFuture<int>>> receives;
  for (int i = 0; i < 100; ++i) {
    receives.push_back(std::make_unique<heddle::channel::RecvFuture<int>>(rx.shared()));
    EXPECT_TRUE(task.poll(*receives.back()).is_pending());
  }
  { const auto last = std::move(tx); }
  EXPECT_EQ(task.count(), 100);
  for (auto& recv : receives) EXPECT_EQ(task.poll(*recv).take(), std::nullopt);
}

TEST_P(Waiters, a_receive_dropped_after_the_end_was_told_hides_it_from_nobody) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  WakeCounter first, second;
  {
    auto recv1 = rx.recv_async();
    EXPECT_TRUE(first.poll(recv1).is_pending());
    { const auto last = std::move(tx); }
  }
  auto recv2 = rx.recv_async();
  EXPECT_EQ(second.poll(recv2).take(), std::nullopt);
}

// ---- Senders: not on an unbounded channel, where nobody waits.

class SendWaiters : public testing::TestWithParam<std::size_t> {
 protected:
  void fill(const mpsc::Sender<Tracked>& tx) {
    for (std::size_t i = 0; i < GetParam(); ++i) ASSERT_TRUE(tx.try_send(Tracked(0)).has_value());
  }
  void drain(const mpsc::Receiver<Tracked>& rx) {
    for (std::size_t i = 0; i < GetParam(); ++i) EXPECT_EQ(rx.try_recv()->number(), 0);
  }
};
INSTANTIATE_TEST_SUITE_P(Bounds, SendWaiters, testing::Values(0U, 1U, 4U), testing::PrintToStringParamName());

TEST_P(SendWaiters, a_dropped_send_leaves_the_message_with_its_owner) {
  auto [tx, rx] = make_channel<Tracked>(GetParam());
  fill(tx);
  WakeCounter task;
  Tracked message(5);
  {
    auto send = tx.send_async(std::move(message));
    EXPECT_FALSE(message.moved()) << "not before the first poll";
    EXPECT_TRUE(task.poll(send).is_pending());
    EXPECT_FALSE(message.moved());
  }
  EXPECT_EQ(message.number(), 5);
  drain(rx);
  EXPECT_FALSE(rx.try_recv().has_value());
}

TEST_P(SendWaiters, a_send_that_waits_goes_on_when_there_is_room) {
  auto [tx, rx] = make_channel<Tracked>(GetParam());
  fill(tx);
  WakeCounter task;
  Tracked message(5);
  auto send = tx.send_async(std::move(message));
  EXPECT_TRUE(task.poll(send).is_pending());
  const int first = rx.try_recv()->number();
  EXPECT_EQ(first, GetParam() == 0 ? 5 : 0);
  EXPECT_EQ(task.count(), 1);
  EXPECT_TRUE(task.poll(send).take().has_value());
  EXPECT_TRUE(message.moved());
}

TEST_P(SendWaiters, a_send_dropped_when_it_was_already_given_a_place_passes_it_on) {
  if (GetParam() == 0) GTEST_SKIP() << "a rendezvous has no places";
  auto [tx, rx] = make_channel<Tracked>(GetParam());
  fill(tx);
  WakeCounter first, second;
  Tracked message1(5), message2(6);
  std::optional<heddle::channel::SendFuture<Tracked>> send1;
  send1.emplace(tx.shared(), message1);
  auto send2 = tx.send_async(std::move(message2));
  EXPECT_TRUE(first.poll(*send1).is_pending());
  EXPECT_TRUE(second.poll(send2).is_pending());
  EXPECT_TRUE(rx.try_recv().has_value());
  EXPECT_EQ(first.count(), 1);
  EXPECT_EQ(second.count(), 0);
  send1.reset();
  EXPECT_EQ(second.count(), 1);
  EXPECT_TRUE(second.poll(send2).take().has_value());
  EXPECT_EQ(message1.number(), 5);
}

TEST_P(SendWaiters, senders_are_served_in_the_order_of_their_coming) {
  auto [tx, rx] = make_channel<Tracked>(GetParam());
  fill(tx);
  WakeCounter task;
  std::vector<std::unique_ptr<Tracked>> messages;
  std::vector<std::unique_ptr<heddle::channel::SendFuture<Tracked>>> sends;
  for (int i = 1; i <= 5; ++i) {
    messages.push_back(std::make_unique<Tracked>(i));
    sends.push_back(std::make_unique<heddle::channel::SendFuture<Tracked>>(tx.shared(), *messages.back()));
    EXPECT_TRUE(task.poll(*sends.back()).is_pending());
  }
  EXPECT_TRUE(tx.try_send(Tracked(99)).error().is_full()) << "no newcomer overtakes";
  std::vector<int> got;
  for (std::size_t round = 0; round < GetParam() + 5; ++round) {
    got.push_back(rx.try_recv()->number());
    for (auto& send : sends) {
      if (send != nullptr && task.poll(*send).is_ready()) send.reset();
    }
  }
  got.erase(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(GetParam()));
  EXPECT_EQ(got, (std::vector{1, 2, 3, 4, 5}));
}

TEST_P(SendWaiters, closing_gives_every_waiting_message_back) {
  for (const bool drop : {false, true}) {
    auto [tx, rx] = make_channel<Tracked>(GetParam());
    fill(tx);
    WakeCounter task;
    Tracked message(5);
    auto send = tx.send_async(std::move(message));
    EXPECT_TRUE(task.poll(send).is_pending());
    if (drop) {
      const auto gone = std::move(rx);
    } else {
      rx.close();
    }
    EXPECT_EQ(task.count(), 1);
    auto sent = task.poll(send).take();
    ASSERT_FALSE(sent.has_value());
    EXPECT_EQ(sent.error().value().number(), 5);
  }
}

TEST_P(SendWaiters, a_send_of_a_copy_leaves_the_original) {
  auto [tx, rx] = make_channel<std::string>(GetParam());
  WakeCounter sender, receiver;
  const std::string message = "a message that is too long to be kept in place";
  auto recv = rx.recv_async();
  EXPECT_TRUE(receiver.poll(recv).is_pending());
  {
    auto send = tx.send_async(message);
    EXPECT_TRUE(sender.poll(send).is_ready());
  }
  EXPECT_EQ(receiver.poll(recv).take(), message);
  for (std::size_t i = 0; i < GetParam(); ++i) ASSERT_TRUE(tx.try_send(message).has_value());
  {
    auto waits = tx.send_async(message);
    EXPECT_TRUE(sender.poll(waits).is_pending());
  }
}

// ---- Wakers

TEST_P(Waiters, a_waker_may_use_the_channel_that_wakes_it) {
  auto [tx, rx] = make_channel<int>(GetParam());
  int lens = 0;
  const heddle::Waker waker = heddle::future::waker_fn([&tx = tx, &lens] {
    static_cast<void>(tx.len());
    static_cast<void>(tx.is_closed());
    ++lens;
  });
  auto recv = rx.recv_async();
  heddle::Context cx(waker);
  EXPECT_TRUE(recv.poll(cx).is_pending());
  ASSERT_TRUE(tx.try_send(1).has_value());
  EXPECT_EQ(lens, 1);
}

TEST_P(Waiters, a_waker_whose_destructor_uses_the_channel_may_be_dropped_by_it) {
  auto [tx, rx] = make_channel<int>(GetParam());
  // The last reference to what the waker holds is the channel's: it goes when the receive is dropped, polled again,
  // or woken.
  struct Guard {
    const mpsc::Sender<int>& sender;
    int& uses;
    ~Guard() {
      static_cast<void>(sender.len());
      ++uses;
    }
  };
  int uses = 0;
  const auto make_waker = [&tx = tx, &uses] {
    return heddle::future::waker_fn([guard = std::make_shared<Guard>(tx, uses)] {});
  };
  const auto poll_with_fresh_waker = [&](auto& future) {
    const heddle::Waker waker = make_waker();
    heddle::Context cx(waker);
    return future.poll(cx).is_pending();
  };
  {
    auto recv = rx.recv_async();
    EXPECT_TRUE(poll_with_fresh_waker(recv));
    EXPECT_TRUE(poll_with_fresh_waker(recv));
    EXPECT_EQ(uses, 1);
  }
  EXPECT_EQ(uses, 2);
  auto recv = rx.recv_async();
  EXPECT_TRUE(poll_with_fresh_waker(recv));
  ASSERT_TRUE(tx.try_send(1).has_value());
  EXPECT_EQ(uses, 3);
}

TEST_P(Waiters, a_waker_that_drops_the_last_sender_ends_the_channel) {
  auto [tx, rx] = make_channel<int>(GetParam());
  auto second = std::make_unique<mpsc::Sender<int>>(tx.clone());
  const heddle::Waker waker = heddle::future::waker_fn([&second] { second.reset(); });
  auto recv = rx.recv_async();
  heddle::Context cx(waker);
  EXPECT_TRUE(recv.poll(cx).is_pending());
  ASSERT_TRUE(tx.try_send(1).has_value());
  { const auto first = std::move(tx); }
  WakeCounter task;
  EXPECT_EQ(task.poll(recv).take(), 1);
  EXPECT_EQ(rx.recv(), std::nullopt);
}

TEST_P(Waiters, a_future_polled_after_completion_throws) {
  auto [tx, rx] = make_channel<int>(GetParam());
  WakeCounter task;
  auto recv = rx.recv_async();
  EXPECT_TRUE(task.poll(recv).is_pending());
  auto send = tx.send_async(1);
  EXPECT_TRUE(task.poll(send).is_ready());
  EXPECT_TRUE(task.poll(recv).is_ready());
  EXPECT_THROW(static_cast<void>(task.poll(recv)), heddle::PolledAfterCompletion);
  EXPECT_THROW(static_cast<void>(task.poll(send)), heddle::PolledAfterCompletion);
}

}  // namespace
