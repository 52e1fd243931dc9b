// SPDX-License-Identifier: MIT
// io::Buffer's promises.
#include <heddle/io/buffer.hpp>

#include "support/bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <utility>

namespace heddle_test {
namespace {

using heddle::io::Buffer;

TEST(IoBuffer, gives_out_in_order_what_was_added) {
  Buffer buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.text(), "");
  buffer.append("hello ");
  buffer.append(bytes_of("world"));
  buffer.push_back(std::byte{'!'});
  EXPECT_EQ(buffer.text(), "hello world!");
  buffer.consume(6);
  EXPECT_EQ(buffer.text(), "world!");
  EXPECT_EQ(text_of(buffer.bytes()), "world!");
  EXPECT_EQ(buffer.size(), 6U);
}

TEST(IoBuffer, takes_what_was_written_into_its_room) {
  Buffer buffer("ab");
  const auto room = buffer.prepare(3);
  ASSERT_GE(room.size(), 3U);
  std::ranges::copy(bytes_of("cde"), room.begin());
  buffer.commit(2);
  EXPECT_EQ(buffer.text(), "abcd");
}

TEST(IoBuffer, allocates_nothing_until_it_must_and_nothing_while_what_was_used_up_gives_room_enough) {
  Buffer buffer;
  EXPECT_EQ(buffer.capacity(), 0U);
  buffer.append(std::string(16, 'a'));
  EXPECT_EQ(buffer.capacity(), 16U);
  const auto* block = buffer.bytes().data();
  for (int i = 0; i < 100; ++i) {
    buffer.consume(12);
    buffer.append("123456789abc");
    EXPECT_EQ(buffer.size(), 16U);
  }
  EXPECT_EQ(buffer.capacity(), 16U);
  buffer.clear();
  EXPECT_EQ(buffer.prepare(16).data(), block);
}

TEST(IoBuffer, cuts_off_its_end) {
  Buffer buffer("abcdef");
  buffer.consume(1);
  buffer.truncate(9);
  EXPECT_EQ(buffer.text(), "bcdef");
  buffer.truncate(2);
  EXPECT_EQ(buffer.text(), "bc");
  buffer.append("z");
  EXPECT_EQ(buffer.text(), "bcz");
}

TEST(IoBuffer, is_empty_when_it_was_moved_from) {
  Buffer one("abc");
  Buffer two(std::move(one));
  EXPECT_EQ(two.text(), "abc");
  EXPECT_TRUE(one.empty());  // NOLINT: that is the promise
  one.append("new");
  two = std::move(one);
  EXPECT_EQ(two.text(), "new");
  EXPECT_TRUE(one.empty());  // NOLINT
}

TEST(IoBuffer, refuses_more_than_there_can_be_and_keeps_what_it_has) {
  Buffer buffer("abc");
  EXPECT_THROW((void)buffer.prepare(std::string_view::npos - 1), std::length_error);
  EXPECT_EQ(buffer.text(), "abc");
}

TEST(IoBuffer, is_a_queue_of_bytes_whatever_is_done_to_it) {
  std::mt19937 random(1);
  Buffer buffer;
  std::deque<char> model;
  char next = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t count = random() % 40;
    if (random() % 2 == 0) {
      const auto room = buffer.prepare(count);
      for (std::size_t k = 0; k < count; ++k) {
        room[k] = static_cast<std::byte>(++next);
        model.push_back(next);
      }
      buffer.commit(count);
    } else {
      const std::size_t used = std::min(count, model.size());
      buffer.consume(used);
      model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(used));
    }
    ASSERT_TRUE(std::ranges::equal(buffer.text(), model));
  }
}

TEST(IoBufferDeathTest, stops_the_program_that_uses_up_more_than_there_is) {
  Buffer buffer("abc");
  EXPECT_DEATH(buffer.consume(4), "more was consumed");
  EXPECT_DEATH(buffer.commit(1'000'000), "more was committed");
}

}  // namespace
}  // namespace heddle_test
