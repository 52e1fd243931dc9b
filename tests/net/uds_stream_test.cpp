// SPDX-License-Identifier: MIT
// UnixStream and UnixListener, as tokio/tests/uds_stream.rs, uds_split.rs, uds_cred.rs and uds_socket.rs look at them.
#include <heddle/future/join.hpp>
#include <heddle/io/copy.hpp>
#include <heddle/io/read.hpp>
#include <heddle/io/write.hpp>
#include <heddle/net/unix_listener.hpp>
#include <heddle/net/unix_stream.hpp>
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/time/sleep.hpp>

#include "support/bytes.hpp"
#include "support/on_runtime.hpp"
#include "support/polled.hpp"
#include "support/sockets.hpp"
#include "support/temp_dir.hpp"

#include <unistd.h>

#include <array>
#include <string>
#include <utility>

namespace heddle_test {
namespace {

namespace hd = heddle;
using namespace std::chrono_literals;
using hd::Task;
using hd::io::ErrorKind;
using hd::net::Interest;
using hd::net::UnixAddr;
using hd::net::UnixListener;
using hd::net::UnixStream;
using hd::test::Polled;

static_assert(hd::io::AsyncRead<UnixStream> && hd::io::AsyncWrite<UnixStream>);

hd::Async<std::string> read_text(UnixStream& stream, std::size_t size) {
  std::string text(size, '\0');
  auto count = co_await hd::io::read_exact(stream, std::as_writable_bytes(std::span(text)));
  co_return count.has_value() ? text : std::string("(no)");
}

class UdsStream : public OnRuntime {};
INSTANTIATE_TEST_SUITE_P(, UdsStream, every_kind(), name_of);

TEST_P(UdsStream, listens_at_a_path_and_is_connected_to) {
  run([]() -> Task<> {
    const TempDir dir;
    auto listener = UnixListener::bind(dir / "sock").value();
    EXPECT_EQ(listener.local_addr().value(), UnixAddr(dir / "sock"));
    auto client = (co_await UnixStream::connect(dir / "sock")).value();
    auto [server, peer] = (co_await listener.accept()).value();
    EXPECT_TRUE(peer.is_unnamed());
    EXPECT_EQ(client.peer_addr().value().as_pathname(), dir / "sock");
    EXPECT_TRUE(client.local_addr().value().is_unnamed());
    auto written = co_await client.write_all(bytes_of("hello"));
    EXPECT_TRUE(written.has_value());
    auto ended = co_await client.shutdown();
    EXPECT_TRUE(ended.has_value());
    std::string text;
    auto count = co_await hd::io::read_to_string(server, text);
    EXPECT_EQ(text, "hello");
    auto answer = co_await server.write_all(bytes_of("back"));
    EXPECT_TRUE(answer.has_value());
    const std::string back = co_await read_text(client, 4);
    EXPECT_EQ(back, "back");
  }());
}

TEST_P(UdsStream, an_abstract_name_is_no_file_and_goes_with_its_listener) {
  run([]() -> Task<> {
    const UnixAddr name = UnixAddr::abstract_name("heddle-test-" + std::to_string(::getpid()));
    {
      auto listener = UnixListener::bind(name).value();
      EXPECT_EQ(listener.local_addr().value().as_abstract_name(), name.as_abstract_name());
      auto client = co_await UnixStream::connect(name);
      EXPECT_EQ(client.value().peer_addr().value(), name);
    }
    auto refused = co_await UnixStream::connect(name);
    EXPECT_EQ(refused.error().kind(), ErrorKind::kConnectionRefused);
  }());
}

TEST_P(UdsStream, a_pair_is_connected_to_each_other) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    auto written = co_await a.write_all(bytes_of("there"));
    auto back = co_await b.write_all(bytes_of("back!"));
    EXPECT_TRUE(written.has_value() && back.has_value());
    const std::string there = co_await read_text(b, 5);
    EXPECT_EQ(there, "there");
    const std::string here = co_await read_text(a, 5);
    EXPECT_EQ(here, "back!");
  }());
}

TEST_P(UdsStream, connecting_where_nothing_is_says_what_is_wrong) {
  run([]() -> Task<> {
    const TempDir dir;
    auto missing = co_await UnixStream::connect(dir / "nothing");
    EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
    { auto gone = UnixListener::bind(dir / "left"); }
    auto left = co_await UnixStream::connect(dir / "left");  // the file stays where it is
    EXPECT_EQ(left.error().kind(), ErrorKind::kConnectionRefused);
    EXPECT_EQ(UnixListener::bind(dir / "left").error().kind(), ErrorKind::kAddrInUse);
  }());
}

TEST_P(UdsStream, names_that_can_not_be_are_invalid_input) {
  run([]() -> Task<> {
    const std::string long_name = "/" + std::string(107, 'x');
    auto too_long = co_await UnixStream::connect(long_name);
    EXPECT_EQ(too_long.error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ(UnixListener::bind(std::string("/tmp/a\0b", 8)).error().kind(), ErrorKind::kInvalidInput);
    EXPECT_EQ(UnixListener::bind(UnixAddr::abstract_name(std::string(108, 'x'))).error().kind(),
              ErrorKind::kInvalidInput);
  }());
}

TEST(UnixAddrs, are_printed_for_people) {
  EXPECT_EQ(UnixAddr("/run/app.sock").to_string(), "/run/app.sock");
  EXPECT_EQ(UnixAddr::abstract_name("app").to_string(), "@app");
  EXPECT_EQ(UnixAddr::from_raw_name("").to_string(), "(unnamed)");
}

TEST_P(UdsStream, the_peer_is_this_user_and_process) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    const auto cred = a.peer_cred().value();
    EXPECT_EQ(cred.uid, ::getuid());
    EXPECT_EQ(cred.gid, ::getgid());
    EXPECT_EQ(cred.pid, ::getpid());
    EXPECT_FALSE(a.take_error().has_value());
    co_return;
  }());
}

TEST_P(UdsStream, a_reader_that_waits_is_told_of_the_hang_up) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    auto reader = hd::task::spawn([](UnixStream stream) -> Task<std::size_t> {
      std::array<std::byte, 8> buffer{};
      auto count = co_await stream.read(buffer);
      for (bool told = false; !told;) {  // the driver may not have said it yet
        auto state = co_await stream.ready(Interest::kReadable);
        told = state.value().is_read_closed();
        co_await hd::task::yield_now();
      }
      co_return count.value();
    }(std::move(a)));
    co_await hd::task::yield_now();
    { auto gone = std::move(b); }
    auto count = co_await reader;
    EXPECT_EQ(count.value(), 0U);
  }());
}

TEST_P(UdsStream, writing_to_a_peer_that_is_gone_is_a_broken_pipe) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    { auto gone = std::move(b); }
    auto refused = co_await a.write_all(bytes_of("nobody"));
    EXPECT_EQ(refused.error().kind(), ErrorKind::kBrokenPipe);
  }());
}

TEST_P(UdsStream, trying_fills_and_empties_it_without_waiting) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    std::array<std::byte, 3000> buffer{};
    EXPECT_EQ(b.try_read(buffer).error().kind(), ErrorKind::kWouldBlock);
    const std::array<std::span<const std::byte>, 2> sources{bytes_of("vec"), bytes_of("tored")};
    EXPECT_EQ(a.try_write_vectored(sources).value(), 8U);
    std::array<std::byte, 4> first{};
    std::array<std::byte, 4> second{};
    const std::array<std::span<std::byte>, 2> places{std::span(first), std::span(second)};
    auto ready = co_await b.readable();
    EXPECT_TRUE(ready.has_value());
    EXPECT_EQ(b.try_read_vectored(places).value(), 8U);
    std::string both = text_of(first);
    both += text_of(second);
    EXPECT_EQ(both, "vectored");
    std::size_t filled = 0;
    for (;;) {
      auto count = a.try_write(buffer);
      if (!count) {
        EXPECT_EQ(count.error().kind(), ErrorKind::kWouldBlock);
        break;
      }
      filled += *count;
    }
    Polled writable([&, &stream = a] { return stream.writable(); });
    EXPECT_TRUE(writable.pending());
    std::size_t emptied = 0;
    while (emptied < filled) {
      auto again = co_await b.readable();
      EXPECT_TRUE(again.has_value());
      if (auto count = b.try_read(buffer)) emptied += *count;
    }
    EXPECT_EQ(emptied, filled);
    auto room = co_await a.writable();
    EXPECT_TRUE(room.has_value());
  }());
}

TEST_P(UdsStream, halves_send_and_receive_all) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    const auto exchange = [](UnixStream& stream, std::string_view text) -> hd::Async<std::string> {
      auto [reader, writer] = stream.split();
      auto written = co_await hd::io::write_all(writer, text);
      EXPECT_TRUE(written.has_value());
      auto ended = co_await hd::io::shutdown(writer);
      EXPECT_TRUE(ended.has_value());
      std::string all;
      auto count = co_await hd::io::read_to_string(reader, all);
      EXPECT_TRUE(count.has_value());
      co_return all;
    };
    auto [from_b, from_a] = co_await hd::join(exchange(a, "A"), exchange(b, "B"));
    EXPECT_EQ(from_b, "B");
    EXPECT_EQ(from_a, "A");
  }());
}

TEST_P(UdsStream, owned_halves_are_reunited_and_strangers_are_not) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    auto [reader, writer] = std::move(a).into_split();
    auto [other_reader, other_writer] = std::move(b).into_split();
    auto refused = std::move(reader).reunite(std::move(other_writer));
    EXPECT_FALSE(refused.has_value());
    auto whole = std::move(refused.error().read).reunite(std::move(writer));
    EXPECT_TRUE(whole.has_value());
    { auto gone = std::move(refused.error().write); }
    std::array<std::byte, 4> buffer{};
    auto end = co_await whole->read(buffer);
    EXPECT_EQ(end.value(), 0U);
  }());
}

TEST_P(UdsStream, a_descriptor_is_taken_over_and_given_away) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    auto fd = std::move(a).into_fd();
    auto again = UnixStream::from_fd(std::move(fd)).value();
    auto written = co_await again.write_all(bytes_of("again"));
    EXPECT_TRUE(written.has_value());
    const std::string text = co_await read_text(b, 5);
    EXPECT_EQ(text, "again");
  }());
}

TEST_P(UdsStream, no_free_descriptor_is_an_error_and_the_connection_is_served_later) {
  run([]() -> Task<> {
    const TempDir dir;
    auto listener = UnixListener::bind(dir / "sock").value();
    auto client = (co_await UnixStream::connect(dir / "sock")).value();
    {
      const hd::test::NoMoreDescriptors limit;
      auto refused = co_await listener.accept();
      EXPECT_EQ(refused.error().kind(), ErrorKind::kTooManyOpenFiles);
      EXPECT_EQ(UnixStream::pair().error().kind(), ErrorKind::kTooManyOpenFiles);
    }
    auto accepted = co_await listener.accept();
    EXPECT_TRUE(accepted.has_value());
  }());
}

// Descriptors that go along with bytes.

hd::Async<std::string> text_through(hd::io::OwnedFd fd) {
  auto stream = UnixStream::from_fd(std::move(fd)).value();
  const std::string text = co_await read_text(stream, 4);
  co_return text;
}

TEST_P(UdsStream, a_descriptor_that_is_sent_is_the_same_file_at_the_other_end) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    auto [near, far] = UnixStream::pair().value();
    const auto owned = std::move(far).into_fd();
    const std::array fds{owned.as_raw_fd()};
    auto sent = co_await a.send_fds(bytes_of("take"), fds);
    EXPECT_EQ(sent.value(), 4U);
    std::array<std::byte, 16> buffer{};
    auto received = (co_await b.recv_fds(buffer, 4)).value();
    EXPECT_EQ(received.size, 4U);
    EXPECT_EQ(received.fds.size(), 1U);
    EXPECT_FALSE(received.truncated);
    EXPECT_NE(received.fds[0].as_raw_fd(), fds[0]);
    EXPECT_NE(::fcntl(received.fds[0].as_raw_fd(), F_GETFD) & FD_CLOEXEC, 0);
    auto written = co_await near.write_all(bytes_of("hand"));
    EXPECT_TRUE(written.has_value());
    const std::string text = co_await text_through(std::move(received.fds[0]));
    EXPECT_EQ(text, "hand");
  }());
}

TEST_P(UdsStream, more_descriptors_than_there_is_room_for_are_closed_and_that_is_said) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    const auto before = hd::test::open_descriptors();
    const std::array fds{0, 0, 0};
    auto sent = co_await a.send_fds(bytes_of("x"), fds);
    EXPECT_TRUE(sent.has_value());
    sent = co_await a.send_fds(bytes_of("x"), fds);
    EXPECT_TRUE(sent.has_value());
    for (const std::size_t most : {1U, 2U}) {
      std::array<std::byte, 1> buffer{};
      auto received = (co_await b.recv_fds(buffer, most)).value();
      EXPECT_EQ(received.fds.size(), most);
      EXPECT_TRUE(received.truncated);
      EXPECT_EQ(hd::test::open_descriptors().size(), before.size() + most);
    }
    EXPECT_EQ(hd::test::open_descriptors(), before);
  }());
}

TEST_P(UdsStream, a_plain_read_closes_the_descriptors_and_loses_no_byte_behind_them) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    const auto before = hd::test::open_descriptors();
    std::array<std::byte, 16> buffer{};
    EXPECT_EQ(b.try_read(buffer).error().kind(), ErrorKind::kWouldBlock);  // nothing is assumed any more
    const std::array fds{0};
    auto sent = co_await a.send_fds(bytes_of("abc"), fds);
    EXPECT_TRUE(sent.has_value());
    auto written = co_await a.write_all(bytes_of("def"));
    EXPECT_TRUE(written.has_value());
    auto both = co_await b.readable();  // one event for both
    EXPECT_TRUE(both.has_value());
    // The system ends a read where descriptors went along: the first is short, and there is more.
    std::size_t all = 0;
    while (all < 6) {
      auto count = co_await b.read(buffer);
      all += count.value();
    }
    EXPECT_EQ(all, 6U);
    EXPECT_EQ(hd::test::open_descriptors(), before);
  }());
}

TEST_P(UdsStream, descriptors_without_a_byte_or_too_many_are_refused) {
  run([]() -> Task<> {
    auto [a, b] = UnixStream::pair().value();
    const std::vector<int> many(hd::net::kMostFds + 1, 0);
    auto empty = co_await a.send_fds({}, std::span(many).first(1));
    EXPECT_EQ(empty.error().kind(), ErrorKind::kInvalidInput);
    auto much = co_await a.send_fds(bytes_of("x"), many);
    EXPECT_EQ(much.error().kind(), ErrorKind::kInvalidInput);
    auto most = co_await a.send_fds(bytes_of("x"), std::span(many).first(hd::net::kMostFds));
    EXPECT_TRUE(most.has_value());
    std::array<std::byte, 4> buffer{};
    auto received = (co_await b.recv_fds(buffer, hd::net::kMostFds)).value();
    EXPECT_EQ(received.fds.size(), hd::net::kMostFds);
    EXPECT_FALSE(received.truncated);
  }());
}

TEST(UdsWithoutRuntime, making_one_throws_no_runtime) {
  EXPECT_THROW(static_cast<void>(UnixStream::pair()), hd::runtime::NoRuntime);
  EXPECT_THROW(static_cast<void>(UnixListener::bind(UnixAddr::abstract_name("x"))), hd::runtime::NoRuntime);
}

}  // namespace
}  // namespace heddle_test
