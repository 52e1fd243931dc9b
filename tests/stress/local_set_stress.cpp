// SPDX-License-Identifier: MIT
// Threads wake, abort and join local tasks at random, while their set is polled and destroyed.
#include <heddle/base/random.hpp>
#include <heddle/channel/mpsc.hpp>
#include <heddle/future/async.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/runtime/local_set.hpp>
#include <heddle/runtime/runtime.hpp>
#include <heddle/sync/cell.hpp>
#include <heddle/sync/rc.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "support/stress.hpp"

namespace heddle_test {
namespace {

namespace hd = heddle;
using Counter = hd::sync::Rc<hd::sync::Cell<int>>;
using Receiver = hd::mpsc::Receiver<int>;

/// Counts, without a lock, the messages that come.
hd::Async<int> counts(Counter counter, Receiver messages) {
  int mine = 0;
  while ((co_await messages.recv_async()).has_value()) {
    counter->set(counter->get() + 1);
    ++mine;
  }
  co_return mine;
}

/// Sends up to 20 messages to each task, and aborts one in ten.
void disturb(std::vector<hd::mpsc::Sender<int>> senders, std::vector<hd::task::AbortHandle> tasks, std::uint64_t seed) {
  hd::base::FastRandom random(seed);
  for (std::size_t i = 0; i < senders.size(); ++i) {
    for (std::uint32_t n = random.below(20); n != 0; --n) static_cast<void>(senders[i].send(1));
    if (random.below(10) == 0) tasks[i].abort();
  }
}

TEST(LocalSetStress, tasks_that_other_threads_wake_abort_and_join_are_polled_and_dropped_on_their_own) {
  const StressTime time;
  hd::base::FastRandom random(stress_seed());
  auto runtime = hd::runtime::Builder::multi_thread().worker_threads(2).build().value();
  while (time.goes_on()) {
    auto counter = Counter::make(0);
    std::optional<hd::task::LocalSet> set(std::in_place);
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      std::vector<hd::mpsc::Sender<int>> senders;
      std::vector<hd::task::AbortHandle> aborts;
      for (int i = 0; i < 20; ++i) {
        auto [tx, rx] = hd::mpsc::channel<int>();
        auto handle = set->spawn_local(counts, counter.clone(), std::move(rx));
        senders.push_back(std::move(tx));
        aborts.push_back(handle.abort_handle());
        if (random.below(2) == 0) {  // else detached
          static_cast<void>(runtime.spawn(
              [](hd::task::JoinHandle<int> task) -> hd::Task<> { static_cast<void>(co_await task); }(std::move(handle))));
        }
      }
      threads.emplace_back(disturb, std::move(senders), std::move(aborts), random.below(1U << 30));
    }
    if (random.below(2) == 0) {
      runtime.block_on(*set);
    } else {
      for (std::uint32_t turns = random.below(20); turns != 0; --turns) {
        set->block_on(runtime, hd::task::yield_now());
      }
    }
    set.reset();
    EXPECT_EQ(counter.strong_count(), 1U);
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace heddle_test
