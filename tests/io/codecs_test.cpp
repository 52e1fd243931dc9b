// SPDX-License-Identifier: MIT
// What BytesCodec, LinesCodec and AnyDelimiterCodec find in a buffer, and write.
#include <heddle/io/bytes_codec.hpp>
#include <heddle/io/lines_codec.hpp>

#include "support/bytes.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace heddle_test {
namespace {

namespace io = heddle::io;
using io::AnyDelimiterCodec;
using io::Buffer;
using io::ErrorKind;
using io::LinesCodec;

/// A frame as text, "none", or "too long" and the like.
std::string said(auto frame) {
  if (!frame.has_value()) return frame.error().kind() == ErrorKind::kInvalidData ? "bad" : "other error";
  if (!frame->has_value()) return "none";
  if constexpr (requires { std::string(**frame); }) {
    return "<" + **frame + ">";
  } else {
    return "<" + text_of(**frame) + ">";
  }
}

TEST(Codecs, bytes_are_given_as_they_come) {
  io::BytesCodec codec;
  Buffer buffer("\r\nany\0thing");
  EXPECT_EQ(said(codec.decode(buffer)), "<\r\nany>");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  EXPECT_EQ(said(io::decode_eof(codec, buffer)), "none");
}

TEST(Codecs, bytes_are_written_as_they_are) {
  io::BytesCodec codec;
  Buffer buffer;
  EXPECT_TRUE(codec.encode("text,", buffer).has_value());
  EXPECT_TRUE(codec.encode(bytes_of("bytes"), buffer).has_value());
  EXPECT_EQ(buffer.text(), "text,bytes");
}

TEST(Codecs, lines_come_without_their_ends_and_the_last_needs_none) {
  LinesCodec codec;
  Buffer buffer("line 1\nline 2\r\nline 3\n\r\n\r");
  EXPECT_EQ(said(codec.decode(buffer)), "<line 1>");
  EXPECT_EQ(said(codec.decode(buffer)), "<line 2>");
  EXPECT_EQ(said(codec.decode(buffer)), "<line 3>");
  EXPECT_EQ(said(codec.decode(buffer)), "<>");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "none");
  buffer.append("k");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "<k>");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "none");
  buffer.append("a\nb\r");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "<a>");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "<b>");
}

TEST(Codecs, a_line_that_is_no_utf8_is_an_error_and_the_next_one_follows) {
  LinesCodec codec;
  Buffer buffer("line 1\xc3\x28\nline 2\n\xc3");
  EXPECT_EQ(said(codec.decode(buffer)), "bad");
  EXPECT_EQ(said(codec.decode(buffer)), "<line 2>");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "bad");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "none");
}

TEST(Codecs, a_line_that_is_too_long_is_one_error_and_skipped_to_its_end) {
  auto codec = LinesCodec::with_max_length(6);
  EXPECT_EQ(codec.max_length(), 6U);
  Buffer buffer("line 1 is too long\nline 2\nline 3\r\nline 4\n\r\n\n");
  EXPECT_EQ(said(codec.decode(buffer)), "bad");
  EXPECT_EQ(said(codec.decode(buffer)), "<line 2>");
  // The carriage return counts: it isn't known yet whether a newline follows.
  EXPECT_EQ(said(codec.decode(buffer)), "bad");
  EXPECT_EQ(said(codec.decode(buffer)), "<line 4>");
  EXPECT_EQ(said(codec.decode(buffer)), "<>");
  EXPECT_EQ(said(codec.decode(buffer)), "<>");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "none");
  buffer.append("line k is too long");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "bad");
}

TEST(Codecs, a_long_line_that_comes_in_bursts_is_skipped_in_all_of_them_and_nothing_is_kept) {
  auto codec = LinesCodec::with_max_length(10);
  Buffer buffer("line ");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  buffer.append("too l");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  buffer.append("ong and\n");
  EXPECT_EQ(said(codec.decode(buffer)), "bad");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  EXPECT_TRUE(buffer.empty());

  buffer.append("another line that is too long");
  EXPECT_EQ(said(codec.decode(buffer)), "bad");
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(said(codec.decode(buffer)), "none");
    EXPECT_TRUE(buffer.empty());
    buffer.append("and goes on and on");
  }
  buffer.append("\nok\n");
  EXPECT_EQ(said(codec.decode(buffer)), "<ok>");
}

TEST(Codecs, a_long_line_ends_between_two_calls_or_within_the_bound_of_the_next) {
  auto codec = LinesCodec::with_max_length(5);
  Buffer buffer("aaaaaa");
  EXPECT_EQ(said(codec.decode(buffer)), "bad");
  buffer.append("a");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  buffer.append("\nbbbbb\n");
  EXPECT_EQ(said(codec.decode(buffer)), "<bbbbb>");

  buffer.append("aaaaaa");
  EXPECT_EQ(said(codec.decode(buffer)), "bad");
  buffer.append("\n");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  buffer.append("bbbbbb\nc\n");
  EXPECT_EQ(said(codec.decode(buffer)), "bad");
  EXPECT_EQ(said(codec.decode(buffer)), "<c>");
}

TEST(Codecs, a_line_of_just_the_bound_is_no_error_wherever_its_end_arrives) {
  auto codec = LinesCodec::with_max_length(5);
  Buffer buffer("abcde");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  buffer.append("\n");
  EXPECT_EQ(said(codec.decode(buffer)), "<abcde>");
}

TEST(Codecs, a_line_is_written_with_a_newline) {
  LinesCodec codec;
  Buffer buffer;
  EXPECT_TRUE(codec.encode("line 1", buffer).has_value());
  EXPECT_TRUE(codec.encode("", buffer).has_value());
  EXPECT_EQ(buffer.text(), "line 1\n\n");
}

TEST(Codecs, any_of_the_delimiters_ends_a_part) {
  AnyDelimiterCodec codec(",;\n\r", ";");
  Buffer buffer("chunk 1,chunk 2;chunk 3\n\r\xff,last");
  EXPECT_EQ(said(codec.decode(buffer)), "<chunk 1>");
  EXPECT_EQ(said(codec.decode(buffer)), "<chunk 2>");
  EXPECT_EQ(said(codec.decode(buffer)), "<chunk 3>");
  EXPECT_EQ(said(codec.decode(buffer)), "<>");
  EXPECT_EQ(said(codec.decode(buffer)), "<\xff>");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "<last>");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "none");
}

TEST(Codecs, a_part_that_is_too_long_is_one_error_and_skipped_to_its_delimiter) {
  auto codec = AnyDelimiterCodec::with_max_length(",;", ";", 7);
  Buffer buffer("chunk 1 is too long;chunk 2,chunk 3");
  EXPECT_EQ(said(codec.decode(buffer)), "bad");
  EXPECT_EQ(said(codec.decode(buffer)), "<chunk 2>");
  EXPECT_EQ(said(codec.decode(buffer)), "none");
  EXPECT_EQ(said(codec.decode_eof(buffer)), "<chunk 3>");
}

TEST(Codecs, a_part_is_written_with_the_separator) {
  AnyDelimiterCodec codec(",;", "--");
  Buffer buffer;
  EXPECT_TRUE(codec.encode("a", buffer).has_value());
  EXPECT_TRUE(codec.encode(bytes_of("b"), buffer).has_value());
  EXPECT_EQ(buffer.text(), "a--b--");
}

}  // namespace
}  // namespace heddle_test
