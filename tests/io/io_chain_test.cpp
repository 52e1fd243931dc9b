// SPDX-License-Identifier: MIT
// The promises of io::chain, take, empty, repeat and sink.
#include <heddle/future/async.hpp>
#include <heddle/future/select.hpp>
#include <heddle/io/buf_read.hpp>
#include <heddle/io/buf_reader.hpp>
#include <heddle/io/chain.hpp>
#include <heddle/io/cursor.hpp>
#include <heddle/io/empty.hpp>
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/testing/mock_stream.hpp>

#include "support/bytes.hpp"
#include "support/mock_task.hpp"
#include "support/on_runtime.hpp"

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::Async;
using heddle::Task;
using heddle::testing::MockStream;

class IoChain : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoChain, every_kind(), name_of);
class IoTake : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoTake, every_kind(), name_of);
class IoWithoutDevice : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoWithoutDevice, every_kind(), name_of);

TEST_P(IoChain, reads_one_stream_after_the_other) {
  run([]() -> Task<> {
    auto both = io::chain(MockStream::Builder().read("hello ").pend().build(), io::Cursor(std::string("world")));
    std::string text;
    auto count = co_await io::read_to_string(both, text);
    EXPECT_EQ(count.value(), 11U);
    EXPECT_EQ(text, "hello world");
  }());
}

TEST_P(IoChain, is_not_led_on_by_a_read_of_nothing) {
  run([]() -> Task<> {
    auto both = io::chain(io::Cursor(std::string("1")), io::Cursor(std::string("2")));
    auto nothing = co_await io::read(both, {});
    EXPECT_EQ(nothing.value(), 0U);
    std::string text;
    auto count = co_await io::read_to_string(both, text);
    EXPECT_EQ(text, "12");
  }());
}

TEST_P(IoChain, of_buffers_is_a_buffer) {
  run([]() -> Task<> {
    auto lines = io::lines(io::chain(io::Cursor(std::string("a\nb")), io::Cursor(std::string("c\nd"))));
    std::vector<std::string> found;
    for (;;) {
      auto line = co_await lines.next_line();
      if (!line.value().has_value()) break;
      found.push_back(**line);
    }
    EXPECT_EQ(found, (std::vector<std::string>{"a", "bc", "d"}));
  }());
}

TEST_P(IoTake, reads_no_further_than_its_limit) {
  run([]() -> Task<> {
    auto stream = MockStream::Builder().read("hello world").build();
    auto some = io::take(stream, 4);
    std::string text;
    auto count = co_await io::read_to_string(some, text);
    EXPECT_EQ(text, "hell");
    EXPECT_EQ(some.limit(), 0U);
    some.set_limit(100);
    count = co_await io::read_to_string(some, text);
    EXPECT_EQ(text, "hello world");
    EXPECT_EQ(some.limit(), 93U);
  }());
}

TEST_P(IoTake, does_not_ask_a_stream_that_would_wait_once_the_limit_is_reached) {
  run([]() -> Task<> {
    auto silent = MockStream::Builder().read("ab").pend().read("c").build();
    {
      auto some = io::take(silent, 2);
      std::string text;
      auto count = co_await io::read_to_string(some, text);
      EXPECT_EQ(count.value(), 2U);
    }
    std::string rest;
    auto count = co_await io::read_to_string(silent, rest);
    EXPECT_EQ(rest, "c");
  }());
}

TEST_P(IoTake, of_a_buffer_is_a_buffer) {
  run([]() -> Task<> {
    io::BufReader reader(io::Cursor(std::string("hello\nworld")));
    auto some = io::take(reader, 8);
    std::vector<std::byte> out;
    auto count = co_await io::read_until(some, std::byte{'\n'}, out);
    EXPECT_EQ(count.value(), 6U);
    EXPECT_EQ(some.limit(), 2U);
    count = co_await io::read_until(some, std::byte{'\n'}, out);
    EXPECT_EQ(text_of(out), "hello\nwo");
    EXPECT_EQ(text_of(reader.buffer()), "rld");
  }());
}

/// Claims to have read a byte more than it was given room for.
class Liar {
 public:
  static heddle::Poll<io::Result<std::size_t>> poll_read(heddle::Context&, std::span<std::byte> dst) {
    return heddle::Poll<io::Result<std::size_t>>(std::in_place, dst.size() + 1);
  }
};

TEST(IoTakeDeathTest, of_a_stream_that_lies_about_how_much_it_read_aborts) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  auto some = io::take(Liar(), 10);
  std::array<std::byte, 4> buf;
  auto read = io::read(some, buf);
  heddle::test::MockTask task;
  EXPECT_DEATH(static_cast<void>(task.poll(read)), "had read more than there was room for");
}

TEST_P(IoWithoutDevice, empty_has_ended_and_can_be_anywhere) {
  run([]() -> Task<> {
    auto empty = io::empty();
    std::array<std::byte, 4> buf;
    auto count = co_await io::read(empty, buf);
    EXPECT_EQ(count.value(), 0U);
    auto filled = co_await io::fill_buf(empty);
    EXPECT_TRUE(filled.value().empty());
    auto at = co_await io::seek(empty, io::SeekFrom::end(5));
    EXPECT_EQ(at.value(), 0U);
  }());
}

TEST_P(IoWithoutDevice, repeat_fills_what_it_is_given) {
  run([]() -> Task<> {
    auto z = io::repeat(std::byte{'z'});
    std::array<std::byte, 4> buf;
    auto count = co_await io::read(z, buf);
    EXPECT_EQ(text_of(buf), "zzzz");
  }());
}

TEST_P(IoWithoutDevice, sink_takes_all) {
  run([]() -> Task<> {
    auto sink = io::sink();
    auto count = co_await io::write(sink, bytes_of(std::string(100'000, 'x')));
    EXPECT_EQ(count.value(), 100'000U);
  }());
}

Async<> read_for_ever(auto& stream) {
  std::array<std::byte, 4> buf;
  for (;;) auto count = co_await io::read(stream, buf);
}
Async<> fill_for_ever(auto& stream) {
  for (;;) auto filled = co_await io::fill_buf(stream);
}
Async<> write_for_ever(auto& stream) {
  for (;;) auto count = co_await io::write(stream, bytes_of("x"));
}
Async<> flush_for_ever(auto& stream) {
  for (;;) auto flushed = co_await io::flush(stream);
}
Async<> shut_down_for_ever(auto& stream) {
  for (;;) auto flushed = co_await io::shutdown(stream);
}

TEST_P(IoWithoutDevice, each_leaves_room_for_the_neighbours) {
  run([]() -> Task<> {
    auto empty = io::empty();
    auto z = io::repeat(std::byte{'z'});
    auto sink = io::sink();
    auto ignore = [] {};
    auto other = [] { return heddle::task::yield_now(); };
    co_await heddle::select(heddle::biased, heddle::on(read_for_ever(empty), ignore), heddle::on(other(), ignore));
    co_await heddle::select(heddle::biased, heddle::on(fill_for_ever(empty), ignore), heddle::on(other(), ignore));
    co_await heddle::select(heddle::biased, heddle::on(read_for_ever(z), ignore), heddle::on(other(), ignore));
    co_await heddle::select(heddle::biased, heddle::on(write_for_ever(sink), ignore), heddle::on(other(), ignore));
    co_await heddle::select(heddle::biased, heddle::on(flush_for_ever(sink), ignore), heddle::on(other(), ignore));
    co_await heddle::select(heddle::biased, heddle::on(shut_down_for_ever(sink), ignore), heddle::on(other(), ignore));
  }());
}

}  // namespace
}  // namespace heddle_test
