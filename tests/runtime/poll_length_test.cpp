// SPDX-License-Identifier: MIT
// The estimate by which a worker calls for help.
#include "runtime/poll_length.hpp"

#include <gtest/gtest.h>

namespace heddle_test {
namespace {

using heddle::runtime::detail::PollLength;

TEST(PollLength, is_taken_to_be_long_until_it_is_measured) { EXPECT_EQ(PollLength().get(), PollLength::kFirstEstimate); }

TEST(PollLength, knows_whether_it_was_measured) {
  PollLength length;
  EXPECT_FALSE(length.is_measured());
  length.measure(10, 1'000);
  EXPECT_TRUE(length.is_measured());
}

TEST(PollLength, is_measured_over_eight_polls_at_least) {
  PollLength length;
  length.restart(100, 0);
  EXPECT_FALSE(length.can_measure(107));
  EXPECT_TRUE(length.can_measure(108));
}

TEST(PollLength, the_first_measurement_counts_if_polls_are_shorter_than_was_taken) {
  PollLength length;
  length.restart(0, 1'000);
  length.measure(10, 2'000);
  EXPECT_EQ(length.get(), 100U);
}

TEST(PollLength, one_long_poll_among_short_ones_changes_nothing) {
  PollLength length;
  length.measure(10, 1'000);
  length.measure(20, 1'000'000);
  EXPECT_EQ(length.get(), 100U);
  length.measure(30, 1'001'000);
  EXPECT_EQ(length.get(), 100U);
}

TEST(PollLength, two_long_measurements_in_a_row_count) {
  PollLength length;
  length.measure(10, 1'000);
  length.measure(20, 101'000);
  length.measure(30, 301'000);
  EXPECT_EQ(length.get(), 10'000U);
}

TEST(PollLength, time_asleep_is_not_measured) {
  PollLength length;
  length.measure(10, 1'000);
  length.restart(10, 50'000);
  length.measure(20, 51'000);
  EXPECT_EQ(length.get(), 100U);
}

}  // namespace
}  // namespace heddle_test
