// SPDX-License-Identifier: MIT
// Listening and accepting.
#include <heddle/net/tcp_listener.hpp>

#include <heddle/future/ok.hpp>
#include <heddle/runtime/runtime.hpp>

#include "net/poll_io.hpp"
#include "net/system_addr.hpp"
#include "runtime/shared.hpp"

namespace heddle::inline v0::net {

namespace {

// Tokio's number. The system cuts it to its own limit.
constexpr int kBacklog = 1024;
// How long accept waits for a descriptor to become free before it tries again: 20 attempts a second cost next to
// nothing, and nobody who waits to be served notices the delay.
constexpr std::uint64_t kRetryAfter = 50'000'000;

sys::Outcome<std::pair<int, sys::InetAddr>> accept_next(int fd) noexcept {
  for (;;) {
    auto accepted = sys::accept(fd);
    if (accepted.has_value() || !sys::ended_in_queue(accepted.error())) return accepted;
  }
}

}  // namespace

Poll<io::Result<Accepted>> AcceptFuture::poll(Context& cx) {
  runtime::Shared& shared = source().shared();
  if (listener_.not_before_ != 0) {
    const runtime::EnterGuard guard(shared);
    if (retry_.poll(cx, listener_.not_before_).is_pending()) return Pending;
    listener_.not_before_ = 0;
  }
  auto answer = poll_io(cx, [this](Readiness) { return accept_next(source().fd()); });
  if (answer.is_pending()) return Pending;
  if (!answer->has_value()) {
    io::Error& error = answer->error();
    if (error.kind() == io::ErrorKind::kTooManyOpenFiles) listener_.not_before_ = shared.clock().now() + kRetryAfter;
    return Poll<Output>(std::in_place, std::unexpect, std::move(error));
  }
  auto& [fd, peer] = **answer;
  auto socket = detail::Socket::adopt(shared, fd);
  if (!socket) return Poll<Output>(std::in_place, std::unexpect, std::move(socket).error());
  return Poll<Output>(std::in_place, std::in_place, TcpStream(std::move(*socket)), detail::from_system(peer));
}

Async<io::Result<TcpListener>> TcpListener::bind(SocketAddr addr) {
  runtime::Shared& shared = runtime::detail::current_runtime("TcpListener::bind");
  auto fd = sys::tcp_socket(addr.ip().is_v6());
  if (!fd) co_return io::fail(fd.error());
  const auto listening = sys::listen_on(fd->get(), detail::to_system(addr), kBacklog);
  if (!listening) co_return io::fail(listening.error());
  auto socket = detail::Socket::adopt(shared, fd->release());
  if (!socket) co_return std::unexpected(std::move(socket).error());
  co_return TcpListener(std::move(*socket));
}

Async<io::Result<TcpListener>> TcpListener::bind(std::string_view addr) {
  const SocketAddr parsed = co_await ok(SocketAddr::parse(addr));
  co_return co_await bind(parsed);
}

}  // namespace heddle::inline v0::net
