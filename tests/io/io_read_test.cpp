// SPDX-License-Identifier: MIT
// The promises of io::read and read_exact, and of numbers that are read.
#include <heddle/io/cursor.hpp>
#include <heddle/io/read.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/mock_task.hpp"
#include "support/on_runtime.hpp"

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::Task;
using heddle::testing::MockStream;
using io::ErrorKind;

class IoRead : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoRead, every_kind(), name_of);
class IoReadExact : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoReadExact, every_kind(), name_of);

TEST_P(IoRead, gives_what_the_stream_has_and_then_zero) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("hello world").build();
    std::array<std::byte, 32> buf;
    auto first = co_await io::read(stream, buf);
    EXPECT_EQ(first.value(), 11U);
    EXPECT_EQ(text_of(std::span(buf).first(11)), "hello world");
    auto end = co_await io::read(stream, buf);
    EXPECT_EQ(end.value(), 0U);
  }());
}

TEST_P(IoRead, takes_no_more_than_there_is_room_for) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("hello").build();
    std::array<std::byte, 3> buf;
    auto first = co_await io::read(stream, buf);
    EXPECT_EQ(first.value(), 3U);
    auto second = co_await io::read(stream, buf);
    EXPECT_EQ(second.value(), 2U);
  }());
}

TEST_P(IoRead, passes_on_the_error_of_the_stream) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read_error(io::Error(ErrorKind::kTimedOut, "late")).build();
    std::array<std::byte, 3> buf;
    auto first = co_await io::read(stream, buf);
    EXPECT_EQ(first.error().kind(), ErrorKind::kTimedOut);
    EXPECT_EQ(first.error().message(), "late");
  }());
}

TEST(IoReadDropped, has_taken_nothing) {
  static_assert(heddle::future::kLossOf<io::Read<MockStream>> == heddle::future::Loss::kLossless);
  for (int k = 0; k < 4; ++k) {
    auto stream = MockStream::Builder().pend().pend().read("kept").build();
    std::array<std::byte, 8> buf;
    heddle::test::MockTask task;
    {
      auto read = io::read(stream, buf);
      for (int polls = 0; polls < std::min(k, 2); ++polls) EXPECT_TRUE(task.poll(read).is_pending());
    }
    for (;;) {
      auto read = io::read(stream, buf);
      auto answer = task.poll(read);
      if (answer.is_pending()) continue;
      EXPECT_EQ(answer->value(), 4U);
      break;
    }
    EXPECT_EQ(text_of(std::span(buf).first(4)), "kept");
  }
}

TEST_P(IoReadExact, fills_the_buffer_from_several_reads_and_leaves_the_rest) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("ab").pend().read("cdef").build();
    std::array<std::byte, 5> buf;
    auto count = co_await io::read_exact(stream, buf);
    EXPECT_EQ(count.value(), 5U);
    EXPECT_EQ(text_of(buf), "abcde");
    auto rest = co_await io::read(stream, buf);
    EXPECT_EQ(rest.value(), 1U);
  }());
}

TEST_P(IoReadExact, says_that_the_end_came_too_early) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("abc").build();
    std::array<std::byte, 5> buf;
    auto count = co_await io::read_exact(stream, buf);
    EXPECT_EQ(count.error().kind(), ErrorKind::kUnexpectedEof);
    EXPECT_EQ(text_of(std::span(buf).first(3)), "abc");
  }());
}

TEST_P(IoReadExact, of_nothing_does_not_ask_the_stream) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("x").build();
    auto none = co_await io::read_exact(stream, {});
    EXPECT_EQ(none.value(), 0U);
    std::array<std::byte, 1> buf;
    auto one = co_await io::read_exact(stream, buf);
    EXPECT_EQ(one.value(), 1U);
  }());
}

TEST_P(IoReadExact, passes_on_the_error_of_the_stream) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("a").read_error(io::Error(ErrorKind::kTimedOut, "late")).build();
    std::array<std::byte, 3> buf;
    auto count = co_await io::read_exact(stream, buf);
    EXPECT_EQ(count.error().kind(), ErrorKind::kTimedOut);
  }());
}

TEST_P(IoReadExact, of_a_number_takes_its_bytes_in_the_order_asked_for) {
  run([]() -> Task<> {
    io::Cursor bytes(std::string("\x01\x02\x01\x02\xff\x00\x00\x00\x2a\x3f\x80\x00\x00", 13));
    auto big = co_await io::read_be<std::uint16_t>(bytes);
    EXPECT_EQ(big.value(), 0x0102);
    auto little = co_await io::read_le<std::uint16_t>(bytes);
    EXPECT_EQ(little.value(), 0x0201);
    auto negative = co_await io::read_be<std::int8_t>(bytes);
    EXPECT_EQ(negative.value(), -1);
    auto word = co_await io::read_be<std::uint32_t>(bytes);
    EXPECT_EQ(word.value(), 42U);
    auto real = co_await io::read_be<float>(bytes);
    EXPECT_EQ(real.value(), 1.0F);
    auto none = co_await io::read_be<std::uint8_t>(bytes);
    EXPECT_EQ(none.error().kind(), ErrorKind::kUnexpectedEof);
  }());
}

TEST(IoReadExactDropped, says_that_it_loses_data_and_a_byte_that_it_does_not) {
  using heddle::future::Loss;
  static_assert(heddle::future::kLossOf<io::ReadExact<MockStream>> == Loss::kLosesData);
  static_assert(heddle::future::kLossOf<io::ReadInt<MockStream, int, std::endian::big>> == Loss::kLosesData);
  static_assert(heddle::future::kLossOf<io::ReadInt<MockStream, char, std::endian::big>> == Loss::kLossless);
}

}  // namespace
}  // namespace heddle_test
