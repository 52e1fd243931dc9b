// SPDX-License-Identifier: MIT
// FramedWrite's promises.
#include <heddle/future/select.hpp>
#include <heddle/io/cursor.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/framed.hpp>
#include <heddle/io/lines_codec.hpp>
#include <heddle/io/read.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/drop_at_every_await.hpp"
#include "support/mock_task.hpp"
#include "support/on_runtime.hpp"
#include "support/small_codecs.hpp"

#include <string>

namespace heddle_test {
namespace {

using namespace std::string_view_literals;
namespace io = heddle::io;
using heddle::Async;
using heddle::Task;
using heddle::testing::MockStream;
using io::ErrorKind;
using io::FramedWrite;
using io::LinesCodec;

class IoFramedWrite : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoFramedWrite, every_kind(), name_of);

TEST_P(IoFramedWrite, writes_many_frames_at_once) {
  run([]() -> Task<> {
    std::string out;
    FramedWrite frames{io::Cursor(out), U32Codec()};
    for (const std::uint32_t number : {0U, 1U, 2U}) {
      auto fed = co_await frames.feed(number);
      EXPECT_TRUE(fed.has_value());
    }
    EXPECT_EQ(out, "");
    EXPECT_EQ(frames.write_buffer().size(), 12U);
    auto flushed = co_await frames.flush();
    EXPECT_TRUE(flushed.has_value());
    EXPECT_EQ(out, "\0\0\0\0\0\0\0\x01\0\0\0\x02"sv);
  }());
}

TEST_P(IoFramedWrite, writes_on_with_another_codec) {
  run([]() -> Task<> {
    std::string out;
    FramedWrite frames{io::Cursor(out), U32Codec()};
    frames.set_backpressure_boundary(77);
    auto fed = co_await frames.feed(4U);
    auto wide = std::move(frames).map_codec([](U32Codec) { return U64Codec(); });
    EXPECT_EQ(wide.backpressure_boundary(), 77U);
    auto sent = co_await wide.send(std::uint64_t{8});
    EXPECT_TRUE(sent.has_value());
    EXPECT_EQ(out, "\0\0\0\x04\0\0\0\0\0\0\0\x08"sv);
  }());
}

TEST_P(IoFramedWrite, sends_frames_one_by_one_through_a_stream_that_takes_little) {
  run([]() -> Task<> {
    FramedWrite lines(MockStream::Builder().write("he").pend().write("llo\n").pend().pend().write("you\n").build(),
                      LinesCodec());
    auto sent = co_await lines.send("hello");
    EXPECT_TRUE(sent.has_value());
    EXPECT_TRUE(lines.write_buffer().empty());
    const std::string you = "you";
    sent = co_await lines.send(you);
    EXPECT_TRUE(sent.has_value());
  }());
}

TEST(IoFramedWriteSteps, wait_while_the_boundary_is_reached) {
  auto [a, b] = io::duplex(4);
  FramedWrite lines(std::move(a), LinesCodec());
  lines.set_backpressure_boundary(4);
  heddle::test::MockTask task;
  auto first = lines.feed("abcdef");
  EXPECT_TRUE(task.poll(first).is_ready());
  EXPECT_EQ(lines.write_buffer().size(), 7U);
  auto second = lines.feed("g");
  EXPECT_TRUE(task.poll(second).is_pending());
  EXPECT_EQ(lines.write_buffer().text(), "ef\n") << "and nothing was added";
  std::array<std::byte, 4> room;
  auto read = io::read(b, room);
  EXPECT_EQ(task.poll(read)->value(), 4U);
  EXPECT_TRUE(task.is_woken());
  EXPECT_TRUE(task.poll(second)->has_value());
  EXPECT_EQ(lines.write_buffer().text(), "ef\ng\n");
}

TEST_P(IoFramedWrite, adds_nothing_of_a_frame_that_the_codec_refuses) {
  run([]() -> Task<> {
    std::string out;
    FramedWrite frames{io::Cursor(out), U32Codec()};
    auto sent = co_await frames.feed(1U);
    sent = co_await frames.send(U32Codec::kOdd);
    EXPECT_EQ(sent.error().kind(), ErrorKind::kInvalidInput);
    sent = co_await frames.send(2U);
    EXPECT_TRUE(sent.has_value());
    EXPECT_EQ(out, "\0\0\0\x01\0\0\0\x02"sv);
  }());
}

TEST_P(IoFramedWrite, keeps_what_the_stream_refused_for_the_next_flush) {
  run([]() -> Task<> {
    FramedWrite lines(MockStream::Builder()
                          .write("ab")
                          .write_error(io::Error(ErrorKind::kTimedOut, "late"))
                          .write("cd\n")
                          .build(),
                      LinesCodec());
    auto sent = co_await lines.send("abcd");
    EXPECT_EQ(sent.error().kind(), ErrorKind::kTimedOut);
    EXPECT_EQ(lines.write_buffer().text(), "cd\n");
    auto flushed = co_await lines.flush();
    EXPECT_TRUE(flushed.has_value());
  }());
}

TEST_P(IoFramedWrite, says_when_the_stream_takes_no_more) {
  run([]() -> Task<> {
    std::array<std::byte, 3> room;
    FramedWrite lines{io::Cursor(std::span(room).first(3)), LinesCodec()};
    auto sent = co_await lines.send("abcd");
    EXPECT_EQ(sent.error().kind(), ErrorKind::kWriteZero);
  }());
}

TEST_P(IoFramedWrite, writes_the_rest_when_it_closes_and_ends_the_stream) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(64);
    FramedWrite lines(std::move(a), LinesCodec());
    auto fed = co_await lines.feed("last");
    auto closed = co_await lines.close();
    EXPECT_TRUE(closed.has_value());
    std::string text;
    auto count = co_await io::read_to_string(b, text);
    EXPECT_EQ(text, "last\n");
  }());
}

TEST_P(IoFramedWrite, begins_by_writing_the_bytes_it_is_given) {
  run([]() -> Task<> {
    std::string out;
    FramedWrite lines{io::Cursor(out), LinesCodec(), io::Buffer("before ")};
    auto sent = co_await lines.send("after");
    EXPECT_EQ(out, "before after\n");
  }());
}

/// Reads all that comes.
Task<std::string> all_of(io::DuplexStream stream) {
  std::string text;
  auto count = co_await io::read_to_string(stream, text);
  co_return text;
}

struct SendsLines {
  io::Duplex ends = io::duplex(3);
  FramedWrite<io::DuplexStream&, LinesCodec> lines{ends.a, LinesCodec()};
  heddle::task::JoinHandle<std::string> reading;
  std::string known;

  SendsLines() : reading(heddle::task::spawn(all_of(std::move(ends.b)))) { lines.set_backpressure_boundary(1); }
  Async<> run() {
    for (const char* line : {"one", "two", "three"}) {
      auto fed = co_await lines.feed(std::string_view(line));
      if (fed.has_value()) known += std::string(line) + "\n";
      auto flushed = co_await lines.flush();
    }
  }
  Async<> kept() {
    auto closed = co_await lines.close();
    auto text = co_await reading;
    EXPECT_EQ(text.value(), known);
  }
};
TEST(DropAtEveryAwait, feed_and_flush_lose_nothing_and_write_no_part_of_a_line) { drop_at_every_await<SendsLines>(); }

}  // namespace
}  // namespace heddle_test
