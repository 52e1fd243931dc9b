// SPDX-License-Identifier: MIT
// Listening.
#include <heddle/net/tcp_listener.hpp>

#include <heddle/future/ok.hpp>
#include <heddle/net/lookup_host.hpp>
#include <heddle/net/tcp_socket.hpp>

#include "net/adopt.hpp"
#include "net/poll_io.hpp"
#include "net/system_addr.hpp"

namespace heddle::inline v0::net {

namespace {

// Tokio's number. The system cuts it to its own limit.
constexpr std::uint32_t kBacklog = 1024;

io::Result<TcpListener> listen_on(const SocketAddr& addr) {
  auto socket = addr.ip().is_v6() ? TcpSocket::new_v6() : TcpSocket::new_v4();
  if (!socket) return std::unexpected(std::move(socket).error());
  if (auto set = socket->set_reuseaddr(true); !set) return std::unexpected(std::move(set).error());
  if (auto bound = socket->bind(addr); !bound) return std::unexpected(std::move(bound).error());
  return std::move(*socket).listen(kBacklog);
}

}  // namespace

Async<io::Result<TcpListener>> TcpListener::bind(SocketAddr addr) {
  static_cast<void>(runtime::detail::current_runtime("TcpListener::bind"));
  co_return listen_on(addr);
}

Async<io::Result<TcpListener>> TcpListener::bind(std::string_view addr) {
  const auto addrs = co_await ok(lookup_host(addr));
  io::Result<TcpListener> last = io::fail(io::ErrorKind::kInvalidInput, "there is no address to listen on");
  for (const SocketAddr& each : addrs) {
    last = co_await bind(each);
    if (last.has_value()) break;
  }
  co_return last;
}

io::Result<TcpListener> TcpListener::from_fd(io::OwnedFd fd) {
  return detail::make_from<TcpListener>(detail::adopt(std::move(fd), "TcpListener::from_fd"));
}

io::Result<SocketAddr> TcpListener::local_addr() const {
  return detail::to_addr<SocketAddr>(sys::local_addr(as_raw_fd()));
}

}  // namespace heddle::inline v0::net
