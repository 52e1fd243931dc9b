// SPDX-License-Identifier: MIT
// The promises of io::lines and of io::split by a delimiter.
#include <heddle/future/async.hpp>
#include <heddle/future/ok.hpp>
#include <heddle/future/select.hpp>
#include <heddle/io/buf_read.hpp>
#include <heddle/io/buf_reader.hpp>
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
using io::BufReader;
using io::ErrorKind;

class IoLines : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoLines, every_kind(), name_of);
class IoSegments : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoSegments, every_kind(), name_of);

TEST_P(IoLines, come_without_their_ends) {
  run([]() -> Task<> {
    auto lines = io::lines(BufReader(MockStream::Builder().read("hello\r\nwor").pend().read("ld\n\nend").build()));
    std::vector<std::string> found;
    for (;;) {
      auto line = co_await lines.next_line();
      if (!line.value().has_value()) break;
      found.push_back(**line);
    }
    EXPECT_EQ(found, (std::vector<std::string>{"hello", "world", "", "end"}));
  }());
}

TEST_P(IoLines, read_in_a_loop_with_ok) {
  run([]() -> Task<> {
    auto count = [](MockStream& stream) -> heddle::Async<io::Result<int>> {
      BufReader reader(stream);
      auto lines = io::lines(reader);
      int found = 0;
      while (auto line = co_await heddle::ok(lines.next_line())) ++found;
      co_return found;
    };
    auto good = MockStream::Builder().read("a\nb\n").build();
    auto two = co_await count(good);
    EXPECT_EQ(two.value(), 2);
    auto bad = MockStream::Builder().read("a\n").read_error(io::Error(ErrorKind::kTimedOut, "late")).build();
    auto none = co_await count(bad);
    EXPECT_EQ(none.error().kind(), ErrorKind::kTimedOut);
  }());
}

TEST_P(IoLines, that_are_no_utf8_are_an_error_and_the_next_one_follows) {
  run([]() -> Task<> {
    auto lines = io::lines(BufReader(MockStream::Builder().read("a\xff\nb\n").build()));
    auto bad = co_await lines.next_line();
    EXPECT_EQ(bad.error().kind(), ErrorKind::kInvalidData);
    auto good = co_await lines.next_line();
    EXPECT_EQ(good.value(), "b");
  }());
}

TEST_P(IoLines, that_are_too_long_are_an_error_for_good_and_no_more_is_read) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("fine\n").read(std::string(64, 'x')).build();
    auto lines = io::lines(BufReader(stream, 16), 10);  // the reader borrows the stream
    auto good = co_await lines.next_line();
    EXPECT_EQ(good.value(), "fine");
    for (int i = 0; i < 3; ++i) {
      auto bad = co_await lines.next_line();
      EXPECT_EQ(bad.error().kind(), ErrorKind::kInvalidData);
    }
    std::array<std::byte, 64> rest;
    auto left = co_await io::read(stream, rest);
    EXPECT_EQ(left.value(), 64U - 16U);
  }());
}

TEST_P(IoLines, are_a_stream_of_results) {
  run([]() -> Task<> {
    auto lines = io::lines(BufReader(MockStream::Builder().read("one\n\xff\nlast").build()));
    auto next = heddle::poll_fn([&lines](heddle::Context& cx) { return lines.poll_next(cx); });
    auto one = co_await next;
    EXPECT_EQ(one.value().value(), "one");
    auto bad = co_await next;
    EXPECT_EQ(bad.value().error().kind(), ErrorKind::kInvalidData);
    auto last = co_await next;
    EXPECT_EQ(last.value().value(), "last");
    auto end = co_await next;
    EXPECT_FALSE(end.has_value());
  }());
}

TEST_P(IoLines, lose_nothing_when_another_arm_of_a_select_is_first) {
  run([]() -> Task<> {
    auto lines = io::lines(BufReader(MockStream::Builder().read("he").pend().read("llo\n").build()));
    int lost = 0;
    std::string found;
    while (found.empty()) {
      co_await heddle::select(heddle::biased,
                              heddle::on(lines.next_line(), [&](auto line) { found = line.value().value(); }),
                              heddle::on(heddle::ready(), [&] { ++lost; }));
    }
    EXPECT_EQ(found, "hello");
    EXPECT_EQ(lost, 1);
  }());
}

TEST_P(IoSegments, are_what_stands_between_delimiters) {
  run([]() -> Task<> {
    BufReader reader(MockStream::Builder().read("a,,b").pend().read("c,\xff").build());
    auto parts = io::split(reader, std::byte{','});
    std::vector<std::string> found;
    for (;;) {
      auto part = co_await parts.next_segment();
      if (!part.value().has_value()) break;
      found.push_back(text_of(**part));
    }
    EXPECT_EQ(found, (std::vector<std::string>{"a", "", "bc", "\xff"}));
  }());
}

TEST_P(IoSegments, that_are_too_long_are_an_error) {
  run([]() -> Task<> {
    auto parts = io::split(BufReader(MockStream::Builder().read("ab,abcdef,").build()), std::byte{','}, 4);
    auto good = co_await parts.next_segment();
    EXPECT_EQ(text_of(good.value().value()), "ab");
    auto bad = co_await parts.next_segment();
    EXPECT_EQ(bad.error().kind(), ErrorKind::kInvalidData);
  }());
}

}  // namespace
}  // namespace heddle_test
