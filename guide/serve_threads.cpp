// SPDX-License-Identifier: MIT
// The echo server of plain C++: blocking sockets, and one std::thread for each connection.
#include "program.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

bool write_all(int socket, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(socket, bytes.data(), bytes.size());
    if (n < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

void session(int socket) {
  std::array<std::byte, 1024> buffer;
  for (;;) {
    const ssize_t n = ::read(socket, buffer.data(), buffer.size());
    if (n <= 0 || !write_all(socket, std::span(buffer).first(static_cast<std::size_t>(n)))) break;
  }
  ::close(socket);
}

int listen_on_loopback() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) guide::fail("socket", errno);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  // SAFETY: a sockaddr_in is what the system means by a sockaddr of family AF_INET.
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, any, size) != 0) guide::fail("bind to 127.0.0.1", errno);
  if (::listen(listener, SOMAXCONN) != 0) guide::fail("listen", errno);
  if (::getsockname(listener, any, &size) != 0) guide::fail("getsockname", errno);
  guide::say("port {}\n", ntohs(address.sin_port));
  return listener;
}

void serve(int listener) {
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      // The client has gone already.
      if (errno == ECONNABORTED) continue;
      guide::fail("accept", errno);
    }
    try {
      std::thread(session, socket).detach();
    } catch (const std::system_error& error) {
      guide::fail("a thread for one more connection", error.code().value());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Echo server with one thread per connection; prints the port it listens on.");
  CLI11_PARSE(app, argc, argv);
  guide::begin();
  serve(listen_on_loopback());
}
