// SPDX-License-Identifier: MIT
// FramedRead's promises.
#include <heddle/future/async.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/future/stream_consumer.hpp>
#include <heddle/io/bytes_codec.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/framed.hpp>
#include <heddle/io/lines_codec.hpp>
#include <heddle/io/write.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/mock_task.hpp"
#include "support/on_runtime.hpp"
#include "support/small_codecs.hpp"

#include <string>
#include <vector>

namespace heddle_test {
namespace {

using namespace std::string_view_literals;
namespace io = heddle::io;
using heddle::Task;
using heddle::testing::MockStream;
using io::ErrorKind;
using io::FramedRead;

class IoFramedRead : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoFramedRead, every_kind(), name_of);

/// The frames up to the end; an error is -1.
heddle::Async<std::vector<int>> rest_of(auto& frames) {
  std::vector<int> found;
  for (;;) {
    auto frame = co_await heddle::next(frames);
    if (!frame.has_value()) break;
    found.push_back(frame->has_value() ? static_cast<int>(**frame) : -1);
  }
  co_return found;
}

TEST_P(IoFramedRead, gives_all_frames_of_a_packet) {
  run([]() -> Task<> {
    FramedRead frames(MockStream::Builder().read("\0\0\0\0\0\0\0\x01\0\0\0\x02"sv).build(), U32Codec());
    auto found = co_await rest_of(frames);
    EXPECT_EQ(found, (std::vector{0, 1, 2}));
  }());
}

TEST_P(IoFramedRead, puts_together_frames_that_come_in_pieces) {
  run([]() -> Task<> {
    FramedRead frames(
        MockStream::Builder().read("\0\0\0\0\0\0"sv).pend().read("\0"sv).read("\x01\0\0"sv).pend().read("\0\x02"sv).build(),
        U32Codec());
    auto found = co_await rest_of(frames);
    EXPECT_EQ(found, (std::vector{0, 1, 2}));
  }());
}

TEST_P(IoFramedRead, goes_on_with_another_codec_where_the_first_one_stopped) {
  run([]() -> Task<> {
    FramedRead frames(MockStream::Builder().read("\0\0\0\x04\0\0\0\0\0\0\0\x08"sv).build(), U32Codec());
    auto first = co_await heddle::next(frames);
    EXPECT_EQ(first.value().value(), 4U);
    auto wide = std::move(frames).map_codec([](U32Codec) { return U64Codec(); });
    auto found = co_await rest_of(wide);
    EXPECT_EQ(found, std::vector{8});
  }());
}

TEST_P(IoFramedRead, gives_an_error_of_the_stream_and_then_the_end_and_then_what_follows) {
  run([]() -> Task<> {
    FramedRead frames(MockStream::Builder()
                          .read("\0\0\0\0\0\0"sv)
                          .read_error(io::Error(ErrorKind::kTimedOut, "late"))
                          .read("\0\x01"sv)
                          .build(),
                      U32Codec());
    auto found = co_await rest_of(frames);
    EXPECT_EQ(found, (std::vector{0, -1}));
    found = co_await rest_of(frames);
    EXPECT_EQ(found, std::vector{1});
  }());
}

TEST_P(IoFramedRead, refuses_a_stream_that_ends_in_the_middle_of_a_frame) {
  run([]() -> Task<> {
    FramedRead frames(MockStream::Builder().read("\0\0"sv).build(), U32Codec());
    auto frame = co_await heddle::next(frames);
    EXPECT_EQ(frame.value().error().kind(), ErrorKind::kUnexpectedEof);
    frame = co_await heddle::next(frames);
    EXPECT_FALSE(frame.has_value());
  }());
}

TEST_P(IoFramedRead, asks_the_codec_for_as_many_last_frames_as_it_has) {
  run([]() -> Task<> {
    FramedRead frames(MockStream::Builder().read("abc"sv).build(), LastLetters());
    std::string found;
    for (;;) {
      auto frame = co_await heddle::next(frames);
      if (!frame.has_value()) break;
      found += frame->value();
    }
    EXPECT_EQ(found, "abc");
  }());
}

TEST_P(IoFramedRead, looks_again_after_the_end_whether_the_stream_goes_on) {
  run([]() -> Task<> {
    // An empty step of a stream that grows, as a file does.
    FramedRead frames{Grows(), U32Codec()};
    frames.inner().give("\0\0\0\x01"sv);
    auto found = co_await rest_of(frames);
    EXPECT_EQ(found, std::vector{1});
    found = co_await rest_of(frames);
    EXPECT_EQ(found, std::vector<int>{});
    frames.inner().give("\0\0\0\x02\0\0\0\x03"sv);
    found = co_await rest_of(frames);
    EXPECT_EQ(found, (std::vector{2, 3}));
  }());
}

TEST_P(IoFramedRead, begins_with_the_bytes_it_is_given) {
  run([]() -> Task<> {
    FramedRead frames(MockStream::Builder().read("\x02"sv).build(), U32Codec(), io::Buffer("\0\0\0\x01\0\0\0"sv));
    auto found = co_await rest_of(frames);
    EXPECT_EQ(found, (std::vector{1, 2}));
  }());
}

TEST(IoFramedReadSteps, decode_what_is_put_into_the_buffer_before_they_read_on) {
  auto [a, b] = io::duplex(64);
  FramedRead frames(std::move(a), U32Codec());
  heddle::test::MockTask task;
  auto half = io::write(b, bytes_of("\0\0"sv));
  EXPECT_TRUE(task.poll(half).is_ready());
  auto frame = heddle::next(frames);
  EXPECT_TRUE(task.poll(frame).is_pending());
  EXPECT_EQ(std::as_const(frames).read_buffer().size(), 2U);
  frames.read_buffer().append("\0\x07"sv);
  auto whole = task.poll(frame);
  ASSERT_TRUE(whole.is_ready());
  EXPECT_EQ(whole->value().value(), 7U);
}

TEST_P(IoFramedRead, grows_its_buffer_for_a_frame_that_is_larger) {
  run([]() -> Task<> {
    const std::string large(100'000, 'x');
    FramedRead lines(MockStream::Builder().read(large).read("\nend").build(), io::LinesCodec(), 16);
    auto line = co_await heddle::next(lines);
    EXPECT_EQ(line.value().value(), large);
    line = co_await heddle::next(lines);
    EXPECT_EQ(line.value().value(), "end");
  }());
}

TEST_P(IoFramedRead, is_a_stream_that_consumers_take) {
  run([]() -> Task<> {
    static_assert(heddle::Stream<FramedRead<MockStream, io::LinesCodec>>);
    FramedRead lines(MockStream::Builder().read("a\nb\nc").build(), io::LinesCodec());
    auto all = co_await heddle::stream::collect<io::Result<std::vector<std::string>>>(lines);
    EXPECT_EQ(all.value(), (std::vector<std::string>{"a", "b", "c"}));
  }());
}

TEST_P(IoFramedRead, goes_on_with_the_next_line_after_one_that_was_too_long) {
  run([]() -> Task<> {
    FramedRead lines(MockStream::Builder().read("much too lo").read("ng\nfine\n").build(),
                     io::LinesCodec::with_max_length(4));
    auto line = co_await heddle::next(lines);
    EXPECT_EQ(line.value().error().kind(), ErrorKind::kInvalidData);
    line = co_await heddle::next(lines);
    EXPECT_FALSE(line.has_value());
    line = co_await heddle::next(lines);
    EXPECT_EQ(line.value().value(), "fine");
  }());
}

}  // namespace
}  // namespace heddle_test
