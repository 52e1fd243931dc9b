// SPDX-License-Identifier: MIT
// Connected pairs of streams, and what the system says of descriptors, for tests of sockets.
#pragma once

#include <heddle/net/tcp_listener.hpp>

#include <fcntl.h>
#include <sys/resource.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::test {

/// Two ends of one connection over loopback.
struct StreamPair {
  net::TcpStream client;
  net::TcpStream server;
  StreamPair(net::TcpStream c, net::TcpStream s) : client(std::move(c)), server(std::move(s)) {}
};

inline Async<net::TcpListener> listen() {
  auto listener = co_await net::TcpListener::bind("127.0.0.1:0");
  co_return std::move(listener).value();
}

inline Async<StreamPair> connect_pair() {
  auto listener = co_await listen();
  const net::SocketAddr addr = listener.local_addr().value();
  auto client = co_await net::TcpStream::connect(addr);
  auto accepted = co_await listener.accept();
  co_return StreamPair(std::move(client).value(), std::move(accepted).value().socket);
}

inline std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Reads until `size` bytes have come, or the end.
inline Async<std::string> read_text(net::TcpStream& stream, std::size_t size) {
  std::string text(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    auto count = co_await stream.read(std::as_writable_bytes(std::span(text)).subspan(filled));
    if (!count.has_value() || *count == 0) break;
    filled += *count;
  }
  text.resize(filled);
  co_return text;
}

/// The descriptors of this process.
inline std::vector<int> open_descriptors() {
  std::vector<int> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::stoi(entry.path().filename().string());
    if (::fcntl(fd, F_GETFD) >= 0) found.push_back(fd);
  }
  // The iterator's own was among them and is closed by now.
  std::erase_if(found, [](int fd) { return ::fcntl(fd, F_GETFD) < 0; });
  return found;
}

/// While it lives, the process can open no further descriptor.
class NoMoreDescriptors {
 public:
  NoMoreDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    int lowest_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(lowest_free);
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(lowest_free);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  NoMoreDescriptors(const NoMoreDescriptors&) = delete;
  NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;
  ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace heddle::test
