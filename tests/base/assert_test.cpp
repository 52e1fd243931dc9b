// SPDX-License-Identifier: MIT
// The two checks: what a broken invariant does, and which of them stays on in release.
#include <heddle/base/assert.hpp>

#include <gtest/gtest.h>

namespace {

TEST(InvariantDeathTest, a_broken_invariant_names_itself_and_aborts) {
  EXPECT_DEATH(HEDDLE_INVARIANT(1 > 2, "one is greater"), "broken invariant: one is greater .*assert_test.cpp");
}

TEST(InvariantDeathTest, a_kept_invariant_costs_one_evaluation) {
  int evaluations = 0;
  HEDDLE_INVARIANT(++evaluations == 1, "evaluated once");
  EXPECT_EQ(evaluations, 1);
}

TEST(InvariantDeathTest, a_debug_assertion_is_not_evaluated_in_release) {
  int evaluations = 0;
  HEDDLE_ASSERT(++evaluations == 1, "evaluated once");
#if defined(NDEBUG)
  EXPECT_EQ(evaluations, 0);
#else
  EXPECT_EQ(evaluations, 1);
#endif
}

}  // namespace
