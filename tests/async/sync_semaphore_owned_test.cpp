// SPDX-License-Identifier: MIT
// Semaphore with permits that keep it alive: the cases of Tokio's sync_semaphore_owned.rs, and our own promises.
#include <heddle/async/semaphore.hpp>

#include "support/polled.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using heddle::Arc;
using heddle::async::OwnedSemaphorePermit;
using heddle::async::Semaphore;
using heddle::test::Polled;
using heddle::test::refusal_in_async;

class AsyncSemaphoreOwned : public ::testing::Test {
 protected:
  Arc<Semaphore> make(std::size_t permits) { return Arc<Semaphore>::make(permits); }
};

TEST_F(AsyncSemaphoreOwned, try_acquire) {
  auto semaphore = make(1);
  {
    auto first = Semaphore::try_acquire_owned(semaphore.clone());
    EXPECT_TRUE(first);
    EXPECT_FALSE(Semaphore::try_acquire_owned(semaphore.clone()));
  }
  EXPECT_TRUE(Semaphore::try_acquire_owned(semaphore.clone()));
}

TEST_F(AsyncSemaphoreOwned, try_acquire_many) {
  auto semaphore = make(42);
  {
    auto first = Semaphore::try_acquire_many_owned(semaphore.clone(), 42);
    EXPECT_TRUE(first);
    EXPECT_FALSE(Semaphore::try_acquire_owned(semaphore.clone()));
  }
  auto first = Semaphore::try_acquire_many_owned(semaphore.clone(), 32);
  EXPECT_TRUE(first);
  EXPECT_TRUE(Semaphore::try_acquire_many_owned(semaphore.clone(), 10));
  EXPECT_FALSE(Semaphore::try_acquire_many_owned(semaphore.clone(), 11));
}

TEST_F(AsyncSemaphoreOwned, acquire) {
  auto semaphore = make(1);
  auto held = Semaphore::try_acquire_owned(semaphore.clone());
  Polled waiting([&] { return Semaphore::acquire_owned(semaphore.clone()); });
  EXPECT_TRUE(waiting.pending());
  { const OwnedSemaphorePermit dropped = *std::move(held); }
  EXPECT_EQ(waiting.take_wakes(), 1);
  EXPECT_TRUE(waiting.poll().take());
}

TEST_F(AsyncSemaphoreOwned, acquire_many) {
  auto semaphore = make(42);
  auto held = Semaphore::try_acquire_many_owned(semaphore.clone(), 32);
  Polled waiting([&] { return Semaphore::acquire_many_owned(semaphore.clone(), 11); });
  EXPECT_TRUE(waiting.pending());
  { const OwnedSemaphorePermit dropped = *std::move(held); }
  EXPECT_EQ(waiting.poll().take()->num_permits(), 11U);
}

TEST_F(AsyncSemaphoreOwned, add_permits) {
  auto semaphore = make(0);
  Polled waiting([&] { return Semaphore::acquire_owned(semaphore.clone()); });
  EXPECT_TRUE(waiting.pending());
  semaphore->add_permits(1);
  EXPECT_EQ(waiting.take_wakes(), 1);
}

TEST_F(AsyncSemaphoreOwned, forget) {
  auto semaphore = make(1);
  auto permit = Semaphore::try_acquire_owned(semaphore.clone());
  std::move(*permit).forget();
  EXPECT_FALSE(Semaphore::try_acquire_owned(semaphore.clone()));
}

TEST_F(AsyncSemaphoreOwned, merge) {
  auto semaphore = make(3);
  {
    auto first = *Semaphore::try_acquire_owned(semaphore.clone());
    first.merge(*Semaphore::try_acquire_many_owned(semaphore.clone(), 2));
    EXPECT_EQ(first.num_permits(), 3U);
  }
  EXPECT_EQ(semaphore->available_permits(), 3U);
}

TEST_F(AsyncSemaphoreOwned, merge_unrelated_permits) {
  auto permit = *Semaphore::try_acquire_owned(make(1));
  EXPECT_THROW(permit.merge(*Semaphore::try_acquire_owned(make(1))), std::invalid_argument);
}

TEST_F(AsyncSemaphoreOwned, split) {
  auto semaphore = make(5);
  auto permit = *Semaphore::try_acquire_many_owned(semaphore.clone(), 3);
  EXPECT_EQ(permit.split(1)->num_permits(), 1U);
  EXPECT_EQ(permit.num_permits(), 2U);
  EXPECT_FALSE(permit.split(3));
}

TEST_F(AsyncSemaphoreOwned, blocking_acquire_owned) {
  auto semaphore = make(2);
  auto one = Semaphore::blocking_acquire_owned(semaphore.clone());
  auto other = Semaphore::blocking_acquire_many_owned(semaphore.clone(), 1);
  EXPECT_EQ(semaphore->available_permits(), 0U);
}

TEST_F(AsyncSemaphoreOwned, blocking_acquire_owned_in_async_context) {
  const std::string what = refusal_in_async([&] { return Semaphore::blocking_acquire_owned(make(1)); });
  EXPECT_NE(what.find("acquire_owned()"), std::string::npos) << what;
}

TEST_F(AsyncSemaphoreOwned, an_owned_permit_keeps_the_semaphore_alive) {
  auto permit = *Semaphore::try_acquire_owned(make(1));
  EXPECT_EQ(permit.num_permits(), 1U);  // under AddressSanitizer its end would touch freed memory
}

TEST_F(AsyncSemaphoreOwned, stress_test) {
  auto semaphore = make(5);
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back(
        [s = semaphore.clone()]() mutable { static_cast<void>(Semaphore::blocking_acquire_owned(std::move(s))); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(semaphore->available_permits(), 5U);
}

}  // namespace
