// SPDX-License-Identifier: MIT
// The echo server of heddle: one task for each connection.
#include "program.hpp"

#include <heddle/future/ok.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/runtime.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace hd = heddle;

namespace {

hd::Task<> session(hd::net::TcpStream socket) {
  std::array<std::byte, 1024> buffer;
  for (;;) {
    const auto n = co_await socket.read(buffer);
    if (!n || *n == 0) co_return;
    if (const auto written = co_await socket.write_all(std::span(buffer).first(*n)); !written) co_return;
  }
}

hd::Task<hd::io::Result<void>> serve() {
  auto listener = co_await hd::ok(hd::net::TcpListener::bind("127.0.0.1:0"));
  const auto address = co_await hd::ok(listener.local_addr());
  guide::say("port {}\n", address.port());
  for (;;) {
    auto [socket, peer] = co_await hd::ok(listener.accept());
    hd::task::spawn(session(std::move(socket)));
  }
}

hd::io::Result<void> run(std::size_t workers) {
  auto runtime = hd::runtime::Builder::multi_thread().worker_threads(workers).build();
  if (!runtime) return std::unexpected(runtime.error());
  return runtime->block_on(runtime->spawn(serve())).value();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Echo server with one heddle task per connection; prints the port it listens on.");
  std::size_t workers = 1;
  app.add_option("--workers", workers, "Threads that run the tasks")->capture_default_str()->check(CLI::Range(1, 1024));
  CLI11_PARSE(app, argc, argv);
  guide::begin();
  if (const auto result = run(workers); !result) {
    fmt::print(stderr, "{}\n", result.error().message());
    return EXIT_FAILURE;
  }
}
