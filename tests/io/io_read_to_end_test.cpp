// SPDX-License-Identifier: MIT
// The promises of io::read_to_end and read_to_string.
#include <heddle/io/chain.hpp>
#include <heddle/io/empty.hpp>
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

class IoReadToEnd : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoReadToEnd, every_kind(), name_of);
class IoReadToString : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoReadToString, every_kind(), name_of);

TEST_P(IoReadToEnd, appends_all_that_comes) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("hello").pend().read(" world").build();
    std::vector<std::byte> out(1, std::byte{'>'});
    auto count = co_await io::read_to_end(stream, out);
    EXPECT_EQ(count.value(), 11U);
    EXPECT_EQ(text_of(out), ">hello world");
  }());
}

TEST_P(IoReadToEnd, grows_as_it_must) {
  run([]() -> Task<> {
    auto z = io::repeat(std::byte{'z'});
    auto much = io::take(z, 1'000'000);
    std::vector<std::byte> out;
    auto count = co_await io::read_to_end(much, out);
    EXPECT_EQ(count.value(), 1'000'000U);
    EXPECT_EQ(out.size(), 1'000'000U);
    EXPECT_EQ(std::ranges::count(out, std::byte{'z'}), 1'000'000);
  }());
}

TEST_P(IoReadToEnd, keeps_what_came_before_an_error) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("kept").read_error(io::Error(ErrorKind::kTimedOut, "late")).build();
    std::vector<std::byte> out;
    auto count = co_await io::read_to_end(stream, out);
    EXPECT_EQ(count.error().kind(), ErrorKind::kTimedOut);
    EXPECT_EQ(text_of(out), "kept");
  }());
}

TEST(IoReadToEndDropped, keeps_what_came_and_goes_on_from_there) {
  const int suspensions = heddle::test::drop_at_each_suspension(
      [] {
        static std::vector<std::byte> out;
        static std::unique_ptr<MockStream> stream;
        if (stream != nullptr) {
          // What the last one left is read to the end: together it is all.
          heddle::test::MockTask task;
          auto rest = io::read_to_end(*stream, out);
          while (task.poll(rest).is_pending()) {
          }
          EXPECT_EQ(text_of(out), "onetwothree");
        }
        out.clear();
        stream = std::make_unique<MockStream>(
            MockStream::Builder().read("one").pend().read("two").pend().read("three").build());
        return io::read_to_end(*stream, out);
      },
      [](int) {});
  EXPECT_EQ(suspensions, 2);
}

TEST_P(IoReadToString, appends_text) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("gr\xc3").pend().read("\xbc\xc3\x9f").build();
    std::string out = "> ";
    auto count = co_await io::read_to_string(stream, out);
    EXPECT_EQ(count.value(), 6U);
    EXPECT_EQ(out, "> gr\xc3\xbc\xc3\x9f");
  }());
}

TEST_P(IoReadToString, says_what_is_no_utf8_and_keeps_it) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("\xff\xff\xff").build();
    std::string out = "abc";
    auto count = co_await io::read_to_string(stream, out);
    EXPECT_EQ(count.error().kind(), ErrorKind::kInvalidData);
    EXPECT_EQ(count.error().message(), "stream did not contain valid UTF-8");
    EXPECT_EQ(out, "abc\xff\xff\xff");
  }());
}

TEST_P(IoReadToString, keeps_what_came_before_an_error) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("def").read_error(io::Error(ErrorKind::kTimedOut, "late")).build();
    std::string out = "abc";
    auto count = co_await io::read_to_string(stream, out);
    EXPECT_EQ(count.error().kind(), ErrorKind::kTimedOut);
    EXPECT_EQ(out, "abcdef");
  }());
}

TEST_P(IoReadToString, does_not_look_at_what_was_there_before) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("fine").build();
    std::string out = "\xff";
    auto count = co_await io::read_to_string(stream, out);
    EXPECT_EQ(count.value(), 4U);
  }());
}

TEST(Utf8, is_told_from_what_only_looks_like_it) {
  using io::detail::is_utf8;
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain ascii, longer than eight"));
  EXPECT_TRUE(is_utf8("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"));
  EXPECT_TRUE(is_utf8("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"));  // the last ones before the holes
  EXPECT_FALSE(is_utf8("\x80"));                                    // no lead
  EXPECT_FALSE(is_utf8("\xc0\x80"));                                // overlong
  EXPECT_FALSE(is_utf8("\xe0\x9f\xbf"));
  EXPECT_FALSE(is_utf8("\xf0\x8f\xbf\xbf"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // beyond the last
  EXPECT_FALSE(is_utf8("\xf5\x80\x80\x80"));
  EXPECT_FALSE(is_utf8("ascii first \xe2\x82"));  // cut short
  EXPECT_FALSE(is_utf8("\xc3"));
  EXPECT_FALSE(is_utf8("\xf0\x9f\x98"));
}

}  // namespace
}  // namespace heddle_test
