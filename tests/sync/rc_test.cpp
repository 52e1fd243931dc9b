// SPDX-License-Identifier: MIT
// Rc and RcWeak, Cell: sharing and changing within one thread.
#include <heddle/sync/cell.hpp>
#include <heddle/sync/rc.hpp>
#include <heddle/sync/ref_cell.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using hd::Cell;
using hd::Rc;
using hd::RcWeak;
using hd::RefCell;

// --- After the tests of Rust's alloc::rc, under the names there.

TEST(StdRc, test_clone) {
  const auto x = Rc<RefCell<int>>::make(5);
  const auto y = x.clone();
  *x->borrow_mut() = 20;
  EXPECT_EQ(*y->borrow(), 20);
}

TEST(StdRc, test_simple) {
  const auto x = Rc<int>::make(5);
  EXPECT_EQ(*x, 5);
}

TEST(StdRc, test_destructor) {
  const auto x = Rc<std::unique_ptr<int>>::make(std::make_unique<int>(5));
  EXPECT_EQ(**x, 5);
}

TEST(StdRc, test_live) {
  const auto x = Rc<int>::make(5);
  const auto y = x.downgrade();
  EXPECT_TRUE(y.upgrade().has_value());
}

TEST(StdRc, test_dead) {
  auto x = std::optional(Rc<int>::make(5));
  const auto y = x->downgrade();
  x.reset();
  EXPECT_FALSE(y.upgrade().has_value());
}

TEST(StdRc, weak_self_cyclic) {
  struct Cycle {
    RefCell<std::optional<RcWeak<Cycle>>> x;
  };
  const auto a = Rc<Cycle>::make();
  a->x.borrow_mut()->emplace(a.downgrade());
}

TEST(StdRc, is_unique) {
  auto x = Rc<int>::make(3);
  EXPECT_NE(x.get_mut(), nullptr);
  auto y = std::optional(x.clone());
  EXPECT_EQ(x.get_mut(), nullptr);
  y.reset();
  EXPECT_NE(x.get_mut(), nullptr);
  auto w = std::optional(x.downgrade());
  EXPECT_EQ(x.get_mut(), nullptr);
  w.reset();
  EXPECT_NE(x.get_mut(), nullptr);
}

TEST(StdRc, test_strong_count) {
  auto a = std::optional(Rc<int>::make(0));
  const auto w = a->downgrade();
  auto b = w.upgrade();
  EXPECT_EQ(a->strong_count(), 2U);
  a.reset();
  EXPECT_EQ(b->strong_count(), 1U);
  EXPECT_EQ(b->clone().strong_count(), 2U);
}

TEST(StdRc, test_weak_count) {
  const auto a = Rc<int>::make(0);
  EXPECT_EQ(a.weak_count(), 0U);
  auto w = std::optional(a.downgrade());
  EXPECT_EQ(a.weak_count(), 1U);
  w.reset();
  EXPECT_EQ(a.weak_count(), 0U);
}

TEST(StdRc, weak_counts) {
  EXPECT_EQ(RcWeak<int>().weak_count(), 0U);
  EXPECT_EQ(RcWeak<int>().strong_count(), 0U);
  auto a = std::optional(Rc<int>::make(0));
  const auto w = a->downgrade();
  EXPECT_EQ(w.strong_count(), 1U);
  EXPECT_EQ(w.weak_count(), 1U);
  a.reset();
  EXPECT_EQ(w.strong_count(), 0U);
  EXPECT_EQ(w.weak_count(), 0U);
}

TEST(StdRc, try_unwrap) {
  EXPECT_EQ(Rc<int>::make(3).try_unwrap().value(), 3);
  auto x = Rc<int>::make(4);
  const auto y = x.clone();
  EXPECT_EQ(*std::move(x).try_unwrap().error(), 4);
  auto z = Rc<int>::make(5);
  const auto w = z.downgrade();
  EXPECT_EQ(std::move(z).try_unwrap().value(), 5);
  EXPECT_FALSE(w.upgrade().has_value());
}

TEST(StdRc, into_inner) {
  EXPECT_EQ(Rc<int>::make(3).into_inner(), 3);
  auto x = Rc<int>::make(4);
  auto y = x.clone();
  EXPECT_EQ(std::move(x).into_inner(), std::nullopt);
  EXPECT_EQ(std::move(y).into_inner(), 4);
}

TEST(StdRc, get_mut) {
  auto x = Rc<int>::make(3);
  *x.get_mut() = 4;
  EXPECT_EQ(*x, 4);
  const auto y = x.clone();
  EXPECT_EQ(x.get_mut(), nullptr);
}

TEST(StdRc, test_cowrc_clone_make_unique) {
  auto cow0 = Rc<int>::make(75);
  auto cow1 = cow0.clone();
  cow0.make_mut() += 1;
  cow1.make_mut() += 2;
  EXPECT_EQ(*cow0, 76);
  EXPECT_EQ(*cow1, 77);
}

TEST(StdRc, test_cowrc_clone_weak) {
  auto cow0 = Rc<int>::make(75);
  const auto weak = cow0.downgrade();
  cow0.make_mut() += 1;
  EXPECT_EQ(*cow0, 76);
  EXPECT_FALSE(weak.upgrade().has_value());
}

TEST(StdRc, test_ptr_eq) {
  const auto five = Rc<int>::make(5);
  const auto same_five = five.clone();
  const auto other_five = Rc<int>::make(5);
  EXPECT_TRUE(five.ptr_eq(same_five));
  EXPECT_FALSE(five.ptr_eq(other_five));
}

TEST(StdRc, test_rc_cyclic_with_two_ref) {
  struct TwoRefs {
    RcWeak<TwoRefs> inner1;
    RcWeak<TwoRefs> inner2;
  };
  const auto two_refs = Rc<TwoRefs>::new_cyclic([](const RcWeak<TwoRefs>& self) {
    EXPECT_FALSE(self.upgrade().has_value());
    return TwoRefs{self.clone(), self.clone()};
  });
  EXPECT_EQ(two_refs.strong_count(), 1U);
  EXPECT_EQ(two_refs.weak_count(), 2U);
  EXPECT_TRUE(two_refs.ptr_eq(two_refs->inner1.upgrade().value()));
}

// --- After Rust's coretests/tests/cell.rs, under the names there.

TEST(StdCell, smoketest_cell) {
  const Cell<int> x(10);
  EXPECT_EQ(x.get(), 10);
  x.set(20);
  EXPECT_EQ(x.get(), 20);
}

TEST(StdCell, cell_update) {
  const Cell<int> x(10);
  x.update([](int value) { return value + 5; });
  EXPECT_EQ(x.get(), 15);
}

TEST(StdCell, cell_set) {
  Cell<std::unique_ptr<std::string>> cell(std::make_unique<std::string>("a"));
  cell.set(std::make_unique<std::string>("b"));
  EXPECT_EQ(*std::move(cell).into_inner(), "b");
}

TEST(StdCell, cell_replace) {
  const Cell<int> cell(10);
  EXPECT_EQ(cell.replace(20), 10);
  EXPECT_EQ(cell.get(), 20);
}

TEST(StdCell, cell_take_and_swap) {
  const Cell<std::string> a("a");
  const Cell<std::string> b("b");
  a.swap(b);
  a.swap(a);
  EXPECT_EQ(a.take(), "b");
  EXPECT_EQ(a.get(), "");
  EXPECT_EQ(b.get(), "a");
}

TEST(StdCell, cell_into_inner) { EXPECT_EQ(Cell<int>(10).into_inner(), 10); }

TEST(StdCell, cell_exterior) {
  Cell<std::pair<int, int>> cell(std::pair(1, 2));
  cell.get_mut().first += 10;
  EXPECT_EQ(cell.get(), std::pair(11, 2));
}

}  // namespace
