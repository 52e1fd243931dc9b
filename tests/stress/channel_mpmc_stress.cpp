// SPDX-License-Identifier: MIT
// Channels under random work: every message is received exactly once or still with its owner, whatever is cancelled, and
// each producer's messages come in order.
#include <heddle/base/random.hpp>
#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/select.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace channel = heddle::channel;
namespace mpmc = heddle::mpmc;
using heddle::base::FastRandom;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

constexpr std::size_t kProducers = 3;
constexpr std::size_t kConsumers = 3;
constexpr std::size_t kUnbounded = static_cast<std::size_t>(-1);

/// On the heap, so that a double destruction or a leak is a sanitizer's to find.
struct Message {
  std::unique_ptr<std::uint64_t> number;
  std::size_t producer;
  Message(std::size_t p, std::uint64_t n) : number(std::make_unique<std::uint64_t>(n)), producer(p) {}
};

std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* given = std::getenv("HEDDLE_SEED");
    const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    const std::uint64_t chosen = given != nullptr ? std::strtoull(given, nullptr, 10) : now;
    std::printf("HEDDLE_SEED=%llu\n", static_cast<unsigned long long>(chosen));
    return chosen;
  }();
  return value;
}

std::chrono::microseconds short_while(FastRandom& random) { return std::chrono::microseconds(random.below(20)); }

/// Polls a future a few times and then drops it, ready or not: cancellation at every state of a wait.
template <class F>
bool poll_and_drop(F& future, FastRandom& random, auto on_ready) {
  const heddle::Waker nobody;
  for (std::uint32_t polls = random.below(4); polls != 0; --polls) {
    heddle::Context cx(nobody);
    auto answer = future.poll(cx);
    if (answer.is_ready()) {
      on_ready(answer.take());
      return true;
    }
    if (random.below(2) == 0) std::this_thread::yield();
  }
  return false;
}

class Producer {
 public:
  Producer(std::size_t index, std::uint64_t count, mpmc::Sender<Message> tx)
      : index_(index), count_(count), random_(seed() + index), tx_(std::move(tx)) {}

  void run() {
    for (std::uint64_t n = 0; n < count_; ++n) {
      Message message(index_, n);
      while (!send_somehow(message)) ASSERT_NE(message.number, nullptr) << "an unsent message stays with its owner";
    }
  }

 private:
  bool send_somehow(Message& message) {
    switch (random_.below(tx_.max_capacity() == 0 ? 4 : 5)) {
      case 0: return tx_.send(std::move(message)).has_value();
      case 1: {
        auto sent = tx_.try_send(std::move(message));
        if (!sent) message = std::move(sent).error().into_inner();
        return sent.has_value();
      }
      case 2: {
        {
          auto send = tx_.send_async(std::move(message));
          poll_and_drop(send, random_, [](auto sent) { EXPECT_TRUE(sent.has_value()); });
        }
        return message.number == nullptr;  // a receiver may have taken it while the future was about to be dropped
      }
      case 3: {
        channel::SendArm<Message> arm(tx_, std::move(message));
        const bool sent = channel::select_for(short_while(random_), arm).has_value();
        if (!sent) message = std::move(arm).into_inner();
        return sent;
      }
      default: {
        auto reserve = tx_.reserve_async();
        return poll_and_drop(reserve, random_, [&](auto permit) { std::move(*permit).send(std::move(message)); });
      }
    }
  }

  std::size_t index_;
  std::uint64_t count_;
  FastRandom random_;
  mpmc::Sender<Message> tx_;
};

class Consumer {
 public:
  Consumer(std::size_t index, mpmc::Receiver<Message> rx) : random_(seed() + 100 + index), rx_(std::move(rx)) {}

  void run() {
    while (receive_somehow()) {
    }
  }

  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  bool in_order = true;

 private:
  /// False at the end.
  bool receive_somehow() {
    switch (random_.below(5)) {
      case 0: return take(rx_.recv());
      case 1: {
        auto message = rx_.try_recv();
        if (!message) return message.error() == mpmc::TryRecvError::kEmpty;
        return take(*std::move(message));
      }
      case 2: {
        bool open = true;
        auto recv = rx_.recv_async();
        poll_and_drop(recv, random_, [&](auto message) { open = take(std::move(message)); });
        return open;
      }
      case 3: {
        std::vector<Message> messages;
        const std::size_t got = rx_.recv_many(messages, 1 + random_.below(8));
        for (Message& message : messages) take(std::move(message));
        return got != 0;
      }
      default: {
        channel::RecvArm<Message> arm(rx_);
        return !channel::select_for(short_while(random_), arm) || take(arm.take());
      }
    }
  }

  bool take(std::optional<Message> message) {
    if (!message) return false;
    ++count;
    sum += *message->number;
    std::uint64_t& next = next_[message->producer];
    // What a cancelled receive of a rendezvous leaves behind may be received after what came later.
    if (*message->number < next && rx_.max_capacity() != 0) in_order = false;
    next = *message->number + 1;
    return true;
  }

  FastRandom random_;
  mpmc::Receiver<Message> rx_;
  std::uint64_t next_[kProducers] = {};
};

class ChannelStress : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Bounds, ChannelStress, testing::Values(kUnbounded, 0U, 1U, 7U, 1024U), [](const auto& bound) {
  return bound.param == kUnbounded ? std::string("unbounded") : std::to_string(bound.param);
});

TEST_P(ChannelStress, every_message_is_received_exactly_once) {
  // Ten million operations; fewer where nearly each costs a thread its sleep.
  const std::uint64_t each = (GetParam() == 1 ? 150'000U : 1'700'000U) / (kSanitized ? 40U : 1U);
  auto [tx, rx] = GetParam() == kUnbounded ? mpmc::channel<Message>() : mpmc::sync_channel<Message>(GetParam());
  std::vector<std::unique_ptr<Consumer>> consumers;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kConsumers; ++i) {
    consumers.push_back(std::make_unique<Consumer>(i, rx.clone()));
    threads.emplace_back([consumer = consumers.back().get()] { consumer->run(); });
  }
  for (std::size_t i = 0; i < kProducers; ++i) {
    threads.emplace_back([producer = std::make_unique<Producer>(i, each, tx.clone())] { producer->run(); });
  }
  { const auto last = std::move(tx); }
  for (auto& thread : threads) thread.join();
  // What a cancelled receive of a rendezvous left behind when the others had heard of the end already.
  consumers.push_back(std::make_unique<Consumer>(kConsumers, std::move(rx)));
  consumers.back()->run();
  std::uint64_t count = 0, sum = 0;
  for (const auto& consumer : consumers) {
    count += consumer->count;
    sum += consumer->sum;
    EXPECT_TRUE(consumer->in_order);
  }
  EXPECT_EQ(count, kProducers * each);
  EXPECT_EQ(sum, kProducers * (each * (each - 1) / 2));
}

}  // namespace
