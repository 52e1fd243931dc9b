// SPDX-License-Identifier: MIT
// MockStream's promises.
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/testing/mock_stream.hpp>
#include <heddle/time/instant.hpp>

#include "support/bytes.hpp"
#include "support/mock_task.hpp"
#include "support/runtime_kinds.hpp"

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::test::MockTask;
using heddle::testing::MockStream;
using heddle::testing::UnexpectedWrite;
using namespace std::chrono_literals;

TEST(MockStream, plays_its_script_in_order) {
  auto stream = MockStream::Builder().read("ping").write("pong").read("end").build();
  MockTask reader;
  MockTask writer;
  std::array<std::byte, 8> buf;
  auto write = io::write(stream, bytes_of("pong"));
  EXPECT_TRUE(writer.poll(write).is_pending());  // not yet
  auto ping = io::read(stream, buf);
  EXPECT_EQ(reader.poll(ping)->value(), 4U);
  EXPECT_EQ(writer.take_wakes(), 1);
  auto end = io::read(stream, buf);
  EXPECT_TRUE(reader.poll(end).is_pending());
  EXPECT_EQ(writer.poll(write)->value(), 4U);
  EXPECT_EQ(reader.take_wakes(), 1);
  EXPECT_EQ(reader.poll(end)->value(), 3U);
}

TEST(MockStream, refuses_bytes_that_differ_and_bytes_after_the_end) {
  auto stream = MockStream::Builder().write("good").build();
  MockTask task;
  auto bad = io::write(stream, bytes_of("goad"));
  EXPECT_THROW(static_cast<void>(task.poll(bad)), UnexpectedWrite);
  auto good = io::write(stream, bytes_of("good"));
  EXPECT_EQ(task.poll(good)->value(), 4U);
  EXPECT_THROW(static_cast<void>(task.poll(good)), UnexpectedWrite);
}

TEST(MockStream, waits_where_its_script_does) {
  auto runtime = heddle::runtime::Builder::current_thread().start_paused(true).build().value();
  runtime.block_on([]() -> heddle::Task<> {
    auto stream = MockStream::Builder().wait(3s).read("late").wait(2s).write("later").build();
    const auto start = heddle::time::Instant::now();
    std::array<std::byte, 8> buf;
    auto count = co_await io::read(stream, buf);
    EXPECT_EQ(count.value(), 4U);
    EXPECT_EQ(start.elapsed(), 3s);
    auto written = co_await io::write_all(stream, "later");
    EXPECT_EQ(start.elapsed(), 5s);
  }());
}

TEST(MockStreamDeathTest, that_dies_before_its_script_has_ended_aborts) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(static_cast<void>(MockStream::Builder().read("unread").build()), "before its script had ended");
}

}  // namespace
}  // namespace heddle_test
