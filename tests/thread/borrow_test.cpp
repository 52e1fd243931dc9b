// SPDX-License-Identifier: MIT
// The check of a scope's borrows.
#include <heddle/thread/scope.hpp>

#include "thread/handshake.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <list>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace thread = heddle::thread;
using heddle_test::Gate;
using thread::BorrowConflict;
using thread::Scope;

/// Reads, or would write, nothing: the check comes before the thread.
constexpr auto kLook = [](const auto&...) {};
constexpr auto kTouch = [](auto&...) {};

unsigned line_here(std::source_location here = std::source_location::current()) { return here.line(); }

TEST(Borrow, two_shared_borrows_of_one_object_may_live_together) {
  const int x = 1;
  thread::scope([&](Scope& s) {
    s.spawn(kLook, s.ref(x));
    s.spawn(kLook, s.ref(x));
  });
}

TEST(Borrow, a_mutable_borrow_beside_a_mutable_one_is_refused) {
  int x = 1;
  thread::scope([&](Scope& s) {
    s.spawn(kTouch, s.mut(x));
    EXPECT_THROW(s.spawn(kTouch, s.mut(x)), BorrowConflict);
  });
}

TEST(Borrow, a_shared_borrow_beside_a_mutable_one_is_refused) {
  int x = 1;
  thread::scope([&](Scope& s) {
    s.spawn(kTouch, s.mut(x));
    EXPECT_THROW(s.spawn(kLook, s.ref(x)), BorrowConflict);
  });
}

TEST(Borrow, a_mutable_borrow_beside_a_shared_one_is_refused) {
  int x = 1;
  thread::scope([&](Scope& s) {
    s.spawn(kLook, s.ref(x));
    EXPECT_THROW(s.spawn(kTouch, s.mut(x)), BorrowConflict);
  });
}

TEST(Borrow, two_arguments_of_one_thread_that_conflict_are_refused) {
  int x = 1;
  thread::scope([&](Scope& s) {
    EXPECT_THROW(s.spawn([](int& a, const int& b) { a += b; }, s.mut(x), s.ref(x)), BorrowConflict);
  });
}

TEST(Borrow, different_objects_dont_conflict) {
  std::array<int, 2> pair{1, 2};
  thread::scope([&](Scope& s) {
    s.spawn([](int& a) { ++a; }, s.mut(pair[0]));
    s.spawn([](int& a) { ++a; }, s.mut(pair[1]));
  });
  EXPECT_EQ(pair[0] + pair[1], 5);
}

TEST(Borrow, the_message_names_both_lines_and_how_each_borrows) {
  int x = 1;
  thread::scope([&](Scope& s) {
    const unsigned first = line_here() + 1;
    s.spawn(kLook, s.ref(x));
    try {
      s.spawn(kTouch, s.mut(x));
      ADD_FAILURE() << "not refused";
    } catch (const BorrowConflict& conflict) {
      const unsigned second = first + 2;
      EXPECT_EQ(conflict.first().line(), first);
      EXPECT_EQ(conflict.second().line(), second);
      const std::string file = __FILE__;
      EXPECT_EQ(conflict.what(), "cannot borrow as mutable at " + file + ":" + std::to_string(second) +
                                     ": borrowed as shared at " + file + ":" + std::to_string(first) +
                                     " by a scoped thread that has not been joined");
    }
  });
}

TEST(Borrow, a_refused_thread_doesnt_start_and_leaves_no_borrow) {
  static std::atomic<bool> ran;
  ran = false;
  int x = 1;
  int y = 1;
  thread::scope([&](Scope& s) {
    auto holder = s.spawn(kTouch, s.mut(x));
    EXPECT_THROW(s.spawn([](int&, int&) { ran = true; }, s.mut(y), s.mut(x)), BorrowConflict);
    s.spawn(kTouch, s.mut(y));
  });
  EXPECT_FALSE(ran);
}

TEST(Borrow, ends_with_the_join) {
  int x = 1;
  thread::scope([&](Scope& s) {
    s.spawn([](int& a) { ++a; }, s.mut(x)).join().value();
    s.spawn([](int& a) { ++a; }, s.mut(x)).join().value();
  });
  EXPECT_EQ(x, 3);
}

TEST(Borrow, ends_with_the_join_of_a_thread_that_threw) {
  int x = 1;
  thread::scope([&](Scope& s) {
    EXPECT_FALSE(s.spawn([](int&) { throw 1; }, s.mut(x)).join().has_value());
    s.spawn(kTouch, s.mut(x));
  });
}

TEST(Borrow, lasts_until_the_join_also_when_the_thread_has_finished) {
  int x = 1;
  thread::scope([&](Scope& s) {
    auto handle = s.spawn(kTouch, s.mut(x));
    while (!handle.is_finished()) thread::yield_now();
    EXPECT_THROW(s.spawn(kTouch, s.mut(x)), BorrowConflict);
  });
}

TEST(Borrow, lasts_until_the_end_of_the_scope_when_the_handle_is_dropped) {
  int x = 1;
  thread::scope([&](Scope& s) {
    { auto dropped = s.spawn(kTouch, s.mut(x)); }
    EXPECT_THROW(s.spawn(kLook, s.ref(x)), BorrowConflict);
  });
}

TEST(Borrow, a_new_scope_knows_nothing_of_one_that_has_ended) {
  int x = 1;
  for (int i = 0; i < 2; ++i) {
    thread::scope([&](Scope& s) { s.spawn([](int& a) { ++a; }, s.mut(x)); });
  }
  EXPECT_EQ(x, 3);
}

TEST(Borrow, of_a_vector_covers_its_elements) {
  std::vector<int> v{1, 2, 3};
  thread::scope([&](Scope& s) {
    s.spawn(kTouch, s.mut(v));
    EXPECT_THROW(s.spawn(kLook, s.ref(v[2])), BorrowConflict);
  });
}

TEST(Borrow, of_an_element_keeps_the_vector_from_being_changed) {
  std::vector<int> v{1, 2, 3};
  thread::scope([&](Scope& s) {
    s.spawn(kLook, s.ref(v[1]));
    EXPECT_THROW(s.spawn(kTouch, s.mut(v)), BorrowConflict);
    s.spawn(kLook, s.ref(v));
  });
}

TEST(Borrow, of_a_short_string_is_its_object) {
  std::string text = "short";
  thread::scope([&](Scope& s) {
    s.spawn(kTouch, s.mut(text));
    EXPECT_THROW(s.spawn(kLook, s.ref(text[0])), BorrowConflict);
  });
}

TEST(Borrow, of_an_array_covers_its_elements) {
  int numbers[4] = {1, 2, 3, 4};
  thread::scope([&](Scope& s) {
    s.spawn([](int(&n)[4]) { ++n[0]; }, s.mut(numbers));
    EXPECT_THROW(s.spawn(kLook, s.ref(numbers[3])), BorrowConflict);
  });
  EXPECT_EQ(numbers[0], 2);
}

TEST(Borrow, of_an_empty_vector_is_its_object) {
  std::vector<int> v;
  thread::scope([&](Scope& s) { s.spawn([](std::vector<int>& w) { w.push_back(1); }, s.mut(v)); });
  EXPECT_EQ(v.size(), 1U);
}

TEST(Borrow, of_a_list_is_its_object_only) {
  std::list<int> numbers{1, 2};
  thread::scope([&](Scope& s) {
    s.spawn([](std::list<int>&) {}, s.mut(numbers));
    s.spawn([](const int&) {}, s.ref(numbers.front()));  // documented: nodes are not seen
  });
}

TEST(Borrow, two_spans_of_separate_parts_may_be_changed_at_once) {
  std::vector<int> v{1, 2, 3, 4};
  constexpr auto kAdd = [](std::span<int> part) {
    for (int& n : part) n += 10;
  };
  thread::scope([&](Scope& s) {
    s.spawn(kAdd, s.mut(std::span(v).first(2)));
    s.spawn(kAdd, s.mut(std::span(v).subspan(2)));
  });
  EXPECT_EQ(v, (std::vector{11, 12, 13, 14}));
}

TEST(Borrow, two_spans_that_overlap_are_refused_with_both_lines) {
  std::vector<int> v{1, 2, 3, 4};
  thread::scope([&](Scope& s) {
    s.spawn([](std::span<int>) {}, s.mut(std::span(v).first(3)));
    try {
      s.spawn([](std::span<const int>) {}, s.ref(std::span(v).subspan(2)));
      ADD_FAILURE() << "not refused";
    } catch (const BorrowConflict& conflict) {
      EXPECT_EQ(conflict.second().line(), conflict.first().line() + 2);
    }
  });
}

TEST(Borrow, a_span_that_is_lent_to_read_arrives_as_one_of_const) {
  std::vector<int> v{1, 2};
  std::span<int> all(v);
  thread::scope([&](Scope& s) {
    auto handle = s.spawn(
        [](auto view) { return std::is_same_v<decltype(view), std::span<const int>> && view.size() == 2; }, s.ref(all));
    EXPECT_TRUE(handle.join().value());
  });
}

TEST(Borrow, a_view_that_is_passed_as_it_is_borrows_what_it_covers) {
  std::vector<int> v{1, 2};
  std::string text = "a text that is long enough for the heap";
  thread::scope([&](Scope& s) {
    s.spawn([](std::span<int>) {}, std::span(v));
    EXPECT_THROW(s.spawn(kLook, s.ref(v[0])), BorrowConflict);
    s.spawn([](std::string_view) {}, std::string_view(text));
    s.spawn([](std::string_view) {}, std::string_view(text));
    EXPECT_THROW(s.spawn(kTouch, s.mut(text)), BorrowConflict);
  });
}

TEST(Borrow, an_empty_view_borrows_nothing) {
  int x = 1;
  thread::scope([&](Scope& s) {
    s.spawn([](std::span<int>) {}, std::span<int>(&x, 0));
    s.spawn(kTouch, s.mut(x));
  });
}

TEST(Borrow, a_view_without_a_line_is_named_in_the_message) {
  std::vector<int> v{1, 2};
  thread::scope([&](Scope& s) {
    s.spawn([](std::span<int>) {}, std::span(v));
    try {
      s.spawn(kLook, s.ref(v));
      ADD_FAILURE() << "not refused";
    } catch (const BorrowConflict& conflict) {
      EXPECT_NE(std::string(conflict.what()).find("mutable by a view given to Scope::spawn"), std::string::npos);
    }
  });
}

TEST(Borrow, of_a_nested_thread_is_checked_against_those_of_the_outer_ones) {
  static int x;
  x = 0;
  thread::scope([&](Scope& s) {
    auto handle = s.spawn(
        [](Scope& inner, int&) {
          try {
            inner.spawn(kTouch, inner.mut(x));
          } catch (const BorrowConflict&) {
            return true;
          }
          return false;
        },
        s.mut(x));
    EXPECT_TRUE(handle.join().value());
  });
}

TEST(Borrow, an_atomic_that_is_lent_to_several_can_be_changed_by_all) {
  std::atomic<int> count = 0;
  thread::scope([&](Scope& s) {
    for (int i = 0; i < 4; ++i) s.spawn([](std::atomic<int>& c) { ++c; }, s.ref(count));
    EXPECT_THROW(s.spawn(kTouch, s.mut(count)), BorrowConflict);
  });
  EXPECT_EQ(count, 4);
}

template <class T>
concept CanLendTemporary = requires(const Scope& s) { s.ref(T()); };
static_assert(!CanLendTemporary<std::vector<int>>, "a temporary would be gone before the thread");
static_assert(CanLendTemporary<std::span<int>>, "a view is no temporary of what it views");

template <class T>
concept CanLendToChange = requires(const Scope& s, T& object) { s.mut(object); };
static_assert(CanLendToChange<int>);
static_assert(!CanLendToChange<const int>);
static_assert(!CanLendToChange<std::span<const int>>);

}  // namespace
