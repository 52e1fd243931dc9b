// SPDX-License-Identifier: MIT
// The blocks of an unbounded channel, alone: who frees them, and how many there are.
#include <heddle/channel/detail/list.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace {

using heddle::channel::detail::Block;
using heddle::channel::detail::ListQueue;

constexpr std::size_t kSlots = Block<int>::kSlots;

/// What a channel does under its lock, without one.
class List {
 public:
  void push(int value) {
    if (queue_.needs_block()) {
      auto block = queue_.make_block();
      blocks_.push_back(block.get());
      queue_.add_block(std::move(block));
    }
    queue_.push(value);
    ++stored_;
  }
  int pop() {
    if (queue_.claimed() == 0) queue_.claim(std::exchange(stored_, 0));
    int got = -1;
    queue_.pop([&](int&& value) { got = value; });
    return got;
  }
  /// The blocks in the order in which they were put to use; one may come twice.
  [[nodiscard]] const std::vector<Block<int>*>& blocks() const noexcept { return blocks_; }

 private:
  ListQueue<int> queue_;
  std::size_t stored_ = 0;
  std::vector<Block<int>*> blocks_;
};

TEST(ChannelListQueue, a_block_holds_about_a_kilobyte_and_at_least_four_messages) {
  EXPECT_LE(sizeof(Block<int>), 1024U);
  EXPECT_GE(Block<char>::kSlots, 100U);
  EXPECT_EQ((Block<std::array<char, 5000>>::kSlots), 4U);
}

TEST(ChannelListQueue, a_block_is_taken_only_when_the_last_is_full) {
  List list;
  for (std::size_t i = 0; i < kSlots; ++i) list.push(0);
  EXPECT_EQ(list.blocks().size(), 1U);
  list.push(0);
  EXPECT_EQ(list.blocks().size(), 2U);
  for (std::size_t i = 0; i < kSlots + 1; ++i) EXPECT_EQ(list.pop(), 0);
}

TEST(ChannelListQueue, a_steady_stream_goes_round_in_two_or_three_blocks) {
  List list;
  for (std::size_t i = 0; i < 20 * kSlots; ++i) {
    list.push(static_cast<int>(i));
    ASSERT_EQ(list.pop(), static_cast<int>(i));
  }
  EXPECT_EQ(list.blocks().size(), 20U);
  // The block that was drained last is put to use again; the one before it was being written meanwhile.
  for (std::size_t i = 2; i < 20; ++i) EXPECT_EQ(list.blocks()[i], list.blocks()[i - 2]);
}

TEST(ChannelListQueue, messages_come_in_order_whatever_the_claims) {
  List list;
  int pushed = 0, popped = 0;
  for (int round = 1; round < 60; ++round) {
    for (int i = 0; i < round; ++i) list.push(pushed++);
    for (int i = 0; i < round - 1; ++i) ASSERT_EQ(list.pop(), popped++);
  }
  while (popped < pushed) ASSERT_EQ(list.pop(), popped++);
}

}  // namespace
