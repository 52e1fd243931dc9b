// SPDX-License-Identifier: MIT
// Instant: arithmetic that saturates, and whose clock it reads.
#include <heddle/time/instant.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

namespace {

using heddle::time::Instant;
using namespace std::chrono_literals;
constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

static_assert(Instant(5) + 3ns == Instant(8));
static_assert(Instant(5) - 3ns == Instant(2));
static_assert(Instant(5) < Instant(6));

TEST(InstantArithmetic, sums_stop_at_the_end_of_time) {
  EXPECT_EQ(Instant(1) + std::chrono::hours::max(), Instant(kMax));
  EXPECT_EQ(Instant(kMax - 1) + 1s, Instant(kMax));
  EXPECT_EQ(Instant(1) + std::chrono::duration<double>(1e300), Instant(kMax));
  EXPECT_EQ(Instant(0) + std::chrono::nanoseconds::max(), Instant(static_cast<std::uint64_t>(INT64_MAX)));
}

TEST(InstantArithmetic, differences_stop_at_the_beginning_of_time) {
  EXPECT_EQ(Instant(5) - 6ns, Instant(0));
  EXPECT_EQ(Instant(5) - std::chrono::hours::max(), Instant(0));
}

TEST(InstantArithmetic, a_negative_duration_counts_as_none) {
  EXPECT_EQ(Instant(5) + (-3ns), Instant(5));
  EXPECT_EQ(Instant(5) - std::chrono::hours::min(), Instant(5));
  EXPECT_EQ(Instant(5) + std::chrono::duration<double>(std::nan("")), Instant(5));
}

TEST(InstantArithmetic, the_time_between_two_instants_is_never_negative_nor_too_long) {
  EXPECT_EQ(Instant(7) - Instant(5), 2ns);
  EXPECT_EQ(Instant(5) - Instant(7), 0ns);
  EXPECT_EQ(Instant(kMax) - Instant(0), std::chrono::nanoseconds::max());
}

TEST(InstantArithmetic, any_unit_is_converted_exactly) {
  EXPECT_EQ(Instant(0) + 2us, Instant(2000));
  EXPECT_EQ(Instant(0) + 1h, Instant(3'600'000'000'000U));
  EXPECT_EQ(Instant(0) + std::chrono::duration<double>(0.5), Instant(500'000'000));
}

TEST(InstantClock, outside_of_a_runtime_it_is_the_systems_monotonic_clock) {
  const auto before = std::chrono::steady_clock::now().time_since_epoch().count();
  const auto now = static_cast<std::int64_t>(Instant::now().nanoseconds());
  const auto after = std::chrono::steady_clock::now().time_since_epoch().count();
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

TEST(InstantClock, elapsed_counts_from_the_instant_and_is_zero_before_it) {
  const Instant start = Instant::now();
  EXPECT_GE(start.elapsed(), 0ns);
  EXPECT_EQ((Instant::now() + 1h).elapsed(), 0ns);
}

}  // namespace
