// SPDX-License-Identifier: MIT
// The promises of io::write, write_all, write_vectored, flush, shutdown, and of numbers that are written.
#include <heddle/io/cursor.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
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

class IoWrite : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoWrite, every_kind(), name_of);
class IoWriteAll : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoWriteAll, every_kind(), name_of);
class IoWriteInt : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoWriteInt, every_kind(), name_of);

TEST_P(IoWrite, says_how_much_the_stream_took) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().write("hello").write(" world").build();
    auto count = co_await io::write(stream, bytes_of("hello world"));
    EXPECT_EQ(count.value(), 5U);
    count = co_await io::write(stream, bytes_of(" world"));
    EXPECT_EQ(count.value(), 6U);
  }());
}

TEST_P(IoWrite, to_a_cursor_overwrites_and_grows_or_stops_where_there_is_no_room) {
  run([]() -> Task<> {
    io::Cursor growing(std::string("0123"));
    growing.set_position(2);
    auto count = co_await io::write(growing, bytes_of("abcd"));
    EXPECT_EQ(count.value(), 4U);
    EXPECT_EQ(growing.inner(), "01abcd");
    EXPECT_EQ(growing.position(), 6U);
    std::array<std::byte, 3> room{};
    io::Cursor fixed{std::span(room).first(3)};
    count = co_await io::write(fixed, bytes_of("abcd"));
    EXPECT_EQ(count.value(), 3U);
    count = co_await io::write(fixed, bytes_of("d"));
    EXPECT_EQ(count.value(), 0U);
    EXPECT_EQ(text_of(room), "abc");
  }());
}

TEST_P(IoWrite, vectored_takes_from_several_places_or_from_the_first_that_is_not_empty) {
  run([]() -> Task<> {
    const std::array sources{bytes_of(""), bytes_of("ab"), bytes_of("cd")};
    auto [a, b] = io::duplex(3);
    auto count = co_await io::write_vectored(a, sources);
    EXPECT_EQ(count.value(), 3U);
    std::array<std::byte, 3> got;
    auto read = co_await io::read_exact(b, got);
    EXPECT_EQ(text_of(got), "abc");
    auto plain = MockStream::Builder().write("ab").build();
    count = co_await io::write_vectored(plain, sources);
    EXPECT_EQ(count.value(), 2U);
  }());
}

TEST(IoWriteDropped, has_written_nothing) {
  static_assert(heddle::future::kLossOf<io::Write<MockStream>> == heddle::future::Loss::kLossless);
  static_assert(heddle::future::kLossOf<io::WriteAll<MockStream>> == heddle::future::Loss::kLosesData);
  auto stream = MockStream::Builder().pend().pend().write("once").build();
  heddle::test::MockTask task;
  for (int k = 0; k < 2; ++k) {
    auto dropped = io::write(stream, bytes_of("never"));
    EXPECT_TRUE(task.poll(dropped).is_pending());
    EXPECT_EQ(task.take_wakes(), 1);
  }
  auto write = io::write(stream, bytes_of("once"));
  auto answer = task.poll(write);
  EXPECT_TRUE(answer.is_ready() && answer->value() == 4);
}

TEST_P(IoWriteAll, writes_piece_by_piece) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().write("he").pend().write("llo ").pend().write("world").build();
    auto all = co_await io::write_all(stream, "hello world");
    EXPECT_TRUE(all.has_value());
    auto none = co_await io::write_all(stream, "");
    EXPECT_TRUE(none.has_value());
  }());
}

TEST_P(IoWriteAll, says_that_the_stream_takes_no_more) {
  run([]() -> Task<> {
    std::array<std::byte, 3> room{};
    io::Cursor fixed{std::span(room).first(3)};
    auto all = co_await io::write_all(fixed, "abcd");
    EXPECT_EQ(all.error().kind(), ErrorKind::kWriteZero);
  }());
}

TEST_P(IoWriteAll, passes_on_the_error_of_the_stream) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().write("a").write_error(io::Error(ErrorKind::kBrokenPipe, "gone")).build();
    auto all = co_await io::write_all(stream, "ab");
    EXPECT_EQ(all.error().kind(), ErrorKind::kBrokenPipe);
  }());
}

TEST_P(IoWriteInt, puts_its_bytes_in_the_order_asked_for) {
  run([]() -> Task<> {
    io::Cursor out{std::string()};
    auto r1 = co_await io::write_be(out, std::uint16_t{0x0102});
    auto r2 = co_await io::write_le<std::uint32_t>(out, 0x01020304);
    auto r3 = co_await io::write_be<std::int8_t>(out, -1);
    auto r4 = co_await io::write_be(out, 1.0F);
    EXPECT_TRUE(r1.has_value() && r2.has_value() && r3.has_value() && r4.has_value());
    EXPECT_EQ(out.inner(), std::string("\x01\x02\x04\x03\x02\x01\xff\x3f\x80\x00\x00", 11));
  }());
}

TEST_P(IoWriteInt, goes_on_after_a_part_of_it_was_taken) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().write("ab").pend().write("c").pend().write("d").build();
    auto written = co_await io::write_be<std::uint32_t>(stream, 0x61626364);
    EXPECT_TRUE(written.has_value());
  }());
}

TEST_P(IoWriteInt, is_an_error_when_the_stream_takes_nothing) {
  run([]() -> Task<> {
    std::array<std::byte, 1> room{};
    io::Cursor fixed{std::span(room).first(1)};
    auto written = co_await io::write_be<std::uint16_t>(fixed, 1);
    EXPECT_EQ(written.error().kind(), ErrorKind::kWriteZero);
  }());
}

}  // namespace
}  // namespace heddle_test
