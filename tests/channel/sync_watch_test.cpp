// SPDX-License-Identifier: MIT
// watch: the cases of Tokio's sync_watch.rs, and our own promises.
#include <heddle/channel/watch.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>

#include "support/polled.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

namespace watch = heddle::watch;
using heddle::test::MockTask;
using heddle::test::Polled;

auto changed(watch::Receiver<std::string>& rx) {
  return Polled([&rx] { return rx.changed(); });
}

watch::Channel<std::string> channel(const char* initial) { return watch::channel(std::string(initial)); }

bool has_changed(const watch::Receiver<std::string>& rx) { return rx.has_changed().value(); }

TEST(Watch, single_rx_recv) {
  auto [tx, rx] = channel("one");
  EXPECT_TRUE(changed(rx).pending());
  EXPECT_EQ(*rx.borrow(), "one");
  {
    auto waiting = changed(rx);
    EXPECT_TRUE(waiting.pending());
    EXPECT_TRUE(tx.send("two"));
    EXPECT_EQ(waiting.take_wakes(), 1);
    EXPECT_TRUE(waiting.poll().take());
  }
  EXPECT_EQ(*rx.borrow(), "two");
  {
    auto waiting = changed(rx);
    EXPECT_TRUE(waiting.pending());
    { const auto dropped = std::move(tx); }
    EXPECT_EQ(waiting.take_wakes(), 1);
    EXPECT_FALSE(waiting.poll().take());
  }
  EXPECT_EQ(*rx.borrow(), "two");
}

TEST(Watch, rx_version_underflow) {
  auto [tx, rx] = channel("one");
  rx.mark_changed();
  rx.mark_changed();
  EXPECT_TRUE(has_changed(rx));
}

TEST(Watch, rx_mark_changed) {
  auto [tx, rx] = channel("one");
  auto rx2 = rx.clone();
  auto rx3 = rx.clone();
  auto rx4 = rx.clone();
  rx.mark_changed();
  EXPECT_TRUE(has_changed(rx));
  EXPECT_TRUE(changed(rx).poll().is_ready());
  EXPECT_FALSE(has_changed(rx2));
  EXPECT_TRUE(changed(rx2).pending());
  rx3.mark_changed();
  EXPECT_EQ(*rx3.borrow(), "one");
  EXPECT_TRUE(has_changed(rx3));
  EXPECT_EQ(*rx3.borrow_and_update(), "one");
  EXPECT_FALSE(has_changed(rx3));
  EXPECT_TRUE(changed(rx3).pending());
  EXPECT_TRUE(tx.send("two"));
  EXPECT_EQ(*rx4.borrow_and_update(), "two");
  rx4.mark_changed();
  EXPECT_TRUE(has_changed(rx4));
  EXPECT_EQ(*rx4.borrow_and_update(), "two");
}

TEST(Watch, rx_mark_unchanged) {
  auto [tx, rx] = channel("one");
  rx.mark_changed();
  rx.mark_unchanged();
  EXPECT_FALSE(has_changed(rx));
  EXPECT_TRUE(changed(rx).pending());
  EXPECT_TRUE(tx.send("two"));
  EXPECT_TRUE(has_changed(rx));
  rx.mark_unchanged();
  EXPECT_FALSE(has_changed(rx));
  EXPECT_EQ(*rx.borrow_and_update(), "two");
}

TEST(Watch, multi_rx) {
  auto [tx, rx1] = channel("one");
  auto rx2 = rx1.clone();
  auto second = changed(rx2);
  {
    auto first = changed(rx1);
    EXPECT_TRUE(first.pending());
    EXPECT_TRUE(second.pending());
    EXPECT_TRUE(tx.send("two"));
    EXPECT_EQ(first.take_wakes(), 1);
    EXPECT_EQ(second.take_wakes(), 1);
    EXPECT_TRUE(first.poll().is_ready());
  }
  {
    auto first = changed(rx1);
    EXPECT_TRUE(first.pending());
    EXPECT_TRUE(tx.send("three"));
    EXPECT_EQ(first.take_wakes(), 1);
    EXPECT_TRUE(first.poll().is_ready());
    EXPECT_TRUE(second.poll().is_ready());
  }
  EXPECT_EQ(*rx1.borrow(), "three");
  EXPECT_EQ(*rx2.borrow(), "three");
}

TEST(Watch, rx_observes_final_value) {
  {
    auto [tx, rx] = channel("one");
    { const auto dropped = std::move(tx); }
    EXPECT_FALSE(changed(rx).poll().take());
    EXPECT_EQ(*rx.borrow(), "one");
  }
  auto [tx, rx] = channel("one");
  EXPECT_TRUE(tx.send("two"));
  EXPECT_TRUE(changed(rx).poll().take());
  {
    auto waiting = changed(rx);
    EXPECT_TRUE(waiting.pending());
    EXPECT_TRUE(tx.send("three"));
    { const auto dropped = std::move(tx); }
    EXPECT_EQ(waiting.take_wakes(), 1);
    EXPECT_TRUE(waiting.poll().take());
  }
  EXPECT_EQ(*rx.borrow(), "three");
  EXPECT_FALSE(changed(rx).poll().take());
}

TEST(Watch, poll_close) {
  auto [tx, rx] = channel("one");
  Polled closed([&s = tx] { return s.closed(); });
  EXPECT_TRUE(closed.pending());
  { const auto dropped = std::move(rx); }
  EXPECT_EQ(closed.take_wakes(), 1);
  EXPECT_TRUE(closed.poll().is_ready());
  auto refused = tx.send("two");
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::move(refused.error()).into_inner(), "two");
  EXPECT_EQ(*tx.borrow(), "one");
}

TEST(Watch, borrow_and_update) {
  auto [tx, rx] = channel("one");
  EXPECT_TRUE(tx.send("two"));
  EXPECT_TRUE(changed(rx).poll().is_ready());
  EXPECT_FALSE(has_changed(rx));
  EXPECT_TRUE(tx.send("three"));
  EXPECT_TRUE(has_changed(rx));
  EXPECT_EQ(*rx.borrow_and_update(), "three");
  EXPECT_TRUE(changed(rx).pending());
  { const auto dropped = std::move(tx); }
  EXPECT_EQ(*rx.borrow_and_update(), "three");
  EXPECT_FALSE(changed(rx).poll().take());
}

TEST(Watch, reopened_after_subscribe) {
  auto [tx, rx] = channel("one");
  EXPECT_FALSE(tx.is_closed());
  { const auto dropped = std::move(rx); }
  EXPECT_TRUE(tx.is_closed());
  {
    auto again = tx.subscribe();
    EXPECT_FALSE(tx.is_closed());
  }
  EXPECT_TRUE(tx.is_closed());
}

TEST(Watch, send_modify_panic) {
  auto [tx, rx] = channel("one");
  auto waiting = changed(rx);
  EXPECT_TRUE(waiting.pending());
  EXPECT_THROW(tx.send_modify([](std::string& value) {
    value = "panicked";
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(waiting.take_wakes(), 0);
  EXPECT_TRUE(waiting.pending());
  EXPECT_EQ(*rx.borrow(), "panicked");
  tx.send_modify([](std::string& value) { value = "three"; });
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_EQ(*rx.borrow(), "three");
}

TEST(Watch, multiple_sender) {
  auto [tx1, rx] = channel("one");
  auto tx2 = tx1.clone();
  auto waiting = changed(rx);
  EXPECT_TRUE(waiting.pending());
  EXPECT_TRUE(tx1.send("two"));
  EXPECT_TRUE(waiting.poll().take());
  EXPECT_TRUE(tx2.send("three"));
  EXPECT_EQ(*rx.borrow_and_update(), "three");
  EXPECT_EQ(tx1.sender_count(), 2U);
}

TEST(Watch, receiver_is_notified_when_last_sender_is_dropped) {
  auto [tx1, rx] = channel("one");
  std::optional tx2(tx1.clone());
  auto waiting = changed(rx);
  EXPECT_TRUE(waiting.pending());
  { const auto dropped = std::move(tx1); }
  EXPECT_EQ(waiting.take_wakes(), 0);
  EXPECT_TRUE(waiting.pending());
  tx2.reset();
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_FALSE(waiting.poll().take());
}

TEST(Watch, receiver_changed_is_cooperative) {
  auto [tx, rx] = channel("one");
  MockTask task;
  heddle::Context cx(task.waker(), 3);
  int seen = 0;
  for (;;) {
    EXPECT_TRUE(tx.send("x"));
    auto future = rx.changed();
    if (future.poll(cx).is_pending()) break;
    ++seen;
  }
  EXPECT_EQ(seen, 3);
  EXPECT_TRUE(cx.take_yielded());
}

TEST(Watch, receiver_wait_for_is_cooperative) {
  auto [tx, rx] = channel("one");
  MockTask task;
  heddle::Context cx(task.waker(), 3);
  int seen = 0;
  for (;; ++seen) {
    auto future = rx.wait_for([](const std::string&) { return true; });
    if (future.poll(cx).is_pending()) break;
  }
  EXPECT_EQ(seen, 3);
  EXPECT_TRUE(cx.take_yielded());
}

TEST(Watch, sender_closed_is_cooperative) {
  const watch::Sender<int> tx(1);
  MockTask task;
  heddle::Context cx(task.waker(), 3);
  int seen = 0;
  for (;; ++seen) {
    auto future = tx.closed();
    if (future.poll(cx).is_pending()) break;
  }
  EXPECT_EQ(seen, 3);
  EXPECT_TRUE(cx.take_yielded());
}

TEST(Watch, changed_succeeds_on_closed_channel_with_unseen_value) {
  auto [tx, rx] = channel("A");
  EXPECT_TRUE(tx.send("B"));
  { const auto dropped = std::move(tx); }
  EXPECT_TRUE(changed(rx).poll().take());
}

TEST(Watch, changed_errors_on_closed_channel_with_seen_value) {
  auto [tx, rx] = channel("A");
  { const auto dropped = std::move(tx); }
  EXPECT_FALSE(changed(rx).poll().take());
}

TEST(Watch, has_changed_errors_on_closed_channel_with_unseen_value) {
  auto [tx, rx] = channel("A");
  EXPECT_TRUE(tx.send("B"));
  { const auto dropped = std::move(tx); }
  EXPECT_FALSE(rx.has_changed());
}

TEST(Watch, has_changed_errors_on_closed_channel_with_seen_value) {
  auto [tx, rx] = channel("A");
  { const auto dropped = std::move(tx); }
  EXPECT_FALSE(rx.has_changed());
}

TEST(Watch, wait_for_gives_the_last_value_of_a_closed_channel_if_it_is_the_one) {
  auto [tx, rx] = channel("A");
  EXPECT_TRUE(tx.send("B"));
  { const auto dropped = std::move(tx); }
  Polled found([&r = rx] { return r.wait_for([](const std::string& v) { return v == "B"; }); });
  EXPECT_EQ(**found.poll().take(), "B");
  Polled none([&r = rx] { return r.wait_for([](const std::string&) { return false; }); });
  EXPECT_FALSE(none.poll().take());
}

TEST(Watch, wait_for_looks_at_each_new_value_once) {
  auto [tx, rx] = watch::channel(0);
  int looked = 0;
  Polled waiting([&r = rx, &looked] {
    return r.wait_for([&looked](const int& value) {
      ++looked;
      return value == 2;
    });
  });
  EXPECT_TRUE(waiting.pending());
  EXPECT_TRUE(waiting.pending());
  EXPECT_EQ(looked, 1);
  EXPECT_TRUE(tx.send(1));
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_TRUE(waiting.pending());
  EXPECT_EQ(looked, 2);
  EXPECT_TRUE(tx.send(2));
  EXPECT_EQ(waiting.take_wakes(), 1);
  auto found = waiting.poll().take();
  EXPECT_EQ(**found, 2);
  EXPECT_TRUE(found->has_changed());
}

TEST(Watch, a_predicate_that_throws_leaves_the_value_readable) {
  auto [tx, rx] = watch::channel(0);
  Polled waiting([&r = rx] {
    return r.wait_for([](const int&) -> bool { throw std::runtime_error("no"); });
  });
  EXPECT_THROW(static_cast<void>(waiting.poll()), std::runtime_error);
  EXPECT_TRUE(tx.send(1));
  EXPECT_EQ(*rx.borrow(), 1);
}

TEST(Watch, a_cancelled_changed_marks_nothing_as_seen) {
  auto [tx, rx] = channel("one");
  auto waiting = changed(rx);
  EXPECT_TRUE(waiting.pending());
  EXPECT_TRUE(tx.send("two"));
  waiting.drop();
  EXPECT_TRUE(has_changed(rx));
}

TEST(Watch, send_replace_returns_the_value_before_and_needs_no_receiver) {
  const watch::Sender<std::string> tx("one");
  EXPECT_EQ(tx.send_replace("two"), "one");
  EXPECT_EQ(*tx.borrow(), "two");
  EXPECT_EQ(tx.receiver_count(), 0U);
}

TEST(Watch, send_if_modified_tells_nobody_about_no_change) {
  auto [tx, rx] = channel("one");
  auto waiting = changed(rx);
  EXPECT_TRUE(waiting.pending());
  EXPECT_FALSE(tx.send_if_modified([](std::string&) { return false; }));
  EXPECT_EQ(waiting.take_wakes(), 0);
  EXPECT_TRUE(tx.send_if_modified([](std::string& value) {
    value += "!";
    return true;
  }));
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_EQ(*rx.borrow(), "one!");
}

TEST(Watch, a_ref_knows_whether_its_value_was_seen) {
  auto [tx, rx] = channel("one");
  EXPECT_FALSE(rx.borrow().has_changed());
  EXPECT_TRUE(tx.send("two"));
  EXPECT_TRUE(rx.borrow().has_changed());
  EXPECT_TRUE(rx.borrow_and_update().has_changed());
  EXPECT_FALSE(rx.borrow_and_update().has_changed());
  EXPECT_FALSE(tx.borrow().has_changed());
}

TEST(Watch, handles_know_their_channel) {
  auto [tx, rx] = channel("one");
  auto [other_tx, other_rx] = channel("one");
  EXPECT_TRUE(tx.same_channel(tx.clone()));
  EXPECT_FALSE(tx.same_channel(other_tx));
  EXPECT_TRUE(rx.same_channel(rx.clone()));
  EXPECT_FALSE(rx.same_channel(other_rx));
}

TEST(Watch, a_receiver_changes_task) {
  auto [tx, rx] = channel("one");
  auto future = rx.changed();
  MockTask first;
  MockTask second;
  EXPECT_TRUE(first.poll(future).is_pending());
  EXPECT_TRUE(second.poll(future).is_pending());
  EXPECT_TRUE(tx.send("two"));
  EXPECT_EQ(first.take_wakes(), 0);
  EXPECT_EQ(second.take_wakes(), 1);
}

heddle::Async<> hold_a_ref(watch::Receiver<std::string>& rx) {
  auto ref = rx.borrow();
  co_await heddle::pending();
}

TEST(Watch, a_ref_held_across_an_await_that_waits_is_refused) {
  auto [tx, rx] = channel("one");
  auto holding = hold_a_ref(rx);
  MockTask task;
  EXPECT_THROW(static_cast<void>(task.poll(holding)), heddle::GuardHeldAcrossAwait);
  EXPECT_TRUE(tx.send("two"));
}

TEST(Watch, sending_while_the_thread_has_a_ref_is_refused) {
  auto [tx, rx] = channel("one");
  {
    auto ref = rx.borrow();
    EXPECT_THROW(static_cast<void>(tx.send("two")), heddle::sync::WouldDeadlock);
  }
  EXPECT_TRUE(tx.send("two"));
}

TEST(Watch, readers_see_whole_values_while_a_thread_sends) {
  struct Twice {
    int a = 0;
    int b = 0;
  };
  constexpr int kLast = 2000;
  auto [tx, rx] = watch::channel(Twice());
  std::thread sender([s = std::move(tx)] {
    for (int i = 1; i <= kLast; ++i) s.send_replace(Twice{i, i});
  });
  int last = 0;
  while (heddle::block_on(rx.changed())) {
    auto ref = rx.borrow_and_update();
    EXPECT_EQ(ref->a, ref->b);
    EXPECT_GE(ref->a, last);
    last = ref->a;
  }
  sender.join();
  EXPECT_EQ(last, kLast);
}

}  // namespace
