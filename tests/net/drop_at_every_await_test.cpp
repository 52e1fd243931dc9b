// SPDX-License-Identifier: MIT
// Each future of a socket, dropped at each of its suspensions: no connection and no byte is lost.
#include "support/drop_at_every_await.hpp"

#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace hd = heddle;
using hd::net::TcpListener;
using hd::net::TcpStream;
using heddle_test::drop_at_every_await;

hd::Task<TcpStream> connect(hd::net::SocketAddr addr) {
  auto stream = co_await TcpStream::connect(addr);
  co_return std::move(stream).value();
}

constexpr std::size_t kConnections = 3;

struct Accepts {
  std::optional<TcpListener> listener;
  std::vector<hd::task::JoinHandle<TcpStream>> clients;
  std::vector<TcpStream> accepted;

  hd::Async<> prepare() {
    listener.emplace((co_await TcpListener::bind("127.0.0.1:0")).value());
    const auto addr = listener->local_addr().value();
    for (std::size_t i = 0; i < kConnections; ++i) clients.push_back(hd::task::spawn(connect(addr)));
  }
  hd::Async<> run() {
    while (accepted.size() < kConnections) {
      auto connection = co_await listener->accept();
      accepted.push_back(std::move(connection->socket));
    }
  }
  hd::Async<> kept() {
    co_await run();
    for (auto& client : clients) EXPECT_TRUE((co_await client).has_value());
  }
};

TEST(DropAtEveryAwait, accept_loses_no_connection) { drop_at_every_await<Accepts>(); }

/// Two ends of a connection.
struct Connection {
  std::optional<TcpStream> near;
  std::optional<TcpStream> far;

  hd::Async<> prepare() {
    auto listener = (co_await TcpListener::bind("127.0.0.1:0")).value();
    near.emplace((co_await TcpStream::connect(listener.local_addr().value())).value());
    far.emplace((co_await listener.accept()).value().socket);
  }
};

constexpr std::string_view kText = "what is read before and after the drop is what was written";

hd::Task<> write_in_pieces(TcpStream stream) {
  for (std::size_t at = 0; at < kText.size(); at += 7) {
    const auto piece = kText.substr(at, 7);
    EXPECT_TRUE((co_await stream.write_all(std::as_bytes(std::span(piece)))).has_value());
    co_await hd::task::yield_now();
  }
}

struct Reads : Connection {
  std::string got;

  hd::Async<> prepare() {
    co_await Connection::prepare();
    hd::task::spawn(write_in_pieces(*std::exchange(far, std::nullopt)));
  }
  hd::Async<> run() {
    for (;;) {
      std::array<char, 5> buffer{};
      const auto bytes = std::as_writable_bytes(std::span(buffer));
      EXPECT_TRUE((co_await near->readable()).has_value());
      const auto peeked = co_await near->peek(bytes);
      const auto n = co_await near->read(bytes);
      EXPECT_GE(n.value(), peeked.value());
      if (n == 0U) co_return;
      got.append(buffer.data(), *n);
    }
  }
  hd::Async<> kept() {
    co_await run();
    EXPECT_EQ(got, kText);
  }
};

TEST(DropAtEveryAwait, read_takes_no_byte_that_it_does_not_give) { drop_at_every_await<Reads>(); }

hd::Task<std::size_t> read_to_end(TcpStream stream) {
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  std::size_t total = 0;
  for (;;) {
    const auto n = co_await stream.read(buffer);
    if (n.value() == 0) co_return total;
    total += *n;
    co_await hd::task::yield_now();
  }
}

/// More than the system's buffers take.
constexpr std::size_t kMuch = std::size_t{12} << 20;

struct Writes : Connection {
  std::vector<std::byte> bytes = std::vector<std::byte>(kMuch);
  std::optional<hd::task::JoinHandle<std::size_t>> read;
  std::size_t written = 0;

  hd::Async<> prepare() {
    co_await Connection::prepare();
    read.emplace(hd::task::spawn(read_to_end(*std::exchange(far, std::nullopt))));
  }
  hd::Async<> run() {
    while (written < kMuch) {
      EXPECT_TRUE((co_await near->writable()).has_value());
      const auto n = co_await near->write(std::span(bytes).subspan(written));
      written += n.value();
    }
  }
  hd::Async<> kept() {
    EXPECT_TRUE((co_await near->shutdown()).has_value());
    const auto total = co_await *read;
    EXPECT_EQ(*total, written);
  }
};

TEST(DropAtEveryAwait, write_sends_no_byte_that_it_does_not_count) { drop_at_every_await<Writes>(); }

/// Documented as lost: how much of it was written.
struct WritesAll : Writes {
  hd::Async<> run() { EXPECT_TRUE((co_await near->write_all(bytes)).has_value()); }
  hd::Async<> kept() {
    EXPECT_TRUE((co_await near->shutdown()).has_value());
    const auto total = co_await *read;
    EXPECT_LE(*total, kMuch);
  }
};

TEST(DropAtEveryAwait, write_all_leaves_the_connection_usable) { drop_at_every_await<WritesAll>(); }

struct Connects {
  std::optional<TcpListener> listener;

  hd::Async<> prepare() { listener.emplace((co_await TcpListener::bind("127.0.0.1:0")).value()); }
  hd::Async<> run() {
    const auto stream = co_await TcpStream::connect(listener->local_addr().value());
    EXPECT_TRUE(stream.has_value());
    co_await hd::task::yield_now();
  }
  hd::Async<> kept() { return run(); }
};

TEST(DropAtEveryAwait, connect_may_be_tried_again) { drop_at_every_await<Connects>(); }

}  // namespace
