// SPDX-License-Identifier: MIT
// The promises of io::join, and of io::split of a stream into halves.
#include <heddle/io/cursor.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/join.hpp>
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/sync/rc.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::Task;

class IoJoin : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoJoin, every_kind(), name_of);
class IoSplit : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoSplit, every_kind(), name_of);

TEST_P(IoJoin, reads_from_one_and_writes_to_the_other) {
  run([]() -> Task<> {
    std::string out;
    auto both = io::join(io::Cursor(std::string("question")), io::Cursor(out));
    std::string text;
    auto count = co_await io::read_to_string(both, text);
    EXPECT_EQ(text, "question");
    auto written = co_await io::write_all(both, "answer");
    const std::array more{bytes_of("!")};
    count = co_await io::write_vectored(both, more);
    auto flushed = co_await io::flush(both);
    auto ended = co_await io::shutdown(both);
    EXPECT_TRUE(written.has_value() && flushed.has_value() && ended.has_value());
    EXPECT_EQ(out, "answer!");
  }());
}

TEST_P(IoSplit, lets_one_task_read_while_another_writes) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(8);
    auto [reader, writer] = io::split(std::move(a));
    auto [other_reader, other_writer] = io::split(std::move(b));
    auto sends = [](io::WriteHalf<io::DuplexStream> half) -> Task<> {
      auto written = co_await io::write_all(half, std::string(10'000, 'x'));
      EXPECT_TRUE(written.has_value());
      auto ended = co_await io::shutdown(half);
      EXPECT_TRUE(ended.has_value());
    };
    auto receives = [](io::ReadHalf<io::DuplexStream> half) -> Task<std::size_t> {
      std::vector<std::byte> all;
      auto count = co_await io::read_to_end(half, all);
      co_return count.value();
    };
    auto first = heddle::task::spawn(sends(std::move(writer)));
    auto second = heddle::task::spawn(sends(std::move(other_writer)));
    auto third = heddle::task::spawn(receives(std::move(reader)));
    auto count = co_await receives(std::move(other_reader));
    EXPECT_EQ(count, 10'000U);
    auto other = co_await third;
    EXPECT_EQ(other.value(), 10'000U);
    auto one = co_await first;
    auto two = co_await second;
    EXPECT_TRUE(one.has_value() && two.has_value());
  }());
}

TEST_P(IoSplit, ends_the_stream_when_both_halves_are_gone) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(8);
    std::vector<std::byte> none;
    {
      auto [reader, writer] = io::split(std::move(a));
      auto written = co_await io::write_all(writer, "x");
    }
    auto count = co_await io::read_to_end(b, none);
    EXPECT_EQ(count.value(), 1U);
  }());
}

TEST_P(IoSplit, can_be_undone) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(8);
    auto [reader, writer] = io::split(std::move(a));
    EXPECT_TRUE(reader.is_pair_of(writer));
    auto whole = std::move(reader).reunite(std::move(writer));
    EXPECT_TRUE(whole.has_value());
    auto written = co_await io::write_all(*whole, "whole");
    std::array<std::byte, 5> buf;
    auto count = co_await io::read_exact(b, buf);
    EXPECT_EQ(text_of(buf), "whole");
  }());
}

TEST(IoSplitHalves, of_two_streams_do_not_reunite_and_are_given_back) {
  auto [a, b] = io::duplex(8);
  auto [reader, writer] = io::split(std::move(a));
  auto [other_reader, other_writer] = io::split(std::move(b));
  EXPECT_FALSE(reader.is_pair_of(other_writer));
  auto whole = std::move(reader).reunite(std::move(other_writer));
  EXPECT_FALSE(whole.has_value());
  auto read = std::move(whole.error().read);
  auto right = std::move(read).reunite(std::move(writer));
  EXPECT_TRUE(right.has_value());
  auto left = std::move(other_reader).reunite(std::move(whole.error().write));
  EXPECT_TRUE(left.has_value());
}

TEST(IoSplitHalves, are_send_and_sync_if_the_stream_is_send) {
  static_assert(heddle::Send<io::ReadHalf<io::DuplexStream>> && heddle::Sync<io::ReadHalf<io::DuplexStream>>);
  static_assert(heddle::Send<io::WriteHalf<io::DuplexStream>> && heddle::Sync<io::WriteHalf<io::DuplexStream>>);
  using Local = io::Join<io::DuplexStream, io::Cursor<std::span<std::byte>>>;
  static_assert(heddle::Send<io::ReadHalf<Local>> == heddle::Send<Local>);
}

}  // namespace
}  // namespace heddle_test
