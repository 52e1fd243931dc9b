// SPDX-License-Identifier: MIT
// Framed's promises: both directions of a stream, its parts, and codecs that change.
#include <heddle/future/stream.hpp>
#include <heddle/io/bytes_codec.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/framed.hpp>
#include <heddle/io/lines_codec.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/small_codecs.hpp"

#include <string>

namespace heddle_test {
namespace {

using namespace std::string_view_literals;
namespace io = heddle::io;
using heddle::Task;
using heddle::testing::MockStream;
using io::Framed;
using io::FramedParts;

class IoFramed : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoFramed, every_kind(), name_of);

TEST_P(IoFramed, speaks_line_by_line) {
  run([]() -> Task<> {
    Framed lines(MockStream::Builder().read("ask\n").write("answer\n").pend().read("more").build(), io::LinesCodec());
    auto line = co_await heddle::next(lines);
    EXPECT_EQ(line.value().value(), "ask");
    auto sent = co_await lines.send("answer");
    EXPECT_TRUE(sent.has_value());
    line = co_await heddle::next(lines);
    EXPECT_EQ(line.value().value(), "more");
    line = co_await heddle::next(lines);
    EXPECT_FALSE(line.has_value());
    auto closed = co_await lines.close();
    EXPECT_TRUE(closed.has_value());
  }());
}

TEST_P(IoFramed, reads_what_is_in_the_parts_it_is_made_of) {
  run([]() -> Task<> {
    FramedParts parts(MockStream::Builder().build(), U32Codec(), io::Buffer("\0\0\0\x2a"sv));
    Framed numbers(std::move(parts));
    auto number = co_await heddle::next(numbers);
    EXPECT_EQ(number.value().value(), 42U);
    number = co_await heddle::next(numbers);
    EXPECT_FALSE(number.has_value());
  }());
}

TEST_P(IoFramed, does_not_ask_the_codec_before_there_is_a_byte) {
  run([]() -> Task<> {
    Framed frames(FramedParts(MockStream::Builder().build(), NeverEmpty()));
    auto frame = co_await heddle::next(frames);
    EXPECT_FALSE(frame.has_value());
  }());
}

TEST_P(IoFramed, goes_on_in_another_protocol_without_losing_a_byte) {
  run([]() -> Task<> {
    Framed lines(MockStream::Builder().read("upgrade\nraw").write("fine\nbytes").build(), io::LinesCodec());
    auto line = co_await heddle::next(lines);
    EXPECT_EQ(line.value().value(), "upgrade");
    auto fed = co_await lines.feed("fine");
    auto parts = std::move(lines).into_parts();
    EXPECT_EQ(parts.read.text(), "raw");
    EXPECT_EQ(parts.write.text(), "fine\n");
    Framed bytes(FramedParts(std::move(parts.stream), io::BytesCodec(), std::move(parts.read), std::move(parts.write)));
    auto some = co_await heddle::next(bytes);
    EXPECT_EQ(text_of(some.value().value()), "raw");
    auto sent = co_await bytes.send("bytes");
    EXPECT_TRUE(sent.has_value());
  }());
}

TEST_P(IoFramed, maps_its_codec_and_keeps_both_buffers) {
  run([]() -> Task<> {
    Framed numbers(MockStream::Builder()
                       .read("\0\0\0\x01\0\0\0\0\0\0\0\x02"sv)
                       .write("\0\0\0\x05\0\0\0\0\0\0\0\x06"sv)
                       .build(),
                   U32Codec());
    auto number = co_await heddle::next(numbers);
    auto fed = co_await numbers.feed(5U);
    auto wide = std::move(numbers).map_codec([](U32Codec) { return U64Codec(); });
    auto next = co_await heddle::next(wide);
    EXPECT_EQ(next.value().value(), 2U);
    auto sent = co_await wide.send(std::uint64_t{6});
    EXPECT_TRUE(sent.has_value());
  }());
}

TEST_P(IoFramed, works_over_a_stream_that_others_own_and_moves_before_it_is_polled) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(16);
    Framed ours(a, io::LinesCodec());
    Framed theirs(std::move(b), io::LinesCodec(), 1);
    static_assert(heddle::Send<decltype(theirs)> && heddle::Owned<decltype(theirs)> && !heddle::Owned<decltype(ours)>);
    auto echo = heddle::task::spawn([](auto frames) -> Task<> {
      for (;;) {
        auto line = co_await heddle::next(frames);
        if (!line.has_value()) co_return;
        auto sent = co_await frames.send(line->value() + "!");
      }
    }(std::move(theirs)));
    auto sent = co_await ours.send("a line that is longer than the pipe");
    EXPECT_TRUE(sent.has_value());
    auto answer = co_await heddle::next(ours);
    EXPECT_EQ(answer.value().value(), "a line that is longer than the pipe!");
    auto closed = co_await ours.close();
    auto ended = co_await echo;
    EXPECT_TRUE(ended.has_value());
  }());
}

}  // namespace
}  // namespace heddle_test
