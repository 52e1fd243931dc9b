// SPDX-License-Identifier: MIT
// UnixDatagram, as tokio/tests/uds_datagram.rs looks at it.
#include <heddle/net/unix_datagram.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/spawn.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/polled.hpp"
#include "support/temp_dir.hpp"

#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::io::ErrorKind;
using hd::net::Interest;
using hd::net::UnixAddr;
using hd::net::UnixDatagram;
using hd::test::Polled;

class UdsDatagram : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, UdsDatagram, every_kind(), name_of);

Task<> echo(UnixDatagram socket) {
  std::array<std::byte, 64> buffer{};
  for (;;) {
    auto received = co_await socket.recv_from(buffer);
    if (!received) co_return;
    auto sent = co_await socket.send_to(std::span(buffer).first(received->size), received->sender);
    EXPECT_TRUE(sent.has_value());
  }
}

TEST_P(UdsDatagram, a_server_answers_whoever_has_a_name) {
  run([]() -> Task<> {
    const TempDir dir;
    auto server = hd::task::spawn(echo(UnixDatagram::bind(dir / "server").value()));
    auto client = UnixDatagram::bind(dir / "client").value();
    EXPECT_EQ(client.local_addr().value(), UnixAddr(dir / "client"));
    auto sent = co_await client.send_to(bytes_of("ECHO"), dir / "server");
    EXPECT_EQ(sent.value(), 4U);
    std::array<std::byte, 64> buffer{};
    auto [size, sender] = (co_await client.recv_from(buffer)).value();
    EXPECT_EQ(text_of(std::span(buffer).first(size)), "ECHO");
    EXPECT_EQ(sender, UnixAddr(dir / "server"));
    EXPECT_TRUE(client.connect(dir / "server").has_value());
    EXPECT_EQ(client.peer_addr().value(), UnixAddr(dir / "server"));
    sent = co_await client.send(bytes_of("CONNECTED"));
    auto count = co_await client.recv(buffer);
    EXPECT_EQ(text_of(std::span(buffer).first(count.value())), "CONNECTED");
    server.abort();
    auto ended = co_await server;
    EXPECT_FALSE(ended.has_value());
  }());
}

TEST_P(UdsDatagram, one_without_a_name_can_send_and_is_unnamed) {
  run([]() -> Task<> {
    const UnixAddr name = UnixAddr::abstract_name("heddle-dgram-" + std::to_string(::getpid()));
    auto server = UnixDatagram::bind(name).value();
    auto client = UnixDatagram::unbound().value();
    auto sent = co_await client.send_to(bytes_of("who?"), name);
    EXPECT_EQ(sent.value(), 4U);
    std::array<std::byte, 16> buffer{};
    auto [size, sender] = (co_await server.recv_from(buffer)).value();
    EXPECT_EQ(size, 4U);
    EXPECT_TRUE(sender.is_unnamed());
  }());
}

TEST_P(UdsDatagram, sending_where_nobody_is_says_what_is_wrong) {
  run([]() -> Task<> {
    const TempDir dir;
    auto client = UnixDatagram::unbound().value();
    const UnixAddr too_long = UnixAddr::abstract_name(std::string(200, 'x'));
    auto missing = co_await client.send_to(bytes_of("x"), dir / "nothing");
    EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
    auto bad = co_await client.send_to(bytes_of("x"), too_long);
    EXPECT_EQ(bad.error().kind(), ErrorKind::kInvalidInput);
    auto unconnected = co_await client.send(bytes_of("x"));
    EXPECT_EQ(unconnected.error().kind(), ErrorKind::kNotConnected);
    EXPECT_EQ(client.connect(dir / "nothing").error().kind(), ErrorKind::kNotFound);
    EXPECT_EQ(client.try_send_to(bytes_of("x"), too_long).error().kind(), ErrorKind::kInvalidInput);
  }());
}

TEST_P(UdsDatagram, a_pair_keeps_datagrams_apart) {
  run([]() -> Task<> {
    auto [a, b] = UnixDatagram::pair().value();
    for (const char* text : {"one", "", "three"}) {
      auto sent = co_await a.send(bytes_of(text));
      EXPECT_EQ(sent.value(), std::string_view(text).size());
    }
    std::array<std::byte, 16> buffer{};
    for (const char* text : {"one", "", "three"}) {
      auto count = co_await b.recv(buffer);
      EXPECT_EQ(text_of(std::span(buffer).first(count.value())), text);
    }
  }());
}

TEST_P(UdsDatagram, trying_never_waits_and_loses_none) {
  run([]() -> Task<> {
    auto [a, b] = UnixDatagram::pair().value();
    std::array<std::byte, 16> buffer{};
    EXPECT_EQ(b.try_recv(buffer).error().kind(), ErrorKind::kWouldBlock);
    std::size_t sent = 0;
    for (;;) {
      auto one = a.try_send(bytes_of("datagram"));
      if (!one) {
        EXPECT_EQ(one.error().kind(), ErrorKind::kWouldBlock);
        break;
      }
      ++sent;
    }
    EXPECT_GT(sent, 0U);
    Polled more([&, &socket = a] { return socket.send(bytes_of("one more")); });
    EXPECT_TRUE(more.pending());
    for (std::size_t i = 0; i < sent; ++i) {
      auto ready = co_await b.ready(Interest::kReadable);
      EXPECT_TRUE(ready.value().is_readable());
      EXPECT_EQ(b.try_recv(buffer).value(), 8U);
    }
    auto room = co_await a.writable();
    EXPECT_TRUE(room.has_value());
    EXPECT_TRUE(more.poll().is_ready());
    auto last = co_await b.recv(buffer);
    EXPECT_EQ(last.value(), 8U);
  }());
}

TEST_P(UdsDatagram, nobody_sends_after_either_end_shut_that_direction_down) {
  run([]() -> Task<> {
    auto [a, b] = UnixDatagram::pair().value();
    EXPECT_TRUE(a.shutdown(hd::net::Shutdown::kWrite).has_value());
    auto refused = co_await a.send(bytes_of("x"));
    EXPECT_EQ(refused.error().kind(), ErrorKind::kBrokenPipe);
    EXPECT_TRUE(a.shutdown(hd::net::Shutdown::kRead).has_value());
    refused = co_await b.send(bytes_of("x"));
    EXPECT_EQ(refused.error().kind(), ErrorKind::kBrokenPipe);
  }());
}

TEST_P(UdsDatagram, descriptors_go_with_a_datagram) {
  run([]() -> Task<> {
    auto [a, b] = UnixDatagram::pair().value();
    const std::array fds{0, 1};
    auto sent = co_await a.send_fds(bytes_of("two"), fds);
    EXPECT_EQ(sent.value(), 3U);
    std::array<std::byte, 16> buffer{};
    auto received = (co_await b.recv_fds(buffer, 8)).value();
    EXPECT_EQ(received.size, 3U);
    EXPECT_EQ(received.fds.size(), 2U);
  }());
}

TEST_P(UdsDatagram, a_descriptor_is_taken_over_and_given_away) {
  run([]() -> Task<> {
    auto [a, b] = UnixDatagram::pair().value();
    auto again = UnixDatagram::from_fd(std::move(a).into_fd()).value();
    auto sent = co_await again.send(bytes_of("again"));
    EXPECT_TRUE(sent.has_value());
    EXPECT_FALSE(again.take_error().has_value());
    std::array<std::byte, 16> buffer{};
    auto count = co_await b.recv(buffer);
    EXPECT_EQ(count.value(), 5U);
  }());
}

}  // namespace
}  // namespace heddle_test
