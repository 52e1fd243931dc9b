// SPDX-License-Identifier: MIT
// The intrusive list: order, removal, splicing, and what its nodes know.
#include <heddle/base/intrusive_list.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <deque>
#include <random>
#include <vector>

namespace {

using heddle::base::IntrusiveList;
using heddle::base::ListNode;

struct First {};
struct Second {};

struct Item : ListNode<First>, ListNode<Second> {
  int value;
  explicit Item(int v) : value(v) {}
};
using List = IntrusiveList<Item, First>;
using OtherList = IntrusiveList<Item, Second>;

bool linked(const ListNode<First>& node) { return node.linked(); }

std::vector<int> values(List& list) {
  std::vector<int> result;
  for (Item* item = list.front(); item != nullptr; item = list.next(*item)) result.push_back(item->value);
  return result;
}
void clear(List& list) {
  while (list.pop_front() != nullptr) {
  }
}

class Lists : public ::testing::Test {
 protected:
  ~Lists() override {
    clear(list_);
    clear(other_);
  }

  std::array<Item, 4> items_{Item(0), Item(1), Item(2), Item(3)};
  List list_;
  List other_;
};

TEST_F(Lists, an_empty_list_has_nothing_to_give) {
  EXPECT_TRUE(list_.empty());
  EXPECT_EQ(list_.front(), nullptr);
  EXPECT_EQ(list_.pop_front(), nullptr);
}

TEST_F(Lists, items_leave_in_the_order_in_which_they_came) {
  for (Item& item : items_) list_.push_back(item);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(list_.pop_front()->value, i);
  EXPECT_TRUE(list_.empty());
}

TEST_F(Lists, a_node_knows_whether_it_is_in_a_list) {
  EXPECT_FALSE(linked(items_[0]));
  list_.push_back(items_[0]);
  EXPECT_TRUE(linked(items_[0]));
  list_.pop_front();
  EXPECT_FALSE(linked(items_[0]));
}

TEST_F(Lists, any_node_is_removed_alone) {
  for (Item& item : items_) list_.push_back(item);
  List::remove(items_[1]);
  EXPECT_EQ(values(list_), (std::vector{0, 2, 3}));
  List::remove(items_[0]);
  List::remove(items_[3]);
  EXPECT_EQ(values(list_), (std::vector{2}));
  EXPECT_FALSE(linked(items_[1]));
  List::remove(items_[2]);
  EXPECT_TRUE(list_.empty());
}

TEST_F(Lists, a_removed_node_can_come_back_at_the_end) {
  for (Item& item : items_) list_.push_back(item);
  List::remove(items_[0]);
  list_.push_back(items_[0]);
  EXPECT_EQ(values(list_), (std::vector{1, 2, 3, 0}));
}

TEST_F(Lists, splicing_moves_all_of_another_list_to_the_end) {
  list_.push_back(items_[0]);
  other_.push_back(items_[1]);
  other_.push_back(items_[2]);
  list_.splice_back(other_);
  EXPECT_EQ(values(list_), (std::vector{0, 1, 2}));
  EXPECT_TRUE(other_.empty());
  other_.push_back(items_[3]);
  EXPECT_EQ(values(other_), (std::vector{3}));
}

TEST_F(Lists, splicing_an_empty_list_changes_nothing) {
  list_.push_back(items_[0]);
  list_.splice_back(other_);
  EXPECT_EQ(values(list_), (std::vector{0}));
}

TEST_F(Lists, splicing_into_an_empty_list_moves_all) {
  other_.push_back(items_[0]);
  other_.push_back(items_[1]);
  list_.splice_back(other_);
  EXPECT_EQ(values(list_), (std::vector{0, 1}));
}

TEST_F(Lists, one_object_is_in_a_list_for_each_of_its_tags) {
  OtherList second;
  list_.push_back(items_[0]);
  second.push_back(items_[0]);
  list_.pop_front();
  EXPECT_EQ(second.front(), &items_[0]);
  second.pop_front();
}

TEST(IntrusiveList, agrees_with_a_deque_over_random_operations) {
  constexpr std::size_t kItems = 16;
  std::minstd_rand random(7);
  std::deque<Item> items;
  for (std::size_t i = 0; i < kItems; ++i) items.emplace_back(static_cast<int>(i));
  List list;
  std::vector<int> expected;
  for (int step = 0; step < 10'000; ++step) {
    Item& item = items[random() % kItems];
    if (!linked(item)) {
      list.push_back(item);
      expected.push_back(item.value);
    } else if (random() % 2 == 0) {
      List::remove(item);
      std::erase(expected, item.value);
    } else {
      EXPECT_EQ(list.pop_front()->value, expected.front());
      expected.erase(expected.begin());
    }
    ASSERT_EQ(values(list), expected);
  }
  clear(list);
}

#if !defined(NDEBUG)
TEST(IntrusiveListDeathTest, a_node_is_in_one_list_at_a_time) {
  Item item(0);
  List list;
  list.push_back(item);
  EXPECT_DEATH(list.push_back(item), "one list at a time");
  list.pop_front();
}

TEST(IntrusiveListDeathTest, a_node_in_no_list_is_not_removed) {
  Item item(0);
  EXPECT_DEATH(List::remove(item), "in no list");
}

TEST(IntrusiveListDeathTest, a_list_is_not_destroyed_with_nodes_in_it) {
  EXPECT_DEATH(
      {
        Item item(0);
        List list;
        list.push_back(item);
      },
      "destroyed with nodes in it");
}

TEST(IntrusiveListDeathTest, a_node_is_not_destroyed_in_its_list) {
  EXPECT_DEATH(
      {
        List list;
        Item item(0);
        list.push_back(item);
      },
      "destroyed while in its list");
}
#endif

}  // namespace
