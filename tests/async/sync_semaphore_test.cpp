// SPDX-License-Identifier: MIT
// Semaphore: the cases of Tokio's sync_semaphore.rs, and our own promises.
#include <heddle/async/semaphore.hpp>

#include "support/polled.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using heddle::async::Semaphore;
using heddle::async::SemaphorePermit;
using heddle::async::TryAcquireError;
using heddle::test::Polled;
using heddle::test::refusal_in_async;

auto acquire(const Semaphore& semaphore, std::size_t count = 1) {
  return Polled([&semaphore, count] { return semaphore.acquire_many(count); });
}

TEST(AsyncSemaphore, no_permits) { EXPECT_EQ(Semaphore(0).available_permits(), 0U); }

TEST(AsyncSemaphore, try_acquire) {
  const Semaphore semaphore(1);
  {
    auto first = semaphore.try_acquire();
    EXPECT_TRUE(first);
    auto second = semaphore.try_acquire();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), TryAcquireError::kNoPermits);
  }
  EXPECT_TRUE(semaphore.try_acquire());
}

TEST(AsyncSemaphore, acquire) {
  const Semaphore semaphore(1);
  auto first = semaphore.try_acquire();
  auto waiting = acquire(semaphore);
  EXPECT_TRUE(waiting.pending());
  { const SemaphorePermit dropped = *std::move(first); }
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_TRUE(waiting.poll().take());
}

TEST(AsyncSemaphore, add_permits) {
  const Semaphore semaphore(0);
  auto waiting = acquire(semaphore);
  EXPECT_TRUE(waiting.pending());
  semaphore.add_permits(1);
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_TRUE(waiting.poll().take());
}

TEST(AsyncSemaphore, add_permits_open) {
  const Semaphore semaphore(0);
  semaphore.add_permits(3);
  EXPECT_EQ(semaphore.available_permits(), 3U);
}

TEST(AsyncSemaphore, add_permits_closed) {
  const Semaphore semaphore(0);
  semaphore.close();
  semaphore.add_permits(3);
  EXPECT_EQ(semaphore.available_permits(), 3U);
  EXPECT_EQ(semaphore.try_acquire().error(), TryAcquireError::kClosed);
}

TEST(AsyncSemaphore, forget) {
  const Semaphore semaphore(1);
  {
    auto permit = semaphore.try_acquire();
    EXPECT_EQ(semaphore.available_permits(), 0U);
    std::move(*permit).forget();
  }
  EXPECT_EQ(semaphore.available_permits(), 0U);
  EXPECT_FALSE(semaphore.try_acquire());
}

TEST(AsyncSemaphore, forget_open) {
  const Semaphore semaphore(5);
  EXPECT_EQ(semaphore.forget_permits(3), 3U);
  EXPECT_EQ(semaphore.forget_permits(3), 2U);
  EXPECT_EQ(semaphore.forget_permits(3), 0U);
}

TEST(AsyncSemaphore, forget_closed) {
  const Semaphore semaphore(5);
  semaphore.close();
  EXPECT_EQ(semaphore.forget_permits(3), 3U);
  EXPECT_EQ(semaphore.available_permits(), 2U);
}

TEST(AsyncSemaphore, merge) {
  const Semaphore semaphore(3);
  {
    auto first = *semaphore.try_acquire();
    first.merge(*semaphore.try_acquire_many(2));
    EXPECT_EQ(first.num_permits(), 3U);
    EXPECT_EQ(semaphore.available_permits(), 0U);
  }
  EXPECT_EQ(semaphore.available_permits(), 3U);
}

TEST(AsyncSemaphore, merge_unrelated_permits) {
  const Semaphore one(1);
  const Semaphore other(1);
  auto permit = *one.try_acquire();
  EXPECT_THROW(permit.merge(*other.try_acquire()), std::invalid_argument);
  EXPECT_EQ(other.available_permits(), 1U);
}

TEST(AsyncSemaphore, split) {
  const Semaphore semaphore(5);
  auto permit = *semaphore.try_acquire_many(3);
  EXPECT_EQ(permit.num_permits(), 3U);
  {
    auto half = permit.split(1);
    ASSERT_TRUE(half);
    EXPECT_EQ(permit.num_permits(), 2U);
    EXPECT_EQ(half->num_permits(), 1U);
    EXPECT_EQ(semaphore.available_permits(), 2U);
  }
  EXPECT_EQ(semaphore.available_permits(), 3U);
  EXPECT_EQ(permit.split(0)->num_permits(), 0U);
  EXPECT_FALSE(permit.split(3));
  EXPECT_EQ(permit.num_permits(), 2U);
}

TEST(AsyncSemaphore, stress_test) {
  const Semaphore semaphore(5);
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&semaphore] { static_cast<void>(heddle::block_on(semaphore.acquire())); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(semaphore.available_permits(), 5U);
}

TEST(AsyncSemaphore, add_max_amount_permits) {
  const Semaphore semaphore(0);
  semaphore.add_permits(Semaphore::kMaxPermits);
  EXPECT_EQ(semaphore.available_permits(), Semaphore::kMaxPermits);
}

TEST(AsyncSemaphore, add_more_than_max_amount_permits1) {
  const Semaphore semaphore(1);
  EXPECT_THROW(semaphore.add_permits(Semaphore::kMaxPermits), std::length_error);
  EXPECT_EQ(semaphore.available_permits(), 1U);
}

TEST(AsyncSemaphore, add_more_than_max_amount_permits2) {
  const Semaphore semaphore(Semaphore::kMaxPermits - 1);
  semaphore.add_permits(1);
  EXPECT_THROW(semaphore.add_permits(1), std::length_error);
}

TEST(AsyncSemaphore, panic_when_exceeds_maxpermits) {
  EXPECT_THROW(Semaphore(Semaphore::kMaxPermits + 1), std::length_error);
}

TEST(AsyncSemaphore, no_panic_at_maxpermits) {
  EXPECT_EQ(Semaphore(Semaphore::kMaxPermits).available_permits(), Semaphore::kMaxPermits);
}

TEST(AsyncSemaphore, blocking_acquire) {
  const Semaphore semaphore(1);
  auto permit = semaphore.blocking_acquire();
  EXPECT_EQ(semaphore.available_permits(), 0U);
}

TEST(AsyncSemaphore, blocking_acquire_waits_for_permit) {
  const Semaphore semaphore(0);
  std::thread thread([&semaphore] { EXPECT_TRUE(semaphore.blocking_acquire()); });
  semaphore.add_permits(1);
  thread.join();
  EXPECT_EQ(semaphore.available_permits(), 1U);
}

TEST(AsyncSemaphore, blocking_acquire_many) {
  const Semaphore semaphore(3);
  auto permit = semaphore.blocking_acquire_many(2);
  EXPECT_EQ(permit->num_permits(), 2U);
}

TEST(AsyncSemaphore, blocking_acquire_closed) {
  const Semaphore semaphore(1);
  semaphore.close();
  EXPECT_FALSE(semaphore.blocking_acquire());
}

TEST(AsyncSemaphore, blocking_acquire_in_async_context) {
  const Semaphore semaphore(1);
  const std::string what = refusal_in_async([&] { return semaphore.blocking_acquire(); });
  EXPECT_NE(what.find("co_await acquire()"), std::string::npos) << what;
}

TEST(AsyncSemaphore, a_claim_for_many_is_not_overtaken_by_one_for_few) {
  const Semaphore semaphore(2);
  auto held = *semaphore.try_acquire();
  auto many = acquire(semaphore, 3);
  EXPECT_TRUE(many.pending());
  auto few = acquire(semaphore, 1);
  EXPECT_TRUE(few.pending());
  EXPECT_FALSE(semaphore.try_acquire());
  semaphore.add_permits(1);
  EXPECT_EQ(many.take_wakes(), 0);
  semaphore.add_permits(1);
  EXPECT_EQ(many.take_wakes(), 1);
  EXPECT_EQ(few.take_wakes(), 0);
  EXPECT_EQ(many.poll().take()->num_permits(), 3U);
}

TEST(AsyncSemaphore, a_cancelled_claim_gives_back_the_part_that_it_had) {
  const Semaphore semaphore(2);
  auto many = acquire(semaphore, 3);
  EXPECT_TRUE(many.pending());
  auto few = acquire(semaphore, 2);
  EXPECT_TRUE(few.pending());
  EXPECT_EQ(semaphore.available_permits(), 0U);
  many.drop();
  EXPECT_EQ(few.take_wakes(), 1);
  EXPECT_TRUE(few.poll().take());
  EXPECT_EQ(semaphore.available_permits(), 2U);
}

TEST(AsyncSemaphore, a_claim_cancelled_when_it_was_just_granted_passes_the_permits_on) {
  const Semaphore semaphore(0);
  auto first = acquire(semaphore);
  auto second = acquire(semaphore);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  semaphore.add_permits(1);
  EXPECT_EQ(first.take_wakes(), 1);
  EXPECT_EQ(second.take_wakes(), 0);
  first.drop();
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_TRUE(second.poll().take());
}

TEST(AsyncSemaphore, closing_wakes_all_who_wait_and_gives_back_what_they_had) {
  const Semaphore semaphore(2);
  auto first = acquire(semaphore, 3);
  auto second = acquire(semaphore, 1);
  EXPECT_TRUE(first.pending());
  EXPECT_TRUE(second.pending());
  semaphore.close();
  EXPECT_TRUE(semaphore.is_closed());
  EXPECT_EQ(semaphore.available_permits(), 2U);
  EXPECT_EQ(first.take_wakes(), 1);
  EXPECT_EQ(second.take_wakes(), 1);
  EXPECT_FALSE(first.poll().take());
  second.drop();
  EXPECT_EQ(semaphore.available_permits(), 2U);
}

TEST(AsyncSemaphore, the_last_permit_given_back_to_a_closed_semaphore_wakes_nobody_twice) {
  const Semaphore semaphore(1);
  auto held = semaphore.try_acquire();
  auto waiting = acquire(semaphore);
  EXPECT_TRUE(waiting.pending());
  semaphore.close();
  { const SemaphorePermit dropped = *std::move(held); }
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_FALSE(waiting.poll().take());
  EXPECT_EQ(semaphore.available_permits(), 1U);
}

TEST(AsyncSemaphore, many_waiters_are_all_served_in_order) {
  constexpr std::size_t kMany = 100;  // more than are woken at a time
  const Semaphore semaphore(0);
  std::vector<Polled<decltype(semaphore.acquire())>> waiting;
  for (std::size_t i = 0; i < kMany; ++i) {
    waiting.push_back(acquire(semaphore));
    EXPECT_TRUE(waiting.back().pending());
  }
  semaphore.add_permits(kMany - 1);
  for (std::size_t i = 0; i + 1 < kMany; ++i) EXPECT_EQ(waiting[i].take_wakes(), 1) << i;
  EXPECT_EQ(waiting.back().take_wakes(), 0);
}

TEST(AsyncSemaphore, a_waiter_that_changes_its_task_wakes_the_new_one) {
  const Semaphore semaphore(0);
  auto future = semaphore.acquire();
  heddle::test::MockTask before;
  heddle::test::MockTask after;
  EXPECT_TRUE(before.poll(future).is_pending());
  EXPECT_TRUE(after.poll(future).is_pending());
  semaphore.add_permits(1);
  EXPECT_EQ(before.take_wakes(), 0);
  EXPECT_EQ(after.take_wakes(), 1);
  EXPECT_TRUE(after.poll(future).is_ready());
}

TEST(AsyncSemaphore, a_wake_that_acquires_again_does_not_deadlock) {
  const Semaphore semaphore(0);
  int acquired = 0;
  const heddle::Waker waker = heddle::future::waker_fn([&] {
    if (semaphore.try_acquire()) ++acquired;
    semaphore.add_permits(0);
  });
  auto future = semaphore.acquire();
  heddle::Context cx(waker);
  EXPECT_TRUE(future.poll(cx).is_pending());
  semaphore.add_permits(2);
  EXPECT_EQ(acquired, 1);
  EXPECT_TRUE(future.poll(cx).is_ready());
}

TEST(AsyncSemaphore, a_waker_whose_destruction_uses_the_semaphore_does_not_deadlock) {
  struct UseAtEnd {
    const Semaphore* semaphore;
    ~UseAtEnd() {
      if (semaphore != nullptr) semaphore->add_permits(1);
    }
    UseAtEnd(const Semaphore& s) : semaphore(&s) {}
    UseAtEnd(UseAtEnd&& other) noexcept : semaphore(std::exchange(other.semaphore, nullptr)) {}
  };
  const Semaphore semaphore(0);
  auto future = semaphore.acquire_many(2);
  {
    const heddle::Waker waker = heddle::future::waker_fn([use = UseAtEnd(semaphore)] {});
    heddle::Context cx(waker);
    EXPECT_TRUE(future.poll(cx).is_pending());
  }
  heddle::test::MockTask task;
  EXPECT_TRUE(task.poll(future).is_pending());  // replaces the waker, whose end adds a permit
  semaphore.add_permits(1);
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_TRUE(task.poll(future).is_ready());
}

TEST(AsyncSemaphore, acquiring_spends_one_unit_of_budget_and_waits_without) {
  const Semaphore semaphore(1);
  heddle::test::MockTask task;
  auto future = semaphore.acquire();
  {
    heddle::Context cx(task.waker(), 0);
    EXPECT_TRUE(future.poll(cx).is_pending());
  }
  EXPECT_EQ(task.take_wakes(), 1);
  heddle::Context cx(task.waker(), 7);
  EXPECT_TRUE(future.poll(cx).is_ready());
  EXPECT_EQ(cx.budget(), 6U);
}

TEST(AsyncSemaphore, a_future_that_was_ready_refuses_another_poll) {
  const Semaphore semaphore(2);
  auto waiting = acquire(semaphore);
  EXPECT_TRUE(waiting.poll().is_ready());
  EXPECT_THROW(static_cast<void>(waiting.poll()), heddle::PolledAfterCompletion);
}

TEST(AsyncSemaphore, taking_no_permits_never_waits) {
  const Semaphore semaphore(0);
  auto one = acquire(semaphore);
  EXPECT_TRUE(one.pending());
  EXPECT_EQ(acquire(semaphore, 0).poll().take()->num_permits(), 0U);
}

#if !defined(NDEBUG)
TEST(AsyncSemaphoreDeathTest, destroying_it_with_a_waiter_is_reported) {
  EXPECT_DEATH(
      {
        auto semaphore = std::make_unique<Semaphore>(0);
        auto waiting = acquire(*semaphore);
        EXPECT_TRUE(waiting.pending());
        semaphore.reset();
      },
      "destroyed with nodes in it");
}
#endif

}  // namespace
