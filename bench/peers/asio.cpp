// SPDX-License-Identifier: MIT
// Standalone Asio with coroutines: spawning, yielding, channels, and with `echo` a server.
// Debian's Asio doesn't see that today's Clang has coroutines.
#define ASIO_HAS_CO_AWAIT 1
#define ASIO_HAS_STD_COROUTINE 1

#include "../measure.hpp"

#include <asio.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/experimental/concurrent_channel.hpp>

#include <array>
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;
using Channel = asio::experimental::concurrent_channel<void(std::error_code, std::uint64_t)>;
constexpr auto kTuple = asio::experimental::as_tuple(use_awaitable);

awaitable<std::uint64_t> give(std::uint64_t value) { co_return value; }

awaitable<void> spawn_one(asio::io_context& context, std::uint64_t count) {
  std::uint64_t sum = 0;
  const bench::Stopwatch watch;
  for (std::uint64_t i = 0; i < count; ++i) sum += co_await asio::co_spawn(context, give(i), use_awaitable);
  bench::check(sum == count * (count - 1) / 2);
  watch.print(count);
}

awaitable<void> yield_alone(asio::io_context& context, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) co_await asio::post(context, use_awaitable);
}

awaitable<void> yield(asio::io_context& context, std::uint64_t count) {
  const bench::Stopwatch watch;
  co_await yield_alone(context, count);
  watch.print(count);
}

awaitable<void> echo_messages(Channel& in, Channel& out) {
  for (;;) {
    auto [error, message] = co_await in.async_receive(kTuple);
    if (error) co_return;
    co_await out.async_send(std::error_code{}, message + 1, kTuple);
  }
}

awaitable<void> ping_pong(asio::io_context& context, std::uint64_t count) {
  Channel there(context, 1), back(context, 1);
  const bench::Stopwatch watch;
  asio::co_spawn(context, echo_messages(there, back), asio::detached);
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await there.async_send(std::error_code{}, i, kTuple);
    auto [error, message] = co_await back.async_receive(kTuple);
    bench::check(!error && message == i + 1);
  }
  watch.print(count);
  _exit(0);  // the other one still waits
}

awaitable<void> produce(Channel& channel, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) co_await channel.async_send(std::error_code{}, i, kTuple);
}

awaitable<void> bounded(asio::io_context& context, bench::Row row) {
  Channel channel(context, 1024);
  const bench::Stopwatch watch;
  for (std::size_t i = 0; i < row.width; ++i) {
    asio::co_spawn(context, produce(channel, row.count / row.width), asio::detached);
  }
  for (std::uint64_t i = 0; i < row.count; ++i) static_cast<void>(co_await channel.async_receive(kTuple));
  watch.print(row.count);
  _exit(0);
}

awaitable<void> session(tcp::socket socket) {
  std::array<char, 1024> buffer;
  for (;;) {
    auto [error, n] = co_await socket.async_read_some(asio::buffer(buffer), kTuple);
    if (error) co_return;
    auto [write_error, written] = co_await asio::async_write(socket, asio::buffer(buffer.data(), n), kTuple);
    if (write_error) co_return;
  }
}

awaitable<void> serve(asio::io_context& context) {
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  std::printf("port %d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(kTuple);
    if (!error) asio::co_spawn(context, session(std::move(socket)), asio::detached);
  }
}

awaitable<void> work(asio::io_context& context, bench::Row row) {
  if (row.kind == "spawn-one") return spawn_one(context, row.count);
  if (row.kind == "yield" && row.width == 1) return yield(context, row.count);
  if (row.kind == "ping-pong") return ping_pong(context, row.count);
  if (row.kind == "bounded") return bounded(context, row);
  if (row.kind == "echo") return serve(context);
  bench::unknown(row);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Row row = bench::row_of(argc, argv);
  if (row.workers == 0) bench::unknown(row);
  asio::io_context context(static_cast<int>(row.workers));
  asio::co_spawn(context, work(context, row), [](std::exception_ptr failed) {
    if (failed) std::abort();
  });
  std::vector<std::jthread> workers;
  for (std::size_t i = 1; i < row.workers; ++i) workers.emplace_back([&context] { context.run(); });
  context.run();
}
