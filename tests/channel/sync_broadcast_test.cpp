// SPDX-License-Identifier: MIT
// broadcast: the cases of Tokio's sync_broadcast.rs, and our own promises.
#include <heddle/channel/broadcast.hpp>

#include "support/polled.hpp"
#include "support/tracked.hpp"

#include <heddle/base/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace broadcast = heddle::broadcast;
using broadcast::RecvError;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Polled;
using heddle::test::refusal_in_async;
using heddle::test::Tracked;

template <class T>
auto recv(broadcast::Receiver<T>& rx) {
  return Polled([&rx] { return rx.recv(); });
}

template <class T>
void send_all(const broadcast::Sender<T>& tx, std::initializer_list<T> values) {
  for (const T& value : values) EXPECT_TRUE(tx.send(value));
}

// Everything that is there: values, and lags as negative numbers.
std::vector<int> drain(broadcast::Receiver<int>& rx) {
  std::vector<int> got;
  for (;;) {
    auto value = rx.try_recv();
    if (value) {
      got.push_back(*value);
    } else if (value.error().is_lagged()) {
      got.push_back(-static_cast<int>(value.error().lagged()));
    } else {
      return got;
    }
  }
}

TEST(Broadcast, send_try_recv_bounded) {
  auto [tx, rx] = broadcast::channel<std::string>(16);
  EXPECT_TRUE(rx.try_recv().error().is_empty());
  EXPECT_EQ(tx.send("hello").value(), 1U);
  EXPECT_EQ(rx.try_recv(), "hello");
  EXPECT_TRUE(rx.try_recv().error().is_empty());
}

TEST(Broadcast, send_two_recv) {
  auto [tx, rx1] = broadcast::channel<std::string>(16);
  auto rx2 = tx.subscribe();
  EXPECT_EQ(tx.send("hello").value(), 2U);
  EXPECT_EQ(rx1.try_recv(), "hello");
  EXPECT_EQ(rx2.try_recv(), "hello");
  EXPECT_TRUE(rx1.try_recv().error().is_empty());
  EXPECT_TRUE(rx2.try_recv().error().is_empty());
}

TEST(Broadcast, send_recv_bounded) {
  auto [tx, rx] = broadcast::channel<std::string>(16);
  auto waiting = recv(rx);
  EXPECT_TRUE(waiting.pending());
  EXPECT_TRUE(tx.send("hello"));
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_EQ(waiting.poll().take(), "hello");
}

TEST(Broadcast, send_two_recv_bounded) {
  auto [tx, rx1] = broadcast::channel<std::string>(16);
  auto rx2 = tx.subscribe();
  {
    auto first = recv(rx1);
    auto second = recv(rx2);
    EXPECT_TRUE(first.pending());
    EXPECT_TRUE(second.pending());
    EXPECT_TRUE(tx.send("hello"));
    EXPECT_EQ(first.take_wakes(), 1);
    EXPECT_EQ(second.take_wakes(), 1);
    EXPECT_EQ(first.poll().take(), "hello");
    EXPECT_EQ(second.poll().take(), "hello");
  }
  auto first = recv(rx1);
  auto second = recv(rx2);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(tx.send("world"));
  EXPECT_EQ(first.take_wakes(), 1);
  EXPECT_EQ(second.take_wakes(), 0);
  EXPECT_EQ(first.poll().take(), "world");
  EXPECT_EQ(second.poll().take(), "world");
}

TEST(Broadcast, change_tasks) {
  auto [tx, rx] = broadcast::channel<int>(1);
  auto future = rx.recv();
  MockTask first;
  MockTask second;
  EXPECT_TRUE(first.poll(future).is_pending());
  EXPECT_TRUE(second.poll(future).is_pending());
  EXPECT_TRUE(tx.send(1));
  EXPECT_EQ(first.take_wakes(), 0);
  EXPECT_EQ(second.take_wakes(), 1);
}

TEST(Broadcast, send_slow_rx) {
  auto [tx, rx1] = broadcast::channel<int>(16);
  auto rx2 = tx.subscribe();
  {
    auto slow = recv(rx2);
    {
      auto fast = recv(rx1);
      EXPECT_TRUE(fast.pending());
      EXPECT_TRUE(slow.pending());
      send_all(tx, {1, 2});
      EXPECT_EQ(fast.take_wakes(), 1);
      EXPECT_EQ(slow.take_wakes(), 1);
      EXPECT_EQ(fast.poll().take(), 1);
    }
    EXPECT_EQ(recv(rx1).poll().take(), 2);
    auto fast = recv(rx1);
    EXPECT_TRUE(fast.pending());
    send_all(tx, {3});
    EXPECT_EQ(fast.take_wakes(), 1);
    EXPECT_EQ(fast.poll().take(), 3);
    EXPECT_EQ(slow.poll().take(), 1);
  }
  EXPECT_EQ(drain(rx2), (std::vector{2, 3}));
}

TEST(Broadcast, drop_rx_while_values_remain) {
  Lives lives;
  {
    auto [tx, rx1] = broadcast::channel<Tracked>(16);
    auto rx2 = tx.subscribe();
    EXPECT_TRUE(tx.send(Tracked(lives, 1)));
    EXPECT_TRUE(tx.send(Tracked(lives, 2)));
    EXPECT_EQ(rx1.try_recv()->id(), 1);
    EXPECT_EQ(rx2.try_recv()->id(), 1);
    EXPECT_EQ(lives.alive, 1);
    { const auto dropped = std::move(rx2); }
    { const auto dropped = std::move(rx1); }
    EXPECT_EQ(lives.alive, 0);
  }
  EXPECT_EQ(lives.misused, 0);
}

TEST(Broadcast, lagging_rx) {
  auto [tx, rx1] = broadcast::channel<int>(2);
  auto rx2 = tx.subscribe();
  send_all(tx, {1, 2});
  EXPECT_EQ(rx1.try_recv(), 1);
  send_all(tx, {3});
  EXPECT_EQ(rx2.try_recv().error().lagged(), 1U);
  EXPECT_EQ(rx2.try_recv(), 2);
  EXPECT_EQ(drain(rx1), (std::vector{2, 3}));
  send_all(tx, {4, 5});
  EXPECT_EQ(rx2.try_recv().error().lagged(), 1U);
  send_all(tx, {6});
  EXPECT_EQ(rx2.try_recv().error().lagged(), 1U);
}

TEST(Broadcast, send_no_rx) {
  auto [tx, rx] = broadcast::channel<std::string>(16);
  { const auto dropped = std::move(rx); }
  auto refused = tx.send("hello");
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::move(refused.error()).into_inner(), "hello");
  auto again = tx.subscribe();
  EXPECT_TRUE(tx.send("world"));
  EXPECT_EQ(again.try_recv(), "world");
}

TEST(Broadcast, zero_capacity) { EXPECT_THROW(static_cast<void>(broadcast::channel<int>(0)), std::invalid_argument); }

TEST(Broadcast, capacity_too_big) {
  constexpr std::size_t kTooBig = 1 + (std::numeric_limits<std::size_t>::max() >> 1);
  EXPECT_THROW(static_cast<void>(broadcast::channel<int>(kTooBig)), std::length_error);
}

// Copies, but not when its number is 0.
struct Picky {
  int number;
  explicit Picky(int n) : number(n) {}
  Picky(const Picky& other) : number(other.number) {
    if (number == 0) throw std::runtime_error("no copy");
  }
  Picky(Picky&& other) noexcept : number(other.number) {}
};

TEST(Broadcast, panic_in_clone) {
  auto [tx, rx] = broadcast::channel<Picky>(16);
  EXPECT_TRUE(tx.send(Picky(0)));
  EXPECT_TRUE(tx.send(Picky(1)));
  EXPECT_THROW(static_cast<void>(rx.try_recv()), std::runtime_error);
  EXPECT_EQ(rx.try_recv()->number, 1);
}

TEST(Broadcast, dropping_tx_notifies_rx) {
  auto [tx, rx1] = broadcast::channel<int>(16);
  auto rx2 = tx.subscribe();
  auto tx2 = tx.clone();
  auto first = recv(rx1);
  auto second = recv(rx2);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  { const auto dropped = std::move(tx); }
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  { const auto dropped = std::move(tx2); }
  EXPECT_EQ(first.take_wakes(), 1);
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_EQ(first.poll().take().error(), RecvError::closed());
  EXPECT_EQ(second.poll().take().error(), RecvError::closed());
}

TEST(Broadcast, unconsumed_messages_are_dropped) {
  auto [tx, rx] = broadcast::channel<std::shared_ptr<int>>(16);
  auto message = std::make_shared<int>(1);
  EXPECT_TRUE(tx.send(message));
  EXPECT_EQ(message.use_count(), 2);
  { const auto dropped = std::move(rx); }
  EXPECT_EQ(message.use_count(), 1);
}

TEST(Broadcast, a_message_is_destroyed_when_the_last_has_received_it) {
  auto [tx, rx1] = broadcast::channel<std::shared_ptr<int>>(16);
  auto rx2 = tx.subscribe();
  auto message = std::make_shared<int>(1);
  EXPECT_TRUE(tx.send(message));
  EXPECT_TRUE(rx1.try_recv());
  EXPECT_EQ(message.use_count(), 2);
  EXPECT_TRUE(rx2.try_recv());
  EXPECT_EQ(message.use_count(), 1);
}

TEST(Broadcast, an_overwritten_message_is_destroyed) {
  auto [tx, rx] = broadcast::channel<std::shared_ptr<int>>(1);
  auto message = std::make_shared<int>(1);
  EXPECT_TRUE(tx.send(message));
  EXPECT_TRUE(tx.send(nullptr));
  EXPECT_EQ(message.use_count(), 1);
}

TEST(Broadcast, single_capacity_recvs) {
  auto [tx, rx] = broadcast::channel<int>(1);
  send_all(tx, {1});
  EXPECT_EQ(drain(rx), (std::vector{1}));
}

TEST(Broadcast, single_capacity_recvs_after_drop_1) {
  auto [tx, rx] = broadcast::channel<int>(1);
  send_all(tx, {1});
  { const auto dropped = std::move(tx); }
  EXPECT_EQ(drain(rx), (std::vector{1}));
  EXPECT_TRUE(rx.try_recv().error().is_closed());
}

TEST(Broadcast, single_capacity_recvs_after_drop_2) {
  auto [tx, rx] = broadcast::channel<int>(1);
  send_all(tx, {1, 2});
  { const auto dropped = std::move(tx); }
  EXPECT_EQ(drain(rx), (std::vector{-1, 2}));
  EXPECT_TRUE(rx.try_recv().error().is_closed());
}

TEST(Broadcast, dropping_sender_does_not_overwrite) {
  auto [tx, rx] = broadcast::channel<int>(2);
  send_all(tx, {1, 2});
  { const auto dropped = std::move(tx); }
  EXPECT_EQ(drain(rx), (std::vector{1, 2}));
}

TEST(Broadcast, lagging_receiver_recovers_after_wrap_closed_1) {
  auto [tx, rx] = broadcast::channel<int>(2);
  send_all(tx, {1, 2, 3});
  { const auto dropped = std::move(tx); }
  EXPECT_EQ(drain(rx), (std::vector{-1, 2, 3}));
  EXPECT_TRUE(rx.try_recv().error().is_closed());
}

TEST(Broadcast, lagging_receiver_recovers_after_wrap_closed_2) {
  auto [tx, rx] = broadcast::channel<int>(2);
  send_all(tx, {1, 2, 3, 4});
  { const auto dropped = std::move(tx); }
  EXPECT_EQ(drain(rx), (std::vector{-2, 3, 4}));
}

TEST(Broadcast, lagging_receiver_recovers_after_wrap_open) {
  auto [tx, rx] = broadcast::channel<int>(2);
  send_all(tx, {1, 2, 3});
  EXPECT_EQ(drain(rx), (std::vector{-1, 2, 3}));
  EXPECT_TRUE(rx.try_recv().error().is_empty());
}

TEST(Broadcast, receiver_len_with_lagged) {
  auto [tx, rx] = broadcast::channel<int>(3);
  send_all(tx, {10, 20, 30, 40});
  EXPECT_EQ(rx.len(), 4U);
  EXPECT_EQ(rx.try_recv(), 10);
  send_all(tx, {50, 60});
  EXPECT_EQ(rx.len(), 5U);
  EXPECT_EQ(rx.try_recv().error().lagged(), 1U);
}

TEST(Broadcast, resubscribe_points_to_tail) {
  auto [tx, rx] = broadcast::channel<int>(3);
  send_all(tx, {1});
  auto again = rx.resubscribe();
  EXPECT_TRUE(again.is_empty());
  EXPECT_EQ(rx.try_recv(), 1);
  send_all(tx, {2});
  EXPECT_EQ(again.try_recv(), 2);
  send_all(tx, {3});
  EXPECT_EQ(drain(rx), (std::vector{2, 3}));
  EXPECT_EQ(drain(again), (std::vector{3}));
}

TEST(Broadcast, resubscribe_lagged) {
  auto [tx, rx] = broadcast::channel<int>(1);
  send_all(tx, {1, 2});
  auto again = rx.resubscribe();
  EXPECT_EQ(drain(rx), (std::vector{-1, 2}));
  EXPECT_TRUE(drain(again).empty());
}

TEST(Broadcast, resubscribe_to_closed_channel) {
  auto [tx, rx] = broadcast::channel<int>(2);
  { const auto dropped = std::move(tx); }
  auto again = rx.resubscribe();
  EXPECT_TRUE(again.try_recv().error().is_closed());
  EXPECT_TRUE(again.is_closed());
}

TEST(Broadcast, sender_len) {
  auto [tx, rx1] = broadcast::channel<int>(4);
  auto rx2 = tx.subscribe();
  EXPECT_TRUE(tx.is_empty());
  send_all(tx, {1, 2, 3});
  EXPECT_EQ(tx.len(), 3U);
  EXPECT_TRUE(rx1.try_recv() && rx1.try_recv());
  EXPECT_EQ(tx.len(), 3U);
  EXPECT_TRUE(rx2.try_recv());
  EXPECT_EQ(tx.len(), 2U);
  send_all(tx, {4, 5, 6});
  EXPECT_EQ(tx.len(), 4U);
}

TEST(Broadcast, sender_len_random) {
  auto [tx, rx1] = broadcast::channel<int>(16);
  auto rx2 = tx.subscribe();
  heddle::base::FastRandom random(7);
  for (int i = 0; i < 1000; ++i) {
    switch (random.below(4)) {
      case 0: static_cast<void>(rx1.try_recv()); break;
      case 1: static_cast<void>(rx2.try_recv()); break;
      default: EXPECT_TRUE(tx.send(0));
    }
    EXPECT_EQ(tx.len(), std::min<std::size_t>(std::max(rx1.len(), rx2.len()), 16));
  }
}

// Sends when it is destroyed.
struct SendAtEnd {
  std::optional<broadcast::Sender<int>> tx;
  explicit SendAtEnd(broadcast::Sender<int> sender) : tx(std::move(sender)) {}
  SendAtEnd(SendAtEnd&& other) noexcept : tx(std::exchange(other.tx, std::nullopt)) {}
  ~SendAtEnd() {
    if (tx) static_cast<void>(tx->send(1));
  }
};

TEST(Broadcast, send_in_waker_drop) {
  {  // when a waker replaces it
    auto [tx, rx] = broadcast::channel<int>(16);
    auto future = rx.recv();
    {
      const heddle::Waker waker = heddle::future::waker_fn([end = SendAtEnd(std::move(tx))] {});
      heddle::Context cx(waker);
      EXPECT_TRUE(future.poll(cx).is_pending());
    }
    MockTask task;
    EXPECT_TRUE(task.poll(future).is_pending());
    EXPECT_EQ(task.take_wakes(), 1);
  }
  {  // when it is woken
    auto [tx, rx] = broadcast::channel<int>(16);
    auto future = rx.recv();
    {
      const heddle::Waker waker = heddle::future::waker_fn([end = SendAtEnd(tx.clone())] {});
      heddle::Context cx(waker);
      EXPECT_TRUE(future.poll(cx).is_pending());
    }
    EXPECT_TRUE(tx.send(2));
    EXPECT_EQ(drain(rx), (std::vector{2, 1}));
  }
}

TEST(Broadcast, receiver_recv_is_cooperative) {
  auto [tx, rx] = broadcast::channel<int>(8);
  MockTask task;
  heddle::Context cx(task.waker(), 3);
  int received = 0;
  for (;;) {
    EXPECT_TRUE(tx.send(1));
    auto future = rx.recv();
    if (future.poll(cx).is_pending()) break;
    ++received;
  }
  EXPECT_EQ(received, 3);
  EXPECT_TRUE(cx.take_yielded());
}

TEST(Broadcast, broadcast_sender_closed) {
  auto [tx, rx] = broadcast::channel<int>(1);
  auto rx2 = tx.subscribe();
  Polled closed([&s = tx] { return s.closed(); });
  EXPECT_TRUE(closed.pending());
  { const auto dropped = std::move(rx); }
  EXPECT_EQ(closed.take_wakes(), 0);
  EXPECT_TRUE(closed.pending());
  { const auto dropped = std::move(rx2); }
  EXPECT_EQ(closed.take_wakes(), 1);
  EXPECT_TRUE(closed.poll().is_ready());
}

TEST(Broadcast, broadcast_sender_closed_with_extra_subscribe) {
  auto [tx, rx] = broadcast::channel<int>(1);
  Polled closed([&s = tx] { return s.closed(); });
  EXPECT_TRUE(closed.pending());
  { const auto dropped = std::move(rx); }
  EXPECT_EQ(closed.take_wakes(), 1);
  {
    auto again = tx.subscribe();
    EXPECT_TRUE(closed.pending());
  }
  EXPECT_EQ(closed.take_wakes(), 1);
  EXPECT_TRUE(closed.poll().is_ready());
}

TEST(Broadcast, broadcast_sender_new_must_be_closed) {
  const broadcast::Sender<int> tx(1);
  Polled closed([&] { return tx.closed(); });
  EXPECT_TRUE(closed.poll().is_ready());
  auto rx = tx.subscribe();
  Polled open([&] { return tx.closed(); });
  EXPECT_TRUE(open.pending());
}

TEST(Broadcast, slow_receiver_within_capacity_does_not_lag) {
  auto [tx, slow] = broadcast::channel<int>(2);
  auto fast = tx.subscribe();
  send_all(tx, {1, 2});
  EXPECT_EQ(drain(fast), (std::vector{1, 2}));
  EXPECT_EQ(drain(slow), (std::vector{1, 2}));
}

TEST(Broadcast, capacity_overflow_reports_lagged_then_oldest_retained) {
  auto [tx, rx] = broadcast::channel<int>(2);
  send_all(tx, {10, 20, 30});
  EXPECT_EQ(drain(rx), (std::vector{-1, 20, 30}));
}

TEST(Broadcast, lagged_count_matches_number_of_overwritten_messages) {
  auto [tx, rx] = broadcast::channel<int>(4);
  send_all(tx, {1, 2, 3, 4});
  EXPECT_EQ(rx.try_recv(), 1);
  send_all(tx, {5, 6, 7, 8});
  EXPECT_EQ(drain(rx), (std::vector{-3, 5, 6, 7, 8}));
}

TEST(Broadcast, lag_uses_power_of_two_buffer_length) {
  auto [tx, rx] = broadcast::channel<int>(3);
  send_all(tx, {1, 2, 3, 4});
  EXPECT_EQ(rx.len(), 4U);
  EXPECT_EQ(rx.try_recv(), 1);
  send_all(tx, {5});
  EXPECT_EQ(rx.len(), 4U);
  send_all(tx, {6});
  EXPECT_EQ(rx.len(), 5U);
  EXPECT_EQ(drain(rx), (std::vector{-1, 3, 4, 5, 6}));
}

TEST(Broadcast, async_recv_lagged_then_resumes_from_oldest_retained) {
  auto [tx, rx] = broadcast::channel<int>(2);
  send_all(tx, {10, 20, 30});
  EXPECT_EQ(recv(rx).poll().take().error(), RecvError::lagged(1));
  EXPECT_EQ(recv(rx).poll().take(), 20);
  EXPECT_EQ(recv(rx).poll().take(), 30);
}

TEST(Broadcast, lag_catch_up_then_lag_again) {
  auto [tx, rx] = broadcast::channel<int>(2);
  send_all(tx, {1, 2, 3});
  EXPECT_EQ(drain(rx), (std::vector{-1, 2, 3}));
  send_all(tx, {4, 5, 6});
  EXPECT_EQ(drain(rx), (std::vector{-1, 5, 6}));
}

TEST(Broadcast, lag_is_per_receiver) {
  auto [tx, slow] = broadcast::channel<int>(2);
  auto fast = tx.subscribe();
  send_all(tx, {1, 2});
  EXPECT_EQ(drain(fast), (std::vector{1, 2}));
  send_all(tx, {3, 4});
  EXPECT_EQ(drain(fast), (std::vector{3, 4}));
  EXPECT_EQ(drain(slow), (std::vector{-2, 3, 4}));
}

TEST(Broadcast, lag_again_before_reading_retained_messages) {
  auto [tx, rx] = broadcast::channel<int>(2);
  send_all(tx, {1, 2, 3});
  EXPECT_EQ(rx.try_recv().error().lagged(), 1U);
  send_all(tx, {4, 5, 6});
  EXPECT_EQ(drain(rx), (std::vector{-3, 5, 6}));
}

TEST(Broadcast, single_slot_capacity_lag_semantics) {
  auto [tx, rx] = broadcast::channel<int>(1);
  send_all(tx, {1});
  EXPECT_EQ(drain(rx), (std::vector{1}));
  send_all(tx, {2, 3});
  EXPECT_EQ(drain(rx), (std::vector{-1, 3}));
}

TEST(Broadcast, receiver_len_after_lag_error_advances_cursor) {
  auto [tx, rx] = broadcast::channel<int>(2);
  send_all(tx, {1, 2, 3, 4});
  EXPECT_EQ(rx.len(), 4U);
  EXPECT_EQ(rx.try_recv().error().lagged(), 2U);
  EXPECT_EQ(rx.len(), 2U);
  EXPECT_EQ(rx.try_recv(), 3);
  EXPECT_EQ(rx.len(), 1U);
}

TEST(Broadcast, a_cancelled_recv_loses_nothing) {
  auto [tx, rx] = broadcast::channel<int>(4);
  auto waiting = recv(rx);
  EXPECT_TRUE(waiting.pending());
  send_all(tx, {1});
  waiting.drop();
  EXPECT_EQ(drain(rx), (std::vector{1}));
}

TEST(Broadcast, a_weak_sender_does_not_keep_the_channel_open) {
  auto [tx, rx] = broadcast::channel<int>(4);
  auto weak = tx.downgrade();
  EXPECT_EQ(tx.weak_count(), 1U);
  EXPECT_EQ(weak.strong_count(), 1U);
  EXPECT_TRUE(weak.upgrade()->send(1));
  { const auto dropped = std::move(tx); }
  EXPECT_FALSE(weak.upgrade());
  EXPECT_EQ(rx.sender_strong_count(), 0U);
  EXPECT_EQ(rx.sender_weak_count(), 1U);
  EXPECT_EQ(drain(rx), (std::vector{1}));
  EXPECT_TRUE(rx.try_recv().error().is_closed());
}

TEST(Broadcast, handles_know_their_channel) {
  auto [tx, rx] = broadcast::channel<int>(4);
  auto [other_tx, other_rx] = broadcast::channel<int>(4);
  EXPECT_TRUE(tx.same_channel(tx.clone()));
  EXPECT_FALSE(tx.same_channel(other_tx));
  EXPECT_TRUE(rx.same_channel(tx.subscribe()));
  EXPECT_FALSE(rx.same_channel(other_rx));
  EXPECT_EQ(tx.receiver_count(), 1U);
}

// Notices when it is copied by two threads at once.
struct Alone {
  static inline std::atomic<int> together = 0;
  mutable std::atomic<int> copying = 0;
  Alone() = default;
  Alone(Alone&&) noexcept {}
  Alone(const Alone& other) {
    if (other.copying.fetch_add(1) != 0) together.fetch_add(1);
    std::this_thread::yield();
    other.copying.fetch_sub(1);
  }
};

TEST(Broadcast, copies_of_one_message_are_made_one_after_the_other) {
  constexpr int kMessages = 200;
  auto [tx, rx] = broadcast::channel<Alone>(kMessages);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([mine = tx.subscribe()]() mutable {
      for (int n = 0; n < kMessages; ++n) EXPECT_TRUE(mine.blocking_recv());
    });
  }
  for (int n = 0; n < kMessages; ++n) EXPECT_TRUE(tx.send(Alone()));
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Alone::together.load(), 0);
}

TEST(Broadcast, blocking_recv_refuses_on_a_thread_that_polls_tasks) {
  auto [tx, rx] = broadcast::channel<int>(4);
  const std::string what = refusal_in_async([&r = rx] { return r.blocking_recv(); });
  EXPECT_NE(what.find("co_await recv()"), std::string::npos) << what;
}

TEST(Broadcast, a_receiver_of_a_long_ring_lets_go_of_all_at_once) {
  Lives lives;
  {
    auto [tx, rx] = broadcast::channel<Tracked>(1024);
    for (int i = 0; i < 1500; ++i) EXPECT_TRUE(tx.send(Tracked(lives, i)));
    EXPECT_EQ(lives.alive, 1024);
    { const auto dropped = std::move(rx); }
    EXPECT_EQ(lives.alive, 0);
    EXPECT_TRUE(tx.is_empty());
  }
  EXPECT_EQ(lives.misused, 0);
}

}  // namespace
