// SPDX-License-Identifier: MIT
// The fast generator: repeatable, within bounds, without a plain bias.
#include <heddle/base/random.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace {

using heddle::base::FastRandom;

TEST(FastRandom, the_same_seed_gives_the_same_numbers) {
  FastRandom one(42);
  FastRandom two(42);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.next(), two.next());
}

TEST(FastRandom, neighbouring_seeds_give_other_numbers) {
  FastRandom one(0);
  FastRandom two(1);
  int same = 0;
  for (int i = 0; i < 1000; ++i) same += one.next() == two.next() ? 1 : 0;
  EXPECT_EQ(same, 0);
}

TEST(FastRandom, numbers_stay_below_their_bound) {
  FastRandom random(7);
  for (std::uint32_t bound : {1U, 2U, 3U, 1000U, ~0U}) {
    for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(bound), bound);
  }
}

TEST(FastRandom, every_number_below_a_small_bound_comes_about_equally_often) {
  constexpr std::uint32_t kBound = 7;
  constexpr int kPerNumber = 10'000;
  FastRandom random(7);
  std::array<int, kBound> seen{};
  for (std::uint32_t i = 0; i < kBound * kPerNumber; ++i) ++seen.at(random.below(kBound));
  // Six standard deviations of a fair count: the seed is fixed, so this can't fail by chance.
  for (const int count : seen) EXPECT_NEAR(count, kPerNumber, 600);
}

TEST(FastRandom, every_bit_is_set_about_half_of_the_time) {
  constexpr int kNumbers = 10'000;
  FastRandom random(1);
  std::array<int, 64> set{};
  for (int i = 0; i < kNumbers; ++i) {
    const std::uint64_t number = random.next();
    for (std::size_t bit = 0; bit < 64; ++bit) set.at(bit) += static_cast<int>((number >> bit) & 1U);
  }
  for (const int count : set) EXPECT_NEAR(count, kNumbers / 2, 300);
}

}  // namespace
