// SPDX-License-Identifier: MIT
// Arc and Weak: who owns, when the value dies, and what the last handle may do.
#include <heddle/sync/arc.hpp>

#include <heddle/sync/detail/counts.hpp>
#include <heddle/sync/mutex.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using hd::Arc;
using hd::Weak;

// Counts its drops.
class Canary {
 public:
  explicit Canary(std::atomic<int>& drops) noexcept : drops_(&drops) {}
  Canary(Canary&& other) noexcept : drops_(std::exchange(other.drops_, nullptr)) {}
  Canary& operator=(Canary&&) = delete;
  ~Canary() {
    if (drops_ != nullptr) ++*drops_;
  }

 private:
  std::atomic<int>* drops_;
};

// --- After the tests of Rust's alloc::sync, under the names there.

TEST(StdArc, manually_share_arc) {
  const auto arc = Arc<std::vector<int>>::make(std::vector{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  std::jthread thread([](const Arc<std::vector<int>>& mine) { EXPECT_EQ((*mine)[3], 4); }, arc.clone());
  EXPECT_EQ((*arc)[2], 3);
  EXPECT_EQ((*arc)[4], 5);
}

TEST(StdArc, test_arc_get_mut) {
  auto x = Arc<int>::make(3);
  *x.get_mut() = 4;
  EXPECT_EQ(*x, 4);
  auto y = std::optional(x.clone());
  EXPECT_EQ(x.get_mut(), nullptr);
  y.reset();
  EXPECT_NE(x.get_mut(), nullptr);
  const auto w = x.downgrade();
  EXPECT_EQ(x.get_mut(), nullptr);
}

TEST(StdArc, weak_counts) {
  EXPECT_EQ(Weak<std::uint64_t>().weak_count(), 0U);
  EXPECT_EQ(Weak<std::uint64_t>().strong_count(), 0U);

  auto a = std::optional(Arc<int>::make(0));
  auto w = a->downgrade();
  EXPECT_EQ(w.strong_count(), 1U);
  EXPECT_EQ(w.weak_count(), 1U);
  const auto w2 = w.clone();
  EXPECT_EQ(w.weak_count(), 2U);
  EXPECT_EQ(w2.weak_count(), 2U);
  w = Weak<int>();
  EXPECT_EQ(w2.strong_count(), 1U);
  EXPECT_EQ(w2.weak_count(), 1U);
  auto a2 = std::optional(a->clone());
  EXPECT_EQ(w2.strong_count(), 2U);
  a2.reset();
  a.reset();
  EXPECT_EQ(w2.strong_count(), 0U);
  EXPECT_EQ(w2.weak_count(), 0U);
}

TEST(StdArc, try_unwrap) {
  auto x = Arc<int>::make(3);
  EXPECT_EQ(std::move(x).try_unwrap().value(), 3);
  auto y = Arc<int>::make(4);
  const auto y2 = y.clone();
  auto refused = std::move(y).try_unwrap();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(*refused.error(), 4);
  auto z = Arc<int>::make(5);
  const auto weak = z.downgrade();
  EXPECT_EQ(std::move(z).try_unwrap().value(), 5);
  EXPECT_FALSE(weak.upgrade().has_value());
}

TEST(StdArc, into_inner) {
  // Of all that give up their handle at once, exactly one gets the value.
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> winners = 0;
    std::atomic<int> drops = 0;
    {
      auto arc = Arc<Canary>::make(drops);
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back(
            [&](Arc<Canary> mine) {
              if (std::move(mine).into_inner().has_value()) ++winners;
            },
            arc.clone());
      }
      if (std::move(arc).into_inner().has_value()) ++winners;
    }
    EXPECT_EQ(winners.load(), 1);
    EXPECT_EQ(drops.load(), 1);
  }
}

TEST(StdArc, test_cowarc_clone_make_mut) {
  auto cow0 = Arc<int>::make(75);
  auto cow1 = cow0.clone();
  auto cow2 = cow1.clone();
  EXPECT_EQ(cow0.make_mut(), 75);
  EXPECT_EQ(cow1.make_mut(), 75);
  EXPECT_EQ(cow2.make_mut(), 75);
  cow0.make_mut() += 1;
  cow1.make_mut() += 2;
  cow2.make_mut() += 3;
  EXPECT_EQ(*cow0, 76);
  EXPECT_EQ(*cow1, 77);
  EXPECT_EQ(*cow2, 78);
  EXPECT_FALSE(cow0.ptr_eq(cow1) || cow0.ptr_eq(cow2) || cow1.ptr_eq(cow2));
}

TEST(StdArc, test_cowarc_clone_unique2) {
  auto cow0 = Arc<int>::make(75);
  const auto cow1 = cow0.clone();
  const auto cow2 = cow1.clone();
  cow0.make_mut() += 1;
  EXPECT_EQ(*cow0, 76);
  EXPECT_EQ(*cow1, 75);
  EXPECT_TRUE(cow1.ptr_eq(cow2));
}

TEST(StdArc, test_cowarc_clone_weak) {
  auto cow0 = Arc<int>::make(75);
  const auto cow1_weak = cow0.downgrade();
  EXPECT_EQ(**cow1_weak.upgrade(), 75);
  cow0.make_mut() += 1;
  EXPECT_EQ(*cow0, 76);
  EXPECT_FALSE(cow1_weak.upgrade().has_value());
}

TEST(StdArc, test_live) {
  const auto x = Arc<int>::make(5);
  const auto y = x.downgrade();
  EXPECT_TRUE(y.upgrade().has_value());
}

TEST(StdArc, test_dead) {
  auto x = std::optional(Arc<int>::make(5));
  const auto y = x->downgrade();
  x.reset();
  EXPECT_FALSE(y.upgrade().has_value());
}

TEST(StdArc, weak_self_cyclic) {
  struct Cycle {
    hd::Mutex<std::optional<Weak<Cycle>>> x;
  };
  const auto a = Arc<Cycle>::make();
  a->x.lock().value()->emplace(a.downgrade());
  // hopefully we don't double-free (or leak)...
}

TEST(StdArc, drop_arc) {
  std::atomic<int> drops = 0;
  { const auto x = Arc<Canary>::make(drops); }
  EXPECT_EQ(drops.load(), 1);
}

TEST(StdArc, drop_arc_weak) {
  std::atomic<int> drops = 0;
  auto arc = std::optional(Arc<Canary>::make(drops));
  const auto weak = arc->downgrade();
  EXPECT_EQ(drops.load(), 0);
  arc.reset();
  EXPECT_EQ(drops.load(), 1);
}

TEST(StdArc, test_strong_count) {
  auto a = std::optional(Arc<int>::make(0));
  EXPECT_EQ(a->strong_count(), 1U);
  auto w = a->downgrade();
  EXPECT_EQ(a->strong_count(), 1U);
  auto b = w.upgrade();
  EXPECT_EQ(b->strong_count(), 2U);
  EXPECT_EQ(a->strong_count(), 2U);
  w = Weak<int>();
  a.reset();
  EXPECT_EQ(b->strong_count(), 1U);
  const auto c = b->clone();
  EXPECT_EQ(b->strong_count(), 2U);
  EXPECT_EQ(c.strong_count(), 2U);
}

TEST(StdArc, test_weak_count) {
  const auto a = Arc<int>::make(0);
  EXPECT_EQ(a.weak_count(), 0U);
  auto w = std::optional(a.downgrade());
  EXPECT_EQ(a.weak_count(), 1U);
  auto x = std::optional(w->clone());
  EXPECT_EQ(a.weak_count(), 2U);
  w.reset();
  x.reset();
  EXPECT_EQ(a.strong_count(), 1U);
  EXPECT_EQ(a.weak_count(), 0U);
  const auto c = a.clone();
  EXPECT_EQ(a.strong_count(), 2U);
  EXPECT_EQ(a.weak_count(), 0U);
  const auto d = c.downgrade();
  EXPECT_EQ(c.weak_count(), 1U);
  EXPECT_EQ(c.strong_count(), 2U);
}

TEST(StdArc, test_weak_count_locked) {
  // weak_count never shows the lock that get_mut takes on the count.
  auto a = Arc<int>::make(0);
  std::atomic<bool> stop = false;
  const auto a2 = a.clone();
  const std::jthread other([&] {
    while (!stop) static_cast<void>(a.get_mut());
  });
  for (int i = 0; i < 10'000; ++i) EXPECT_LT(a2.weak_count(), 2U);
  stop = true;
}

TEST(StdArc, test_ptr_eq) {
  const auto five = Arc<int>::make(5);
  const auto same_five = five.clone();
  const auto other_five = Arc<int>::make(5);
  EXPECT_TRUE(five.ptr_eq(same_five));
  EXPECT_FALSE(five.ptr_eq(other_five));
  EXPECT_EQ(five, other_five);
}

struct ZeroRefs {
  // inner isn't used in the test: nothing upgrades it
  Weak<ZeroRefs> inner;
};

TEST(StdArc, test_arc_cyclic_with_zero_refs) {
  const auto zero_refs = Arc<ZeroRefs>::new_cyclic([](const Weak<ZeroRefs>& inner) {
    EXPECT_EQ(inner.strong_count(), 0U);
    EXPECT_FALSE(inner.upgrade().has_value());
    return ZeroRefs{Weak<ZeroRefs>()};
  });
  EXPECT_EQ(zero_refs.strong_count(), 1U);
  EXPECT_EQ(zero_refs.weak_count(), 0U);
  EXPECT_EQ(zero_refs->inner.strong_count(), 0U);
  EXPECT_EQ(zero_refs->inner.weak_count(), 0U);
}

TEST(StdArc, test_new_arc_cyclic_one_ref) {
  struct OneRef {
    Weak<OneRef> inner;
  };
  const auto one_ref = Arc<OneRef>::new_cyclic([](const Weak<OneRef>& inner) {
    EXPECT_FALSE(inner.upgrade().has_value());
    return OneRef{inner.clone()};
  });
  EXPECT_EQ(one_ref.strong_count(), 1U);
  EXPECT_EQ(one_ref.weak_count(), 1U);
  const auto one_ref2 = one_ref->inner.upgrade().value();
  EXPECT_TRUE(one_ref.ptr_eq(one_ref2));
  EXPECT_EQ(one_ref.strong_count(), 2U);
  EXPECT_EQ(one_ref.weak_count(), 1U);
}

TEST(StdArc, test_arc_cyclic_two_refs) {
  struct TwoRefs {
    Weak<TwoRefs> inner1;
    Weak<TwoRefs> inner2;
  };
  const auto two_refs = Arc<TwoRefs>::new_cyclic([](const Weak<TwoRefs>& inner) {
    EXPECT_EQ(inner.strong_count(), 0U);
    return TwoRefs{inner.clone(), inner.clone()};
  });
  EXPECT_EQ(two_refs.strong_count(), 1U);
  EXPECT_EQ(two_refs.weak_count(), 2U);
  EXPECT_TRUE(two_refs.ptr_eq(two_refs->inner1.upgrade().value()));
  EXPECT_TRUE(two_refs.ptr_eq(two_refs->inner2.upgrade().value()));
}

TEST(StdArc, panic_in_new_cyclic_leaves_nothing) {
  std::optional<Weak<int>> kept;
  EXPECT_THROW(static_cast<void>(Arc<int>::new_cyclic([&](const Weak<int>& self) -> int {
                 kept = self.clone();
                 throw std::runtime_error("no");
               })),
               std::runtime_error);
  EXPECT_FALSE(kept->upgrade().has_value());
}

// --- Ours.

TEST(Arc, over_aligned_values_are_aligned) {
  struct alignas(256) Wide {
    char bytes[256];
  };
  const auto wide = Arc<Wide>::make();
  // SAFETY: the address is only looked at.
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(wide.get()) % 256, 0U);
}

TEST(Arc, gives_const_data_only) {
  static_assert(std::is_same_v<decltype(*std::declval<Arc<int>&>()), const int&>);
}

TEST(Arc, is_moved_without_a_count) {
  auto a = Arc<int>::make(1);
  auto b = std::move(a);
  EXPECT_EQ(b.strong_count(), 1U);
  a = b.clone();
  EXPECT_EQ(b.strong_count(), 2U);
  a = std::move(b);
  EXPECT_EQ(a.strong_count(), 1U);
}

TEST(Arc, an_exception_from_the_value_leaks_nothing) {
  struct Fails {
    Fails() { throw std::runtime_error("no"); }
  };
  EXPECT_THROW(static_cast<void>(Arc<Fails>::make()), std::runtime_error);
}

TEST(Arc, make_mut_that_fails_to_copy_changes_nothing) {
  struct Sticky {
    int value;
    explicit Sticky(int v) : value(v) {}
    Sticky(const Sticky&) { throw std::runtime_error("no"); }
  };
  auto a = Arc<Sticky>::make(7);
  {
    const auto b = a.clone();
    EXPECT_THROW(static_cast<void>(a.make_mut()), std::runtime_error);
    EXPECT_TRUE(a.ptr_eq(b));
  }
  const auto weak = a.downgrade();
  EXPECT_THROW(static_cast<void>(a.make_mut()), std::runtime_error);
  EXPECT_EQ(a->value, 7);
  EXPECT_TRUE(weak.upgrade().has_value());
}

TEST(Arc, the_value_dies_before_its_weak_handles) {
  std::atomic<int> drops = 0;
  auto arc = std::optional(Arc<Canary>::make(drops));
  const auto weak = arc->downgrade();
  auto up = weak.upgrade();
  arc.reset();
  EXPECT_EQ(drops.load(), 0);
  up.reset();
  EXPECT_EQ(drops.load(), 1);
  EXPECT_FALSE(weak.upgrade().has_value());
}

TEST(Arc, what_others_wrote_is_seen_by_who_gets_the_value) {
  for (int round = 0; round < 200; ++round) {
    struct Counter {
      mutable int plain[2] = {0, 0};
    };
    auto arc = Arc<Counter>::make();
    std::jthread other([](const Arc<Counter>& mine) { mine->plain[0] = 1; }, arc.clone());
    arc->plain[1] = 1;
    while (arc.get_mut() == nullptr) std::this_thread::yield();
    EXPECT_EQ(arc.get_mut()->plain[0] + arc.get_mut()->plain[1], 2);
  }
}

using ArcDeathTest = ::testing::Test;

TEST(ArcDeathTest, too_many_handles_abort) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  using hd::sync::detail::AtomicCounts;
  using hd::sync::detail::kMaxHandles;
  using hd::sync::detail::PlainCounts;
  EXPECT_DEATH(AtomicCounts(kMaxHandles + 1, 1).add_strong(), "too many handles");
  EXPECT_DEATH(AtomicCounts(1, kMaxHandles + 1).add_weak(), "too many handles");
  EXPECT_DEATH(AtomicCounts(1, kMaxHandles + 1).clone_weak(), "too many handles");
  EXPECT_DEATH(static_cast<void>(AtomicCounts(kMaxHandles + 1, 1).try_add_strong()), "too many handles");
  EXPECT_DEATH(PlainCounts(kMaxHandles + 1, 1).add_strong(), "too many handles");
}

}  // namespace
