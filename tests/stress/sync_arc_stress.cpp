// SPDX-License-Identifier: MIT
// Arc and Weak under random work by real threads: the value dies exactly once, and nobody sees it dead.
#include <heddle/base/random.hpp>
#include <heddle/sync/arc.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using hd::Arc;
using hd::Weak;

constexpr int kThreads = 4;

// Alive or not, in a plain field: ThreadSanitizer sees whoever reads it too late.
class Value {
 public:
  explicit Value(std::atomic<int>& deaths) noexcept : deaths_(&deaths) {}
  Value(Value&& other) noexcept : deaths_(std::exchange(other.deaths_, nullptr)) {}
  Value& operator=(Value&&) = delete;
  ~Value() {
    if (deaths_ != nullptr) ++*deaths_;
    deaths_ = nullptr;
  }
  [[nodiscard]] bool is_alive() const noexcept { return deaths_ != nullptr; }

 private:
  std::atomic<int>* deaths_;
};

void play(Arc<Value> first, std::uint64_t seed) {
  hd::base::FastRandom random(seed);
  std::vector<Arc<Value>> strong;
  std::vector<Weak<Value>> weak;
  strong.push_back(std::move(first));
  for (int step = 0; step < 500; ++step) {
    switch (random.below(6)) {
      case 0:
        if (!strong.empty()) strong.push_back(strong.back().clone());
        break;
      case 1:
        if (!strong.empty()) strong.pop_back();
        break;
      case 2:
        if (!strong.empty()) weak.push_back(strong.back().downgrade());
        break;
      case 3:
        if (!weak.empty()) weak.pop_back();
        break;
      case 4:
        if (weak.empty()) break;
        if (auto up = weak.back().upgrade()) {
          EXPECT_TRUE((*up)->is_alive());
          strong.push_back(*std::move(up));
        }
        break;
      default:
        if (strong.empty()) break;
        EXPECT_TRUE(strong.back()->is_alive());
        if (Value* alone = strong.back().get_mut()) {
          EXPECT_TRUE(alone->is_alive());
        }
    }
  }
}

TEST(ArcStress, the_value_dies_exactly_once) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (std::uint64_t round = 0; round < 300; ++round) {
    std::atomic<int> deaths = 0;
    {
      const auto arc = Arc<Value>::make(deaths);
      std::vector<std::jthread> threads;
      for (std::uint64_t i = 0; i < kThreads; ++i) threads.emplace_back(play, arc.clone(), seed + round * kThreads + i);
    }
    ASSERT_EQ(deaths.load(), 1);
  }
}

TEST(ArcStress, of_unwrap_and_upgrade_one_wins) {
  for (int round = 0; round < 3'000; ++round) {
    std::atomic<int> deaths = 0;
    auto arc = Arc<Value>::make(deaths);
    auto weak = arc.downgrade();
    bool unwrapped = false;
    bool upgraded = false;
    {
      std::jthread upgrading([&, weak = std::move(weak)] {
        if (const auto up = weak.upgrade()) upgraded = (*up)->is_alive();
      });
      auto result = std::move(arc).try_unwrap();
      unwrapped = result.has_value();
      if (unwrapped) {
        EXPECT_TRUE(result->is_alive());
      }
    }
    EXPECT_TRUE(unwrapped || upgraded);
    EXPECT_EQ(deaths.load(), 1);
  }
}

}  // namespace
