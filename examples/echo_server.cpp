// SPDX-License-Identifier: MIT
// Sends back whatever it receives: one task per connection. Then try: nc 127.0.0.1 8080
#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>

#include <array>

namespace hd = heddle;

hd::Task<> session(hd::net::TcpStream socket, hd::net::SocketAddr peer) {
  std::array<std::byte, 1024> buf;
  for (;;) {
    auto n = co_await socket.read(buf);
    if (!n) {
      fmt::print(stderr, "Read error from {}: {}\n", peer, n.error());
      co_return;
    }
    if (*n == 0) {
      fmt::print("{} disconnected\n", peer);
      co_return;
    }
    if (auto written = co_await socket.write_all(std::span(buf).first(*n)); !written) {
      fmt::print(stderr, "Write error to {}: {}\n", peer, written.error());
      co_return;
    }
  }
}

hd::Task<hd::io::Result<void>> serve(std::string addr) {
  auto listener = co_await hd::ok(hd::net::TcpListener::bind(addr));
  fmt::print("Listening on {}\n", listener.local_addr().value());
  for (;;) {
    auto accepted = co_await listener.accept();
    if (!accepted) {
      fmt::print(stderr, "Accept error: {}\n", accepted.error());
      continue;
    }
    auto& [socket, peer] = *accepted;
    fmt::print("{} connected\n", peer);
    hd::task::spawn(session(std::move(socket), peer));
  }
}

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line is seen when it is printed, also through a pipe
  return hd::main(serve, std::string(argc > 1 ? argv[1] : "127.0.0.1:8080"));
}
