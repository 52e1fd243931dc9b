// SPDX-License-Identifier: MIT
// TcpSocket, as tokio/tests/tcp_socket.rs looks at it, and its options.
#include <heddle/net/tcp_socket.hpp>
#include <heddle/runtime/error.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/sockets.hpp"

#include <sys/socket.h>

#include <chrono>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::Task;
using hd::io::ErrorKind;
using hd::net::SocketAddr;
using hd::net::TcpSocket;
using hd::net::TcpStream;

const SocketAddr kAnyV4(hd::net::IpAddr::localhost(), 0);

class TcpSocketTest : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, TcpSocketTest, every_kind(), name_of);

TEST_P(TcpSocketTest, listens_and_is_connected_to) {
  run([]() -> Task<> {
    auto server = TcpSocket::new_v4().value();
    EXPECT_TRUE(server.bind(kAnyV4).has_value());
    auto listener = std::move(server).listen(128).value();
    auto client = TcpSocket::new_v4().value();
    auto connected = co_await std::move(client).connect(listener.local_addr().value());
    EXPECT_TRUE(connected.has_value());
    auto accepted = co_await listener.accept();
    EXPECT_EQ(accepted.value().peer, connected.value().local_addr().value());
  }());
}

TEST_P(TcpSocketTest, works_with_version_6) {
  run([]() -> Task<> {
    auto server = TcpSocket::new_v6().value();
    if (!server.bind(SocketAddr::parse("[::1]:0").value())) co_return;  // a machine without IPv6
    auto listener = std::move(server).listen(128).value();
    auto client = TcpSocket::new_v6().value();
    EXPECT_TRUE(client.set_tos(16).has_value());
    EXPECT_EQ(client.tos().value(), 16U);
    auto connected = co_await std::move(client).connect(listener.local_addr().value());
    EXPECT_TRUE(connected.has_value());
  }());
}

TEST_P(TcpSocketTest, connects_from_the_address_that_it_was_bound_to) {
  run([]() -> Task<> {
    auto listener = co_await hd::test::listen();
    auto client = TcpSocket::new_v4().value();
    EXPECT_TRUE(client.bind(kAnyV4).has_value());
    const SocketAddr from = client.local_addr().value();
    auto connected = co_await std::move(client).connect(listener.local_addr().value());
    auto accepted = co_await listener.accept();
    EXPECT_EQ(accepted.value().peer, from);
    EXPECT_EQ(connected.value().local_addr().value(), from);
  }());
}

TEST_P(TcpSocketTest, connecting_where_nobody_listens_is_refused) {
  run([]() -> Task<> {
    auto bound = TcpSocket::new_v4().value();  // bound, and not listening
    EXPECT_TRUE(bound.bind(kAnyV4).has_value());
    auto client = TcpSocket::new_v4().value();
    auto refused = co_await std::move(client).connect(bound.local_addr().value());
    EXPECT_EQ(refused.error().kind(), ErrorKind::kConnectionRefused);
  }());
}

TEST(TcpSocketOptions, each_is_what_it_was_set_to) {
  auto socket = TcpSocket::new_v4().value();
  EXPECT_FALSE(socket.reuseaddr().value());
  EXPECT_TRUE(socket.set_reuseaddr(true).has_value());
  EXPECT_TRUE(socket.reuseaddr().value());
  EXPECT_FALSE(socket.reuseport().value());
  EXPECT_TRUE(socket.set_reuseport(true).has_value());
  EXPECT_TRUE(socket.reuseport().value());
  EXPECT_FALSE(socket.keepalive().value());
  EXPECT_TRUE(socket.set_keepalive(true).has_value());
  EXPECT_TRUE(socket.keepalive().value());
  EXPECT_FALSE(socket.nodelay().value());
  EXPECT_TRUE(socket.set_nodelay(true).has_value());
  EXPECT_TRUE(socket.nodelay().value());
  EXPECT_TRUE(socket.set_tos(16).has_value());
  EXPECT_EQ(socket.tos().value(), 16U);
  EXPECT_FALSE(socket.linger().value().has_value());
  EXPECT_TRUE(socket.set_linger(3s).has_value());
  EXPECT_EQ(socket.linger().value(), 3s);
  EXPECT_TRUE(socket.set_linger(std::nullopt).has_value());
  EXPECT_FALSE(socket.linger().value().has_value());
  EXPECT_FALSE(socket.take_error().has_value());
}

TEST(TcpSocketOptions, buffers_are_at_least_as_large_as_asked_for) {
  auto socket = TcpSocket::new_v4().value();
  EXPECT_TRUE(socket.set_send_buffer_size(65536).has_value());
  EXPECT_GE(socket.send_buffer_size().value(), 65536U);
  EXPECT_TRUE(socket.set_recv_buffer_size(65536).has_value());
  EXPECT_GE(socket.recv_buffer_size().value(), 65536U);
}

TEST_P(TcpSocketTest, two_sockets_with_reuseport_listen_on_one_port) {
  run([]() -> Task<> {
    auto first = TcpSocket::new_v4().value();
    EXPECT_TRUE(first.set_reuseport(true).has_value());
    EXPECT_TRUE(first.bind(kAnyV4).has_value());
    const SocketAddr addr = first.local_addr().value();
    auto listening = std::move(first).listen(16);
    auto second = TcpSocket::new_v4().value();
    EXPECT_EQ(second.bind(addr).error().kind(), ErrorKind::kAddrInUse);
    EXPECT_TRUE(second.set_reuseport(true).has_value());
    EXPECT_TRUE(second.bind(addr).has_value());
    EXPECT_TRUE(std::move(second).listen(16).has_value());
    co_return;
  }());
}

TEST_P(TcpSocketTest, options_go_on_to_the_connection) {
  run([]() -> Task<> {
    auto listener = co_await hd::test::listen();
    auto socket = TcpSocket::new_v4().value();
    EXPECT_TRUE(socket.set_nodelay(true).has_value());
    EXPECT_TRUE(socket.set_linger(0s).has_value());
    auto stream = co_await std::move(socket).connect(listener.local_addr().value());
    EXPECT_TRUE(stream.value().nodelay().value());
    EXPECT_EQ(stream.value().linger().value(), 0s);
  }());
}

TEST_P(TcpSocketTest, takes_over_a_descriptor_and_makes_it_non_blocking) {
  run([]() -> Task<> {
    auto listener = co_await hd::test::listen();
    auto socket = TcpSocket::from_fd(hd::io::OwnedFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))).value();
    EXPECT_NE(::fcntl(socket.as_raw_fd(), F_GETFL) & O_NONBLOCK, 0);
    auto stream = co_await std::move(socket).connect(listener.local_addr().value());
    EXPECT_TRUE(stream.has_value());
  }());
}

TEST(TcpSocketWithoutRuntime, listening_throws_no_runtime) {
  auto socket = TcpSocket::new_v4().value();
  EXPECT_TRUE(socket.bind(kAnyV4).has_value());
  EXPECT_THROW(static_cast<void>(std::move(socket).listen(1)), hd::runtime::NoRuntime);
}

}  // namespace
}  // namespace heddle_test
