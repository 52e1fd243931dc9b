// SPDX-License-Identifier: MIT
// Each future of datagrams, Unix sockets, pipes and descriptors, dropped at each of its suspensions: nothing is lost.
#include "support/drop_at_every_await.hpp"

#include <heddle/net/async_fd.hpp>
#include <heddle/net/lookup_host.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_socket.hpp>
#include <heddle/net/udp_socket.hpp>
#include <heddle/net/unix_datagram.hpp>
#include <heddle/net/unix_listener.hpp>
#include <heddle/net/unix_pipe.hpp>

#include "support/bytes.hpp"
#include "support/temp_dir.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle_test {
namespace {

namespace hd = heddle;
namespace net = heddle::net;
using hd::Async;
using hd::Task;

constexpr std::array<std::string_view, 3> kTexts{"one", "two", "three"};

struct ReceivesDatagrams {
  std::optional<net::UdpSocket> near;
  std::string got;

  Async<> prepare() {
    near.emplace((co_await net::UdpSocket::bind("127.0.0.1:0")).value());
    auto far = (co_await net::UdpSocket::bind("127.0.0.1:0")).value();
    auto connected = co_await far.connect(near->local_addr().value());
    EXPECT_TRUE(connected.has_value());
    hd::task::spawn([](net::UdpSocket socket) -> Task<> {
      for (const auto text : kTexts) {
        auto sent = co_await socket.send(bytes_of(text));
        EXPECT_TRUE(sent.has_value());
        co_await hd::task::yield_now();
      }
    }(std::move(far)));
  }
  Async<> run() {
    std::array<std::byte, 16> buffer{};
    while (got.size() < 11) {
      auto ready = co_await near->ready(net::Interest::kReadable);
      EXPECT_TRUE(ready.has_value());
      auto peeked = co_await near->peek_from(buffer);
      auto received = co_await near->recv_from(buffer);
      EXPECT_EQ(received.value().size, peeked.value().size);
      got += text_of(std::span(buffer).first(received->size));
    }
  }
  Async<> kept() {
    co_await run();
    EXPECT_EQ(got, "onetwothree");
  }
};

TEST(DropAtEveryAwait, receiving_a_datagram_takes_none_that_it_does_not_give) {
  drop_at_every_await<ReceivesDatagrams>();
}

/// Sends more than the receiver's queue takes.
struct SendsDatagrams {
  static constexpr std::size_t kMany = 300;
  const TempDir dir;
  std::optional<net::UnixDatagram> near;
  std::optional<hd::task::JoinHandle<std::size_t>> receiver;
  std::size_t sent = 0;

  Async<> prepare() {
    auto far = net::UnixDatagram::bind(dir / "far").value();
    near.emplace(net::UnixDatagram::unbound().value());
    receiver.emplace(hd::task::spawn([](net::UnixDatagram socket) -> Task<std::size_t> {
      std::size_t count = 0;
      std::array<std::byte, 16> buffer{};
      for (;;) {
        auto size = co_await socket.recv(buffer);
        if (size.value() == 0) co_return count;
        ++count;
        co_await hd::task::yield_now();
      }
    }(std::move(far))));
    co_return;
  }
  Async<> run() {
    while (sent < kMany) {
      auto size = co_await near->send_to(bytes_of("datagram"), dir / "far");
      EXPECT_EQ(size.value(), 8U);
      ++sent;
    }
  }
  Async<> kept() {
    auto last = co_await near->send_to({}, dir / "far");
    EXPECT_TRUE(last.has_value());
    auto received = co_await *receiver;
    EXPECT_EQ(received.value(), sent);
  }
};

TEST(DropAtEveryAwait, sending_a_datagram_sends_none_that_it_does_not_count) { drop_at_every_await<SendsDatagrams>(); }

struct AcceptsUnix {
  const TempDir dir;
  std::optional<net::UnixListener> listener;
  std::vector<hd::task::JoinHandle<bool>> clients;
  std::vector<net::UnixStream> accepted;

  Async<> prepare() {
    listener.emplace(net::UnixListener::bind(dir / "sock").value());
    for (int i = 0; i < 3; ++i) {
      clients.push_back(hd::task::spawn([](net::UnixAddr addr) -> Task<bool> {
        auto stream = co_await net::UnixStream::connect(std::move(addr));
        co_return stream.has_value();
      }(dir / "sock")));
    }
    co_return;
  }
  Async<> run() {
    while (accepted.size() < 3) {
      auto connection = co_await listener->accept();
      accepted.push_back(std::move(connection->socket));
    }
  }
  Async<> kept() {
    co_await run();
    for (auto& client : clients) {
      auto connected = co_await client;
      EXPECT_TRUE(connected.value());
    }
  }
};

TEST(DropAtEveryAwait, accepting_at_a_unix_socket_loses_no_connection) { drop_at_every_await<AcceptsUnix>(); }

struct ReceivesFds {
  std::optional<net::UnixStream> near;
  std::vector<hd::io::OwnedFd> fds;
  std::size_t bytes = 0;

  Async<> prepare() {
    auto [a, b] = net::UnixStream::pair().value();
    near.emplace(std::move(a));
    hd::task::spawn([](net::UnixStream stream) -> Task<> {
      const std::array<int, 1> one{STDIN_FILENO};
      for (int i = 0; i < 3; ++i) {
        auto sent = co_await stream.send_fds(bytes_of("fd"), one);
        EXPECT_EQ(sent.value(), 2U);
        co_await hd::task::yield_now();
      }
    }(std::move(b)));
    co_return;
  }
  Async<> run() {
    while (bytes < 6) {
      std::array<std::byte, 16> buffer{};
      auto received = co_await near->recv_fds(buffer, 4);
      bytes += received.value().size;
      for (auto& fd : received->fds) fds.push_back(std::move(fd));
    }
  }
  Async<> kept() {
    co_await run();
    EXPECT_EQ(fds.size(), 3U);
  }
};

TEST(DropAtEveryAwait, receiving_descriptors_loses_none) { drop_at_every_await<ReceivesFds>(); }

struct ReadsPipe {
  std::optional<net::unix_pipe::Receiver> rx;
  std::string got;

  Async<> prepare() {
    auto [tx, end] = net::unix_pipe::pipe().value();
    rx.emplace(std::move(end));
    hd::task::spawn([](net::unix_pipe::Sender sender) -> Task<> {
      for (const auto text : kTexts) {
        auto written = co_await sender.write_all(bytes_of(text));
        EXPECT_TRUE(written.has_value());
        co_await hd::task::yield_now();
      }
    }(std::move(tx)));
    co_return;
  }
  Async<> run() {
    std::array<std::byte, 2> buffer{};
    for (;;) {
      auto count = co_await rx->read(buffer);
      if (count.value() == 0) co_return;
      got += text_of(std::span(buffer).first(*count));
    }
  }
  Async<> kept() {
    co_await run();
    EXPECT_EQ(got, "onetwothree");
  }
};

TEST(DropAtEveryAwait, reading_a_pipe_takes_no_byte_that_it_does_not_give) { drop_at_every_await<ReadsPipe>(); }

struct WatchesFd {
  std::optional<net::AsyncFd<hd::io::OwnedFd>> fd;
  std::string got;

  Async<> prepare() {
    auto [tx, rx] = net::unix_pipe::pipe().value();
    fd.emplace(net::AsyncFd<hd::io::OwnedFd>::make(std::move(rx).into_nonblocking_fd()).value());
    hd::task::spawn([](net::unix_pipe::Sender sender) -> Task<> {
      for (const auto text : kTexts) {
        auto written = co_await sender.write_all(bytes_of(text));
        EXPECT_TRUE(written.has_value());
        co_await hd::task::yield_now();
      }
    }(std::move(tx)));
    co_return;
  }
  Async<> run() {
    const auto read_byte = [](const hd::io::OwnedFd& owner) -> hd::io::Result<std::string> {
      char byte = 0;
      const auto count = ::read(owner.as_raw_fd(), &byte, 1);
      if (count < 0) return hd::io::fail(errno);
      return std::string(static_cast<std::size_t>(count), byte);
    };
    for (;;) {
      auto guard = co_await fd->readable();
      EXPECT_TRUE(guard.has_value());
      auto byte = co_await fd->async_io(net::Interest::kReadable, read_byte);
      if (byte.value().empty()) co_return;
      got += *byte;
    }
  }
  Async<> kept() {
    co_await run();
    EXPECT_EQ(got, "onetwothree");
  }
};

TEST(DropAtEveryAwait, waiting_for_a_descriptor_misses_no_event) { drop_at_every_await<WatchesFd>(); }

struct ConnectsByName {
  std::optional<net::TcpListener> listener;

  Async<> prepare() { listener.emplace((co_await net::TcpListener::bind("127.0.0.1:0")).value()); }
  Async<> run() {
    const auto addr = listener->local_addr().value();
    auto found = co_await net::lookup_host("localhost", addr.port());
    EXPECT_TRUE(found.has_value());
    auto socket = net::TcpSocket::new_v4().value();
    auto connected = co_await std::move(socket).connect(addr);
    EXPECT_TRUE(connected.has_value());
    const std::string name = addr.to_string();
    auto stream = co_await net::TcpStream::connect(name);
    EXPECT_TRUE(stream.has_value());
    co_await hd::task::yield_now();
  }
  Async<> kept() { return run(); }
};

TEST(DropAtEveryAwait, a_lookup_and_what_follows_it_may_be_tried_again) { drop_at_every_await<ConnectsByName>(); }

}  // namespace
}  // namespace heddle_test
