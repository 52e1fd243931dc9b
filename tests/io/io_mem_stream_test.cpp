// SPDX-License-Identifier: MIT
// The promises of io::duplex and io::simplex.
#include <heddle/future/async.hpp>
#include <heddle/future/select.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/runtime/spawn.hpp>

#include "support/bytes.hpp"
#include "support/mock_task.hpp"
#include "support/on_runtime.hpp"

#include <stdexcept>

namespace heddle_test {
namespace {

namespace io = heddle::io;
namespace task = heddle::task;
using heddle::Task;
using heddle::test::MockTask;
using io::ErrorKind;

class IoMemStream : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, IoMemStream, every_kind(), name_of);

TEST_P(IoMemStream, carries_both_ways) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(32);
    std::array<std::byte, 4> buf;
    auto written = co_await io::write_all(a, "ping");
    auto read = co_await io::read_exact(b, buf);
    EXPECT_EQ(text_of(buf), "ping");
    written = co_await io::write_all(b, "pong");
    read = co_await io::read_exact(a, buf);
    EXPECT_EQ(text_of(buf), "pong");
  }());
}

TEST_P(IoMemStream, carries_much_between_tasks_through_little_room) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(7);
    auto writer = task::spawn([](io::DuplexStream stream) -> Task<> {
      std::string text;
      for (int i = 0; i < 20'000; ++i) text += static_cast<char>(i % 251);
      auto written = co_await io::write_all(stream, text);
      EXPECT_TRUE(written.has_value());
    }(std::move(a)));
    std::vector<std::byte> all;
    auto count = co_await io::read_to_end(b, all);
    EXPECT_EQ(count.value(), 20'000U);
    bool right = true;
    for (std::size_t i = 0; i < all.size(); ++i) right &= all[i] == static_cast<std::byte>(i % 251);
    EXPECT_TRUE(right);
    auto joined = co_await writer;
    EXPECT_TRUE(joined.has_value());
  }());
}

TEST_P(IoMemStream, ends_for_the_reader_when_the_other_end_is_gone_and_the_rest_is_read) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(32);
    auto written = co_await io::write_all(a, "rest");
    { auto gone = std::move(a); }
    std::vector<std::byte> all;
    auto count = co_await io::read_to_end(b, all);
    EXPECT_EQ(text_of(all), "rest");
    written = co_await io::write_all(b, "x");
    EXPECT_EQ(written.error().kind(), ErrorKind::kBrokenPipe);
  }());
}

TEST_P(IoMemStream, wakes_a_writer_whose_reader_goes) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(2);
    auto writer = task::spawn([](io::DuplexStream stream) -> Task<bool> {
      auto written = co_await io::write_all(stream, "ping");
      co_return !written.has_value() && written.error().kind() == ErrorKind::kBrokenPipe;
    }(std::move(a)));
    std::array<std::byte, 2> buf;
    auto count = co_await io::read(b, buf);
    { auto gone = std::move(b); }
    auto broken = co_await writer;
    EXPECT_TRUE(broken.value());
  }());
}

TEST(IoMemStreamSteps, hold_no_more_than_the_capacity) {
  auto [reader, writer] = io::simplex(32);
  MockTask task;
  const std::string much(40, 'x');
  auto write = io::write(writer, bytes_of(much));
  EXPECT_EQ(task.poll(write)->value(), 32U);
  auto blocked = io::write(writer, bytes_of("y"));
  EXPECT_TRUE(task.poll(blocked).is_pending());
  std::array<std::byte, 8> buf;
  auto read = io::read(reader, buf);
  MockTask other;
  EXPECT_EQ(other.poll(read)->value(), 8U);
  EXPECT_EQ(task.take_wakes(), 1);
  EXPECT_EQ(task.poll(blocked)->value(), 1U);
}

TEST(IoMemStreamSteps, of_no_bytes_are_ready_at_once) {
  auto [reader, writer] = io::simplex(1);
  MockTask task;
  auto nothing = io::read(reader, {});
  EXPECT_EQ(task.poll(nothing)->value(), 0U);
  auto fill = io::write(writer, bytes_of("x"));
  EXPECT_EQ(task.poll(fill)->value(), 1U);
  auto none = io::write(writer, {});
  EXPECT_EQ(task.poll(none)->value(), 0U);
  auto end = io::shutdown(writer);
  EXPECT_TRUE(task.poll(end)->has_value());
  auto closed = io::write(writer, {});
  EXPECT_EQ(task.poll(closed)->error().kind(), ErrorKind::kBrokenPipe);
}

TEST(IoMemStreamSteps, that_are_dropped_while_they_wait_take_nothing) {
  auto [reader, writer] = io::simplex(2);
  MockTask task;
  std::array<std::byte, 2> buf;
  {
    auto dropped = io::read(reader, buf);
    EXPECT_TRUE(task.poll(dropped).is_pending());
  }
  auto full = io::write(writer, bytes_of("ab"));
  EXPECT_EQ(task.poll(full)->value(), 2U);
  {
    auto dropped = io::write(writer, bytes_of("zz"));
    EXPECT_TRUE(task.poll(dropped).is_pending());
  }
  auto read = io::read(reader, buf);
  EXPECT_EQ(task.poll(read)->value(), 2U);
  EXPECT_EQ(text_of(buf), "ab");
  auto again = io::read(reader, buf);
  EXPECT_TRUE(task.poll(again).is_pending());
}

TEST(IoMemStreamSteps, wake_the_task_that_asked_last) {
  auto [reader, writer] = io::simplex(2);
  MockTask first;
  MockTask second;
  std::array<std::byte, 2> buf;
  auto read = io::read(reader, buf);
  EXPECT_TRUE(first.poll(read).is_pending());
  EXPECT_TRUE(second.poll(read).is_pending());
  auto write = io::write(writer, bytes_of("a"));
  MockTask other;
  EXPECT_EQ(other.poll(write)->value(), 1U);
  EXPECT_EQ(first.take_wakes(), 0);
  EXPECT_EQ(second.take_wakes(), 1);
}

TEST(IoMemStreamSteps, spend_the_budget) {
  auto [reader, writer] = io::simplex(1000);
  MockTask task;
  auto write = io::write(writer, bytes_of("x"));
  EXPECT_TRUE(task.poll(write, 0).is_pending());
  EXPECT_EQ(task.take_wakes(), 1);
  std::array<std::byte, 1> buf;
  auto read = io::read(reader, buf);
  EXPECT_TRUE(task.poll(read, 0).is_pending());
  EXPECT_EQ(task.take_wakes(), 1);
}

TEST_P(IoMemStream, leaves_room_for_the_neighbours) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(64);
    auto for_ever = [](io::DuplexStream& x, io::DuplexStream& y) -> heddle::Async<> {
      std::array<std::byte, 16> buf;
      for (;;) {
        auto written = co_await io::write_all(x, "neighbours");
        auto count = co_await io::read(y, buf);
      }
    };
    co_await heddle::select(heddle::biased, heddle::on(for_ever(a, b), [] {}), heddle::on(task::yield_now(), [] {}));
  }());
}

TEST(IoSimplex, refuses_to_have_no_room) { EXPECT_THROW(static_cast<void>(io::simplex(0)), std::invalid_argument); }

TEST(IoSimplex, goes_round_its_ring) {
  auto [reader, writer] = io::simplex(5);
  MockTask task;
  std::string sent;
  std::string got;
  for (int i = 0; i < 50; ++i) {
    const std::string text = std::to_string(i * 7 % 100) + "x";
    const std::array sources{bytes_of(text).first(1), bytes_of(text).subspan(1)};
    auto write = io::write_vectored(writer, sources);
    EXPECT_EQ(task.poll(write)->value(), text.size());
    sent += text;
    std::array<std::byte, 8> buf;
    auto read = io::read(reader, buf);
    auto count = task.poll(read);
    got += text_of(std::span(buf).first(count->value()));
  }
  EXPECT_EQ(got, sent);
}

}  // namespace
}  // namespace heddle_test
