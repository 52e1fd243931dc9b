// SPDX-License-Identifier: MIT
// What the remaining files of Tokio's tests of TCP look at: tcp_accept, tcp_echo, tcp_peek, tcp_shutdown, tcp_into_std,
// and of tcp_stream what isn't in tcp_stream_test.cpp.
#include <heddle/future/join.hpp>
#include <heddle/io/copy.hpp>
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/spawn.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/polled.hpp"
#include "support/sockets.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::Task;
using hd::io::ErrorKind;
using hd::net::Interest;
using hd::net::TcpListener;
using hd::net::TcpStream;
using hd::test::connect_pair;
using hd::test::Polled;

class TcpContract : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, TcpContract, every_kind(), name_of);

TEST_P(TcpContract, accept_wakes_its_task_once_for_a_connection) {
  run([]() -> Task<> {
    auto listener = co_await hd::test::listen();
    const auto addr = listener.local_addr().value();
    Polled accept([&] { return listener.accept(); });
    EXPECT_TRUE(accept.pending());
    auto client = co_await TcpStream::connect(addr);
    EXPECT_TRUE(client.has_value());
    while (!accept.is_woken()) co_await hd::task::yield_now();
    auto accepted = accept.poll();
    EXPECT_EQ(accepted->value().peer, client.value().local_addr().value());
    EXPECT_FALSE(accept.is_woken());
  }());
}

TEST_P(TcpContract, an_echo_of_many_messages_comes_back_whole) {
  run([]() -> Task<> {
    constexpr int kMany = 1024;
    auto [client, server] = co_await connect_pair();
    auto echo = hd::task::spawn([](TcpStream stream) -> Task<std::uint64_t> {
      auto [reader, writer] = stream.split();
      auto count = co_await hd::io::copy(reader, writer);
      co_return count.value();
    }(std::move(server)));
    for (int i = 0; i < kMany; ++i) {
      auto written = co_await hd::io::write_all(client, "foo bar baz");
      EXPECT_TRUE(written.has_value());
      std::array<std::byte, 11> buffer{};
      auto count = co_await hd::io::read_exact(client, buffer);
      EXPECT_EQ(count.value(), 11U);
      EXPECT_EQ(text_of(buffer), "foo bar baz");
    }
    auto ended = co_await hd::io::shutdown(client);
    EXPECT_TRUE(ended.has_value());
    auto echoed = co_await echo;
    EXPECT_EQ(echoed.value(), 11U * kMany);
  }());
}

TEST_P(TcpContract, peeking_leaves_what_it_saw) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto written = co_await server.write_all(bytes_of("12345"));
    EXPECT_TRUE(written.has_value());
    std::array<std::byte, 3> some{};
    std::array<std::byte, 16> all{};
    auto peeked = co_await client.peek(some);
    EXPECT_EQ(text_of(std::span(some).first(peeked.value())), "123");
    peeked = co_await client.peek(all);
    EXPECT_EQ(peeked.value(), 5U);
    auto read = co_await client.read(all);
    EXPECT_EQ(text_of(std::span(all).first(read.value())), "12345");
    { auto gone = std::move(server); }
    peeked = co_await client.peek(all);
    EXPECT_EQ(peeked.value(), 0U);
  }());
}

TEST_P(TcpContract, shutting_down_twice_is_no_error) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto first = co_await client.shutdown();
    auto second = co_await client.shutdown();
    auto third = co_await hd::io::shutdown(client);
    EXPECT_TRUE(first.has_value() && second.has_value() && third.has_value());
    auto refused = co_await client.write_all(bytes_of("x"));
    EXPECT_EQ(refused.error().kind(), ErrorKind::kBrokenPipe);
    std::array<std::byte, 4> buffer{};
    auto end = co_await server.read(buffer);
    EXPECT_EQ(end.value(), 0U);
  }());
}

TEST_P(TcpContract, a_stream_becomes_a_descriptor_and_a_stream_again) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    hd::io::OwnedFd fd = std::move(server).into_fd();
    EXPECT_NE(::fcntl(fd.as_raw_fd(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(::send(fd.as_raw_fd(), "Hello", 5, 0), 5);  // by means of the program's own
    std::string text = co_await hd::test::read_text(client, 5);
    EXPECT_EQ(text, "Hello");
    auto again = TcpStream::from_fd(std::move(fd)).value();
    auto written = co_await again.write_all(bytes_of("again"));
    EXPECT_TRUE(written.has_value());
    text = co_await hd::test::read_text(client, 5);
    EXPECT_EQ(text, "again");
  }());
}

TEST_P(TcpContract, a_listener_becomes_a_descriptor_and_a_listener_again) {
  run([]() -> Task<> {
    auto listener = co_await hd::test::listen();
    const auto addr = listener.local_addr().value();
    auto again = TcpListener::from_fd(std::move(listener).into_fd()).value();
    EXPECT_EQ(again.local_addr().value(), addr);
    auto client = co_await TcpStream::connect(addr);
    auto accepted = co_await again.accept();
    EXPECT_EQ(accepted.value().peer, client.value().local_addr().value());
    EXPECT_EQ(TcpListener::from_fd(hd::io::OwnedFd(-1)).error().raw_os_error(), EBADF);
    EXPECT_EQ(TcpStream::from_fd(hd::io::OwnedFd(-1)).error().raw_os_error(), EBADF);
  }());
}

TEST_P(TcpContract, options_of_a_connection_are_what_they_were_set_to) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    EXPECT_TRUE(client.set_linger(1s).has_value());
    EXPECT_EQ(client.linger().value(), 1s);
    EXPECT_TRUE(client.set_linger(0s).has_value());
    EXPECT_EQ(client.linger().value(), 0s);
    EXPECT_TRUE(client.set_linger(std::nullopt).has_value());
    EXPECT_FALSE(client.linger().value().has_value());
    EXPECT_TRUE(client.set_ttl(42).has_value());
    EXPECT_EQ(client.ttl().value(), 42U);
    EXPECT_FALSE(client.take_error().has_value());
  }());
}

TEST_P(TcpContract, readiness_says_when_the_peer_has_finished_and_when_it_is_gone) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto ended = co_await server.shutdown();
    EXPECT_TRUE(ended.has_value());
    for (bool told = false; !told;) {
      auto state = co_await client.ready(Interest::kReadable | Interest::kWritable);
      told = state.value().is_read_closed();
      EXPECT_FALSE(state.value().is_write_closed());
      co_await hd::task::yield_now();
    }
    ended = co_await client.shutdown();
    EXPECT_TRUE(ended.has_value());
    for (bool told = false; !told;) {
      auto state = co_await client.ready(Interest::kWritable);
      told = state.value().is_write_closed();
      co_await hd::task::yield_now();
    }
  }());
}

TEST_P(TcpContract, several_places_are_written_from_and_read_into_in_order) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    const std::array<std::span<const std::byte>, 3> sources{bytes_of("several "), bytes_of(""), bytes_of("places")};
    auto written = co_await hd::io::write_vectored(client, sources);
    EXPECT_EQ(written.value(), 14U);
    EXPECT_EQ(client.try_write_vectored(std::span(sources).first(1)).value(), 8U);
    std::array<std::byte, 4> first{};
    std::array<std::byte, 18> second{};
    const std::array<std::span<std::byte>, 2> places{std::span(first), std::span(second)};
    std::array<std::byte, 22> all{};
    for (std::size_t size = 0; size < all.size();) {
      auto count = co_await server.peek(all);
      size = count.value();
    }
    EXPECT_EQ(server.try_read_vectored(places).value(), 22U);
    std::string both = text_of(first);
    both += text_of(second);
    EXPECT_EQ(both, "several placesseveral ");
    EXPECT_EQ(server.try_read_vectored(places).error().kind(), ErrorKind::kWouldBlock);
  }());
}

TEST_P(TcpContract, more_places_than_one_call_takes_are_written_in_part) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    const std::vector<std::span<const std::byte>> sources(100, bytes_of("x"));
    auto written = co_await hd::io::write_vectored(client, sources);
    EXPECT_EQ(written.value(), 64U);
    written = co_await hd::io::write_vectored(client, std::span(sources).subspan(*written));
    EXPECT_EQ(written.value(), 36U);
    const std::string text = co_await hd::test::read_text(server, 100);
    EXPECT_EQ(text.size(), 100U);
  }());
}

TEST_P(TcpContract, an_operation_of_ones_own_is_awaited) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    const auto receive = [fd = client.as_raw_fd()]() -> hd::io::Result<std::size_t> {
      std::array<char, 16> buffer{};
      const auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (count < 0) return hd::io::fail(errno);
      return static_cast<std::size_t>(count);
    };
    EXPECT_EQ(client.try_io(Interest::kReadable, receive).error().kind(), ErrorKind::kWouldBlock);
    auto reading = client.async_io(Interest::kReadable, receive);
    auto writing = server.write_all(bytes_of("own"));
    auto [read, written] = co_await hd::join(reading, writing);
    EXPECT_EQ(read.value(), 3U);
    EXPECT_TRUE(written.has_value());
    const auto fails = []() -> hd::io::Result<int> { return hd::io::fail(EIO); };
    auto failed = co_await client.async_io(Interest::kWritable, fails);
    EXPECT_EQ(failed.error().raw_os_error(), EIO);
  }());
}

}  // namespace
}  // namespace heddle_test
