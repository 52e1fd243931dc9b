// SPDX-License-Identifier: MIT
// BufReader's promises.
#include <heddle/io/buf_read.hpp>
#include <heddle/io/buf_reader.hpp>
#include <heddle/io/cursor.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/read.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::Task;
using heddle::testing::MockStream;
using io::BufReader;
using io::SeekFrom;

class IoBufReader : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoBufReader, every_kind(), name_of);

TEST_P(IoBufReader, gives_small_reads_what_it_read_in_large_ones) {
  run([]() -> Task<> {
    BufReader reader(io::Cursor(std::string("5670123401")), 4);
    std::array<std::byte, 3> three;
    auto count = co_await io::read(reader, three);
    EXPECT_EQ(count.value(), 3U);
    EXPECT_EQ(text_of(three), "567");
    EXPECT_EQ(text_of(reader.buffer()), "0");
    count = co_await io::read(reader, three);
    EXPECT_EQ(count.value(), 1U);  // what is there: it reads no more before
    EXPECT_EQ(three[0], std::byte{'0'});
    auto rest = co_await io::read_exact(reader, three);
    EXPECT_EQ(text_of(three), "123");
    EXPECT_EQ(text_of(reader.buffer()), "4");
  }());
}

TEST_P(IoBufReader, lets_a_large_read_pass_by_its_empty_buffer) {
  run([]() -> Task<> {
    BufReader reader(io::Cursor(std::string("0123456789")), 4);
    std::array<std::byte, 8> eight;
    auto count = co_await io::read(reader, eight);
    EXPECT_EQ(count.value(), 8U);
    EXPECT_TRUE(reader.buffer().empty());
  }());
}

TEST_P(IoBufReader, shows_its_buffer_and_drops_what_is_consumed) {
  run([]() -> Task<> {
    BufReader reader(io::Cursor(std::string("012345")), 4);
    auto filled = co_await io::fill_buf(reader);
    EXPECT_EQ(text_of(filled.value()), "0123");
    reader.consume(3);
    filled = co_await io::fill_buf(reader);
    EXPECT_EQ(text_of(filled.value()), "3");
    reader.consume(1);
    filled = co_await io::fill_buf(reader);
    EXPECT_EQ(text_of(filled.value()), "45");
    reader.consume(2);
    filled = co_await io::fill_buf(reader);
    EXPECT_TRUE(filled.value().empty());
  }());
}

TEST_P(IoBufReader, seeks_from_where_its_user_is_and_not_where_the_stream_is) {
  run([]() -> Task<> {
    BufReader reader(io::Cursor(std::string("0123456789")), 4);
    std::array<std::byte, 1> one;
    auto count = co_await io::read(reader, one);
    auto at = co_await io::seek(reader, SeekFrom::current(2));
    EXPECT_EQ(at.value(), 3U);
    count = co_await io::read(reader, one);
    EXPECT_EQ(one[0], std::byte{'3'});
    at = co_await io::seek(reader, SeekFrom::start(8));
    EXPECT_EQ(at.value(), 8U);
    at = co_await io::seek(reader, SeekFrom::end(-1));
    count = co_await io::read(reader, one);
    EXPECT_EQ(one[0], std::byte{'9'});
    at = co_await io::seek(reader, SeekFrom::current(-20));
    EXPECT_EQ(at.error().kind(), io::ErrorKind::kInvalidInput);
  }());
}

TEST_P(IoBufReader, waits_as_its_stream_does) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().pend().read("ab").pend().pend().read("c\nd").build());
    std::string line;
    auto count = co_await io::read_line(reader, line);
    EXPECT_EQ(line, "abc\n");
    EXPECT_EQ(count.value(), 4U);
  }());
}

TEST_P(IoBufReader, lets_writes_pass_and_gives_its_stream_back) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(64);
    BufReader reader(std::move(a));
    auto written = co_await io::write_all(reader, "through");
    auto flushed = co_await io::flush(reader);
    EXPECT_TRUE(written.has_value() && flushed.has_value());
    std::array<std::byte, 7> seven;
    auto count = co_await io::read_exact(b, seven);
    EXPECT_EQ(text_of(seven), "through");
    auto stream = std::move(reader).into_inner();
    auto ended = co_await io::shutdown(stream);
    count = co_await io::read(b, seven);
    EXPECT_EQ(count.value(), 0U);
  }());
}

TEST(IoBufReaderOf, a_stream_by_its_name_borrows_it_and_of_a_temporary_owns_it) {
  io::Cursor cursor(std::string("x"));
  BufReader borrowed(cursor);
  static_assert(std::is_same_v<decltype(borrowed), BufReader<io::Cursor<std::string>&>>);
  BufReader owned(io::Cursor(std::string("x")));
  static_assert(std::is_same_v<decltype(owned), BufReader<io::Cursor<std::string>>>);
}

}  // namespace
}  // namespace heddle_test
