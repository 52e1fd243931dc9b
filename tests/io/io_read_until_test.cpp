// SPDX-License-Identifier: MIT
// The promises of io::read_until and read_line.
#include <heddle/io/buf_read.hpp>
#include <heddle/io/buf_reader.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/mock_task.hpp"
#include "support/on_runtime.hpp"

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::Task;
using heddle::testing::MockStream;
using io::BufReader;
using io::ErrorKind;

class IoReadUntil : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoReadUntil, every_kind(), name_of);
class IoReadLine : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoReadLine, every_kind(), name_of);

TEST_P(IoReadUntil, appends_up_to_the_delimiter_and_at_the_end_the_rest) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().read("hello wor").pend().read("ld").build());
    std::vector<std::byte> out;
    auto count = co_await io::read_until(reader, std::byte{' '}, out);
    EXPECT_EQ(count.value(), 6U);
    EXPECT_EQ(text_of(out), "hello ");
    count = co_await io::read_until(reader, std::byte{' '}, out);
    EXPECT_EQ(count.value(), 5U);
    EXPECT_EQ(text_of(out), "hello world");
    count = co_await io::read_until(reader, std::byte{' '}, out);
    EXPECT_EQ(count.value(), 0U);
  }());
}

TEST_P(IoReadUntil, collects_what_comes_in_pieces) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().read("He").pend().read("llo Wor").pend().read("ld#Fizz\xffz").build(), 4);
    std::vector<std::byte> out;
    auto count = co_await io::read_until(reader, std::byte{'#'}, out);
    EXPECT_EQ(count.value(), 12U);
    EXPECT_EQ(text_of(out), "Hello World#");
    out.clear();
    count = co_await io::read_until(reader, std::byte{'#'}, out);
    EXPECT_EQ(text_of(out), "Fizz\xffz");
  }());
}

TEST_P(IoReadUntil, keeps_what_came_before_an_error) {
  run([]() -> Task<> {
    const io::Error error(ErrorKind::kOther, "The world has no end");
    BufReader reader(MockStream::Builder().read("Hello \xffWor").read_error(error).build());
    std::vector<std::byte> out(1, std::byte{'>'});
    auto count = co_await io::read_until(reader, std::byte{'#'}, out);
    EXPECT_EQ(count.error().message(), "The world has no end");
    EXPECT_EQ(text_of(out), ">Hello \xffWor");
  }());
}

TEST_P(IoReadUntil, stops_at_its_bound_with_an_error) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().read("abcd").read("efgh#").build());
    std::vector<std::byte> out;
    auto count = co_await io::read_until(reader, std::byte{'#'}, out, 6);
    EXPECT_EQ(count.error().kind(), ErrorKind::kInvalidData);
    EXPECT_EQ(text_of(out), "abcdef");
    count = co_await io::read_until(reader, std::byte{'#'}, out, 3);
    EXPECT_EQ(count.value(), 3U);
    EXPECT_EQ(text_of(out), "abcdefgh#");
  }());
}

TEST(IoReadUntilDropped, keeps_what_came_and_goes_on_from_there) {
  for (int k = 0; k <= 2; ++k) {
    BufReader reader(MockStream::Builder().read("one").pend().read("two").pend().read("three#").build());
    std::vector<std::byte> out;
    heddle::test::MockTask task;
    {
      auto dropped = io::read_until(reader, std::byte{'#'}, out);
      for (int polls = 0; polls < k; ++polls) EXPECT_TRUE(task.poll(dropped).is_pending());
    }
    auto rest = io::read_until(reader, std::byte{'#'}, out);
    while (task.poll(rest).is_pending()) {
    }
    EXPECT_EQ(text_of(out), "onetwothree#") << k;
  }
}

TEST_P(IoReadLine, appends_a_line_with_its_end) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().read("hello\nwo").pend().read("rld\n\n").build());
    std::string line;
    auto count = co_await io::read_line(reader, line);
    EXPECT_EQ(count.value(), 6U);
    EXPECT_EQ(line, "hello\n");
    count = co_await io::read_line(reader, line);
    EXPECT_EQ(line, "hello\nworld\n");
    line.clear();
    count = co_await io::read_line(reader, line);
    EXPECT_EQ(line, "\n");
    line.clear();
    count = co_await io::read_line(reader, line);
    EXPECT_EQ(count.value(), 0U);
    EXPECT_EQ(line, "");
  }());
}

TEST_P(IoReadLine, says_what_is_no_utf8_keeps_it_and_goes_on_with_the_next) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().read("Hello Wor\xffld\nfine\n").build());
    std::string line = "Foo";
    auto count = co_await io::read_line(reader, line);
    EXPECT_EQ(count.error().kind(), ErrorKind::kInvalidData);
    EXPECT_EQ(count.error().message(), "stream did not contain valid UTF-8");
    EXPECT_EQ(line, "FooHello Wor\xffld\n");
    line.clear();
    count = co_await io::read_line(reader, line);
    EXPECT_EQ(line, "fine\n");
  }());
}

TEST_P(IoReadLine, keeps_what_came_before_an_error) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().read("Hello Wor").read_error(io::Error(ErrorKind::kOther, "Fail")).build());
    std::string line = "Foo";
    auto count = co_await io::read_line(reader, line);
    EXPECT_EQ(count.error().message(), "Fail");
    EXPECT_EQ(line, "FooHello Wor");
  }());
}

TEST_P(IoReadLine, stops_at_its_bound_with_an_error) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().read(std::string(1000, 'x')).build());
    std::string line;
    auto count = co_await io::read_line(reader, line, 100);
    EXPECT_EQ(count.error().kind(), ErrorKind::kInvalidData);
    EXPECT_EQ(line.size(), 100U);
  }());
}

TEST_P(IoReadLine, takes_a_line_that_is_as_long_as_the_bound) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().read("1234\n5678").build());
    std::string line;
    auto count = co_await io::read_line(reader, line, 5);
    EXPECT_EQ(count.value(), 5U);
    count = co_await io::read_line(reader, line, 4);
    EXPECT_EQ(count.value(), 4U);
  }());
}

}  // namespace
}  // namespace heddle_test
