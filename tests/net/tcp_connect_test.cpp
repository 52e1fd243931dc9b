// SPDX-License-Identifier: MIT
// Connecting by address, by name and by list, as tokio/tests/tcp_connect.rs looks at it; and net_lookup_host.rs.
#include <heddle/channel/mpsc.hpp>
#include <heddle/net/lookup_host.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/net/udp_socket.hpp>
#include <heddle/runtime/spawn_blocking.hpp>

#include "support/on_runtime.hpp"
#include "support/polled.hpp"
#include "support/sockets.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::io::ErrorKind;
using hd::net::lookup_host;
using hd::net::SocketAddr;
using hd::net::TcpListener;
using hd::net::TcpStream;

class TcpConnect : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, TcpConnect, every_kind(), name_of);

TEST_P(TcpConnect, to_an_address_in_text) {
  run([]() -> Task<> {
    auto listener = co_await hd::test::listen();
    const std::string addr = listener.local_addr().value().to_string();
    auto client = co_await TcpStream::connect(addr);
    EXPECT_EQ(client.value().peer_addr().value(), listener.local_addr().value());
  }());
}

TEST_P(TcpConnect, to_the_name_of_a_host) {
  run([]() -> Task<> {
    auto listener = co_await TcpListener::bind("localhost:0");
    const SocketAddr addr = listener.value().local_addr().value();
    EXPECT_TRUE(addr.ip().is_loopback());
    const std::string name = "localhost:" + std::to_string(addr.port());
    auto client = co_await TcpStream::connect(name);
    EXPECT_EQ(client.value().peer_addr().value(), addr);
  }());
}

TEST_P(TcpConnect, to_the_first_of_a_list_that_answers) {
  run([]() -> Task<> {
    auto closed = co_await hd::test::listen();
    auto open = co_await hd::test::listen();
    const std::array addrs{closed.local_addr().value(), open.local_addr().value()};
    { auto gone = std::move(closed); }
    auto client = co_await TcpStream::connect(std::span<const SocketAddr>(addrs));
    EXPECT_EQ(client.value().peer_addr().value(), addrs[1]);
  }());
}

TEST_P(TcpConnect, to_a_list_of_which_none_answers_gives_the_last_error) {
  run([]() -> Task<> {
    auto closed = co_await hd::test::listen();
    const std::array addrs{closed.local_addr().value()};
    { auto gone = std::move(closed); }
    auto refused = co_await TcpStream::connect(std::span<const SocketAddr>(addrs));
    EXPECT_EQ(refused.error().kind(), ErrorKind::kConnectionRefused);
  }());
}

TEST_P(TcpConnect, to_an_empty_list_is_invalid_input) {
  run([]() -> Task<> {
    auto refused = co_await TcpStream::connect(std::span<const SocketAddr>());
    EXPECT_EQ(refused.error().kind(), ErrorKind::kInvalidInput);
  }());
}

TEST_P(TcpConnect, sees_the_hang_up_of_a_peer_that_closes_with_data_unread) {
  run([]() -> Task<> {
    auto [client, server] = co_await hd::test::connect_pair();
    auto written = co_await client.write_all(hd::test::bytes("never read"));
    EXPECT_TRUE(written.has_value());
    std::array<std::byte, 16> buffer{};
    auto peeked = co_await server.peek(buffer);
    EXPECT_EQ(peeked.value(), 10U);
    { auto gone = std::move(server); }  // with data unread: a reset
    auto reset = co_await client.read(buffer);
    EXPECT_EQ(reset.error().kind(), ErrorKind::kConnectionReset);
  }());
}

class NetLookupHost : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, NetLookupHost, every_kind(), name_of);

TEST_P(NetLookupHost, an_address_in_numbers_stands_for_itself) {
  run([]() -> Task<> {
    for (const char* text : {"127.0.0.1:8080", "[::1]:8080", "[fe80::1%3]:80"}) {
      hd::test::Polled lookup([&] { return lookup_host(text); });
      auto found = lookup.poll();  // at once: nobody is asked
      EXPECT_EQ(found->value(), std::vector{SocketAddr::parse(text).value()});
    }
    auto found = co_await lookup_host("::1", 7);
    EXPECT_EQ(found.value(), std::vector{SocketAddr::parse("[::1]:7").value()});
  }());
}

TEST_P(NetLookupHost, localhost_is_this_machine) {
  run([]() -> Task<> {
    auto found = co_await lookup_host("localhost:3000");
    EXPECT_FALSE(found.value().empty());
    for (const SocketAddr& addr : *found) {
      EXPECT_TRUE(addr.ip().is_loopback());
      EXPECT_EQ(addr.port(), 3000);
    }
  }());
}

TEST_P(NetLookupHost, a_name_that_nobody_has_is_an_error) {
  run([]() -> Task<> {
    auto found = co_await lookup_host("nobody.invalid:80");  // reserved: never exists
    EXPECT_FALSE(found.has_value());
    EXPECT_TRUE(found.error().message().starts_with("failed to look up the host: ")) << found.error().message();
  }());
}

TEST_P(NetLookupHost, names_that_can_not_be_are_refused_with_a_reason) {
  run([]() -> Task<> {
    struct Case {
      std::string host;
      const char* why;
    };
    std::string long_label(64, 'a');
    long_label.append(".example");
    std::string long_name;
    for (int i = 0; i < 64; ++i) long_name.append("abc.");
    const std::string nul("local\0host", 10);
    const std::vector<Case> cases{
        {"", "a host name is empty"},
        {nul, "a host name contains a NUL"},
        {long_label, "a host name has a label longer than 63 bytes"},
        {"a..example", "a host name has an empty label"},
        {".example", "a host name has an empty label"},
        {long_name, "a host name is longer than 253 bytes"},
    };
    for (const Case& each : cases) {
      auto found = co_await lookup_host(each.host, 80);
      EXPECT_EQ(found.error().kind(), ErrorKind::kInvalidInput) << each.host;
      EXPECT_EQ(found.error().message(), each.why);
    }
  }());
}

TEST_P(NetLookupHost, text_without_a_port_is_invalid_input) {
  run([]() -> Task<> {
    for (const char* text : {"localhost", "localhost:", "localhost:http", "localhost:65536", "[localhost]:80", ""}) {
      auto found = co_await lookup_host(text);
      EXPECT_EQ(found.error().kind(), ErrorKind::kInvalidInput) << text;
      EXPECT_TRUE(found.error().message().starts_with("invalid socket address")) << found.error().message();
    }
  }());
}

TEST(NetLookupHostPool, a_lookup_that_is_dropped_while_it_waits_leaves_nothing_behind) {
  hd::runtime::Builder builder = hd::runtime::Builder::current_thread();
  builder.max_blocking_threads(1);
  auto runtime = builder.build().value();
  runtime.block_on([]() -> Task<> {
    auto [go, wait] = hd::mpsc::channel<int>();
    auto busy = hd::task::spawn_blocking([](hd::mpsc::Receiver<int> told) { return told.recv(); }, std::move(wait));
    {
      hd::test::Polled lookup([] { return lookup_host("localhost:80"); });
      EXPECT_TRUE(lookup.pending());  // the only thread is busy
    }
    EXPECT_TRUE(go.send(1).has_value());
    auto done = co_await busy;
    EXPECT_EQ(done.value(), 1);
    auto again = co_await lookup_host("localhost:80");
    EXPECT_TRUE(again.has_value());
  }());
}

TEST_P(NetLookupHost, listeners_and_datagrams_are_bound_by_name_too) {
  run([]() -> Task<> {
    auto listener = co_await TcpListener::bind("localhost:0");
    EXPECT_TRUE(listener.value().local_addr().value().ip().is_loopback());
    auto socket = co_await hd::net::UdpSocket::bind("localhost:0");
    EXPECT_TRUE(socket.value().local_addr().value().ip().is_loopback());
  }());
}

}  // namespace
}  // namespace heddle_test
