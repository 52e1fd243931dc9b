// SPDX-License-Identifier: MIT
// BufWriter's and BufStream's promises.
#include <heddle/io/buf_read.hpp>
#include <heddle/io/buf_writer.hpp>
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
using io::BufWriter;
using io::SeekFrom;

class IoBufWriter : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoBufWriter, every_kind(), name_of);

TEST_P(IoBufWriter, collects_what_fits_and_gives_it_on_when_more_comes) {
  run([]() -> Task<> {
    std::string out;
    BufWriter writer{io::Cursor(out), 2};
    auto count = co_await io::write(writer, bytes_of("0"));
    EXPECT_EQ(text_of(writer.buffer()), "0");
    count = co_await io::write(writer, bytes_of("1"));
    EXPECT_EQ(out, "");
    count = co_await io::write(writer, bytes_of("2"));
    EXPECT_EQ(count.value(), 1U);
    EXPECT_EQ(out, "01");
    EXPECT_EQ(text_of(writer.buffer()), "2");
    auto flushed = co_await io::flush(writer);
    EXPECT_EQ(out, "012");
    EXPECT_TRUE(writer.buffer().empty());
  }());
}

TEST_P(IoBufWriter, lets_a_large_write_pass_and_keeps_the_order) {
  run([]() -> Task<> {
    std::string out;
    BufWriter writer{io::Cursor(out), 4};
    auto small = co_await io::write_all(writer, "ab");
    auto large = co_await io::write_all(writer, "0123456789");
    EXPECT_EQ(out, "ab0123456789");
    EXPECT_TRUE(writer.buffer().empty());
  }());
}

TEST_P(IoBufWriter, writes_through_a_stream_that_takes_little_and_waits) {
  run([]() -> Task<> {
    BufWriter writer(MockStream::Builder().write("ab").pend().write("c").pend().pend().write("defg").build(), 3);
    auto written = co_await io::write_all(writer, "abcdefg");
    EXPECT_TRUE(written.has_value());
    auto flushed = co_await io::flush(writer);
    EXPECT_TRUE(flushed.has_value());
  }());
}

TEST_P(IoBufWriter, flushes_before_it_shuts_down) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(64);
    BufWriter writer(std::move(a));
    auto written = co_await io::write_all(writer, "last");
    auto ended = co_await io::shutdown(writer);
    EXPECT_TRUE(ended.has_value());
    std::string text;
    auto count = co_await io::read_to_string(b, text);
    EXPECT_EQ(text, "last");
  }());
}

TEST_P(IoBufWriter, flushes_before_it_seeks) {
  run([]() -> Task<> {
    std::string out;
    BufWriter writer{io::Cursor(out)};
    auto written = co_await io::write_all(writer, "012345");
    auto at = co_await io::seek(writer, SeekFrom::start(2));
    EXPECT_EQ(at.value(), 2U);
    EXPECT_EQ(out, "012345");
    written = co_await io::write_all(writer, "xy");
    auto flushed = co_await io::flush(writer);
    EXPECT_EQ(out, "01xy45");
  }());
}

TEST_P(IoBufWriter, keeps_what_the_stream_refused_for_the_next_flush) {
  run([]() -> Task<> {
    BufWriter writer(MockStream::Builder()
                         .write("ab")
                         .write_error(io::Error(io::ErrorKind::kTimedOut, "late"))
                         .write("cd")
                         .build());
    auto written = co_await io::write_all(writer, "abcd");
    auto flushed = co_await io::flush(writer);
    EXPECT_EQ(flushed.error().kind(), io::ErrorKind::kTimedOut);
    EXPECT_EQ(text_of(writer.buffer()), "cd");
    flushed = co_await io::flush(writer);
    EXPECT_TRUE(flushed.has_value());
  }());
}

TEST_P(IoBufWriter, says_when_the_stream_takes_no_more) {
  run([]() -> Task<> {
    std::array<std::byte, 3> room;
    BufWriter writer{io::Cursor(std::span(room).first(3))};
    auto written = co_await io::write_all(writer, "abcd");
    auto flushed = co_await io::flush(writer);
    EXPECT_EQ(flushed.error().kind(), io::ErrorKind::kWriteZero);
    EXPECT_EQ(text_of(room), "abc");
  }());
}

TEST_P(IoBufWriter, gathers_a_vectored_write) {
  run([]() -> Task<> {
    std::string out;
    BufWriter writer{io::Cursor(out), 8};
    const std::array sources{bytes_of("ab"), bytes_of(""), bytes_of("cde")};
    auto count = co_await io::write_vectored(writer, sources);
    EXPECT_EQ(count.value(), 5U);
    EXPECT_EQ(text_of(writer.buffer()), "abcde");
    // Too much for what is left, and small enough for the buffer.
    count = co_await io::write_vectored(writer, sources);
    EXPECT_EQ(count.value(), 5U);
    EXPECT_EQ(out, "abcde");
    auto nothing = co_await io::write_vectored(writer, {});
    EXPECT_EQ(nothing.value(), 0U);
  }());
}

TEST_P(IoBufWriter, and_a_reader_make_a_buffered_stream) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(64);
    io::BufStream stream(std::move(a));
    auto asked = co_await io::write_all(stream, "question\n");
    auto flushed = co_await io::flush(stream);
    std::string line;
    io::BufReader other(b);
    auto count = co_await io::read_line(other, line);
    EXPECT_EQ(line, "question\n");
    auto answered = co_await io::write_all(other, "answer\nmore");
    line.clear();
    count = co_await io::read_line(stream, line);
    EXPECT_EQ(line, "answer\n");
    EXPECT_EQ(text_of(stream.buffer()), "more");
    static_assert(heddle::Send<io::BufStream<io::DuplexStream>>);
  }());
}

}  // namespace
}  // namespace heddle_test
