// SPDX-License-Identifier: MIT
// A server that redis-cli and redis-benchmark drive: keys that expire, and topics. Then try: redis-cli ping
#include "session.hpp"
#include "server_main.hpp"

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

}  // namespace mini_redis

int main(int argc, char** argv) {
  mini_redis::Options options;
  ServerMain server(6379, 300);  // one thread, unless told otherwise: it suffices for what Redis does with one
  CLI::App app("A server that speaks Redis' protocol", "mini_redis");
  server.add_options(app);
  app.add_option("--max-clients", options.max_clients, "more are refused")->capture_default_str();
  app.add_option("--max-memory", options.max_bytes, "bytes of keys and values")->capture_default_str();
  app.add_option("--max-bulk", options.request.bulk, "bytes of one argument")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  options.request_timeout = server.request_timeout();
  options.idle_timeout = server.idle_timeout();
  return server.run("mini_redis", [&](const std::string& addr) {
    return mini_redis::serve(addr, hd::Arc<mini_redis::Server>::make(options));
  });
}
