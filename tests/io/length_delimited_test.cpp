// SPDX-License-Identifier: MIT
// LengthDelimitedCodec's promises.
#include <heddle/future/stream.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/length_delimited_codec.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace heddle_test {
namespace {

using namespace std::string_view_literals;
namespace io = heddle::io;
using heddle::Task;
using heddle::testing::MockStream;
using io::Buffer;
using io::ErrorKind;
using io::LengthDelimitedCodec;
using Builder = io::LengthDelimitedCodec::Builder;

/// All frames of `bytes`; an error ends them, as "bad" or "cut".
std::vector<std::string> frames_of(LengthDelimitedCodec codec, std::string_view bytes) {
  std::vector<std::string> frames;
  Buffer buffer(bytes);
  for (;;) {
    auto frame = io::decode_eof(codec, buffer);
    if (!frame.has_value()) {
      frames.emplace_back(frame.error().kind() == ErrorKind::kUnexpectedEof ? "cut" : "bad");
      return frames;
    }
    if (!frame->has_value()) return frames;
    frames.push_back(text_of(**frame));
  }
}
std::string encoded(LengthDelimitedCodec codec, std::string_view frame) {
  Buffer buffer;
  if (auto done = codec.encode(frame, buffer); !done) return "refused";
  return std::string(buffer.text());
}
using Frames = std::vector<std::string>;

TEST(LengthDelimited, frames_have_four_bytes_of_length_before_them) {
  EXPECT_EQ(frames_of({}, "\0\0\0\x09" "abcdefghi\0\0\0\0\0\0\0\x03" "123"sv), (Frames{"abcdefghi", "", "123"}));
  EXPECT_EQ(encoded({}, "abcdefghi"), "\0\0\0\x09" "abcdefghi"sv);
  EXPECT_EQ(frames_of({}, ""), Frames{});
}

TEST(LengthDelimited, the_least_significant_byte_may_come_first) {
  EXPECT_EQ(frames_of(Builder().little_endian().build(), "\x03\0\0\0" "123"sv), Frames{"123"});
  EXPECT_EQ(encoded(Builder().little_endian().build(), "123"), "\x03\0\0\0" "123"sv);
  EXPECT_EQ(frames_of(Builder().native_endian().build(), encoded(Builder().native_endian().build(), "1")), Frames{"1"});
  EXPECT_EQ(encoded(Builder().little_endian().big_endian().build(), "1"), "\0\0\0\x01" "1"sv);
}

TEST(LengthDelimited, the_length_has_one_to_eight_bytes) {
  for (std::size_t bytes = 1; bytes <= 8; ++bytes) {
    auto codec = Builder().length_field_length(bytes).build();
    const std::string written = encoded(codec, "abc");
    EXPECT_EQ(written, std::string(bytes - 1, '\0') + "\x03" "abc");
    EXPECT_EQ(frames_of(codec, written), Frames{"abc"});
  }
  EXPECT_THROW(Builder().length_field_length(0), std::invalid_argument);
  EXPECT_THROW(Builder().length_field_length(9), std::invalid_argument);
}

TEST(LengthDelimited, the_length_may_stand_behind_other_bytes_which_are_skipped) {
  EXPECT_EQ(frames_of(Builder().length_field_length(2).length_field_offset(4).build(), "zzzz\0\x09" "abcdefghi"sv),
            Frames{"abcdefghi"});
}

TEST(LengthDelimited, the_head_may_be_kept) {
  auto codec = Builder().length_field_length(2).length_field_offset(2).num_skip(0).length_adjustment(4).build();
  EXPECT_EQ(frames_of(codec, "xx\0\x03" "123yy\0\0"sv), (Frames{std::string("xx\0\x03" "123"sv), std::string("yy\0\0"sv)}));
}

TEST(LengthDelimited, more_than_the_head_may_be_skipped) {
  EXPECT_EQ(frames_of(Builder().length_field_length(3).num_skip(4).build(), "\0\0\x0b\x0cHello world"sv),
            Frames{"Hello world"});
  auto codec = Builder().length_field_length(3).num_skip(4).build();
  Buffer buffer("\0\0\x01"sv);
  EXPECT_EQ(codec.decode(buffer).value(), std::nullopt);
  buffer.append("-a");
  EXPECT_EQ(text_of(codec.decode(buffer).value().value()), "a");
}

TEST(LengthDelimited, the_length_may_count_the_head) {
  auto codec = Builder().length_field_length(2).length_adjustment(-2).build();
  EXPECT_EQ(frames_of(codec, "\0\x0b" "abcdefghi\0\x05" "123\0\x02"sv), (Frames{"abcdefghi", "123", ""}));
  EXPECT_EQ(encoded(codec, "123"), "\0\x05" "123"sv);
}

TEST(LengthDelimited, a_length_that_is_less_than_nothing_is_an_error) {
  EXPECT_EQ(frames_of(Builder().length_adjustment(-4).build(), "\0\0\0\x03" "abcd"sv), Frames{"bad"});
  EXPECT_EQ(encoded(Builder().length_adjustment(4).build(), "abc"), "refused");
}

TEST(LengthDelimited, a_stream_that_ends_in_a_head_or_a_frame_is_an_error) {
  EXPECT_EQ(frames_of({}, "\0\0"sv), Frames{"cut"});
  EXPECT_EQ(frames_of({}, "\0\0\0\x01" "a\0\0\0"sv), (Frames{"a", "cut"}));
  EXPECT_EQ(frames_of({}, "\0\0\0\x09" "abcd"sv), Frames{"cut"});
}

TEST(LengthDelimited, a_frame_that_is_too_long_is_an_error_before_it_arrives) {
  auto codec = Builder().max_frame_length(5).build();
  Buffer buffer("\0\0\0\x06"sv);
  auto frame = codec.decode(buffer);
  EXPECT_EQ(frame.error().kind(), ErrorKind::kInvalidData);
  frame = codec.decode(buffer);
  EXPECT_EQ(frame.error().kind(), ErrorKind::kInvalidData);
  EXPECT_EQ(encoded(codec, "abcdef"), "refused");
  EXPECT_EQ(encoded(codec, "abcde"), "\0\0\0\x05" "abcde"sv);
  EXPECT_EQ(frames_of(Builder().length_field_length(8).build(), "\xff\xff\xff\xff\xff\xff\xff\xff"sv), Frames{"bad"});
}

TEST(LengthDelimited, the_bound_may_change_between_frames_and_not_for_one_whose_head_was_read) {
  LengthDelimitedCodec codec;
  Buffer buffer("\0\0\0\x09" "abcd"sv);
  EXPECT_EQ(codec.decode(buffer).value(), std::nullopt);
  codec.set_max_frame_length(5);
  buffer.append("efghi");
  EXPECT_EQ(text_of(codec.decode(buffer).value().value()), "abcdefghi");
  buffer.append("\0\0\0\x09" "abcdefghi"sv);
  EXPECT_FALSE(codec.decode(buffer).has_value());
}

TEST(LengthDelimited, the_bound_is_no_more_than_the_field_can_hold) {
  for (const auto& [adjustment, most] : {std::pair(-1, 254U), std::pair(0, 255U), std::pair(1, 256U)}) {
    auto codec = Builder().length_field_length(1).length_adjustment(adjustment).max_frame_length(1000).build();
    EXPECT_EQ(codec.max_frame_length(), most);
    codec.set_max_frame_length(2000);
    EXPECT_EQ(codec.max_frame_length(), most);
    const std::string longest(most, 'x');
    EXPECT_EQ(frames_of(codec, encoded(codec, longest)), Frames{longest});
    EXPECT_EQ(encoded(codec, longest + "x"), "refused");
  }
  EXPECT_EQ(Builder().length_field_length(1).max_frame_length(100).build().max_frame_length(), 100U);
  EXPECT_EQ(Builder().length_field_length(8).max_frame_length(std::string::npos).build().max_frame_length(),
            std::string::npos);
  auto hopeless = Builder().length_field_length(1).length_adjustment(-300).build();
  EXPECT_EQ(hopeless.max_frame_length(), 0U);
  EXPECT_EQ(encoded(hopeless, ""), "refused");
}

TEST(LengthDelimited, memory_is_taken_for_what_arrived_and_not_for_what_was_announced) {
  LengthDelimitedCodec codec;
  Buffer buffer("\0\x7f\xff\xff" "a"sv);
  EXPECT_EQ(codec.decode(buffer).value(), std::nullopt);
  EXPECT_LT(buffer.capacity(), 100U);
}

class LengthDelimitedFrames : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, LengthDelimitedFrames, every_kind(), name_of);

TEST_P(LengthDelimitedFrames, come_together_whatever_the_packets_are) {
  run([]() -> Task<> {
    io::FramedRead frames(MockStream::Builder()
                              .read("\0\0"sv)
                              .pend()
                              .read("\0\x09"
                                    "abc"sv)
                              .read("defghi\0\0\0\x03"
                                    "1"sv)
                              .pend()
                              .read("23")
                              .build(),
                          LengthDelimitedCodec());
    auto frame = co_await heddle::next(frames);
    EXPECT_EQ(text_of(frame.value().value()), "abcdefghi");
    frame = co_await heddle::next(frames);
    EXPECT_EQ(text_of(frame.value().value()), "123");
    frame = co_await heddle::next(frames);
    EXPECT_FALSE(frame.has_value());
  }());
}

TEST_P(LengthDelimitedFrames, are_written_whole_to_a_stream_that_takes_little) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(3);
    auto reading = heddle::task::spawn(
        [](io::DuplexStream stream) -> Task<std::vector<std::string>> {
          io::FramedRead frames(stream, LengthDelimitedCodec());
          std::vector<std::string> found;
          for (;;) {
            auto frame = co_await heddle::next(frames);
            if (!frame.has_value()) break;
            found.push_back(text_of(frame->value()));
          }
          co_return found;
        }(std::move(b)));
    io::FramedWrite frames(std::move(a), LengthDelimitedCodec());
    for (const char* frame : {"abcdefghi", "", "123"}) {
      auto sent = co_await frames.send(std::string_view(frame));
      EXPECT_TRUE(sent.has_value());
    }
    auto closed = co_await frames.close();
    EXPECT_TRUE(closed.has_value());
    auto found = co_await reading;
    EXPECT_EQ(found.value(), (Frames{"abcdefghi", "", "123"}));
  }());
}

TEST_P(LengthDelimitedFrames, to_a_stream_that_takes_no_more_are_an_error) {
  run([]() -> Task<> {
    io::FramedWrite frames(MockStream::Builder()
                               .write_error(io::Error(ErrorKind::kBrokenPipe, "gone"))
                               .build(),
                           LengthDelimitedCodec());
    auto sent = co_await frames.send("abc");
    EXPECT_EQ(sent.error().kind(), ErrorKind::kBrokenPipe);
    sent = co_await frames.send(std::string(9U << 20, 'x'));
    EXPECT_EQ(sent.error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ(frames.write_buffer().size(), 7U);
  }());
}

}  // namespace
}  // namespace heddle_test
