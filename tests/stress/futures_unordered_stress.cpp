// SPDX-License-Identifier: MIT
// Threads wake the members of sets of futures at random, while those are polled, cleared, moved and destroyed.
#include <heddle/base/random.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/futures_unordered.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "support/stress.hpp"

namespace heddle_test {
namespace {

namespace hd = heddle;

/// What a member waits for: open once and for all, woken for nothing now and then.
struct Signal {
  hd::base::SpinLock lock;
  bool open = false;
  hd::Waker waker;

  void wake(bool opens) {
    hd::Waker woken;
    {
      const std::lock_guard guard(lock);
      open |= opens;
      woken = waker.clone();
    }
    std::move(woken).wake();
  }
};

class Waits {
 public:
  using Output = int;
  explicit Waits(std::shared_ptr<Signal> signal) : signal_(std::move(signal)), part_(std::make_unique<int>(1)) {}

  hd::Poll<int> poll(hd::Context& cx) {
    hd::Waker own = cx.waker().clone();
    ++*part_;
    const std::lock_guard guard(signal_->lock);
    if (signal_->open) return hd::Ready(1);
    std::swap(signal_->waker, own);
    return hd::Pending;
  }

 private:
  std::shared_ptr<Signal> signal_;
  std::unique_ptr<int> part_;
};

TEST(FuturesUnorderedStress, every_member_that_is_woken_for_good_gives_its_result_once) {
  const StressTime time;
  hd::base::FastRandom random(stress_seed());
  constexpr std::size_t kWakers = 3;
  while (time.goes_on()) {
    const std::size_t count = 1 + random.below(200);
    std::vector<std::shared_ptr<Signal>> signals;
    for (std::size_t i = 0; i < count; ++i) signals.push_back(std::make_shared<Signal>());
    hd::FuturesUnordered<Waits> set;
    for (std::size_t i = 0; i < count / 2; ++i) set.push(Waits(signals[i]));
    std::vector<std::thread> wakers;
    for (std::size_t w = 0; w < kWakers; ++w) {
      wakers.emplace_back([&signals, w, seed = random.below(1U << 30)] {
        hd::base::FastRandom mine(seed);
        for (std::size_t i = w; i < signals.size(); i += kWakers) {
          signals[mine.below(static_cast<std::uint32_t>(signals.size()))]->wake(false);
          signals[i]->wake(true);
        }
      });
    }
    for (std::size_t i = count / 2; i < count; ++i) set.push(Waits(signals[i]));
    std::size_t got = 0;
    while (hd::block_on(set.next())) ++got;
    EXPECT_EQ(got, count);
    for (std::thread& waker : wakers) waker.join();
  }
}

TEST(FuturesUnorderedStress, sets_are_cleared_moved_and_destroyed_while_their_members_are_woken) {
  const StressTime time;
  hd::base::FastRandom random(stress_seed());
  while (time.goes_on()) {
    std::vector<std::shared_ptr<Signal>> signals;
    for (int i = 0; i < 50; ++i) signals.push_back(std::make_shared<Signal>());
    std::atomic<bool> stop = false;
    std::array<std::thread, 2> wakers;
    for (std::thread& waker : wakers) {
      waker = std::thread([&signals, &stop, seed = random.below(1U << 30)] {
        hd::base::FastRandom mine(seed);
        while (!stop) signals[mine.below(50)]->wake(mine.below(10) == 0);
      });
    }
    for (int round = 0; round < 20; ++round) {
      hd::FuturesUnordered<Waits> set;
      for (const auto& signal : signals) set.push(Waits(signal));
      const hd::Waker waker;
      hd::Context cx(waker);
      for (std::uint32_t polls = random.below(4); polls != 0; --polls) static_cast<void>(set.poll_next(cx));
      if (random.below(2) == 0) set.clear();
      hd::FuturesUnordered<Waits> last = std::move(set);
      static_cast<void>(last.poll_next(cx));
    }
    stop = true;
    for (std::thread& waker : wakers) waker.join();
  }
}

}  // namespace
}  // namespace heddle_test
