// SPDX-License-Identifier: MIT
// RefCell: borrows that are refused, narrowed, split and given back.
#include <heddle/sync/ref_cell.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using hd::Ref;
using hd::RefCell;
using hd::RefMut;
using hd::sync::BorrowError;
using hd::sync::BorrowMutError;

using Pair = std::pair<int, std::string>;

// --- After Rust's coretests/tests/cell.rs, under the names there.

TEST(StdRefCell, double_imm_borrow) {
  const RefCell<int> x(0);
  const auto b1 = x.borrow();
  const auto b2 = x.borrow();
}

TEST(StdRefCell, no_mut_then_imm_borrow) {
  const RefCell<int> x(0);
  const auto b1 = x.borrow_mut();
  EXPECT_FALSE(x.try_borrow().has_value());
}

TEST(StdRefCell, no_imm_then_borrow_mut) {
  const RefCell<int> x(0);
  const auto b1 = x.borrow();
  EXPECT_FALSE(x.try_borrow_mut().has_value());
}

TEST(StdRefCell, no_double_borrow_mut) {
  const RefCell<int> x(0);
  EXPECT_TRUE(x.try_borrow().has_value());
  const auto b1 = x.borrow_mut();
  EXPECT_FALSE(x.try_borrow_mut().has_value());
}

TEST(StdRefCell, imm_release_borrow_mut) {
  const RefCell<int> x(0);
  { const auto b1 = x.borrow(); }
  static_cast<void>(x.borrow_mut());
}

TEST(StdRefCell, mut_release_borrow_mut) {
  const RefCell<int> x(0);
  { const auto b1 = x.borrow_mut(); }
  static_cast<void>(x.borrow());
}

TEST(StdRefCell, double_borrow_single_release_no_borrow_mut) {
  const RefCell<int> x(0);
  const auto b1 = x.borrow();
  { const auto b2 = x.borrow(); }
  EXPECT_FALSE(x.try_borrow_mut().has_value());
}

TEST(StdRefCell, clone_ref_updates_flag) {
  const RefCell<int> x(0);
  {
    const auto b1 = x.borrow();
    EXPECT_FALSE(x.try_borrow_mut().has_value());
    {
      const auto b2 = Ref<int>::clone(b1);
      EXPECT_FALSE(x.try_borrow_mut().has_value());
    }
    EXPECT_FALSE(x.try_borrow_mut().has_value());
  }
  EXPECT_TRUE(x.try_borrow_mut().has_value());
}

TEST(StdRefCell, ref_map_does_not_update_flag) {
  const RefCell<Pair> x(Pair(5, "a"));
  {
    auto b1 = x.borrow();
    EXPECT_FALSE(x.try_borrow_mut().has_value());
    {
      const auto b2 = Ref<Pair>::map(std::move(b1), [](const Pair& p) -> const int& { return p.first; });
      EXPECT_EQ(*b2, 5);
      EXPECT_TRUE(x.try_borrow().has_value());
      EXPECT_FALSE(x.try_borrow_mut().has_value());
    }
    EXPECT_TRUE(x.try_borrow_mut().has_value());
  }
}

TEST(StdRefCell, ref_map_accessor) {
  const RefCell<Pair> x(Pair(5, "a"));
  EXPECT_EQ(*Ref<Pair>::map(x.borrow(), [](const Pair& p) -> const std::string& { return p.second; }), "a");
}

TEST(StdRefCell, ref_filter_map_accessor) {
  const RefCell<Pair> x(Pair(5, "a"));
  const auto second = Ref<Pair>::filter_map(x.borrow(), [](const Pair& p) { return &p.second; });
  EXPECT_EQ(**second, "a");
  const auto none = Ref<Pair>::filter_map(x.borrow(), [](const Pair&) -> const int* { return nullptr; });
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error()->first, 5);
}

TEST(StdRefCell, ref_mut_map_accessor) {
  const RefCell<Pair> x(Pair(5, "a"));
  {
    auto first = RefMut<Pair>::map(x.borrow_mut(), [](Pair& p) -> int& { return p.first; });
    *first = 10;
  }
  EXPECT_EQ(x.borrow()->first, 10);
}

TEST(StdRefCell, ref_mut_filter_map_accessor) {
  const RefCell<Pair> x(Pair(5, "a"));
  {
    auto first = RefMut<Pair>::filter_map(x.borrow_mut(), [](Pair& p) { return &p.first; });
    **first = 20;
  }
  auto none = RefMut<Pair>::filter_map(x.borrow_mut(), [](Pair&) -> int* { return nullptr; });
  none.error()->second = "b";
  EXPECT_EQ(*none.error(), Pair(20, "b"));
}

TEST(StdRefCell, ref_mut_map_split_updates_flag) {
  const RefCell<Pair> x(Pair(5, "a"));
  {
    auto split = RefMut<Pair>::map_split(
        x.borrow_mut(), [](Pair& p) -> int& { return p.first; }, [](Pair& p) -> std::string& { return p.second; });
    {
      const auto first = std::move(split.first);
      EXPECT_FALSE(x.try_borrow().has_value());
    }
    EXPECT_FALSE(x.try_borrow().has_value());
    *split.second = "b";
  }
  EXPECT_TRUE(x.try_borrow_mut().has_value());
  EXPECT_EQ(*x.borrow(), Pair(5, "b"));
}

TEST(StdRefCell, refcell_replace_borrows) {
  const RefCell<int> x(0);
  const auto b = x.borrow();
  EXPECT_THROW(x.replace(1), BorrowMutError);
}

TEST(StdRefCell, refcell_swap_borrows) {
  const RefCell<int> x(0);
  const RefCell<int> y(1);
  {
    const auto b = x.borrow();
    EXPECT_THROW(x.swap(y), BorrowMutError);
  }
  x.swap(y);
  EXPECT_EQ(*x.borrow(), 1);
}

TEST(StdRefCell, refcell_exterior_and_take) {
  RefCell<std::vector<int>> x(std::vector{1});
  x.get_mut().push_back(2);
  EXPECT_EQ(x.take().size(), 2U);
  EXPECT_TRUE(std::move(x).into_inner().empty());
}

TEST(StdRefCell, replace_with) {
  const RefCell<int> x(5);
  EXPECT_EQ(x.replace_with([](int& old) { return old + 1; }), 5);
  EXPECT_EQ(*x.borrow(), 6);
}

// --- Ours.

TEST(RefCell, the_error_names_the_line_of_the_borrow_in_the_way) {
  const RefCell<int> x(0);
  const std::string line = "ref_cell_test.cpp:" + std::to_string(__LINE__ + 1);
  const auto borrow = x.borrow_mut();
  try {
    static_cast<void>(x.borrow());
    FAIL() << "not thrown";
  } catch (const BorrowError& error) {
    EXPECT_NE(std::string(error.what()).find(line), std::string::npos) << error.what();
  }
  EXPECT_THROW(static_cast<void>(x.borrow_mut()), BorrowMutError);
}

TEST(RefCell, a_moved_borrow_ends_once) {
  const RefCell<int> x(0);
  {
    auto a = x.borrow();
    auto b = std::move(a);
    a = x.borrow();
    b = std::move(a);
  }
  EXPECT_TRUE(x.try_borrow_mut().has_value());
}

}  // namespace
