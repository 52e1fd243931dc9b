// SPDX-License-Identifier: MIT
// Notify: the cases of Tokio's sync_notify.rs and sync_notify_owned.rs, and our own promises.
#include <heddle/async/notify.hpp>
#include <heddle/future/block_on.hpp>

#include "support/polled.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace heddle_test {
namespace {

using heddle::Arc;
using heddle::async::Notified;
using heddle::async::Notify;
using heddle::async::OwnedNotified;
using heddle::test::Polled;

Polled<Notified> notified(const Notify& notify) {
  return Polled<Notified>([&notify] { return notify.notified(); });
}

bool ready(auto& future) { return future.poll().is_ready(); }

// Whether the future borrows its Notify or keeps it: the same promises.
struct Borrowing {
  static Polled<Notified> notified(const Arc<Notify>& place) { return Polled<Notified>([&place] { return place->notified(); }); }
};
struct Owning {
  static Polled<OwnedNotified> notified(const Arc<Notify>& place) {
    return Polled<OwnedNotified>([&place] { return Notify::notified_owned(place.clone()); });
  }
};

template <class T>
class AsyncNotify : public testing::Test {};
using Kinds = testing::Types<Borrowing, Owning>;
TYPED_TEST_SUITE(AsyncNotify, Kinds, );

TYPED_TEST(AsyncNotify, notify_notified_one) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto one = TypeParam::notified(place);
  notify.notify_one();
  EXPECT_TRUE(ready(one));
}

TYPED_TEST(AsyncNotify, notify_multi_notified_one) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  notify.notify_one();
  EXPECT_TRUE(ready(first));
  EXPECT_TRUE(second.pending());
}

TYPED_TEST(AsyncNotify, notify_multi_notified_last) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  notify.notify_last();
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(ready(second));
}

TYPED_TEST(AsyncNotify, notified_one_notify) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto one = TypeParam::notified(place);
  EXPECT_TRUE(one.pending());
  notify.notify_one();
  EXPECT_EQ(one.take_wakes(), 1);
  EXPECT_TRUE(ready(one));
}

TYPED_TEST(AsyncNotify, notified_multi_notify) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  notify.notify_one();
  EXPECT_EQ(first.take_wakes(), 1);
  EXPECT_EQ(second.take_wakes(), 0);
  EXPECT_TRUE(ready(first));
  EXPECT_TRUE(second.pending());
}

TYPED_TEST(AsyncNotify, notify_notified_multi) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  notify.notify_one();
  auto first = TypeParam::notified(place);
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(ready(first));
  EXPECT_TRUE(second.pending());
  notify.notify_one();
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(ready(second));
}

TYPED_TEST(AsyncNotify, two_notifications_without_a_waiter_leave_one_permit) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  notify.notify_one();
  notify.notify_one();
  auto first = TypeParam::notified(place);
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(ready(first));
  EXPECT_TRUE(second.pending());
}

TYPED_TEST(AsyncNotify, notified_drop_notified_notify) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  first.drop();
  EXPECT_TRUE(second.pending());
  notify.notify_one();
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(ready(second));
}

TYPED_TEST(AsyncNotify, notified_multi_notify_drop_one) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  notify.notify_one();
  EXPECT_EQ(first.take_wakes(), 1);
  EXPECT_EQ(second.take_wakes(), 0);
  first.drop();
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(ready(second));
}

TYPED_TEST(AsyncNotify, notified_multi_notify_one_drop) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  auto second = TypeParam::notified(place);
  auto third = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  EXPECT_TRUE(third.pending());
  notify.notify_one();
  first.drop();
  EXPECT_TRUE(ready(second));
  EXPECT_TRUE(third.pending());
}

TYPED_TEST(AsyncNotify, notified_multi_notify_last_drop) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  auto second = TypeParam::notified(place);
  auto third = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  EXPECT_TRUE(third.pending());
  notify.notify_last();
  third.drop();
  EXPECT_TRUE(ready(second));
  EXPECT_TRUE(first.pending());
}

TYPED_TEST(AsyncNotify, a_notification_passed_on_with_nobody_waiting_is_kept) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  notify.notify_one();
  first.drop();
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(ready(second));
}

TEST(AsyncNotifyAlone, notify_in_drop_after_wake) {
  struct NotifyAtEnd {
    const Notify* notify;
    explicit NotifyAtEnd(const Notify& n) : notify(&n) {}
    NotifyAtEnd(NotifyAtEnd&& other) noexcept : notify(std::exchange(other.notify, nullptr)) {}
    ~NotifyAtEnd() {
      if (notify != nullptr) notify->notify_waiters();
    }
  };
  const Notify notify;
  auto future = notify.notified();
  {
    const heddle::Waker waker = heddle::future::waker_fn([end = NotifyAtEnd(notify)] {});
    heddle::Context cx(waker);
    EXPECT_TRUE(future.poll(cx).is_pending());
  }
  notify.notify_waiters();  // would deadlock if the waker died with the lock held
}

TYPED_TEST(AsyncNotify, notify_one_after_dropped_all) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  notify.notify_waiters();
  notify.notify_one();
  first.drop();
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(ready(second));
}

TYPED_TEST(AsyncNotify, test_notify_one_not_enabled) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto future = TypeParam::notified(place);
  notify.notify_one();
  EXPECT_TRUE(ready(future));
}

TYPED_TEST(AsyncNotify, test_notify_one_after_enable) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto future = TypeParam::notified(place);
  EXPECT_FALSE(future->enable());
  notify.notify_one();
  EXPECT_TRUE(ready(future));
  EXPECT_TRUE(future->enable());
}

TYPED_TEST(AsyncNotify, an_enabled_future_is_notified_before_one_that_was_only_made) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto made = TypeParam::notified(place);
  auto enabled = TypeParam::notified(place);
  EXPECT_FALSE(enabled->enable());
  notify.notify_one();
  EXPECT_TRUE(made.pending());
  EXPECT_TRUE(ready(enabled));
}

TYPED_TEST(AsyncNotify, test_poll_after_enable) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto future = TypeParam::notified(place);
  EXPECT_FALSE(future->enable());
  EXPECT_TRUE(future.pending());
  notify.notify_one();
  EXPECT_EQ(future.take_wakes(), 1);
}

TYPED_TEST(AsyncNotify, test_enable_after_poll) {
  const auto place = Arc<Notify>::make();
  auto future = TypeParam::notified(place);
  EXPECT_TRUE(future.pending());
  EXPECT_FALSE(future->enable());
}

TYPED_TEST(AsyncNotify, enabling_again_leaves_the_task_that_polled_to_be_woken) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto future = TypeParam::notified(place);
  EXPECT_TRUE(future.pending());
  EXPECT_FALSE(future->enable());
  notify.notify_one();
  EXPECT_EQ(future.take_wakes(), 1);
}

TYPED_TEST(AsyncNotify, test_enable_consumes_permit) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  notify.notify_one();
  auto first = TypeParam::notified(place);
  EXPECT_TRUE(first->enable());
  auto second = TypeParam::notified(place);
  EXPECT_FALSE(second->enable());
}

TYPED_TEST(AsyncNotify, test_waker_update) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto future = TypeParam::notified(place);
  const heddle::Waker noop;
  {
    heddle::Context cx(noop);
    EXPECT_TRUE(future->poll(cx).is_pending());
  }
  EXPECT_TRUE(future.pending());
  notify.notify_one();
  EXPECT_EQ(future.take_wakes(), 1);
}

TYPED_TEST(AsyncNotify, unpolled_future_completed_by_notify_waiters_preserves_notify_one_permit) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  notify.notify_waiters();
  notify.notify_one();
  EXPECT_TRUE(ready(first));
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(ready(second));
}

TYPED_TEST(AsyncNotify, notify_waiters_reaches_who_waits_and_who_was_made_before_and_nobody_after) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto waiting = TypeParam::notified(place);
  EXPECT_TRUE(waiting.pending());
  auto made = TypeParam::notified(place);
  notify.notify_waiters();
  auto after = TypeParam::notified(place);
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_TRUE(ready(waiting));
  EXPECT_TRUE(ready(made));
  EXPECT_TRUE(after.pending());
}

TYPED_TEST(AsyncNotify, who_was_reached_by_notify_waiters_passes_nothing_on) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  auto first = TypeParam::notified(place);
  EXPECT_TRUE(first.pending());
  notify.notify_waiters();
  first.drop();
  auto second = TypeParam::notified(place);
  EXPECT_TRUE(second.pending());
}

TEST(AsyncNotifyAlone, more_waiters_than_are_woken_at_a_time_are_each_woken_once) {
  const Notify notify;
  std::vector<Polled<Notified>> waiting;
  for (int i = 0; i < 100; ++i) {
    waiting.push_back(notified(notify));
    EXPECT_TRUE(waiting.back().pending());
  }
  notify.notify_waiters();
  for (auto& future : waiting) {
    EXPECT_EQ(future.take_wakes(), 1);
    EXPECT_TRUE(ready(future));
  }
}

// notify_waiters lets go of the lock while it wakes; a wake that comes early may cancel those that come late.
TEST(AsyncNotifyAlone, a_waiter_may_be_destroyed_by_the_wake_of_another_in_the_same_call) {
  const Notify notify;
  std::vector<std::unique_ptr<Notified>> late;
  const heddle::Waker waker = heddle::future::waker_fn([&] { late.clear(); });
  Notified first(notify);
  heddle::Context cx(waker);
  EXPECT_TRUE(first.poll(cx).is_pending());
  const heddle::Waker noop = heddle::future::waker_fn([] {});
  for (int i = 0; i < 100; ++i) {
    late.push_back(std::make_unique<Notified>(notify));
    heddle::Context other(noop);
    EXPECT_TRUE(late.back()->poll(other).is_pending());
  }
  notify.notify_waiters();
  EXPECT_TRUE(late.empty());
}

TEST(AsyncNotifyAlone, a_waiter_polled_in_the_middle_of_notify_waiters_is_ready) {
  const Notify notify;
  std::vector<Polled<Notified>> late;
  bool all_ready = true;
  const heddle::Waker waker = heddle::future::waker_fn([&] {
    for (auto& future : late) all_ready = ready(future) && all_ready;
  });
  Notified first(notify);
  heddle::Context cx(waker);
  EXPECT_TRUE(first.poll(cx).is_pending());
  for (int i = 0; i < 100; ++i) {
    late.push_back(notified(notify));
    EXPECT_TRUE(late.back().pending());
  }
  notify.notify_waiters();
  EXPECT_TRUE(all_ready);
}

TYPED_TEST(AsyncNotify, once_ready_it_stays_ready) {
  const auto place = Arc<Notify>::make();
  const Notify& notify = *place;
  notify.notify_one();
  auto future = TypeParam::notified(place);
  EXPECT_TRUE(ready(future));
  EXPECT_TRUE(ready(future));
}

TEST(AsyncNotifyAlone, a_thread_waits_for_another_s_notification) {
  const Notify notify;
  int value = 0;
  std::thread other([&] {
    value = 1;
    notify.notify_one();
  });
  heddle::block_on(notify.notified());
  EXPECT_EQ(value, 1);
  other.join();
}

TEST(AsyncNotifyOwned, an_owned_future_keeps_its_notify_alive) {
  auto notify = Arc<Notify>::make();
  Polled future([&] { return Notify::notified_owned(notify.clone()); });
  EXPECT_FALSE(future->enable());
  notify->notify_one();
  { const auto dropped = std::move(notify); }
  EXPECT_TRUE(future.poll().is_ready());
}

}  // namespace
}  // namespace heddle_test
