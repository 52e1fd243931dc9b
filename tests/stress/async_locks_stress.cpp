// SPDX-License-Identifier: MIT
// Semaphore, Mutex and RwLock under random work and cancellation: permits are neither lost nor doubled, nobody is
// forgotten.
#include <heddle/async/mutex.hpp>
#include <heddle/async/rwlock.hpp>
#include <heddle/async/semaphore.hpp>

#include "support/storm.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace {

using heddle::async::Mutex;
using heddle::async::RwLock;
using heddle::async::Semaphore;
using heddle::base::FastRandom;
using heddle::test::storm_of_actors;

TEST(AsyncLocksStress, a_semaphore_never_has_more_permits_out_than_there_are) {
  constexpr std::size_t kPermits = 5;
  const Semaphore semaphore(kPermits);
  std::atomic<std::size_t> out = 0;
  storm_of_actors(
      3, [&](FastRandom& random) { return semaphore.acquire_many(1 + random.below(4)); },
      [&](auto& permit) { EXPECT_LE(out.fetch_add(permit->num_permits()) + permit->num_permits(), kPermits); },
      [&](auto& permit) { out.fetch_sub(permit->num_permits()); });
  EXPECT_EQ(out.load(), 0U);
  EXPECT_EQ(semaphore.available_permits(), kPermits);
}

TEST(AsyncLocksStress, permits_that_are_added_forgotten_split_and_merged_add_up) {
  constexpr std::size_t kPermits = 6;
  const Semaphore semaphore(kPermits);
  storm_of_actors(
      3, [&](FastRandom& random) { return semaphore.acquire_many(1 + random.below(3)); },
      [&](auto& permit) {
        auto part = permit->split(1);
        if (permit->num_permits() == 0) {
          permit->merge(*std::move(part));
        } else {
          std::move(*part).forget();
          semaphore.add_permits(1);
        }
      },
      [](auto&) {});
  EXPECT_EQ(semaphore.available_permits(), kPermits);
}

TEST(AsyncLocksStress, a_mutex_lets_one_in_at_a_time) {
  const Mutex<std::uint64_t> mutex(0);
  std::atomic<std::uint64_t> entered = 0;
  storm_of_actors(
      3, [&](FastRandom&) { return mutex.lock(); },
      [&](auto& guard) {
        entered.fetch_add(1);
        ++*guard;  // not atomic: ThreadSanitizer sees whoever else is in
      },
      [](auto& guard) { *guard = *guard; });
  EXPECT_EQ(**mutex.try_lock(), entered.load());
}

TEST(AsyncLocksStress, an_rwlock_lets_many_readers_or_one_writer_in) {
  struct Twice {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
  };
  const RwLock<Twice> lock;
  std::atomic<std::uint64_t> written = 0;
  heddle::test::storm(3, [&](FastRandom& random, std::uint64_t operations) {
    heddle::test::Actor<decltype(lock.read())> readers[4] = {
        heddle::test::Actor<decltype(lock.read())>(true), heddle::test::Actor<decltype(lock.read())>(false),
        heddle::test::Actor<decltype(lock.read())>(true), heddle::test::Actor<decltype(lock.read())>(false)};
    heddle::test::Actor<decltype(lock.write())> writers[2] = {heddle::test::Actor<decltype(lock.write())>(true),
                                                              heddle::test::Actor<decltype(lock.write())>(false)};
    const auto look = [](auto& guard) { EXPECT_EQ(guard->a, guard->b); };
    const auto write = [&](auto& guard) {
      written.fetch_add(1);
      ++guard->a;
      ++guard->b;
    };
    const auto nothing = [](auto&) {};
    for (; operations != 0; --operations) {
      if (random.below(4) != 0) {
        readers[random.below(4)].step(random, [&] { return lock.read(); }, look, look);
      } else {
        writers[random.below(2)].step(random, [&] { return lock.write(); }, write, nothing);
      }
    }
    for (bool done = false; !done;) {
      done = true;
      for (auto& reader : readers) done = reader.finish(look, look) && done;
      for (auto& writer : writers) done = writer.finish(write, nothing) && done;
      if (!done) std::this_thread::yield();
    }
  });
  EXPECT_EQ((*lock.try_read())->a, written.load());
}

TEST(AsyncLocksStress, closing_a_semaphore_reaches_everyone_and_loses_no_permit) {
  for (int round = 0; round < 200; ++round) {
    constexpr std::size_t kPermits = 3;
    const Semaphore semaphore(kPermits);
    std::atomic<std::uint64_t> refused = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        while (semaphore.blocking_acquire_many(2)) {
        }
        refused.fetch_add(1);
      });
    }
    semaphore.close();
    threads.clear();
    EXPECT_EQ(refused.load(), 3U);
    EXPECT_EQ(semaphore.available_permits(), kPermits);
  }
}

}  // namespace
