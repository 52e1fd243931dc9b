// SPDX-License-Identifier: MIT
// Accepting, for every kind of listener.
#include <heddle/net/accept.hpp>
#include <heddle/net/tcp_listener.hpp>
#include <heddle/net/unix_listener.hpp>
#include <heddle/runtime/runtime.hpp>

#include "net/poll_io.hpp"
#include "net/system_addr.hpp"
#include "runtime/shared.hpp"

namespace heddle::inline v0::net {

namespace {

// How long accept waits for a descriptor to become free before it tries again: 20 attempts a second cost next to
// nothing, and nobody who waits to be served notices the delay.
constexpr std::uint64_t kRetryAfter = 50'000'000;

sys::Outcome<std::pair<int, sys::RawAddr>> accept_next(int fd) noexcept {
  for (;;) {
    auto accepted = sys::accept(fd);
    if (accepted.has_value() || !sys::ended_in_queue(accepted.error())) return accepted;
  }
}

}  // namespace

template <class Listener>
Poll<typename AcceptFuture<Listener>::Output> AcceptFuture<Listener>::poll(Context& cx) {
  using Gives = typename Listener::Accepted;
  runtime::Shared& shared = source().shared();
  if (not_before_ != 0) {
    const runtime::EnterGuard guard(shared);
    if (retry_.poll(cx, not_before_).is_pending()) return Pending;
    not_before_ = 0;
  }
  auto answer = poll_io(cx, [this](Readiness) { return accept_next(source().fd()); });
  if (answer.is_pending()) return Pending;
  if (!answer->has_value()) {
    io::Error& error = answer->error();
    if (error.kind() == io::ErrorKind::kTooManyOpenFiles) not_before_ = shared.clock().now() + kRetryAfter;
    return Poll<Output>(std::in_place, std::unexpect, std::move(error));
  }
  auto& [fd, peer] = **answer;
  auto socket = detail::Socket::adopt(shared, fd);
  if (!socket) return Poll<Output>(std::in_place, std::unexpect, std::move(socket).error());
  return Poll<Output>(std::in_place, std::in_place, detail::Access::make<typename Gives::Stream>(std::move(*socket)),
                      detail::from_system<typename Gives::Addr>(peer));
}

template class AcceptFuture<TcpListener>;
template class AcceptFuture<UnixListener>;

}  // namespace heddle::inline v0::net
