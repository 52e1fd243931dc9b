// SPDX-License-Identifier: MIT
// The echo server in plain C++, for contrast: one thread per connection, and no heddle.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

std::string to_string(const sockaddr_in& addr) {
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &addr.sin_addr, text.data(), text.size());
  return std::string(text.data()) + ":" + std::to_string(ntohs(addr.sin_port));
}

bool send_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

void session(int fd, const std::string& peer) {
  std::array<char, 1024> buf;
  for (;;) {
    const ssize_t n = recv(fd, buf.data(), buf.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) std::fprintf(stderr, "Read error from %s: %s\n", peer.c_str(), std::strerror(errno));
    if (n == 0) std::printf("%s disconnected\n", peer.c_str());
    if (n <= 0) break;
    if (!send_all(fd, buf.data(), static_cast<std::size_t>(n))) {
      std::fprintf(stderr, "Write error to %s: %s\n", peer.c_str(), std::strerror(errno));
      break;
    }
  }
  close(fd);
}

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "Error: %s: %s\n", what, std::strerror(errno));
  std::exit(EXIT_FAILURE);
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int port = argc > 1 ? std::atoi(argv[1]) : 8080;

  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in addr{};
  addr.sin_family = AF_INET;
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  addr.sin_port = htons(static_cast<std::uint16_t>(port));
  auto* raw = reinterpret_cast<sockaddr*>(&addr);  // SAFETY: what the socket interface is made for
  if (bind(listener, raw, sizeof addr) != 0) fail("bind");
  if (listen(listener, 1024) != 0) fail("listen");
  socklen_t size = sizeof addr;
  getsockname(listener, raw, &size);
  std::printf("Listening on %s\n", to_string(addr).c_str());

  for (;;) {
    size = sizeof addr;
    const int fd = accept4(listener, raw, &size, SOCK_CLOEXEC);
    if (fd < 0) {
      std::fprintf(stderr, "Accept error: %s\n", std::strerror(errno));
      if (errno == EMFILE || errno == ENFILE) usleep(50'000);
      continue;
    }
    const std::string peer = to_string(addr);
    std::printf("%s connected\n", peer.c_str());
    try {
      std::thread(session, fd, peer).detach();
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "No thread for %s: %s\n", peer.c_str(), error.what());
      close(fd);
    }
  }
}
