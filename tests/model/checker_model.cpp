// SPDX-License-Identifier: MIT
// The checker itself: how many runs there are where that is known, and which values loads may find.
#include "model/explored.hpp"

#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>
#include <utility>

namespace {

using namespace heddle_model;
using heddle_test::expect_holds;
using heddle_test::explored;
using heddle_test::kAll;

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto seq_cst = std::memory_order_seq_cst;

// What the two threads of a litmus test have found.
using Outcomes = std::set<std::pair<int, int>>;

// Every interleaving, without any reduction.
constexpr unsigned kUnreduced = 1000;

/// Runs `left` and `right` beside each other on two variables, and gathers what they return.
template <class Left, class Right>
Outcomes outcomes(Left left, Right right, unsigned preemptions = kAllInterleavings) {
  Outcomes found;
  Outcomes* all = &found;
  expect_holds({.preemptions = preemptions}, [=] {
    atomic<int> x{0}, y{0};
    int first = 0, second = 0;
    Thread one = spawn([&] { first = left(x, y); });
    Thread two = spawn([&] { second = right(x, y); });
    one.join();
    two.join();
    const auto pair = std::pair(first, second);
    detail::watching = false;  // the set outlives the run
    all->insert(pair);
    detail::watching = true;
  });
  return found;
}

/// A thread of a few random operations on two variables; returns a digest of what they found.
class RandomThread {
 public:
  explicit RandomThread(std::mt19937& random) {
    for (Operation& each : operations_) each = {random() % 6, random() % 2, random() % 3};
  }

  int operator()(atomic<int>& x, atomic<int>& y) const {
    constexpr std::memory_order kOrders[] = {relaxed, std::memory_order_acq_rel, seq_cst};
    int digest = 0, next = 1;
    for (const Operation& each : operations_) {
      atomic<int>& on = each.variable == 0 ? x : y;
      const std::memory_order order = kOrders[each.order];
      const bool plain = order == std::memory_order_acq_rel;
      int found = 0;
      switch (each.kind) {
        case 0:
        case 1: found = on.load(plain ? acquire : order); break;
        case 2:
        case 3: on.store(next, plain ? release : order); break;
        case 4: found = on.fetch_add(10, order); break;
        default:
          if (!on.compare_exchange_strong(found, 5, order, relaxed)) found += 1;
          break;
      }
      if (each.kind == 5 && found > 6) spin_hint();
      digest = digest * 31 + found;
      ++next;
    }
    return digest;
  }

 private:
  struct Operation {
    unsigned long kind, variable, order;
  };
  std::array<Operation, 3> operations_;
};

TEST(Count, one_thread_has_one_run) {
  EXPECT_EQ(expect_holds(kAll,
                         [] {
                           atomic<int> a{0};
                           a.store(1, seq_cst);
                           ensure(a.load(relaxed) == 1, "a thread sees what it wrote");
                         })
                .executions,
            1U);
}

TEST(Count, steps_that_never_meet_are_run_in_one_order_only) {
  const Report report = expect_holds(kAll, [] {
    atomic<int> a{0}, b{0};
    Thread other = spawn([&] {
      for (int i = 0; i < 5; ++i) b.store(i, relaxed);
    });
    for (int i = 0; i < 5; ++i) a.store(i, relaxed);
    other.join();
  });
  EXPECT_EQ(report.executions, 1U);
}

// Two threads, n stores each to one variable, and nothing else that depends on the other: (2n)! / (n! n!) orders.
Report interleave(int steps, unsigned preemptions) {
  return expect_holds({.preemptions = preemptions}, [steps] {
    atomic<int> a{0};
    Thread other = spawn([&] {
      for (int i = 0; i < steps; ++i) a.store(i, relaxed);
    });
    for (int i = 0; i < steps; ++i) a.store(10 + i, relaxed);
    other.join();
  });
}

TEST(Count, steps_that_meet_are_run_in_every_order) {
  EXPECT_EQ(interleave(1, kAllInterleavings).executions, 2U);
  EXPECT_EQ(interleave(2, kAllInterleavings).executions, 6U);
  EXPECT_EQ(interleave(3, kAllInterleavings).executions, 20U);
  EXPECT_EQ(interleave(5, kAllInterleavings).executions, 252U);
}

TEST(Count, a_bound_of_preemptions_leaves_out_the_runs_with_more) {
  EXPECT_EQ(interleave(3, 0).executions, 1U) << "the other runs when the first waits for it";
  std::uint64_t before = 0;
  for (unsigned bound = 0; bound < 5; ++bound) {
    const std::uint64_t now = interleave(3, bound).executions;
    EXPECT_GT(now, before);
    before = now;
  }
}

TEST(Count, loads_of_one_variable_are_no_reason_to_reorder) {
  EXPECT_EQ(expect_holds(kAll,
                         [] {
                           atomic<int> a{0};
                           Thread other = spawn([&] { static_cast<void>(a.load(relaxed)); });
                           static_cast<void>(a.load(relaxed));
                           other.join();
                         })
                .executions,
            1U);
}

TEST(Count, reordering_less_finds_all_the_same_outcomes) {
  std::mt19937 random(1);
  for (int i = 0; i < 60; ++i) {
    const RandomThread left(random), right(random);
    ASSERT_EQ(outcomes(left, right), outcomes(left, right, kUnreduced)) << "program " << i;
  }
}

TEST(Memory, store_buffering_is_seen_unless_all_is_seq_cst) {
  const auto with = [](auto order) {
    return outcomes(
        [=](atomic<int>& x, atomic<int>& y) {
          x.store(1, order == acquire ? release : order);
          return y.load(order);
        },
        [=](atomic<int>& x, atomic<int>& y) {
          y.store(1, order == acquire ? release : order);
          return x.load(order);
        });
  };
  EXPECT_EQ(with(relaxed), (Outcomes{{0, 0}, {0, 1}, {1, 0}, {1, 1}}));
  EXPECT_EQ(with(acquire), (Outcomes{{0, 0}, {0, 1}, {1, 0}, {1, 1}}));
  EXPECT_EQ(with(seq_cst), (Outcomes{{0, 1}, {1, 0}, {1, 1}}));
}

TEST(Memory, a_message_is_passed_by_release_and_acquire_and_not_by_relaxed) {
  const auto with = [](auto stored, auto loaded) {
    return outcomes(
        [=](atomic<int>& x, atomic<int>& y) {
          x.store(1, relaxed);
          y.store(1, stored);
          return 0;
        },
        [=](atomic<int>& x, atomic<int>& y) {
          const int flag = y.load(loaded);
          return 10 * flag + x.load(relaxed);
        });
  };
  EXPECT_EQ(with(release, acquire), (Outcomes{{0, 0}, {0, 1}, {0, 11}}));
  EXPECT_EQ(with(relaxed, acquire), (Outcomes{{0, 0}, {0, 1}, {0, 10}, {0, 11}}));
  EXPECT_EQ(with(release, relaxed), (Outcomes{{0, 0}, {0, 1}, {0, 10}, {0, 11}}));
}

TEST(Memory, a_read_modify_write_carries_a_release_on_and_a_store_does_not) {
  const auto with = [](bool by_store) {
    return outcomes(
        [](atomic<int>& x, atomic<int>& y) {
          x.store(1, relaxed);
          y.store(1, release);
          return 0;
        },
        [by_store](atomic<int>& x, atomic<int>& y) {
          // A third thread stands between the two.
          int found = 0;
          Thread between = spawn([&y, by_store] {
            if (by_store) {
              if (y.load(relaxed) == 1) y.store(2, relaxed);
            } else {
              int one = 1;
              static_cast<void>(y.compare_exchange_strong(one, 2, relaxed, relaxed));
            }
          });
          if (y.load(acquire) == 2) found = 1 + x.load(relaxed);
          between.join();
          return found;
        });
  };
  EXPECT_EQ(with(false), (Outcomes{{0, 0}, {0, 2}}));
  EXPECT_EQ(with(true), (Outcomes{{0, 0}, {0, 1}, {0, 2}}));
}

TEST(Memory, a_thread_never_finds_an_older_store_than_before) {
  EXPECT_EQ(outcomes(
                [](atomic<int>& x, atomic<int>&) {
                  x.store(1, relaxed);
                  return 0;
                },
                [](atomic<int>& x, atomic<int>&) {
                  const int first = x.load(relaxed);
                  return 10 * first + x.load(relaxed);
                }),
            (Outcomes{{0, 0}, {0, 1}, {0, 11}}));
}

TEST(Memory, what_a_thread_found_before_it_released_is_known_to_who_acquires) {
  expect_holds(kAll, [] {
    atomic<int> x{0}, flag{0};
    Thread writer = spawn([&] { x.store(1, relaxed); });
    Thread reader = spawn([&] {
      const int found = x.load(relaxed);
      flag.store(1 + found, release);
    });
    if (flag.load(acquire) == 2) ensure(x.load(relaxed) == 1, "read-read coherence across threads");
    writer.join();
    reader.join();
  });
}

TEST(Memory, independent_readers_agree_on_the_order_of_seq_cst_stores) {
  const auto disagree = [](auto order) {
    return explored(kAll, [order] {
      atomic<int> x{0}, y{0};
      int first = 0, second = 0;
      Thread writes_x = spawn([&] { x.store(1, order == acquire ? release : order); });
      Thread writes_y = spawn([&] { y.store(1, order == acquire ? release : order); });
      Thread reads = spawn([&] {
        if (x.load(order) == 1) first = y.load(order) == 0 ? 1 : 0;
      });
      if (y.load(order) == 1) second = x.load(order) == 0 ? 1 : 0;
      writes_x.join();
      writes_y.join();
      reads.join();
      ensure(first + second < 2, "one order of the two stores");
    });
  };
  EXPECT_FALSE(disagree(seq_cst).failed);
  EXPECT_TRUE(disagree(acquire).failed);
}

TEST(Memory, a_strong_exchange_fails_with_stale_values_only_if_they_differ) {
  expect_holds(kAll, [] {
    atomic<int> a{0};
    Thread other = spawn([&] { a.store(1, relaxed); });
    int expected = 0;
    const bool exchanged = a.compare_exchange_strong(expected, 2, relaxed, relaxed);
    ensure(exchanged || expected == 1, "it fails with what it found");
    other.join();
  });
}

TEST(Memory, a_weak_exchange_fails_without_cause_as_often_as_is_allowed) {
  const auto fails = [](unsigned failures) {
    return explored({.weak_failures = failures}, [] {
      atomic<int> a{0};
      for (int i = 0; i < 3; ++i) {
        int expected = i;
        ensure(a.compare_exchange_weak(expected, i + 1, relaxed, relaxed), "exchanged");
      }
    });
  };
  EXPECT_FALSE(fails(0).failed);
  EXPECT_TRUE(fails(1).failed);
}

TEST(Fairness, who_spins_sees_at_last_what_was_stored) {
  expect_holds(kAll, [] {
    atomic<int> flag{0};
    Thread other = spawn([&] { flag.store(1, relaxed); });
    while (flag.load(relaxed) == 0) spin_hint();
    other.join();
  });
}

TEST(Time, passes_when_nobody_can_go_on) {
  expect_holds({}, [] {
    atomic<std::uint32_t> word{0};
    ensure(!futex_wait(word, 0, 100), "it times out");
    ensure(now() == 100, "at its deadline");
    ensure(futex_wait(word, 1, 200), "another value: it doesn't wait");
  });
}

TEST(Time, ends_all_waits_of_one_deadline_at_once_in_any_order) {
  std::set<int> first_to_come;
  std::set<int>* found = &first_to_come;
  expect_holds(kAll, [=] {
    atomic<std::uint32_t> word{0};
    atomic<int> first{0};
    const auto wait = [&](int mine) {
      futex_wait(word, 0, 100);
      int nobody = 0;
      static_cast<void>(first.compare_exchange_strong(nobody, mine, relaxed, relaxed));
    };
    Thread other = spawn([&] { wait(1); });
    wait(2);
    other.join();
    const int winner = first.load(relaxed);
    detail::watching = false;  // the set outlives the run
    found->insert(winner);
    detail::watching = true;
  });
  EXPECT_EQ(first_to_come, (std::set{1, 2}));
}

TEST(Time, may_pass_early_as_often_as_is_allowed) {
  const auto times_out = [](unsigned early) {
    return explored({.early_timeouts = early}, [] {
      atomic<std::uint32_t> word{0};
      Thread other = spawn([&] {
        word.store(1, release);
        futex_wake(word, 1);
      });
      ensure(futex_wait(word, 0, 100), "woken");
      other.join();
    });
  };
  EXPECT_FALSE(times_out(0).failed);
  EXPECT_TRUE(times_out(1).failed);
}

TEST(Locals, each_thread_has_its_own) {
  expect_holds({}, [] {
    static thread_local int mine = 7;
    atomic<int> meet{0};
    const auto body = [&] {
      ensure(mine == 7, "as at the start");
      mine = 8;
      meet.fetch_add(1, relaxed);
      ensure(mine++ == 8, "nobody else writes it");
    };
    Thread other = spawn(body);
    body();
    other.join();
  });
}

TEST(Replay, a_failing_run_is_found_again_by_its_decisions) {
  const auto model = [] {
    atomic<int> a{0};
    Thread other = spawn([&] { a.store(1, relaxed); });
    const int found = a.load(relaxed);
    other.join();
    ensure(found == 0, "read early");
  };
  for (Options options : {Options{.preemptions = 2}, kAll, Options{.preemptions = 0, .random_executions = 1000}}) {
    const Report first = explored(options, model);
    ASSERT_TRUE(first.failed);
    options.replay = first.replay;
    const Report again = explored(options, model);
    EXPECT_TRUE(again.failed);
    EXPECT_EQ(again.executions, 1U);
    EXPECT_EQ(again.schedule, first.schedule);
  }
}

}  // namespace
