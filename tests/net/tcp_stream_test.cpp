// SPDX-License-Identifier: MIT
// TcpStream's promises, over loopback, on both schedulers.
#include <heddle/net/tcp_stream.hpp>

#include <heddle/runtime/error.hpp>
#include <heddle/runtime/spawn.hpp>

#include "support/lent.hpp"
#include "support/run_in.hpp"
#include "support/sockets.hpp"

#include <algorithm>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

namespace heddle::test {
namespace {

using io::ErrorKind;
using net::SocketAddr;
using net::TcpListener;
using net::TcpStream;

class Stream : public OnScheduler {};
INSTANTIATE_TEST_SUITE_P(, Stream, on_both_schedulers(), scheduler_name);

TEST_P(Stream, what_one_end_writes_the_other_reads) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto written = co_await client.write(bytes("ping"));
    EXPECT_EQ(written.value(), 4U);
    const std::string ping = co_await read_text(server, 4);
    EXPECT_EQ(ping, "ping");
    auto all = co_await server.write_all(bytes("pong!"));
    EXPECT_TRUE(all.has_value());
    const std::string pong = co_await read_text(client, 5);
    EXPECT_EQ(pong, "pong!");
  }());
}

TEST_P(Stream, both_ends_agree_on_their_addresses) {
  run([]() -> Task<> {
    auto listener = co_await listen();
    const SocketAddr addr = listener.local_addr().value();
    auto client = (co_await TcpStream::connect(addr)).value();
    auto [server, peer] = (co_await listener.accept()).value();
    EXPECT_EQ(client.peer_addr().value(), addr);
    EXPECT_EQ(server.local_addr().value(), addr);
    EXPECT_EQ(client.local_addr().value(), peer);
    EXPECT_EQ(server.peer_addr().value(), peer);
  }());
}

TEST_P(Stream, version_6_addresses_work) {
  run([]() -> Task<> {
    auto listener = co_await TcpListener::bind("[::1]:0");
    if (!listener.has_value()) co_return;  // a machine without IPv6
    const SocketAddr addr = listener->local_addr().value();
    EXPECT_TRUE(addr.ip().is_v6());
    auto client = co_await TcpStream::connect(addr);
    EXPECT_TRUE(client.has_value());
  }());
}

TEST_P(Stream, connecting_where_nobody_listens_is_refused) {
  run([]() -> Task<> {
    std::optional<SocketAddr> addr;
    {
      auto listener = co_await listen();
      addr = listener.local_addr().value();
    }
    auto client = co_await TcpStream::connect(*addr);
    EXPECT_FALSE(client.has_value());
    EXPECT_EQ(client.error().kind(), ErrorKind::kConnectionRefused);
  }());
}

TEST_P(Stream, connecting_to_text_that_is_no_address_is_invalid_input) {
  run([]() -> Task<> {
    auto client = co_await TcpStream::connect("localhost");
    EXPECT_FALSE(client.has_value());
    EXPECT_EQ(client.error().kind(), ErrorKind::kInvalidInput);
  }());
}

TEST_P(Stream, read_gives_zero_when_the_peer_has_shut_down_and_writing_goes_on) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto last = co_await client.write_all(bytes("last words"));
    EXPECT_TRUE(last.has_value());
    auto ended = co_await client.shutdown();
    EXPECT_TRUE(ended.has_value());
    const std::string words = co_await read_text(server, 100);
    EXPECT_EQ(words, "last words");
    std::array<std::byte, 8> buf;
    auto end = co_await server.read(buf);
    EXPECT_EQ(end.value(), 0U);
    auto answer = co_await server.write_all(bytes("answer"));
    EXPECT_TRUE(answer.has_value());
    const std::string heard = co_await read_text(client, 6);
    EXPECT_EQ(heard, "answer");
  }());
}

TEST_P(Stream, a_reader_that_waits_is_told_of_the_end) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto reader = task::spawn([](TcpStream stream) -> Task<std::size_t> {
      std::array<std::byte, 8> buf;
      auto count = co_await stream.read(buf);
      co_return count.value();
    }(std::move(server)));
    co_await task::yield_now();
    { TcpStream gone = std::move(client); }
    auto count = co_await reader;
    EXPECT_EQ(count.value(), 0U);
  }());
}

TEST_P(Stream, reading_into_nothing_or_writing_nothing_is_ready_with_zero) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto read = co_await client.read({});
    EXPECT_EQ(read.value(), 0U);
    auto written = co_await client.write({});
    EXPECT_EQ(written.value(), 0U);
    auto all = co_await client.write_all({});
    EXPECT_TRUE(all.has_value());
  }());
}

TEST_P(Stream, peek_leaves_what_it_saw) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto written = co_await client.write_all(bytes("seen"));
    EXPECT_TRUE(written.has_value());
    for (int i = 0; i < 2; ++i) {
      std::array<std::byte, 8> buf;
      auto count = co_await server.peek(buf);
      EXPECT_EQ(count.value(), 4U);
    }
    const std::string text = co_await read_text(server, 4);
    EXPECT_EQ(text, "seen");
  }());
}

TEST_P(Stream, try_read_says_would_block_until_readable) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    std::array<std::byte, 8> buf;
    EXPECT_EQ(server.try_read(buf).error().kind(), ErrorKind::kWouldBlock);
    auto written = co_await client.write_all(bytes("now"));
    EXPECT_TRUE(written.has_value());
    auto ready = co_await server.readable();
    EXPECT_TRUE(ready.has_value());
    EXPECT_EQ(server.try_read(buf).value(), 3U);
    EXPECT_EQ(server.try_read(buf).error().kind(), ErrorKind::kWouldBlock);
  }());
}

TEST_P(Stream, try_write_says_would_block_when_the_peer_does_not_read_and_writable_when_it_does) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    const std::string block(64 * 1024, 'x');
    std::size_t sent = 0;
    for (;;) {
      const auto count = client.try_write(bytes(block));
      if (!count.has_value()) {
        EXPECT_EQ(count.error().kind(), ErrorKind::kWouldBlock);
        break;
      }
      sent += *count;
    }
    EXPECT_GT(sent, 0U);
    auto reader = task::spawn([](TcpStream stream, std::size_t size) -> Task<std::string> {
      auto text = co_await read_text(stream, size);
      co_return text;
    }(std::move(server), sent + 1));
    auto ready = co_await client.writable();
    EXPECT_TRUE(ready.has_value());
    auto more = co_await client.write_all(bytes("y"));
    EXPECT_TRUE(more.has_value());
    const std::string text = (co_await reader).value();
    EXPECT_EQ(text.size(), sent + 1);
    EXPECT_EQ(text.back(), 'y');
  }());
}

TEST_P(Stream, write_all_gets_megabytes_through_to_a_slow_reader) {
  run([]() -> Task<> {
    constexpr std::size_t kSize = 8U << 20;
    auto [client, server] = co_await connect_pair();
    auto writer = task::spawn([](TcpStream stream) -> Task<> {
      std::string data(kSize, '\0');
      for (std::size_t i = 0; i < kSize; ++i) data[i] = static_cast<char>(i * 7 + i / 251);
      auto written = co_await stream.write_all(bytes(data));
      EXPECT_TRUE(written.has_value());
    }(std::move(client)));
    std::size_t at = 0;
    bool right = true;
    std::array<std::byte, 10'000> buf;
    for (;;) {
      auto count = co_await server.read(buf);
      if (!count.has_value() || *count == 0) break;
      for (std::size_t i = 0; i < *count; ++i, ++at) right &= buf[i] == static_cast<std::byte>(at * 7 + at / 251);
      co_await task::yield_now();
    }
    EXPECT_TRUE(right);
    EXPECT_EQ(at, kSize);
    auto end = co_await writer;
    EXPECT_TRUE(end.has_value());
  }());
}

TEST_P(Stream, writing_to_a_peer_that_is_gone_is_an_error_and_no_signal) {
  // Should the process have SIGPIPE's default disposition, a signal would end it here.
  auto* const before = std::signal(SIGPIPE, SIG_DFL);
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    { TcpStream gone = std::move(server); }
    std::optional<io::Error> error;
    const std::string block(64 * 1024, 'x');
    for (int i = 0; i < 1000 && !error; ++i) {
      auto written = co_await client.write_all(bytes(block));
      if (!written.has_value()) error = written.error();
    }
    EXPECT_TRUE(error.has_value());
    EXPECT_TRUE(error->kind() == ErrorKind::kBrokenPipe || error->kind() == ErrorKind::kConnectionReset);
  }());
  std::signal(SIGPIPE, before);
}

TEST_P(Stream, a_reset_is_an_error_that_the_reader_sees) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    EXPECT_TRUE(client.set_linger(std::chrono::seconds(0)).has_value());
    { TcpStream gone = std::move(client); }
    std::array<std::byte, 8> buf;
    auto count = co_await server.read(buf);
    EXPECT_FALSE(count.has_value());
    EXPECT_EQ(count.error().kind(), ErrorKind::kConnectionReset);
    EXPECT_EQ(count.error().raw_os_error(), ECONNRESET);
  }());
}

TEST_P(Stream, a_read_that_is_dropped_while_it_waits_has_taken_nothing) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    std::array<std::byte, 8> buf;
    {
      auto read = server.read(buf);
      auto once = poll_fn([&read](Context& cx) -> Poll<bool> { return Ready(read.poll(cx).is_pending()); });
      const bool pending = co_await once;
      EXPECT_TRUE(pending);
    }
    auto written = co_await client.write_all(bytes("kept"));
    EXPECT_TRUE(written.has_value());
    const std::string text = co_await read_text(server, 4);
    EXPECT_EQ(text, "kept");
  }());
}

TEST_P(Stream, one_task_reads_while_another_writes) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    auto echo = task::spawn([](TcpStream stream) -> Task<> {
      std::array<std::byte, 1000> buf;
      for (;;) {
        auto count = co_await stream.read(buf);
        if (count.value() == 0) co_return;
        auto written = co_await stream.write_all(std::span(buf).first(*count));
        EXPECT_TRUE(written.has_value());
      }
    }(std::move(server)));
    // What is sent doesn't fit into the sockets' buffers, so the writer depends on the reader.
    constexpr std::size_t kSize = 16U << 20;
    auto writer = task::spawn([](Lent<TcpStream> stream) -> Async<> {
      const std::string data(kSize, 'z');
      auto written = co_await stream->write_all(bytes(data));
      EXPECT_TRUE(written.has_value());
      auto ended = co_await stream->shutdown();
      EXPECT_TRUE(ended.has_value());
    }, Lent(&client));
    const std::string text = co_await read_text(client, kSize);
    EXPECT_EQ(text.size(), kSize);
    auto written = co_await writer;
    EXPECT_TRUE(written.has_value());
    auto ended = co_await echo;
    EXPECT_TRUE(ended.has_value());
  }());
}

TEST_P(Stream, nodelay_is_off_at_first_and_can_be_set) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    EXPECT_FALSE(client.nodelay().value());
    EXPECT_TRUE(client.set_nodelay(true).has_value());
    EXPECT_TRUE(client.nodelay().value());
    EXPECT_TRUE(client.set_nodelay(false).has_value());
    EXPECT_FALSE(client.nodelay().value());
  }());
}

TEST_P(Stream, shutting_down_a_connection_that_was_reset_is_an_error) {
  run([]() -> Task<> {
    auto [client, server] = co_await connect_pair();
    EXPECT_TRUE(client.set_linger(std::chrono::seconds(0)).has_value());
    { TcpStream gone = std::move(client); }
    std::array<std::byte, 8> buf;
    auto count = co_await server.read(buf);
    EXPECT_FALSE(count.has_value());
    auto ended = co_await server.shutdown();
    EXPECT_FALSE(ended.has_value());
    EXPECT_EQ(ended.error().kind(), ErrorKind::kNotConnected);
  }());
}

TEST_P(Stream, a_thousand_connections_echo_at_once) {
  run([]() -> Task<> {
    auto listener = co_await listen();
    const SocketAddr addr = listener.local_addr().value();
    auto server = task::spawn([](TcpListener own) -> Task<> {
      for (int i = 0; i < 1000; ++i) {
        auto [socket, peer] = (co_await own.accept()).value();
        auto session = task::spawn([](TcpStream stream) -> Task<> {
          std::array<std::byte, 64> buf;
          for (;;) {
            auto count = co_await stream.read(buf);
            if (count.value() == 0) co_return;
            auto written = co_await stream.write_all(std::span(buf).first(*count));
            EXPECT_TRUE(written.has_value());
          }
        }(std::move(socket)));
        static_cast<void>(session);
      }
    }(std::move(listener)));
    std::vector<task::JoinHandle<bool>> clients;
    for (int i = 0; i < 1000; ++i) {
      clients.push_back(task::spawn([](SocketAddr to, int number) -> Task<bool> {
        auto stream = (co_await TcpStream::connect(to)).value();
        bool right = true;
        for (int round = 0; round < 5; ++round) {
          const std::string text = std::to_string(number * 10 + round);
          auto written = co_await stream.write_all(bytes(text));
          const std::string back = co_await read_text(stream, text.size());
          right &= written.has_value() && back == text;
        }
        co_return right;
      }(addr, i)));
    }
    for (auto& client : clients) {
      auto right = co_await client;
      EXPECT_TRUE(right.value());
    }
    auto ended = co_await server;
    EXPECT_TRUE(ended.has_value());
  }());
}

TEST(StreamWithoutRuntime, connecting_throws_no_runtime) {
  EXPECT_THROW(static_cast<void>(block_on(TcpStream::connect("127.0.0.1:1"))), runtime::NoRuntime);
  EXPECT_THROW(static_cast<void>(block_on(TcpListener::bind("127.0.0.1:0"))), runtime::NoRuntime);
}

TEST(StreamWithoutRuntime, a_plain_thread_may_await_a_stream_of_a_multi_thread_runtime) {
  auto runtime = make_runtime(Scheduler::kMultiThread);
  auto [client, server] = runtime.block_on(connect_pair());
  std::thread writer([&client] { block_on(client.write_all(bytes("hello"))).value(); });
  std::array<std::byte, 8> buf;
  EXPECT_EQ(block_on(server.read(buf)).value(), 5U);
  writer.join();
}

TEST(StreamWithoutRuntime, a_stream_that_outlives_its_runtime_gives_errors) {
  std::optional<StreamPair> pair;
  {
    auto runtime = make_runtime(Scheduler::kMultiThread);
    pair.emplace(runtime.block_on(connect_pair()));
  }
  std::array<std::byte, 8> buf;
  const auto read = block_on(pair->client.read(buf));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind(), ErrorKind::kOther);
  EXPECT_EQ(read.error().message(), "the runtime has shut down");
  EXPECT_FALSE(pair->client.try_read(buf).has_value());
  EXPECT_FALSE(pair->client.try_write(bytes("x")).has_value());
}

TEST(StreamWithoutRuntime, a_thread_that_waits_is_told_when_the_runtime_goes) {
  std::optional runtime(make_runtime(Scheduler::kMultiThread));
  auto [client, server] = runtime->block_on(connect_pair());
  std::atomic<bool> waiting = false;
  std::optional<io::Result<std::size_t>> result;
  std::thread reader([&] {
    std::array<std::byte, 8> buf;
    auto read = client.read(buf);
    result.emplace(block_on(poll_fn([&](Context& cx) {
      auto answer = read.poll(cx);
      if (answer.is_pending()) waiting = true;
      return answer;
    })));
  });
  while (!waiting) std::this_thread::yield();
  runtime.reset();
  reader.join();
  ASSERT_FALSE(result->has_value());
  EXPECT_EQ(result->error().kind(), ErrorKind::kOther);
}

TEST(StreamDescriptors, every_one_is_closed_on_exec_and_none_leaks) {
  const auto before = open_descriptors();
  {
    auto runtime = make_runtime(Scheduler::kMultiThread);
    auto listener = runtime.block_on(listen());
    auto [client, server] = runtime.block_on(connect_pair());
    auto ours = open_descriptors();
    std::erase_if(ours, [&before](int fd) { return std::ranges::find(before, fd) != before.end(); });
    EXPECT_GE(ours.size(), 4U);
    for (const int fd : ours) EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace heddle::test
