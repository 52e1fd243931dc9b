// SPDX-License-Identifier: MIT
// TcpStream as a stream of the io room.
#include <heddle/io/buf_read.hpp>
#include <heddle/io/buf_writer.hpp>
#include <heddle/io/copy.hpp>
#include <heddle/io/join.hpp>
#include <heddle/io/read.hpp>
#include <heddle/runtime/spawn.hpp>

#include "support/bytes.hpp"
#include "support/mock_task.hpp"
#include "support/on_runtime.hpp"
#include "support/sockets.hpp"

namespace heddle_test {
namespace {

namespace io = heddle::io;
using heddle::Task;
using heddle::net::TcpStream;
using heddle::test::connect_pair;

static_assert(io::AsyncRead<TcpStream> && io::AsyncWrite<TcpStream>);

class TcpIo : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, TcpIo, every_kind(), name_of);

TEST_P(TcpIo, is_read_and_written_like_any_stream) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    io::BufStream buffered(std::move(client));
    auto written = co_await io::write_all(buffered, "question\n");
    auto flushed = co_await io::flush(buffered);
    EXPECT_TRUE(flushed.has_value());
    io::BufReader reader(server);
    std::string line;
    auto count = co_await io::read_line(reader, line);
    EXPECT_EQ(line, "question\n");
    auto ended = co_await io::shutdown(buffered);
    EXPECT_TRUE(ended.has_value());
    count = co_await io::read_line(reader, line);
    EXPECT_EQ(count.value(), 0U);
  }());
}

TEST_P(TcpIo, wakes_whoever_polls_it) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto reader = heddle::task::spawn([](TcpStream stream) -> Task<std::string> {
      std::array<std::byte, 5> buf;
      auto count = co_await io::read_exact(stream, buf);
      co_return text_of(std::span(buf).first(count.value()));
    }(std::move(server)));
    for (const char* letter : {"h", "e", "l", "l", "o"}) {
      co_await heddle::task::yield_now();
      auto written = co_await io::write_all(client, letter);
      EXPECT_TRUE(written.has_value());
    }
    auto text = co_await reader;
    EXPECT_EQ(text.value(), "hello");
  }());
}

TEST_P(TcpIo, reads_in_one_task_and_writes_in_another_through_halves) {
  run([]() -> Task<> {
    constexpr std::size_t kSize = 4U << 20;
    auto [client, server] = co_await connect_pair();
    auto echo = heddle::task::spawn([](TcpStream stream) -> Task<std::uint64_t> {
      auto [reader, writer] = io::split(std::move(stream));
      auto count = co_await io::copy(reader, writer);
      auto ended = co_await io::shutdown(writer);
      co_return count.value();
    }(std::move(server)));
    auto [reader, writer] = io::split(std::move(client));
    auto sender = heddle::task::spawn([](io::WriteHalf<TcpStream> half) -> Task<> {
      auto written = co_await io::write_all(half, std::string(kSize, 'x'));
      EXPECT_TRUE(written.has_value());
      auto ended = co_await io::shutdown(half);
      EXPECT_TRUE(ended.has_value());
    }(std::move(writer)));
    std::vector<std::byte> all;
    auto count = co_await io::read_to_end(reader, all);
    EXPECT_EQ(count.value(), kSize);
    auto echoed = co_await echo;
    EXPECT_EQ(echoed.value(), kSize);
    auto sent = co_await sender;
    EXPECT_TRUE(sent.has_value());
  }());
}

TEST_P(TcpIo, that_is_polled_and_dropped_has_taken_nothing_and_keeps_no_waker) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto kept = std::make_shared<int>(1);
    {
      const heddle::Waker waker = heddle::future::waker_fn([kept] {});
      std::array<std::byte, 4> buf;
      auto read = io::read(server, buf);
      heddle::Context cx(waker);
      EXPECT_TRUE(read.poll(cx).is_pending());
    }
    EXPECT_EQ(kept.use_count(), 2);  // the stream may still wake
    { TcpStream gone = std::move(server); }
    EXPECT_EQ(kept.use_count(), 1);
  }());
}

TEST_P(TcpIo, relays_between_two_connections) {
  run([]() -> Task<> {
    auto [a, a1] = co_await connect_pair();
    auto [b, b1] = co_await connect_pair();
    auto relay = heddle::task::spawn([](TcpStream one, TcpStream two) -> Task<io::Result<io::CopiedBoth>> {
      auto copied = co_await io::copy_bidirectional(one, two);
      co_return copied;
    }(std::move(a1), std::move(b1)));
    auto written = co_await a.write_all(bytes_of("there"));
    std::array<std::byte, 5> there;
    auto count = co_await io::read_exact(b, there);
    EXPECT_EQ(text_of(there), "there");
    auto ended = co_await a.shutdown();
    std::vector<std::byte> none;
    count = co_await io::read_to_end(b, none);
    EXPECT_EQ(count.value(), 0U);
    written = co_await b.write_all(bytes_of("back"));
    std::array<std::byte, 4> back;
    count = co_await io::read_exact(a, back);
    EXPECT_EQ(text_of(back), "back");
    { TcpStream gone = std::move(b); }
    auto copied = co_await relay;
    EXPECT_EQ(copied.value().value().a_to_b, 5U);
    EXPECT_EQ(copied.value().value().b_to_a, 4U);
  }());
}

}  // namespace
}  // namespace heddle_test
