// SPDX-License-Identifier: MIT
// The load generator's histogram: quantiles within 1/64, at any magnitude.
#include "../../guide/histogram.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace {

using guide::Histogram;

TEST(Histogram, an_empty_one_gives_zero) { EXPECT_EQ(Histogram().quantile(0.5), 0U); }

TEST(Histogram, small_values_are_exact) {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 64; ++value) histogram.add(value);
  EXPECT_EQ(histogram.quantile(0.0), 0U);
  EXPECT_EQ(histogram.quantile(0.5), 32U);
  EXPECT_EQ(histogram.quantile(1.0), 63U);
}

TEST(Histogram, any_value_comes_back_no_smaller_and_at_most_a_64th_larger) {
  std::uint64_t value = 1;
  while (value < std::numeric_limits<std::uint64_t>::max() / 3) {
    for (const std::uint64_t near : {value - 1, value, value + 1, value + value / 3}) {
      Histogram histogram;
      histogram.add(near);
      EXPECT_GE(histogram.quantile(0.5), near);
      EXPECT_LE(histogram.quantile(0.5) - near, near / 64);
    }
    value *= 2;
  }
}

TEST(Histogram, the_largest_value_fits) {
  Histogram histogram;
  histogram.add(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(histogram.quantile(0.5), std::numeric_limits<std::uint64_t>::max());
}

TEST(Histogram, a_quantile_is_the_first_value_that_more_than_its_share_does_not_exceed) {
  Histogram histogram;
  for (int i = 0; i < 990; ++i) histogram.add(1);
  for (int i = 0; i < 9; ++i) histogram.add(20);
  histogram.add(50);
  EXPECT_EQ(histogram.quantile(0.5), 1U);
  EXPECT_EQ(histogram.quantile(0.99), 20U);
  EXPECT_EQ(histogram.quantile(0.999), 50U);
}

}  // namespace
