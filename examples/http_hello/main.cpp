// SPDX-License-Identifier: MIT
// A web server that says hello: HTTP/1.1, many requests on a connection. Then try: curl http://127.0.0.1:8080/
#include "requests.hpp"
#include "server_main.hpp"

#include <CLI/CLI.hpp>
#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

namespace hd = heddle;
using std::chrono::milliseconds;

namespace http_hello {

/// How long a client may be silent, take for a request that it has begun, and take to read replies.
struct Patience {
  milliseconds idle = std::chrono::minutes(1);
  milliseconds request = std::chrono::seconds(10);
  milliseconds write = std::chrono::seconds(10);
};

class Connection {
 public:
  Connection(hd::net::TcpStream socket, Patience patience) : socket_(std::move(socket)), patience_(patience) {}

  hd::Async<> run() {
    Requests::Next next = Requests::Next::kRead;
    while (next != Requests::Next::kEnd) {
      const std::size_t count = co_await read();
      std::span<const std::byte> bytes = std::span(in_).first(count);
      if (late_) co_return;
      do {
        const auto taken = requests_.take(bytes);
        next = taken.next;
        bytes = bytes.subspan(taken.bytes);
        const bool written = co_await write();
        if (!written) co_return;
      } while (next == Requests::Next::kWrite);
    }
    co_await part();
  }

 private:
  /// 0 at the end of the stream, and after an error.
  hd::Async<std::size_t> read() {
    const auto now = hd::time::Instant::now();
    // The time of a request begins with its first byte: byte by byte is no excuse.
    if (!requests_.in_request()) {
      deadline_ = now + patience_.idle;
      timing_request_ = false;
    } else if (!timing_request_) {
      deadline_ = now + patience_.request;
      timing_request_ = true;
    }
    auto count = co_await hd::time::timeout_at(deadline_, socket_.read(in_));
    late_ = !count.has_value();
    co_return late_ ? 0 : count->value_or(0);
  }

  hd::Async<bool> write() {
    if (out_.empty()) co_return true;
    auto written = co_await hd::time::timeout(patience_.write, socket_.write_all(out_.bytes()));
    out_.clear();
    co_return written.has_value() && written->has_value();
  }

  /// Closing while bytes are unread would reset the connection, and the last reply might be lost.
  hd::Async<> part() {
    static_cast<void>(co_await socket_.shutdown());
    const auto until = hd::time::Instant::now() + std::chrono::seconds(1);
    for (int i = 0; i < 64; ++i) {
      auto count = co_await hd::time::timeout_at(until, socket_.read(in_));
      if (!count.has_value() || count->value_or(0) == 0) co_return;
    }
  }

  hd::net::TcpStream socket_;
  Patience patience_;
  std::array<std::byte, 16U << 10> in_;
  hd::io::Buffer out_;
  Requests requests_{out_};
  hd::time::Instant deadline_ = hd::time::Instant::now();
  bool timing_request_ = false;
  bool late_ = false;
};

struct Options {
  Patience patience;
  std::size_t max_connections = 10'000;
};

hd::Task<> serve_client(hd::net::TcpStream socket, Patience patience, hd::async::OwnedSemaphorePermit) {
  Connection connection(std::move(socket), patience);
  co_await connection.run();
}

hd::Task<hd::io::Result<void>> serve(std::string addr, Options options) {
  auto listener = co_await hd::ok(hd::net::TcpListener::bind(addr));
  fmt::print("Listening on {}\n", listener.local_addr().value());
  // Who comes when all places are taken waits in the system's queue.
  auto places = hd::Arc<hd::async::Semaphore>::make(options.max_connections);
  for (;;) {
    auto place = co_await hd::async::Semaphore::acquire_owned(places.clone());
    auto accepted = co_await listener.accept();
    if (!accepted) {
      fmt::print(stderr, "Accept error: {}\n", accepted.error());
      continue;
    }
    static_cast<void>(accepted->socket.set_nodelay(true));
    hd::task::spawn(serve_client(std::move(accepted->socket), options.patience, std::move(place).value()));
  }
}

}  // namespace http_hello

int main(int argc, char** argv) {
  http_hello::Options options;
  ServerMain server(8080, 60);
  CLI::App app("A web server that says hello", "http_hello");
  server.add_options(app);
  app.add_option("--max-connections", options.max_connections, "more have to wait")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  options.patience.request = server.request_timeout();
  options.patience.idle = server.idle_timeout();
  return server.run("http_hello", [&](const std::string& addr) { return http_hello::serve(addr, options); });
}
