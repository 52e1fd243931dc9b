// SPDX-License-Identifier: MIT
// Storm: threads that do random work, and actors that wait, are cancelled and hold what they got.
#pragma once

#include "support/mock_task.hpp"

#include <heddle/base/random.hpp>
#include <heddle/future/future.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEDDLE_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEDDLE_TEST_SANITIZED 1
#endif
#endif

namespace heddle::test {

/// How many operations a storm makes: fewer where each takes longer.
#if defined(HEDDLE_TEST_SANITIZED)
inline constexpr std::uint64_t kStormOperations = 200'000;
#elif defined(__OPTIMIZE__)
inline constexpr std::uint64_t kStormOperations = 10'000'000;
#else
inline constexpr std::uint64_t kStormOperations = 1'000'000;
#endif

/// Runs `body(random, operations)` on so many threads, which share kStormOperations. Prints the seed.
template <class Body>
void storm(std::uint32_t threads, Body body) {
  const std::uint64_t seed = std::random_device()();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::vector<std::jthread> running;
  for (std::uint32_t i = 0; i < threads; ++i) {
    running.emplace_back([&body, seed, i, threads] {
      base::FastRandom random(seed + i);
      body(random, kStormOperations / threads);
    });
  }
}

/// Waits for what a future gives, holds it for a while, and gives up now and then. A patient one is polled only when it
/// was woken: a lost wake leaves it waiting for ever.
template <class F>
class Actor {
 public:
  explicit Actor(bool patient) : patient_(patient) {}

  /// One random step. `start()` makes the future; `begin(held)` and `end(held)` are called around the holding.
  template <class Start, class Begin, class End>
  void step(base::FastRandom& random, Start start, Begin begin, End end) {
    if (held_) {
      if (random.below(2) == 0) release(end);
    } else if (future_ == nullptr) {
      future_.reset(new F(start()));
      poll(begin);
    } else if (random.below(16) == 0) {
      future_.reset();
      static_cast<void>(task_.take_wakes());
    } else if (task_.is_woken() || (!patient_ && random.below(4) == 0)) {
      poll(begin);
    }
  }

  /// Ends without cancelling; false: not yet.
  template <class Begin, class End>
  bool finish(Begin begin, End end) {
    if (future_ != nullptr && task_.is_woken()) poll(begin);
    if (held_) release(end);
    return future_ == nullptr;
  }

 private:
  template <class Begin>
  void poll(Begin begin) {
    auto answer = task_.poll(*future_);
    if (answer.is_pending()) return;
    held_.emplace(answer.take());
    future_.reset();
    static_cast<void>(task_.take_wakes());
    begin(*held_);
  }
  template <class End>
  void release(End end) {
    end(*held_);
    held_.reset();
  }

  MockTask task_;
  std::unique_ptr<F> future_;
  std::optional<typename F::Output> held_;
  bool patient_;
};

/// A storm of actors, half of them patient.
template <class Start, class Begin, class End>
void storm_of_actors(std::uint32_t threads, Start start, Begin begin, End end) {
  using F = std::invoke_result_t<Start, base::FastRandom&>;
  storm(threads, [&](base::FastRandom& random, std::uint64_t operations) {
    std::vector<std::unique_ptr<Actor<F>>> actors;
    for (int i = 0; i < 8; ++i) actors.push_back(std::make_unique<Actor<F>>(i % 2 == 0));
    for (; operations != 0; --operations) {
      actors[random.below(8)]->step(random, [&] { return start(random); }, begin, end);
    }
    for (bool done = false; !done;) {
      done = true;
      for (auto& actor : actors) done = actor->finish(begin, end) && done;
      if (!done) std::this_thread::yield();
    }
  });
}

}  // namespace heddle::test
