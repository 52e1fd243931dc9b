// SPDX-License-Identifier: MIT
// Planted bugs that the checker must find, each beside its twin that is right.
#include "model/explored.hpp"

#include <heddle_model/model.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace heddle_model;
using heddle_test::expect_holds;
using heddle_test::explored;
using heddle_test::kAll;

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

/// The exploration must fail, and say `why`; a bound of two preemptions must be enough as well.
void expect_found(const std::function<void()>& model, const std::string& why) {
  for (const Options& options : {kAll, Options{}}) {
    const Report report = explored(options, model);
    ASSERT_TRUE(report.failed);
    EXPECT_NE(report.message.find(why), std::string::npos) << report.message;
    EXPECT_EQ(report.schedule.empty(), report.longest == 0);
  }
}

void pass_message(std::memory_order order) {
  Cell<int> data{0};
  atomic<bool> ready{false};
  Thread other = spawn([&] {
    data.set(1);
    ready.store(true, order);
  });
  if (ready.load(acquire)) ensure(data.get() == 1, "the message has arrived");
  other.join();
}
TEST(Planted, relaxed_where_release_is_needed) {
  expect_found([] { pass_message(relaxed); }, "data race");
  expect_holds(kAll, [] { pass_message(release); });
}

// Dekker's half of a lock: each raises its flag and looks at the other's.
void exclude(std::memory_order order) {
  atomic<bool> flags[2] = {false, false};
  Cell<int> guarded{0};
  const auto enter = [&](int mine) {
    flags[mine].store(true, order == seq_cst ? seq_cst : release);
    if (!flags[1 - mine].load(order)) guarded.set(mine);
  };
  Thread other = spawn([&] { enter(1); });
  enter(0);
  other.join();
}
TEST(Planted, store_buffering_without_seq_cst) {
  expect_found([] { exclude(acquire); }, "data race");
  expect_holds(kAll, [] { exclude(seq_cst); });
}

void sleep_until_set(bool again) {
  atomic<bool> set{false};
  atomic<std::uint32_t> asleep{0};
  Thread other = spawn([&] {
    set.store(true, seq_cst);
    if (asleep.exchange(0, seq_cst) == 1) futex_wake(asleep, 1);
  });
  if (!set.load(seq_cst)) {
    asleep.store(1, seq_cst);
    if (!again || !set.load(seq_cst)) futex_wait(asleep, 1);
  }
  other.join();
}
TEST(Planted, a_wake_lost_for_want_of_a_second_look) {
  expect_found([] { sleep_until_set(false); }, "nobody can go on");
  expect_holds(kAll, [] { sleep_until_set(true); });
}

// A stack of three nodes under a head with a tag of `bits` bits: pop reads the next, then exchanges.
void pop_with_tag(unsigned bits) {
  atomic<int> head{1};  // the top's index and, above, the tag
  atomic<int> next[4] = {0, 2, 3, 0};
  const int tags = 1 << bits;
  const auto tagged = [=](int index, int before) { return index + 8 * ((before / 8 + 1) % tags); };
  const auto pop = [&] {
    int top = head.load(acquire);
    while (top % 8 != 0) {
      const int below = next[top % 8].load(relaxed);
      if (head.compare_exchange_strong(top, tagged(below, top), acq_rel, acquire)) break;
    }
    return top % 8;
  };
  const auto push = [&](int index) {
    int top = head.load(acquire);
    do {
      next[index].store(top % 8, relaxed);
    } while (!head.compare_exchange_strong(top, tagged(index, top), acq_rel, acquire));
  };
  Thread other = spawn([&] {
    const int first = pop();
    static_cast<void>(pop());
    if (first == 1) push(1);
  });
  const int mine = pop();
  other.join();
  if (mine == 1) ensure(head.load(relaxed) % 8 != 2, "what was popped isn't in the stack");
}
TEST(Planted, aba_on_a_tag_that_is_too_small) {
  expect_found([] { pop_with_tag(0); }, "what was popped");
  expect_holds({}, [] { pop_with_tag(3); });
}

void drop_both(std::memory_order order, int references) {
  struct Shared {
    Cell<int> data{0};
    atomic<int> count;
  };
  auto* shared = new Shared{.count = references};
  const auto drop = [=] {
    static_cast<void>(shared->data.get());
    if (shared->count.fetch_sub(1, order) == 1) {
      shared->data.set(1);
      delete shared;
    }
  };
  Thread other = spawn(drop);
  drop();
  other.join();
}
TEST(Planted, a_count_that_is_dropped_relaxed) {
  expect_found([] { drop_both(relaxed, 2); }, "data race");
  expect_holds(kAll, [] { drop_both(acq_rel, 2); });
}
TEST(Planted, a_reference_that_is_never_dropped_leaks) {
  expect_found([] { drop_both(acq_rel, 3); }, "leaked");
}
TEST(Planted, a_reference_too_few_is_a_use_after_free) {
  expect_found([] { drop_both(acq_rel, 1); }, "");
}

void free_once(bool atomically) {
  auto* block = new int(1);
  atomic<bool> freed{false};
  const auto free = [&] {
    if (atomically) {
      if (!freed.exchange(true, acq_rel)) delete block;
    } else if (!freed.load(acquire)) {
      freed.store(true, release);
      delete block;
    }
  };
  Thread other = spawn(free);
  free();
  other.join();
}
TEST(Planted, a_double_free) {
  expect_found([] { free_once(false); }, "free");
  expect_holds(kAll, [] { free_once(true); });
}

void lock_two(bool same_order) {
  atomic<std::uint32_t> locks[2] = {0, 0};
  const auto lock = [&](int which) {
    while (locks[which].exchange(1, acquire) != 0) futex_wait(locks[which], 1);
  };
  const auto unlock = [&](int which) {
    locks[which].store(0, release);
    futex_wake(locks[which], 1);
  };
  const auto both = [&](int first) {
    lock(first);
    lock(1 - first);
    unlock(1 - first);
    unlock(first);
  };
  Thread other = spawn([&] { both(same_order ? 0 : 1); });
  both(0);
  other.join();
}
TEST(Planted, a_deadlock_of_two_locks) {
  expect_found([] { lock_two(false); }, "nobody can go on");
  expect_holds({}, [] { lock_two(true); });
}

void spin_two(bool same_order) {
  atomic<bool> locks[2] = {false, false};
  const auto both = [&](int first) {
    while (locks[first].exchange(true, acquire)) spin_hint();
    while (locks[1 - first].exchange(true, acquire)) spin_hint();
    locks[1 - first].store(false, release);
    locks[first].store(false, release);
  };
  Thread other = spawn([&] { both(same_order ? 0 : 1); });
  both(0);
  other.join();
}
TEST(Planted, a_deadlock_of_two_spin_locks) {
  expect_found([] { spin_two(false); }, "nothing changes");
  expect_holds({}, [] { spin_two(true); });
}

void count_in_thread(bool join) {
  Cell<int> count{0};
  auto shared = std::make_shared<int>(0);
  Thread other = spawn([&] { count.set(1); });
  if (join) other.join();
  ensure(count.get() == 1 || !join, "what the thread did is seen after the join");
}
TEST(Planted, a_missing_join) {
  expect_found([] { count_in_thread(false); }, "");
  expect_holds(kAll, [] { count_in_thread(true); });
}

void wake_one_of_two(unsigned count) {
  atomic<std::uint32_t> gate{0};
  const auto pass = [&] {
    while (gate.load(acquire) == 0) futex_wait(gate, 0);
  };
  Thread one = spawn(pass);
  Thread two = spawn(pass);
  gate.store(1, release);
  futex_wake(gate, count);
  one.join();
  two.join();
}
TEST(Planted, one_woken_where_two_wait) {
  expect_found([] { wake_one_of_two(1); }, "nobody can go on");
  expect_holds({}, [] { wake_one_of_two(2); });
}

void believe_a_wake(bool look_again) {
  atomic<std::uint32_t> word{0};
  Thread other = spawn([&] {
    word.store(1, release);
    futex_wake(word, 1);
  });
  do {
    futex_wait(word, 0);
  } while (look_again && word.load(acquire) == 0);
  ensure(word.load(acquire) == 1, "the wait has ended by a wake");
  other.join();
}
TEST(Planted, a_spurious_wake_believed) {
  const Report report = explored({.spurious_wakes = 1}, [] { believe_a_wake(false); });
  EXPECT_TRUE(report.failed);
  expect_holds({.spurious_wakes = 1}, [] { believe_a_wake(true); });
}

TEST(Planted, two_retries_that_undo_each_other_for_ever) {
  const Report report = explored({.most_steps = 1000}, [] {
    atomic<int> turn{0};
    Thread other = spawn([&] {
      while (turn.load(seq_cst) != 2) turn.store(1, seq_cst);
    });
    while (turn.load(seq_cst) != 2) turn.store(0, seq_cst);
    other.join();
  });
  EXPECT_TRUE(report.failed);
  EXPECT_NE(report.message.find("no end in sight"), std::string::npos) << report.message;
}

// Its frame ends while the other thread still uses the atomic in it.
void wait_in_frame(bool handshake) {
  Thread other(0);
  atomic<bool> ended{false};
  {
    atomic<int> state{0};
    other = spawn([&] {
      state.store(1, release);
      if (!handshake) state.store(2, release);
      ended.store(true, release);
    });
    while (state.load(acquire) == 0) spin_hint();
    while (handshake && !ended.load(acquire)) spin_hint();
  }
  other.join();
}
TEST(Planted, an_atomic_that_ends_before_its_last_use) {
  expect_found([] { wait_in_frame(false); }, "data race");
  expect_holds(kAll, [] { wait_in_frame(true); });
}

TEST(Planted, an_abort_and_an_exception_fail_the_run_that_they_end) {
  expect_found(
      [] {
        atomic<int> a{0};
        Thread other = spawn([&] { a.store(1, relaxed); });
        if (a.load(relaxed) == 1) std::abort();
        other.join();
      },
      "abort");
  expect_found([] { throw std::runtime_error("a sentence"); }, "a sentence");
}

#if defined(__clang__)
// Plain variables are watched as well as Cells where the compiler reports their accesses.
TEST(Planted, a_race_on_a_plain_variable) {
  expect_found(
      [] {
        int plain = 0;
        Thread other = spawn([&] { plain = 1; });
        plain = 2;
        other.join();
      },
      "data race");
}

TEST(Planted, a_use_of_freed_memory_and_of_memory_beyond_a_block) {
  expect_found(
      [] {
        auto owner = std::make_unique<int>(1);
        volatile int* left = owner.get();
        owner.reset();
        *left = 2;
      },
      "after it was freed");
  expect_found(
      [] {
        auto owner = std::make_unique<long[]>(2);
        volatile long* beyond = owner.get() + 2;
        *beyond = 1;
      },
      "outside of any block");
}
#endif

}  // namespace
