// SPDX-License-Identifier: MIT
// The parker: in every interleaving, no token is lost, and what was written before an unpark is seen after the park.
#include <heddle/thread/detail/parker.hpp>

#include "model/explored.hpp"

#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

namespace {

using heddle::base::kForever;
using heddle::thread::detail::Parker;
using heddle_test::expect_holds;
using heddle_test::kAll;

TEST(ThreadParkerModel, an_unpark_before_while_or_after_falling_asleep_ends_the_park) {
  expect_holds(kAll, [] {
    Parker parker;
    int plain = 0;
    heddle_model::Thread other = heddle_model::spawn([&] {
      plain = 1;
      parker.unpark();
    });
    if (!parker.try_park()) parker.park(kForever);
    EXPECT_EQ(plain, 1);
    other.join();
  });
}

TEST(ThreadParkerModel, two_unparks_make_one_token_or_two_and_all_that_was_written_before_the_taken_ones_is_seen) {
  expect_holds(kAll, [] {
    Parker parker;
    heddle::base::atomic<int> written{0};
    int plain[2] = {0, 0};
    const auto write = [&](int mine) {
      plain[mine] = 1;
      parker.unpark();
      written.fetch_or(1 << mine, heddle::base::release);
    };
    heddle_model::Thread first = heddle_model::spawn([&] { write(0); });
    heddle_model::Thread second = heddle_model::spawn([&] { write(1); });
    if (!parker.try_park()) parker.park(kForever);
    // At least one of them came: which one, only `written` may tell without a race.
    const int seen = written.load(heddle::base::acquire);
    for (int i = 0; i < 2; ++i) {
      if ((seen & (1 << i)) != 0) EXPECT_EQ(plain[i], 1);
    }
    first.join();
    second.join();
  });
}

TEST(ThreadParkerModel, a_park_that_gives_up_takes_a_token_that_came_meanwhile_or_leaves_the_next_one) {
  expect_holds(kAll, [] {
    Parker parker;
    int plain = 0;
    heddle_model::Thread other = heddle_model::spawn([&] {
      plain = 1;
      parker.unpark();
    });
    parker.park(heddle_model::now() + 1);
    other.join();
    static_cast<void>(parker.try_park());
    EXPECT_FALSE(parker.try_park()) << "one unpark, two tokens";
  });
}

}  // namespace
