// SPDX-License-Identifier: MIT
// The limit of the echo rows: a loop around epoll, level-triggered, that reads and writes and does nothing else.
#include "../measure.hpp"

#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace {

int listen_on_loopback() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  // SAFETY: the way these functions are called.
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  bench::check(bind(listener, generic, size) == 0 && listen(listener, 4096) == 0);
  bench::check(getsockname(listener, generic, &size) == 0);
  std::printf("port %d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

void watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  bench::check(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0);
}

void answer(int connection) {
  std::array<char, 1024> buffer;
  const ssize_t n = recv(connection, buffer.data(), buffer.size(), 0);
  if (n <= 0 || send(connection, buffer.data(), static_cast<std::size_t>(n), MSG_NOSIGNAL) != n) close(connection);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Row row = bench::row_of(argc, argv);
  if (row.kind != "echo" || row.workers != 1) bench::unknown(row);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const int epoll = epoll_create1(0);
  const int listener = listen_on_loopback();
  watch(epoll, listener);
  std::array<epoll_event, 512> events;
  for (;;) {
    const int n = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < n; ++i) {
      const int ready = events[static_cast<std::size_t>(i)].data.fd;
      if (ready != listener) {
        answer(ready);
        continue;
      }
      for (int accepted; (accepted = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) watch(epoll, accepted);
    }
  }
}
