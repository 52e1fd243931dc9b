// SPDX-License-Identifier: MIT
// Sends each datagram back to who sent it: udp_echo 127.0.0.1:8082, then try nc -u. Without arguments, a demonstration.
#include <heddle/fmt.hpp>
#include <heddle/heddle.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace hd = heddle;
using hd::net::UdpSocket;

hd::Task<hd::io::Result<void>> echo(UdpSocket socket) {
  std::array<std::byte, 65536> buffer;  // no datagram is longer
  for (;;) {
    auto received = co_await socket.recv_from(buffer);
    if (!received) {
      fmt::print(stderr, "Receive error: {}\n", received.error());
      continue;
    }
    auto [size, sender] = *received;
    auto sent = co_await socket.send_to(std::span(buffer).first(size), sender);
    if (!sent) fmt::print(stderr, "Send error to {}: {}\n", sender, sent.error());
  }
}

hd::Task<hd::io::Result<void>> serve(std::string addr) {
  auto socket = co_await hd::ok(UdpSocket::bind(addr));
  fmt::print("Listening on {}\n", socket.local_addr().value());
  co_return co_await echo(std::move(socket));
}

hd::Task<hd::io::Result<void>> demo() {
  auto server = co_await hd::ok(UdpSocket::bind("127.0.0.1:0"));
  auto client = co_await hd::ok(UdpSocket::bind("127.0.0.1:0"));
  co_await hd::ok(client.connect(server.local_addr().value()));
  hd::task::spawn(echo(std::move(server)));

  for (std::string_view text : {"one", "two", "", "three"}) {
    co_await hd::ok(client.send(std::as_bytes(std::span(text))));
    std::array<char, 64> buffer;
    auto size = co_await hd::ok(client.recv(std::as_writable_bytes(std::span(buffer))));
    fmt::print("sent \"{}\", received \"{}\"\n", text, std::string_view(buffer.data(), size));
  }
  co_return hd::io::Result<void>();
}

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a line is seen when it is printed, also through a pipe
  if (argc == 1) return hd::main(demo);
  return hd::main(serve, std::string(argv[1]));
}
