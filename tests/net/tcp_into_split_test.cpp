// SPDX-License-Identifier: MIT
// The halves that own a connection, as tokio/tests/tcp_into_split.rs and tcp_split.rs look at them.
#include <heddle/future/join.hpp>
#include <heddle/io/copy.hpp>
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/spawn.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/polled.hpp"
#include "support/sockets.hpp"

#include <array>
#include <string>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::net::OwnedReadHalf;
using hd::net::OwnedWriteHalf;
using hd::net::ReadHalf;
using hd::net::TcpStream;
using hd::net::WriteHalf;
using hd::test::connect_pair;
using hd::test::Polled;

static_assert(hd::io::AsyncRead<ReadHalf<TcpStream>> && hd::io::AsyncWrite<WriteHalf<TcpStream>>);
static_assert(hd::io::AsyncRead<OwnedReadHalf<TcpStream>> && hd::io::AsyncWrite<OwnedWriteHalf<TcpStream>>);

class TcpSplit : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, TcpSplit, every_kind(), name_of);

TEST_P(TcpSplit, borrowed_halves_read_and_write_at_the_same_time) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto [reader, writer] = client.split();
    auto there = co_await server.write_all(bytes_of("split"));
    EXPECT_TRUE(there.has_value());
    std::array<std::byte, 32> first{};
    std::array<std::byte, 32> second{};
    auto peeked = co_await reader.peek(first);
    EXPECT_EQ(peeked.value(), 5U);
    auto [read, written] = co_await hd::join(reader.read(first), writer.write(bytes_of("back")));
    EXPECT_EQ(text_of(std::span(first).first(read.value())), "split");
    EXPECT_EQ(written.value(), 4U);
    auto back = co_await server.read(second);
    EXPECT_EQ(text_of(std::span(second).first(back.value())), "back");
    EXPECT_EQ(reader.stream().local_addr().value(), client.local_addr().value());
  }());
}

TEST_P(TcpSplit, dropping_borrowed_halves_ends_nothing) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    { [[maybe_unused]] auto halves = client.split(); }
    auto written = co_await client.write_all(bytes_of("still here"));
    EXPECT_TRUE(written.has_value());
    const std::string text = co_await hd::test::read_text(server, 10);
    EXPECT_EQ(text, "still here");
  }());
}

TEST_P(TcpSplit, shutting_a_borrowed_writing_half_down_ends_sending) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto [reader, writer] = client.split();
    auto ended = co_await hd::io::shutdown(writer);
    EXPECT_TRUE(ended.has_value());
    std::array<std::byte, 4> buffer{};
    auto end = co_await server.read(buffer);
    EXPECT_EQ(end.value(), 0U);
    auto there = co_await server.write_all(bytes_of("yes"));
    EXPECT_TRUE(there.has_value());
    auto read = co_await reader.read(buffer);
    EXPECT_EQ(read.value(), 3U);
  }());
}

TEST_P(TcpSplit, owned_halves_go_to_tasks_of_their_own) {
  run([]() -> Task<> {
    constexpr std::size_t kSize = 4U << 20;
    auto [client, server] = co_await connect_pair();
    auto echo = hd::task::spawn([](TcpStream stream) -> Task<std::uint64_t> {
      auto [reader, writer] = std::move(stream).into_split();
      auto count = co_await hd::io::copy(reader, writer);
      co_return count.value();
    }(std::move(server)));
    auto [reader, writer] = std::move(client).into_split();
    auto sender = hd::task::spawn([](OwnedWriteHalf<TcpStream> half) -> Task<> {
      const std::string much(kSize, 'x');
      auto written = co_await half.write_all(bytes_of(much));
      EXPECT_TRUE(written.has_value());
    }(std::move(writer)));
    std::vector<std::byte> all;
    auto count = co_await hd::io::read_to_end(reader, all);
    EXPECT_EQ(count.value(), kSize);
    auto echoed = co_await echo;
    EXPECT_EQ(echoed.value(), kSize);
    auto sent = co_await sender;
    EXPECT_TRUE(sent.has_value());
  }());
}

TEST_P(TcpSplit, dropping_the_owned_writing_half_ends_sending_while_the_other_reads) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto [reader, writer] = std::move(client).into_split();
    std::array<std::byte, 8> buffer{};
    {
      Polled read([&] { return reader.read(buffer); });
      EXPECT_TRUE(read.pending());
      { auto gone = std::move(writer); }
      EXPECT_TRUE(read.pending());
    }
    auto end = co_await server.read(buffer);
    EXPECT_EQ(end.value(), 0U);
    auto there = co_await server.write_all(bytes_of("on"));
    EXPECT_TRUE(there.has_value());
    auto read = co_await reader.read(buffer);
    EXPECT_EQ(read.value(), 2U);
  }());
}

TEST_P(TcpSplit, a_forgotten_writing_half_leaves_the_direction_open) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto [reader, writer] = std::move(client).into_split();
    std::move(writer).forget();
    std::array<std::byte, 8> buffer{};
    {
      Polled read([&] { return server.read(buffer); });
      EXPECT_TRUE(read.pending());
      EXPECT_FALSE(reader.try_read(buffer).has_value());  // turns nothing, but the stream lives
      EXPECT_TRUE(read.pending());
    }
    { auto gone = std::move(reader); }
    auto end = co_await server.read(buffer);
    EXPECT_EQ(end.value(), 0U);
  }());
}

TEST_P(TcpSplit, the_connection_is_closed_when_both_owned_halves_are_gone) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto [reader, writer] = std::move(client).into_split();
    const int fd = reader.stream().as_raw_fd();
    { auto gone = std::move(writer); }
    EXPECT_GE(::fcntl(fd, F_GETFD), 0);
    { auto gone = std::move(reader); }
    EXPECT_LT(::fcntl(fd, F_GETFD), 0);
  }());
}

TEST_P(TcpSplit, halves_of_one_connection_are_reunited) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto [reader, writer] = std::move(client).into_split();
    EXPECT_TRUE(reader.is_pair_of(writer));
    auto whole = std::move(reader).reunite(std::move(writer));
    auto written = co_await whole->write_all(bytes_of("whole"));
    EXPECT_TRUE(written.has_value());
    const std::string text = co_await hd::test::read_text(server, 5);
    EXPECT_EQ(text, "whole");
  }());
}

TEST_P(TcpSplit, halves_of_two_connections_are_given_back) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto [reader, writer] = std::move(client).into_split();
    auto [stranger, other] = std::move(server).into_split();
    EXPECT_FALSE(reader.is_pair_of(other));
    auto refused = std::move(reader).reunite(std::move(other));
    EXPECT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().what(), std::string("tried to reunite halves that are not of the same connection"));
    auto whole = std::move(refused.error().read).reunite(std::move(writer));
    EXPECT_TRUE(whole.has_value());
    auto far = std::move(stranger).reunite(std::move(refused.error().write));
    auto written = co_await far->write_all(bytes_of("both"));
    EXPECT_TRUE(written.has_value());
    const std::string text = co_await hd::test::read_text(*whole, 4);
    EXPECT_EQ(text, "both");
  }());
}

}  // namespace
}  // namespace heddle_test
