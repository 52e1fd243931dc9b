// SPDX-License-Identifier: MIT
// A server that redis-cli and redis-benchmark drive: keys that expire, and topics. Then try: redis-cli ping
#include "session.hpp"

#include <CLI/CLI.hpp>
#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>

#include <cstdio>
#include <string>

namespace hd = heddle;

namespace mini_redis {

// How long clients may take to end when the server does.
constexpr auto kGrace = std::chrono::seconds(5);

hd::Task<> remove_expired(hd::Arc<Server> server) {
  for (;;) {
    co_await hd::poll_fn([&](hd::Context& cx) { return server->state.lock().value()->database.poll_expired(cx); });
    co_await server->expiry_begun.notified();
  }
}

hd::Task<hd::io::Result<void>> serve(std::string addr, hd::Arc<Server> server) {
  auto listener = co_await hd::ok(hd::net::TcpListener::bind(addr));
  fmt::print("Listening on {}\n", listener.local_addr().value());
  hd::task::spawn(remove_expired(server.clone()));
  auto [alive, all_gone] = hd::mpsc::channel<int>();
  auto stopping = server->stopping.cancelled();
  while (!server->stopping.is_cancelled()) {
    co_await hd::select(hd::on(stopping, [] {}), hd::on(listener.accept(), [&](auto accepted) {
                          if (!accepted) return fmt::print(stderr, "Accept error: {}\n", accepted.error());
                          static_cast<void>(accepted->socket.set_nodelay(true));
                          hd::task::spawn(serve_client(std::move(accepted->socket), server.clone(), alive.clone()));
                        }));
  }
  { const auto last = std::move(alive); }
  const auto ended = co_await hd::time::timeout(kGrace, all_gone.recv_async());
  fmt::print("{}\n", ended.has_value() ? "All clients are gone" : "Some clients did not end in time");
  co_return hd::io::Result<void>();
}

/// A task of a runtime with so many threads: one suffices for what Redis does with one.
int run(const std::string& addr, std::size_t threads, const Options& options) {
  auto builder = threads == 1 ? hd::runtime::Builder::current_thread() : hd::runtime::Builder::multi_thread();
  if (threads != 1) builder.worker_threads(threads);
  auto runtime = builder.build();
  if (!runtime) {
    fmt::print(stderr, "mini_redis: {}\n", runtime.error());
    return 1;
  }
  auto result = runtime->block_on(runtime->spawn(serve(addr, hd::Arc<Server>::make(options)))).value();
  if (!result) fmt::print(stderr, "mini_redis: {}: {}\n", addr, result.error());
  return result ? 0 : 1;
}

}  // namespace mini_redis

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line is seen when it is printed, also through a pipe
  mini_redis::Options options;
  std::string bind = "127.0.0.1";
  std::uint16_t port = 6379;
  std::size_t threads = 1;
  double request_timeout = 10;
  double idle_timeout = 300;
  CLI::App app("A server that speaks Redis' protocol", "mini_redis");
  app.add_option("--bind", bind, "the address to listen on")->capture_default_str();
  app.add_option("--port", port, "the port; 0 takes a free one")->capture_default_str();
  app.add_option("--threads", threads, "how many threads run the tasks")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--max-clients", options.max_clients, "more are refused")->capture_default_str();
  app.add_option("--max-memory", options.max_bytes, "bytes of keys and values")->capture_default_str();
  app.add_option("--max-bulk", options.request.bulk, "bytes of one argument")->capture_default_str();
  app.add_option("--request-timeout", request_timeout, "seconds to send a request in")->check(CLI::PositiveNumber);
  app.add_option("--idle-timeout", idle_timeout, "seconds between requests")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  const auto seconds = [](double count) {
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(count));
  };
  options.request_timeout = seconds(request_timeout);
  options.idle_timeout = seconds(idle_timeout);
  return mini_redis::run(bind + ":" + std::to_string(port), threads, options);
}
