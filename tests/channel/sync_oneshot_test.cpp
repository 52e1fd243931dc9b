// SPDX-License-Identifier: MIT
// oneshot: the cases of Tokio's sync_oneshot.rs, and our own promises.
#include <heddle/channel/oneshot.hpp>

#include "support/polled.hpp"
#include "support/tracked.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

namespace {

namespace oneshot = heddle::oneshot;
using heddle::test::Lives;
using heddle::test::MockTask;
using heddle::test::Polled;
using heddle::test::refusal_in_async;
using heddle::test::Tracked;
using oneshot::RecvError;
using oneshot::TryRecvError;

TEST(Oneshot, send_recv) {
  auto [tx, rx] = oneshot::channel<int>();
  MockTask task;
  EXPECT_TRUE(task.poll(rx).is_pending());
  EXPECT_TRUE(std::move(tx).send(1));
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_EQ(task.poll(rx).take(), 1);
}

TEST(Oneshot, async_send_recv) {
  auto [tx, rx] = oneshot::channel<int>();
  EXPECT_TRUE(std::move(tx).send(1));
  EXPECT_EQ(heddle::block_on(rx), 1);
}

TEST(Oneshot, close_tx) {
  auto [tx, rx] = oneshot::channel<int>();
  MockTask task;
  EXPECT_TRUE(task.poll(rx).is_pending());
  { const auto dropped = std::move(tx); }
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_EQ(task.poll(rx).take().error(), RecvError());
}

TEST(Oneshot, close_rx) {
  {
    auto [tx, rx] = oneshot::channel<int>();
    { const auto dropped = std::move(rx); }
    EXPECT_EQ(std::move(tx).send(1).error(), 1);
  }
  auto [tx, rx] = oneshot::channel<int>();
  Polled closed([&s = tx] { return s.closed(); });
  EXPECT_TRUE(closed.pending());
  { const auto dropped = std::move(rx); }
  EXPECT_EQ(closed.take_wakes(), 1);
  EXPECT_TRUE(tx.is_closed());
  EXPECT_TRUE(closed.poll().is_ready());
  EXPECT_EQ(std::move(tx).send(1).error(), 1);
}

TEST(Oneshot, explicit_close_poll) {
  {  // a value that was sent is received all the same
    auto [tx, rx] = oneshot::channel<int>();
    EXPECT_TRUE(std::move(tx).send(17));
    rx.close();
    MockTask task;
    EXPECT_EQ(task.poll(rx).take(), 17);
  }
  {  // the sender is told
    auto [tx, rx] = oneshot::channel<int>();
    Polled closed([&s = tx] { return s.closed(); });
    EXPECT_TRUE(closed.pending());
    rx.close();
    EXPECT_EQ(closed.take_wakes(), 1);
    EXPECT_TRUE(tx.is_closed());
    EXPECT_EQ(std::move(tx).send(17).error(), 17);
    MockTask task;
    EXPECT_FALSE(task.poll(rx).take());
  }
  {  // a receiver that waited doesn't wait any more
    auto [tx, rx] = oneshot::channel<int>();
    MockTask task;
    EXPECT_TRUE(task.poll(rx).is_pending());
    rx.close();
    EXPECT_FALSE(task.poll(rx).take());
  }
}

TEST(Oneshot, explicit_close_try_recv) {
  {
    auto [tx, rx] = oneshot::channel<int>();
    EXPECT_TRUE(std::move(tx).send(17));
    rx.close();
    EXPECT_EQ(rx.try_recv(), 17);
  }
  auto [tx, rx] = oneshot::channel<int>();
  rx.close();
  EXPECT_EQ(rx.try_recv().error(), TryRecvError::kClosed);
}

TEST(Oneshot, close_try_recv_poll) {
  auto [tx, rx] = oneshot::channel<int>();
  MockTask task;
  EXPECT_TRUE(task.poll(rx).is_pending());
  { const auto dropped = std::move(tx); }
  EXPECT_EQ(rx.try_recv().error(), TryRecvError::kClosed);
  EXPECT_THROW(static_cast<void>(task.poll(rx)), heddle::PolledAfterCompletion);
}

TEST(Oneshot, close_after_recv) {
  auto [tx, rx] = oneshot::channel<int>();
  EXPECT_TRUE(std::move(tx).send(17));
  MockTask task;
  EXPECT_EQ(task.poll(rx).take(), 17);
  rx.close();
}

TEST(Oneshot, try_recv_after_completion) {
  auto [tx, rx] = oneshot::channel<int>();
  EXPECT_EQ(rx.try_recv().error(), TryRecvError::kEmpty);
  EXPECT_TRUE(std::move(tx).send(17));
  EXPECT_EQ(rx.try_recv(), 17);
  EXPECT_EQ(rx.try_recv().error(), TryRecvError::kClosed);
  rx.close();
}

TEST(Oneshot, try_recv_after_completion_await) {
  auto [tx, rx] = oneshot::channel<int>();
  EXPECT_TRUE(std::move(tx).send(17));
  MockTask task;
  EXPECT_EQ(task.poll(rx).take(), 17);
  EXPECT_EQ(rx.try_recv().error(), TryRecvError::kClosed);
  rx.close();
}

// A waker that tells when its last clone is gone.
heddle::Waker mortal_waker(std::shared_ptr<int> life) {
  return heddle::future::waker_fn([life = std::move(life)] {});
}

TEST(Oneshot, drops_tasks) {
  auto life = std::make_shared<int>(0);
  {
    auto [tx, rx] = oneshot::channel<int>();
    const heddle::Waker waker = mortal_waker(life);
    heddle::Context cx(waker);
    EXPECT_TRUE(tx.poll_closed(cx).is_pending());
    EXPECT_TRUE(rx.poll(cx).is_pending());
  }
  EXPECT_EQ(life.use_count(), 1);
}

TEST(Oneshot, an_end_that_leaves_keeps_no_waker_of_its_own) {
  auto life = std::make_shared<int>(0);
  auto [tx, rx] = oneshot::channel<int>();
  {
    const heddle::Waker waker = mortal_waker(life);
    heddle::Context cx(waker);
    EXPECT_TRUE(tx.poll_closed(cx).is_pending());
    const auto dropped = std::move(tx);
  }
  EXPECT_EQ(life.use_count(), 1);
}

TEST(Oneshot, receiver_changes_task) {
  auto [tx, rx] = oneshot::channel<int>();
  MockTask first;
  MockTask second;
  EXPECT_TRUE(first.poll(rx).is_pending());
  EXPECT_TRUE(second.poll(rx).is_pending());
  EXPECT_TRUE(std::move(tx).send(1));
  EXPECT_EQ(first.take_wakes(), 0);
  EXPECT_EQ(second.take_wakes(), 1);
}

TEST(Oneshot, sender_changes_task) {
  auto [tx, rx] = oneshot::channel<int>();
  MockTask first;
  MockTask second;
  auto closed = tx.closed();
  EXPECT_TRUE(first.poll(closed).is_pending());
  EXPECT_TRUE(second.poll(closed).is_pending());
  { const auto dropped = std::move(rx); }
  EXPECT_EQ(first.take_wakes(), 0);
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(second.poll(closed).is_ready());
}

TEST(Oneshot, receiver_is_terminated_send) {
  auto [tx, rx] = oneshot::channel<int>();
  EXPECT_FALSE(rx.is_terminated());
  EXPECT_TRUE(std::move(tx).send(17));
  EXPECT_FALSE(rx.is_terminated());
  MockTask task;
  EXPECT_EQ(task.poll(rx).take(), 17);
  EXPECT_TRUE(rx.is_terminated());
}

TEST(Oneshot, receiver_is_terminated_try_recv) {
  auto [tx, rx] = oneshot::channel<int>();
  EXPECT_TRUE(std::move(tx).send(17));
  EXPECT_EQ(rx.try_recv(), 17);
  EXPECT_TRUE(rx.is_terminated());
}

TEST(Oneshot, receiver_is_terminated_drop) {
  auto [tx, rx] = oneshot::channel<int>();
  { const auto dropped = std::move(tx); }
  EXPECT_FALSE(rx.is_terminated());
  MockTask task;
  EXPECT_FALSE(task.poll(rx).take());
  EXPECT_TRUE(rx.is_terminated());
}

TEST(Oneshot, receiver_is_terminated_rx_close) {
  auto [tx, rx] = oneshot::channel<int>();
  rx.close();
  EXPECT_FALSE(rx.is_terminated());
  MockTask task;
  EXPECT_FALSE(task.poll(rx).take());
  EXPECT_TRUE(rx.is_terminated());
}

TEST(Oneshot, receiver_is_empty_send) {
  auto [tx, rx] = oneshot::channel<int>();
  EXPECT_TRUE(rx.is_empty());
  EXPECT_TRUE(std::move(tx).send(17));
  EXPECT_FALSE(rx.is_empty());
  MockTask task;
  EXPECT_EQ(task.poll(rx).take(), 17);
  EXPECT_TRUE(rx.is_empty());
}

TEST(Oneshot, receiver_is_empty_try_recv) {
  auto [tx, rx] = oneshot::channel<int>();
  EXPECT_TRUE(std::move(tx).send(17));
  EXPECT_EQ(rx.try_recv(), 17);
  EXPECT_TRUE(rx.is_empty());
}

TEST(Oneshot, receiver_is_empty_drop) {
  auto [tx, rx] = oneshot::channel<int>();
  { const auto dropped = std::move(tx); }
  EXPECT_TRUE(rx.is_empty());
}

TEST(Oneshot, receiver_is_empty_rx_close) {
  auto [tx, rx] = oneshot::channel<int>();
  rx.close();
  EXPECT_TRUE(rx.is_empty());
}

TEST(Oneshot, a_value_that_nobody_receives_is_destroyed_once) {
  Lives lives;
  {
    auto [tx, rx] = oneshot::channel<Tracked>();
    EXPECT_TRUE(std::move(tx).send(Tracked(lives, 1)));
    EXPECT_TRUE(lives.ended.empty());
  }
  EXPECT_EQ(lives.alive, 0);
  EXPECT_EQ(lives.ended, (std::vector{1}));
  EXPECT_EQ(lives.misused, 0);
}

TEST(Oneshot, a_received_value_is_destroyed_once) {
  Lives lives;
  {
    auto [tx, rx] = oneshot::channel<Tracked>();
    EXPECT_TRUE(std::move(tx).send(Tracked(lives, 1)));
    EXPECT_EQ(rx.try_recv()->id(), 1);
    EXPECT_EQ(lives.ended, (std::vector{1}));
  }
  EXPECT_EQ(lives.alive, 0);
  EXPECT_EQ(lives.misused, 0);
}

TEST(Oneshot, a_refused_value_comes_back_and_is_destroyed_once) {
  Lives lives;
  {
    auto [tx, rx] = oneshot::channel<Tracked>();
    { const auto dropped = std::move(rx); }
    EXPECT_EQ(std::move(tx).send(Tracked(lives, 1)).error().id(), 1);
  }
  EXPECT_EQ(lives.ended, (std::vector{1}));
}

TEST(Oneshot, a_moved_receiver_is_woken_and_receives) {
  auto [tx, rx] = oneshot::channel<std::unique_ptr<int>>();
  MockTask task;
  EXPECT_TRUE(task.poll(rx).is_pending());
  auto moved = std::move(rx);
  EXPECT_TRUE(std::move(tx).send(std::make_unique<int>(3)));
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_EQ(**task.poll(moved).take(), 3);
}

// Its moves throw once `fuse` of them are done.
struct Explosive {
  static inline int alive = 0;
  int fuse;
  explicit Explosive(int moves) : fuse(moves) { ++alive; }
  Explosive(Explosive&& other) : fuse(other.fuse - 1) {
    if (other.fuse == 0) throw std::runtime_error("moved");
    ++alive;
  }
  ~Explosive() { --alive; }
};

TEST(Oneshot, a_value_whose_move_throws_in_send_is_unsent) {
  auto [tx, rx] = oneshot::channel<Explosive>();
  EXPECT_THROW(static_cast<void>(std::move(tx).send(Explosive(0))), std::runtime_error);
  EXPECT_EQ(Explosive::alive, 0);
  EXPECT_FALSE(heddle::block_on(rx));
}

TEST(Oneshot, a_value_whose_move_throws_in_recv_is_destroyed_once) {
  {
    auto [tx, rx] = oneshot::channel<Explosive>();
    EXPECT_TRUE(std::move(tx).send(Explosive(1)));
    EXPECT_THROW(static_cast<void>(rx.try_recv()), std::runtime_error);
    EXPECT_EQ(Explosive::alive, 0);
  }
  EXPECT_EQ(Explosive::alive, 0);
}

TEST(Oneshot, an_over_aligned_value_is_aligned) {
  struct alignas(256) Wide {
    int value = 0;
  };
  auto [tx, rx] = oneshot::channel<Wide>();
  EXPECT_TRUE(std::move(tx).send(Wide{4}));
  EXPECT_EQ(rx.try_recv()->value, 4);
}

TEST(Oneshot, a_thread_waits_for_the_value) {
  auto [tx, rx] = oneshot::channel<int>();
  std::thread other([s = std::move(tx)]() mutable { static_cast<void>(std::move(s).send(5)); });
  EXPECT_EQ(std::move(rx).blocking_recv(), 5);
  other.join();
}

TEST(Oneshot, blocking_recv_refuses_on_a_thread_that_polls_tasks) {
  auto [tx, rx] = oneshot::channel<int>();
  const std::string what = refusal_in_async([&r = rx] { return std::move(r).blocking_recv(); });
  EXPECT_NE(what.find("co_await on the receiver"), std::string::npos) << what;
}

TEST(Oneshot, receiving_spends_one_unit_of_budget_and_waits_without) {
  auto [tx, rx] = oneshot::channel<int>();
  EXPECT_TRUE(std::move(tx).send(1));
  MockTask task;
  EXPECT_TRUE(task.poll(rx, 0).is_pending());
  EXPECT_EQ(task.take_wakes(), 1);
  heddle::Context cx(task.waker(), 5);
  EXPECT_TRUE(rx.poll(cx).is_ready());
  EXPECT_EQ(cx.budget(), 4U);
}

TEST(Oneshot, a_wake_may_drop_the_other_end) {
  auto [tx, rx] = oneshot::channel<int>();
  std::optional receiver(std::move(rx));
  const heddle::Waker waker = heddle::future::waker_fn([&] { receiver.reset(); });
  heddle::Context cx(waker);
  EXPECT_TRUE(receiver->poll(cx).is_pending());
  EXPECT_TRUE(std::move(tx).send(1));
  EXPECT_FALSE(receiver);
}

TEST(Oneshot, its_errors_say_what_happened) {
  EXPECT_STREQ(RecvError().message(), "channel closed");
  EXPECT_STREQ(message(TryRecvError::kEmpty), "channel empty");
  EXPECT_STREQ(message(TryRecvError::kClosed), "channel closed");
}

}  // namespace
