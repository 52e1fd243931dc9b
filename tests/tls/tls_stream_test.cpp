// SPDX-License-Identifier: MIT
// heddle::tls' promises, between two ends of a pipe in memory.
#include <heddle/future/join.hpp>
#include <heddle/future/select.hpp>
#include <heddle/io/buf_read.hpp>
#include <heddle/io/buf_reader.hpp>
#include <heddle/io/duplex.hpp>
#include <heddle/io/read.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/testing/mock_stream.hpp>
#include <heddle/time/timeout.hpp>
#include <heddle/tls/tls.hpp>

#include "support/bytes.hpp"
#include "support/drop_at_every_await.hpp"
#include "support/on_runtime.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

namespace heddle_test {
namespace {

using namespace std::chrono_literals;
namespace io = heddle::io;
namespace tls = heddle::tls;
using heddle::Async;
using heddle::Task;
using io::ErrorKind;
using Private = tls::Stream<io::DuplexStream>;

const tls::Identity& identity() {
  static const tls::Identity made = tls::Identity::self_signed("localhost").value();
  return made;
}
tls::Acceptor acceptor() { return tls::Acceptor::Builder(identity()).build().value(); }
tls::Connector connector() { return tls::Connector::Builder().trust(identity().certificates()).build().value(); }

/// Two ends that have shaken hands.
struct Ends {
  Private client;
  Private server;
  Ends(Private c, Private s) : client(std::move(c)), server(std::move(s)) {}
};

Async<Ends> connected(std::size_t capacity = 1024) {
  auto [a, b] = io::duplex(capacity);
  const auto client = connector();
  const auto server = acceptor();
  auto both = co_await heddle::join(client.connect("localhost", std::move(a)), server.accept(std::move(b)));
  Ends ends(std::move(both.first).value(), std::move(both.second).value());
  co_return ends;
}

/// What each end says of a handshake: a kind of error, or nothing.
struct Outcomes {
  std::optional<ErrorKind> client;
  std::optional<ErrorKind> server;
  Outcomes(std::optional<ErrorKind> c, std::optional<ErrorKind> s) : client(c), server(s) {}
};
template <class T>
std::optional<ErrorKind> kind_of(const io::Result<T>& result) {
  if (result.has_value()) return std::nullopt;
  return result.error().kind();
}
Async<Outcomes> tried(const tls::Connector& client, std::string_view name, const tls::Acceptor& server) {
  auto [a, b] = io::duplex(1024);
  auto both = co_await heddle::join(client.connect(name, std::move(a)), server.accept(std::move(b)));
  co_return Outcomes(kind_of(both.first), kind_of(both.second));
}

class TlsStream : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, TlsStream, every_kind(), name_of);

TEST_P(TlsStream, carries_both_directions_and_says_what_was_agreed_on) {
  run([]() -> Task<> {
    auto ends = co_await connected();
    EXPECT_EQ(ends.client.version(), "TLSv1.3");
    EXPECT_EQ(ends.server.server_name(), "localhost");
    EXPECT_EQ(ends.client.alpn(), "");
    auto asked = co_await io::write_all(ends.client, "question\n");
    EXPECT_TRUE(asked.has_value());
    io::BufReader server(ends.server);
    std::string line;
    auto count = co_await io::read_line(server, line);
    EXPECT_EQ(line, "question\n");
    auto answered = co_await io::write_all(server, "answer\n");
    std::array<std::byte, 64> answer;
    count = co_await io::read(ends.client, answer);
    EXPECT_EQ(text_of(std::span(answer).first(count.value())), "answer\n");
    static_assert(heddle::Send<Private> && heddle::Owned<Private> && !heddle::Owned<tls::Stream<io::DuplexStream&>>);
    static_assert(io::AsyncRead<Private> && io::AsyncWrite<Private>);
  }());
}

TEST_P(TlsStream, shakes_hands_and_carries_much_through_a_pipe_that_is_narrow) {
  run([]() -> Task<> {
    auto ends = co_await connected(7);
    const std::string much(300'000, 'x');
    auto reading = heddle::task::spawn([](Private stream) -> Task<std::string> {
      std::string text;
      auto count = co_await io::read_to_string(stream, text);
      EXPECT_TRUE(count.has_value());
      co_return text;
    }(std::move(ends.server)));
    auto written = co_await io::write_all(ends.client, much);
    EXPECT_TRUE(written.has_value());
    auto ended = co_await io::shutdown(ends.client);
    EXPECT_TRUE(ended.has_value());
    auto text = co_await reading;
    EXPECT_EQ(text.value(), much);
  }());
}

TEST_P(TlsStream, ends_reading_after_the_peers_goodbye_and_can_still_write) {
  run([]() -> Task<> {
    auto ends = co_await connected();
    auto closed = co_await io::shutdown(ends.client);
    EXPECT_TRUE(closed.has_value());
    std::array<std::byte, 8> room;
    for (int i = 0; i < 2; ++i) {
      auto count = co_await io::read(ends.server, room);
      EXPECT_EQ(count.value(), 0U);
    }
    auto written = co_await io::write_all(ends.server, "bye");
    EXPECT_TRUE(written.has_value());
    auto count = co_await io::read(ends.client, room);
    EXPECT_EQ(text_of(std::span(room).first(count.value())), "bye");
    written = co_await io::write_all(ends.client, "more");
    EXPECT_FALSE(written.has_value());
  }());
}

TEST_P(TlsStream, that_is_cut_off_without_a_goodbye_is_an_error) {
  run([]() -> Task<> {
    auto ends = co_await connected();
    auto written = co_await io::write_all(ends.client, "the amount is 1");
    { const auto gone = std::move(ends.client); }
    std::string text;
    auto count = co_await io::read_to_string(ends.server, text);
    EXPECT_EQ(count.error().kind(), ErrorKind::kUnexpectedEof);
    EXPECT_EQ(text, "the amount is 1");
  }());
}

TEST_P(TlsStream, that_was_changed_on_its_way_is_an_error_for_good) {
  run([]() -> Task<> {
    auto ends = co_await connected();
    // A record whose contents nobody has sealed.
    auto forged = co_await io::write_all(ends.client.inner(), std::string_view("\x17\x03\x03\x00\x05" "forge", 10));
    EXPECT_TRUE(forged.has_value());
    std::array<std::byte, 8> room;
    for (int i = 0; i < 2; ++i) {
      auto count = co_await io::read(ends.server, room);
      EXPECT_EQ(count.error().kind(), ErrorKind::kInvalidData);
    }
  }());
}

TEST_P(TlsStream, reads_nothing_into_no_room) {
  run([]() -> Task<> {
    auto ends = co_await connected();
    auto count = co_await io::read(ends.server, {});
    EXPECT_EQ(count.value(), 0U);
    count = co_await io::write(ends.server, {});
    EXPECT_EQ(count.value(), 0U);
  }());
}

class TlsHandshake : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, TlsHandshake, every_kind(), name_of);

TEST_P(TlsHandshake, agrees_on_the_servers_dearest_protocol) {
  run([]() -> Task<> {
    auto [a, b] = io::duplex(1024);
    const auto client = tls::Connector::Builder().trust(identity().certificates()).alpn({"http/1.1", "h2"}).build().value();
    const auto server = tls::Acceptor::Builder(identity()).alpn({"h3", "h2", "http/1.1"}).build().value();
    auto both = co_await heddle::join(client.connect("localhost", std::move(a)), server.accept(std::move(b)));
    EXPECT_EQ(both.first->alpn(), "h2");
    EXPECT_EQ(both.second->alpn(), "h2");
  }());
}

TEST_P(TlsHandshake, refuses_a_client_that_speaks_none_of_the_servers_protocols_and_takes_one_that_does_not_say) {
  run([]() -> Task<> {
    const auto client = tls::Connector::Builder().trust(identity().certificates()).alpn({"smtp"}).build().value();
    const auto server = tls::Acceptor::Builder(identity()).alpn({"h2"}).build().value();
    auto refused = co_await tried(client, "localhost", server);
    EXPECT_EQ(refused.client, ErrorKind::kInvalidData);
    EXPECT_EQ(refused.server, ErrorKind::kInvalidData);
    const auto silent = connector();
    auto taken = co_await tried(silent, "localhost", server);
    EXPECT_EQ(taken.client, std::nullopt);
    EXPECT_EQ(taken.server, std::nullopt);
  }());
}

TEST_P(TlsHandshake, refuses_a_server_that_is_not_trusted_or_is_another) {
  run([]() -> Task<> {
    const auto server = acceptor();
    const auto system = tls::Connector::Builder().build().value();
    auto untrusted = co_await tried(system, "localhost", server);
    EXPECT_EQ(untrusted.client, ErrorKind::kInvalidData);
    const auto ours = connector();
    auto other = co_await tried(ours, "example.org", server);
    EXPECT_EQ(other.client, ErrorKind::kInvalidData);
    auto other_address = co_await tried(ours, "127.0.0.1", server);
    EXPECT_EQ(other_address.client, ErrorKind::kInvalidData);
    const auto careless = tls::Connector::Builder().unsafe_trust_anybody().build().value();
    auto anybody = co_await tried(careless, "example.org", server);
    EXPECT_EQ(anybody.client, std::nullopt);
  }());
}

TEST_P(TlsHandshake, knows_a_server_by_its_address) {
  run([]() -> Task<> {
    for (const char* address : {"127.0.0.1", "::1"}) {
      const auto named = tls::Identity::self_signed(address).value();
      const auto server = tls::Acceptor::Builder(named).build().value();
      const auto client = tls::Connector::Builder().trust(named.certificates()).build().value();
      auto done = co_await tried(client, address, server);
      EXPECT_EQ(done.client, std::nullopt);
    }
  }());
}

TEST_P(TlsHandshake, with_what_speaks_no_tls_is_an_error_at_both_ends) {
  run([]() -> Task<> {
    const auto server = acceptor();
    const auto client = connector();
    for (const bool as_server : {true, false}) {
      auto [a, b] = io::duplex(4096);
      auto written = co_await io::write_all(a, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      std::optional<ErrorKind> kind;
      if (as_server) {
        auto done = co_await server.accept(std::move(b));
        kind = kind_of(done);
      } else {
        auto done = co_await client.connect("localhost", std::move(b));
        kind = kind_of(done);
      }
      EXPECT_EQ(kind, ErrorKind::kInvalidData);
    }
  }());
}

TEST_P(TlsHandshake, with_a_peer_that_goes_away_in_the_middle_is_an_error) {
  run([]() -> Task<> {
    const auto server = acceptor();
    // The beginning of a client's hello.
    auto done = co_await server.accept(heddle::testing::MockStream::Builder().read("\x16\x03\x01").build());
    EXPECT_EQ(done.error().kind(), ErrorKind::kUnexpectedEof);
  }());
}

TEST_P(TlsHandshake, gives_an_error_of_the_stream_on) {
  run([]() -> Task<> {
    const auto server = acceptor();
    const io::Error reset(ErrorKind::kConnectionReset, "gone");
    auto done = co_await server.accept(heddle::testing::MockStream::Builder().read_error(reset).build());
    EXPECT_EQ(done.error().kind(), ErrorKind::kConnectionReset);
  }());
}

TEST_P(TlsHandshake, with_a_peer_that_is_silent_can_be_given_up) {
  run([]() -> Task<> {
    const auto server = acceptor();
    auto [a, b] = io::duplex(64);
    auto done = co_await heddle::time::timeout(10ms, server.accept(std::move(b)));
    EXPECT_FALSE(done.has_value());
    std::array<std::byte, 8> room;
    auto count = co_await io::read(a, room);
    EXPECT_EQ(count.value(), 0U) << "and the stream went with it";
  }());
}

TEST_P(TlsHandshake, that_loses_a_select_lets_go_of_its_stream) {
  run([]() -> Task<> {
    const auto server = acceptor();
    auto [a, b] = io::duplex(64);
    bool won = false;
    static_assert(heddle::future::kLossOf<tls::Handshake<io::DuplexStream>> == heddle::future::Loss::kLosesData);
    co_await heddle::select(heddle::biased,
                            heddle::on(heddle::cancel_unsafe(server.accept(std::move(b))), [](auto) {}),
                            heddle::on(heddle::ready(), [&] { won = true; }));
    EXPECT_TRUE(won);
    std::array<std::byte, 8> room;
    auto count = co_await io::read(a, room);
    EXPECT_EQ(count.value(), 0U);
  }());
}

TEST_P(TlsHandshake, refuses_what_is_no_hosts_name) {
  run([]() -> Task<> {
    const auto client = connector();
    for (const std::string& name : {std::string(), std::string("a..b"), std::string("local\0host", 10), std::string(64, 'x'),
                                    "a." + std::string(300, 'x'), std::string("two words"), std::string("a/b")}) {
      auto [a, b] = io::duplex(64);
      auto done = co_await client.connect(name, a);
      EXPECT_EQ(done.error().kind(), ErrorKind::kInvalidInput) << name;
    }
  }());
}

TEST(TlsSettings, that_make_no_sense_are_refused) {
  const auto other = tls::Identity::self_signed("localhost").value();
  EXPECT_FALSE(tls::Acceptor::Builder(tls::Identity("none", "none")).build().has_value());
  EXPECT_FALSE(tls::Acceptor::Builder(tls::Identity(identity().certificates(), "none")).build().has_value());
  EXPECT_FALSE(tls::Acceptor::Builder(tls::Identity(identity().certificates(), other.key())).build().has_value());
  EXPECT_FALSE(tls::Connector::Builder().trust("none").build().has_value());
  EXPECT_THROW(tls::Connector::Builder().alpn({""}), std::invalid_argument);
  EXPECT_THROW(tls::Acceptor::Builder(identity()).alpn({std::string(256, 'x')}), std::invalid_argument);
  EXPECT_EQ(tls::Identity::self_signed("a,DNS:b").error().kind(), ErrorKind::kInvalidInput);
  EXPECT_TRUE(tls::Acceptor::Builder(tls::Identity(identity().certificates() + other.certificates(), identity().key()))
                  .build()
                  .has_value());
}

TEST(TlsSettings, can_be_shared_by_threads) {
  static_assert(heddle::Send<tls::Acceptor> && heddle::Sync<tls::Acceptor> && heddle::Owned<tls::Acceptor>);
  static_assert(heddle::Send<tls::Connector> && heddle::Sync<tls::Connector> && heddle::Owned<tls::Connector>);
  static_assert(heddle::Send<tls::Handshake<io::DuplexStream>> && heddle::Owned<tls::Handshake<io::DuplexStream>>);
  static_assert(heddle::Send<tls::Identity> && heddle::Sync<tls::Identity> && heddle::Owned<tls::Identity>);
  static_assert(!std::is_aggregate_v<tls::Identity> && !std::is_aggregate_v<Private>);
  auto clone = acceptor().clone();
  EXPECT_TRUE(heddle::Owned<decltype(clone)>);
}

struct ShakesHands {
  tls::Connector client = connector();
  io::Duplex ends = io::duplex(100);

  ShakesHands() {
    heddle::task::spawn([](tls::Acceptor server, io::DuplexStream stream) -> Task<> {
      static_cast<void>(co_await server.accept(std::move(stream)));
    }(acceptor(), std::move(ends.b)));
  }
  Async<> run() {
    auto done = co_await client.connect("localhost", std::move(ends.a));
    EXPECT_TRUE(done.has_value());
  }
  static Async<> kept() { co_return; }  // and nothing leaks
};
TEST(DropAtEveryAwait, tls_handshake) { drop_at_every_await<ShakesHands>(); }

struct Reads {
  std::optional<Private> stream;
  std::string found;

  Async<> prepare() {
    auto ends = co_await connected(9);
    stream.emplace(std::move(ends.server));
    heddle::task::spawn([](Private peer) -> Task<> {
      for (const char* part : {"one ", "two ", "three"}) {
        static_cast<void>(co_await io::write_all(peer, std::string_view(part)));
      }
      static_cast<void>(co_await io::shutdown(peer));
    }(std::move(ends.client)));
  }
  Async<> run() {
    std::array<std::byte, 3> room;
    for (;;) {
      auto count = co_await io::read(*stream, room);
      if (count.value() == 0) co_return;
      found += text_of(std::span(room).first(*count));
    }
  }
  Async<> kept() {
    auto count = co_await io::read_to_string(*stream, found);
    EXPECT_TRUE(count.has_value());
    EXPECT_EQ(found, "one two three");
  }
};
TEST(DropAtEveryAwait, tls_read) { drop_at_every_await<Reads>(); }

}  // namespace
}  // namespace heddle_test
