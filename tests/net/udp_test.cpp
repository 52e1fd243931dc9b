// SPDX-License-Identifier: MIT
// UdpSocket, as tokio/tests/udp.rs looks at it.
#include <heddle/future/join.hpp>
#include <heddle/net/udp_socket.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/sync/arc.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/polled.hpp"
#include "support/sockets.hpp"

#include <sys/socket.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
using hd::Task;
using hd::io::ErrorKind;
using hd::net::Interest;
using hd::net::IpAddr;
using hd::net::SocketAddr;
using hd::net::UdpSocket;
using hd::test::Polled;

hd::Async<UdpSocket> bind() {
  auto socket = co_await UdpSocket::bind("127.0.0.1:0");
  co_return std::move(socket).value();
}

struct Pair {
  UdpSocket a;
  UdpSocket b;
  Pair(UdpSocket one, UdpSocket two) : a(std::move(one)), b(std::move(two)) {}
};

/// Two sockets, each connected to the other.
hd::Async<Pair> pair() {
  auto a = co_await bind();
  auto b = co_await bind();
  auto there = co_await a.connect(b.local_addr().value());
  EXPECT_TRUE(there.has_value());
  auto back = co_await b.connect(a.local_addr().value());
  EXPECT_TRUE(back.has_value());
  co_return Pair(std::move(a), std::move(b));
}

class Udp : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, Udp, every_kind(), name_of);

TEST_P(Udp, connected_sockets_send_and_receive) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    EXPECT_EQ(a.peer_addr().value(), b.local_addr().value());
    auto sent = co_await a.send(bytes_of("hello"));
    EXPECT_EQ(sent.value(), 5U);
    std::array<std::byte, 16> buffer{};
    auto count = co_await b.recv(buffer);
    EXPECT_EQ(text_of(std::span(buffer).first(count.value())), "hello");
  }());
}

TEST_P(Udp, whoever_is_not_connected_names_the_receiver_and_learns_the_sender) {
  run([]() -> Task<> {
    auto a = co_await bind();
    auto b = co_await bind();
    EXPECT_EQ(a.peer_addr().error().kind(), ErrorKind::kNotConnected);
    auto sent = co_await a.send_to(bytes_of("hello"), b.local_addr().value());
    EXPECT_EQ(sent.value(), 5U);
    std::array<std::byte, 16> buffer{};
    auto peeked = co_await b.peek_from(buffer);
    EXPECT_EQ(peeked.value().size, 5U);
    auto [size, sender] = (co_await b.recv_from(buffer)).value();
    EXPECT_EQ(text_of(std::span(buffer).first(size)), "hello");
    EXPECT_EQ(sender, a.local_addr().value());
  }());
}

TEST_P(Udp, a_connected_socket_hears_its_peer_only) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    auto stranger = co_await bind();
    auto ignored = co_await stranger.send_to(bytes_of("ignored"), b.local_addr().value());
    EXPECT_TRUE(ignored.has_value());
    auto sent = co_await a.send(bytes_of("heard"));
    EXPECT_TRUE(sent.has_value());
    std::array<std::byte, 16> buffer{};
    auto count = co_await b.recv(buffer);
    EXPECT_EQ(text_of(std::span(buffer).first(count.value())), "heard");
  }());
}

TEST_P(Udp, a_datagram_longer_than_the_buffer_is_cut_and_the_rest_is_lost) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    auto sent = co_await a.send(bytes_of("too long"));
    sent = co_await a.send(bytes_of("next"));
    std::array<std::byte, 4> buffer{};
    auto count = co_await b.recv(buffer);
    EXPECT_EQ(text_of(std::span(buffer).first(count.value())), "too ");
    count = co_await b.recv(buffer);
    EXPECT_EQ(text_of(std::span(buffer).first(count.value())), "next");
  }());
}

TEST_P(Udp, an_empty_datagram_is_one) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    auto sent = co_await a.send({});
    EXPECT_EQ(sent.value(), 0U);
    sent = co_await a.send(bytes_of("x"));
    std::array<std::byte, 4> buffer{};
    auto count = co_await b.recv(buffer);
    EXPECT_EQ(count.value(), 0U);
    count = co_await b.recv(buffer);
    EXPECT_EQ(count.value(), 1U);
  }());
}

TEST_P(Udp, one_that_is_too_long_to_send_is_an_error) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    const std::vector<std::byte> much(70'000);
    auto sent = co_await a.send(much);
    EXPECT_EQ(sent.error().raw_os_error(), EMSGSIZE);
  }());
}

TEST_P(Udp, short_datagrams_that_wait_are_all_received) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    for (int i = 0; i < 50; ++i) {
      auto sent = co_await a.send(bytes_of("x"));
      EXPECT_TRUE(sent.has_value());
    }
    std::array<std::byte, 64> buffer{};
    for (int i = 0; i < 50; ++i) {
      auto count = co_await b.recv(buffer);
      EXPECT_EQ(count.value(), 1U);
    }
  }());
}

TEST_P(Udp, trying_never_waits) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    std::array<std::byte, 16> buffer{};
    EXPECT_EQ(b.try_recv(buffer).error().kind(), ErrorKind::kWouldBlock);
    EXPECT_EQ(b.try_recv_from(buffer).error().kind(), ErrorKind::kWouldBlock);
    EXPECT_EQ(b.try_peek_from(buffer).error().kind(), ErrorKind::kWouldBlock);
    auto room = co_await a.writable();
    EXPECT_TRUE(room.has_value());
    EXPECT_EQ(a.try_send(bytes_of("one")).value(), 3U);
    auto ready = co_await b.readable();
    EXPECT_TRUE(ready.has_value());
    EXPECT_EQ(b.try_peek_from(buffer).value().sender, a.local_addr().value());
    EXPECT_EQ(b.try_recv(buffer).value(), 3U);
    EXPECT_EQ(b.try_recv(buffer).error().kind(), ErrorKind::kWouldBlock);
  }());
}

TEST_P(Udp, trying_to_send_to_an_address_says_who_sent) {
  run([]() -> Task<> {
    auto a = co_await bind();
    auto b = co_await bind();
    EXPECT_EQ(a.try_send_to(bytes_of("two"), b.local_addr().value()).value(), 3U);
    auto ready = co_await b.ready(Interest::kReadable);
    EXPECT_TRUE(ready.value().is_readable());
    std::array<std::byte, 16> buffer{};
    auto received = b.try_recv_from(buffer).value();
    EXPECT_EQ(received.size, 3U);
    EXPECT_EQ(received.sender, a.local_addr().value());
  }());
}

TEST_P(Udp, sending_where_nobody_receives_is_refused_at_the_next_call_of_a_connected_socket) {
  run([]() -> Task<> {
    auto a = co_await bind();
    {
      auto b = co_await bind();
      auto connected = co_await a.connect(b.local_addr().value());
      EXPECT_TRUE(connected.has_value());
    }
    auto sent = co_await a.send(bytes_of("anybody?"));
    EXPECT_TRUE(sent.has_value());
    std::array<std::byte, 4> buffer{};
    auto refused = co_await a.recv(buffer);
    EXPECT_EQ(refused.error().kind(), ErrorKind::kConnectionRefused);
  }());
}

TEST_P(Udp, tasks_share_a_socket_and_each_datagram_goes_to_one) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    auto shared = hd::Arc<UdpSocket>::make(std::move(b));
    std::vector<hd::task::JoinHandle<std::string>> receivers;
    for (int i = 0; i < 4; ++i) {
      receivers.push_back(hd::task::spawn([](hd::Arc<UdpSocket> socket) -> Task<std::string> {
        std::array<std::byte, 16> buffer{};
        auto count = co_await socket->recv(buffer);
        co_return text_of(std::span(buffer).first(count.value()));
      }(shared.clone())));
    }
    std::string all;
    for (const char* text : {"a", "b", "c", "d"}) {
      auto sent = co_await a.send(bytes_of(text));
      EXPECT_TRUE(sent.has_value());
    }
    for (auto& receiver : receivers) {
      auto text = co_await receiver;
      all += text.value();
    }
    std::ranges::sort(all);
    EXPECT_EQ(all, "abcd");
  }());
}

TEST_P(Udp, one_task_sends_while_another_receives) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    std::array<std::byte, 16> buffer{};
    auto [received, sent] = co_await hd::join(b.recv(buffer), a.send(bytes_of("both")));
    EXPECT_EQ(received.value(), 4U);
    EXPECT_EQ(sent.value(), 4U);
  }());
}

TEST_P(Udp, a_receive_that_is_dropped_while_it_waits_has_taken_nothing) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    std::array<std::byte, 16> buffer{};
    {
      Polled receive([&, &socket = b] { return socket.recv_from(buffer); });
      EXPECT_TRUE(receive.pending());
    }
    auto sent = co_await a.send(bytes_of("kept"));
    EXPECT_TRUE(sent.has_value());
    auto count = co_await b.recv(buffer);
    EXPECT_EQ(count.value(), 4U);
  }());
}

TEST_P(Udp, options_are_what_they_were_set_to) {
  run([]() -> Task<> {
    auto socket = co_await bind();
    EXPECT_FALSE(socket.broadcast().value());
    EXPECT_TRUE(socket.set_broadcast(true).has_value());
    EXPECT_TRUE(socket.broadcast().value());
    EXPECT_TRUE(socket.set_ttl(42).has_value());
    EXPECT_EQ(socket.ttl().value(), 42U);
    EXPECT_TRUE(socket.set_tos(16).has_value());
    EXPECT_EQ(socket.tos().value(), 16U);
    EXPECT_TRUE(socket.set_multicast_ttl_v4(7).has_value());
    EXPECT_EQ(socket.multicast_ttl_v4().value(), 7U);
    EXPECT_TRUE(socket.multicast_loop_v4().value());
    EXPECT_TRUE(socket.set_multicast_loop_v4(false).has_value());
    EXPECT_FALSE(socket.multicast_loop_v4().value());
    EXPECT_FALSE(socket.take_error().has_value());
  }());
}

TEST_P(Udp, a_member_of_a_group_receives_what_is_sent_to_it_until_it_leaves) {
  run([]() -> Task<> {
    const IpAddr group = IpAddr::v4(239, 255, 77, 77);
    auto member = (co_await UdpSocket::bind("0.0.0.0:0")).value();
    if (!member.join_multicast_v4(group, IpAddr::localhost())) co_return;  // a machine without multicast
    auto sender = co_await bind();
    EXPECT_TRUE(sender.set_multicast_loop_v4(true).has_value());
    const SocketAddr to(group, member.local_addr().value().port());
    auto sent = co_await sender.send_to(bytes_of("all"), to);
    if (!sent.has_value()) co_return;  // no route for multicast
    EXPECT_TRUE(member.leave_multicast_v4(group, IpAddr::localhost()).has_value());
    EXPECT_EQ(member.leave_multicast_v4(group, IpAddr::localhost()).error().kind(), ErrorKind::kAddrNotAvailable);
  }());
}

TEST_P(Udp, what_is_no_group_can_not_be_joined) {
  run([]() -> Task<> {
    auto socket = co_await bind();
    EXPECT_EQ(socket.join_multicast_v4(IpAddr::localhost(), IpAddr::unspecified()).error().kind(),
              ErrorKind::kInvalidInput);
    EXPECT_EQ(socket.join_multicast_v4(IpAddr::parse("ff02::1").value(), IpAddr::unspecified()).error().kind(),
              ErrorKind::kInvalidInput);
    EXPECT_EQ(socket.join_multicast_v6(IpAddr::localhost(), 0).error().kind(), ErrorKind::kInvalidInput);
  }());
}

TEST_P(Udp, a_broadcast_without_permission_is_denied) {
  run([]() -> Task<> {
    auto socket = (co_await UdpSocket::bind("0.0.0.0:0")).value();
    auto sent = co_await socket.send_to(bytes_of("all"), SocketAddr(IpAddr::v4(255, 255, 255, 255), 9));
    EXPECT_FALSE(sent.has_value());
  }());
}

TEST_P(Udp, a_descriptor_is_taken_over_and_given_away) {
  run([]() -> Task<> {
    auto [a, b] = co_await pair();
    const SocketAddr addr = b.local_addr().value();
    auto fd = std::move(b).into_fd();
    auto again = UdpSocket::from_fd(std::move(fd)).value();
    EXPECT_EQ(again.local_addr().value(), addr);
    auto sent = co_await a.send(bytes_of("again"));
    EXPECT_TRUE(sent.has_value());
    std::array<std::byte, 16> buffer{};
    auto count = co_await again.recv(buffer);
    EXPECT_EQ(count.value(), 5U);
  }());
}

TEST(UdpWithoutRuntime, a_socket_that_outlives_its_runtime_gives_errors) {
  std::optional<UdpSocket> socket;
  {
    auto runtime = runtime_of(RuntimeKind::kFourWorkers);
    auto bound = runtime.block_on([]() -> Task<hd::io::Result<UdpSocket>> {
      auto made = co_await UdpSocket::bind("127.0.0.1:0");
      co_return made;
    }());
    socket.emplace(std::move(bound).value());
  }
  std::array<std::byte, 4> buffer{};
  EXPECT_EQ(socket->try_recv(buffer).error().kind(), ErrorKind::kOther);
  EXPECT_EQ(socket->try_recv_from(buffer).error().kind(), ErrorKind::kOther);
  Polled receive([&] { return socket->recv_from(buffer); });
  auto gone = receive.poll();
  EXPECT_EQ(gone->error().kind(), ErrorKind::kOther);
}

}  // namespace
}  // namespace heddle_test
