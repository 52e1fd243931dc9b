// SPDX-License-Identifier: MIT
// Programs of Go's channel tests (test/chan/*.go, src/runtime/chan_test.go), written afresh, as crossbeam's golang.rs.
#include "channel/doubles.hpp"

#include <heddle/channel/select.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace channel = heddle::channel;
namespace mpmc = heddle::mpmc;
using heddle_test::kUnbounded;
using heddle_test::make_mpmc;

class Go : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, Go, testing::Values(0U, 1U, 10U, 100U), testing::PrintToStringParamName());

// chan_test.go TestChan: a blocked receive isn't answered by itself, values come in order, the rest survives closing.
TEST_P(Go, chan) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  const auto empty = channel::try_select(*std::make_unique<channel::RecvArm<int>>(rx));
  EXPECT_EQ(empty, std::nullopt);
  for (std::size_t i = 0; i < GetParam(); ++i) ASSERT_TRUE(tx.send(static_cast<int>(i)).has_value());
  EXPECT_TRUE(tx.try_send(0).error().is_full());
  { const auto last = std::move(tx); }
  for (std::size_t i = 0; i < GetParam(); ++i) ASSERT_EQ(rx.recv(), static_cast<int>(i));
  EXPECT_EQ(rx.recv(), std::nullopt);
  EXPECT_EQ(rx.recv(), std::nullopt);
}

// chan_test.go TestChanSendInterface, TestPseudoRandomSend: a select between two ready sends takes both in turn.
TEST_P(Go, pseudo_random_send) {
  constexpr int kCount = 100;
  auto [tx, rx] = make_mpmc<int>(GetParam());
  int zeros = 0, ones = 0;
  std::thread receiver([rx = std::move(rx), &zeros, &ones] {
    for (int value : rx) ++(value == 0 ? zeros : ones);
  });
  for (int i = 0; i < kCount; ++i) {
    channel::SendArm<int> zero(tx, 0);
    channel::SendArm<int> one(tx, 1);
    static_cast<void>(channel::select(zero, one));
  }
  { const auto last = std::move(tx); }
  receiver.join();
  EXPECT_EQ(zeros + ones, kCount);
  EXPECT_GT(zeros, kCount / 10);
  EXPECT_GT(ones, kCount / 10);
}

// chan_test.go TestMultiConsumer.
TEST_P(Go, multi_consumer) {
  constexpr int kConsumers = 8, kCount = 1000;
  constexpr std::array<int, 7> kPrimes{2, 3, 7, 11, 13, 17, 19};
  auto [work_tx, work_rx] = make_mpmc<int>(GetParam());
  auto [result_tx, result_rx] = make_mpmc<int>(GetParam());
  std::vector<std::thread> consumers;
  for (int i = 0; i < kConsumers; ++i) {
    consumers.emplace_back([work = work_rx.clone(), results = result_tx.clone()] {
      for (int value : work) ASSERT_TRUE(results.send(value).has_value());
    });
  }
  { const auto last = std::move(result_tx); }
  int expected = 0;
  for (int i = 0; i < kCount; ++i) expected += kPrimes[static_cast<std::size_t>(i) % kPrimes.size()];
  std::thread producer([tx = std::move(work_tx), &kPrimes] {
    for (int i = 0; i < kCount; ++i) {
      ASSERT_TRUE(tx.send(kPrimes[static_cast<std::size_t>(i) % kPrimes.size()]).has_value());
    }
  });
  int count = 0, sum = 0;
  for (int value : result_rx) {
    ++count;
    sum += value;
  }
  EXPECT_EQ(count, kCount);
  EXPECT_EQ(sum, expected);
  producer.join();
  for (auto& consumer : consumers) consumer.join();
}

// chan_test.go TestSelfSelect: selects that send and receive on the same channel must not pair with themselves.
TEST_P(Go, self_select) {
  auto [tx, rx] = make_mpmc<int>(GetParam());
  std::vector<std::thread> threads;
  std::atomic<int> met{0};
  for (int p = 0; p < 2; ++p) {
    threads.emplace_back([p, tx = tx.clone(), rx = rx.clone(), &met] {
      for (int i = 0; i < 500; ++i) {
        channel::RecvArm<int> recv(rx);
        channel::SendArm<int> send(tx, p);
        // The last rounds may find the other thread gone.
        const auto chosen = channel::select_for(1s, send, recv);
        if (chosen != 1) {
          if (!chosen) return;
          continue;
        }
        const auto got = recv.take();
        ASSERT_TRUE(got.has_value());
        EXPECT_TRUE(rx.max_capacity() != 0 || *got != p) << "a select met itself";
        met.fetch_add(1);
        if (met.load() > 800) return;
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

// chan_test.go TestSelectStress: four channels, senders and receivers by select and without.
TEST_P(Go, select_stress) {
  static constexpr int kCount = 300, kChannels = 4;
  std::vector<mpmc::Sender<int>> tx;
  std::vector<mpmc::Receiver<int>> rx;
  for (int i = 0; i < kChannels; ++i) {
    auto [sender, receiver] = make_mpmc<int>(i < 2 ? 0 : GetParam());
    tx.push_back(std::move(sender));
    rx.push_back(std::move(receiver));
  }
  std::vector<std::thread> threads;
  for (std::size_t k = 0; k < kChannels; ++k) {
    threads.emplace_back([&tx, k] {
      for (int i = 0; i < kCount; ++i) ASSERT_TRUE(tx[k].send(0).has_value());
    });
    threads.emplace_back([&rx, k] {
      for (int i = 0; i < kCount; ++i) ASSERT_TRUE(rx[k].recv().has_value());
    });
  }
  threads.emplace_back([&tx] {
    std::array<int, kChannels> left;
    left.fill(kCount);
    for (int i = 0; i < kChannels * kCount; ++i) {
      std::vector<std::unique_ptr<channel::SendArm<int>>> owned;
      std::vector<channel::SelectArm*> arms;
      std::vector<std::size_t> which;
      for (std::size_t k = 0; k < kChannels; ++k) {
        if (left[k] == 0) continue;
        owned.push_back(std::make_unique<channel::SendArm<int>>(tx[k], 0));
        arms.push_back(owned.back().get());
        which.push_back(k);
      }
      --left[which[channel::select(arms)]];
    }
  });
  threads.emplace_back([&rx] {
    std::array<int, kChannels> left;
    left.fill(kCount);
    for (int i = 0; i < kChannels * kCount; ++i) {
      std::vector<std::unique_ptr<channel::RecvArm<int>>> owned;
      std::vector<channel::SelectArm*> arms;
      std::vector<std::size_t> which;
      for (std::size_t k = 0; k < kChannels; ++k) {
        if (left[k] == 0) continue;
        owned.push_back(std::make_unique<channel::RecvArm<int>>(rx[k]));
        arms.push_back(owned.back().get());
        which.push_back(k);
      }
      --left[which[channel::select(arms)]];
    }
  });
  for (auto& thread : threads) thread.join();
}

// chan_test.go TestSelectFairness: neither of two ready channels starves the other.
TEST(GoAlone, select_fairness) {
  constexpr int kTrials = 2000;
  auto [tx1, rx1] = mpmc::channel<int>();
  auto [tx2, rx2] = mpmc::channel<int>();
  for (int i = 0; i < kTrials; ++i) {
    ASSERT_TRUE(tx1.send(1).has_value());
    ASSERT_TRUE(tx2.send(2).has_value());
  }
  int first = 0;
  for (int i = 0; i < kTrials; ++i) {
    channel::RecvArm<int> a(rx1);
    channel::RecvArm<int> b(rx2);
    if (channel::select(a, b) == 0) ++first;
  }
  EXPECT_GT(first, kTrials / 3);
  EXPECT_LT(first, 2 * kTrials / 3);
}

// chan_test.go TestSelectDuplicateChannel: one channel in several arms, and a second waiter behind.
TEST(GoAlone, select_duplicate_channel) {
  auto [tx, rx] = mpmc::sync_channel<int>(0);
  auto [other_tx, other_rx] = mpmc::sync_channel<int>(0);
  std::thread first([rx = rx.clone(), &other_rx = other_rx] {
    channel::RecvArm<int> a(rx), b(rx), c(other_rx);
    EXPECT_LE(channel::select(a, b, c), 1U);
  });
  std::thread second([rx = rx.clone()] { EXPECT_TRUE(rx.recv().has_value()); });
  ASSERT_TRUE(tx.send(1).has_value());
  ASSERT_TRUE(tx.send(2).has_value());
  first.join();
  second.join();
}

// test/chan/sieve1.go: the first primes, by a chain of filters.
TEST(GoAlone, sieve) {
  std::vector<std::thread> threads;
  const auto filter = [](mpmc::Receiver<int> in, mpmc::Sender<int> out, int prime) {
    for (int value : in) {
      if (value % prime != 0 && !out.send(value).has_value()) return;
    }
  };
  auto [tx, rx] = mpmc::sync_channel<int>(1);
  threads.emplace_back([tx = std::move(tx)] {
    for (int i = 2; tx.send(i).has_value(); ++i) {
    }
  });
  std::vector<int> primes;
  std::optional<mpmc::Receiver<int>> source(std::move(rx));
  for (int i = 0; i < 12; ++i) {
    const int prime = *source->recv();
    primes.push_back(prime);
    auto [out, in] = mpmc::sync_channel<int>(1);
    threads.emplace_back(filter, std::move(*source), std::move(out), prime);
    source.emplace(std::move(in));
  }
  source.reset();
  EXPECT_EQ(primes, (std::vector{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37}));
  for (auto& thread : threads) thread.join();
}

// test/chan/doubleselect.go: a value is never delivered twice by a select that races with others.
TEST(GoAlone, double_select) {
  constexpr int kCount = 3000;
  std::array<std::optional<mpmc::Sender<int>>, 4> tx;
  std::array<std::optional<mpmc::Receiver<int>>, 4> rx;
  for (std::size_t i = 0; i < 4; ++i) {
    auto [sender, receiver] = mpmc::sync_channel<int>(0);
    tx[i].emplace(std::move(sender));
    rx[i].emplace(std::move(receiver));
  }
  auto [all_tx, all_rx] = mpmc::channel<int>();
  std::vector<std::thread> threads;
  threads.emplace_back([&tx] {
    for (int i = 0; i < kCount; ++i) {
      channel::SendArm<int> a(*tx[0], i), b(*tx[1], i), c(*tx[2], i), d(*tx[3], i);
      static_cast<void>(channel::select(a, b, c, d));
    }
    for (auto& sender : tx) sender.reset();
  });
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&rx, i, out = all_tx.clone()] {
      for (int value : *rx[i]) ASSERT_TRUE(out.send(value).has_value());
    });
  }
  { const auto last = std::move(all_tx); }
  std::vector<int> seen(kCount, 0);
  for (int value : all_rx) ++seen[static_cast<std::size_t>(value)];
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::ranges::count(seen, 1), kCount);
}

}  // namespace
