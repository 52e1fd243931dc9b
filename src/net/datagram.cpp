// SPDX-License-Identifier: MIT
// Sending and receiving datagrams, for every kind of address.
#include <heddle/net/datagram.hpp>

#include <heddle/net/socket_addr.hpp>
#include <heddle/net/unix_addr.hpp>

#include "net/poll_io.hpp"
#include "net/system_addr.hpp"

namespace heddle::inline v0::net {

using runtime::detail::IoSource;
using runtime::detail::Readiness;

namespace detail {

Count DatagramCalls::recv(IoSource& source, Readiness, std::span<std::byte> dst) noexcept {
  return sys::receive(source.fd(), dst);
}
Count DatagramCalls::peek(IoSource& source, Readiness, std::span<std::byte> dst) noexcept {
  return sys::receive(source.fd(), dst, sys::Peek::kYes);
}
Count DatagramCalls::send(IoSource& source, Readiness, std::span<const std::byte> src) noexcept {
  return sys::send(source.fd(), src);
}

namespace {

sys::Outcome<std::pair<std::size_t, sys::RawAddr>> receive_from(const IoSource& source, std::span<std::byte> dst,
                                                                Take take) noexcept {
  return sys::receive_from(source.fd(), dst, take == Take::kYes ? sys::Peek::kNo : sys::Peek::kYes);
}

template <class Addr>
io::Result<ReceivedFrom<Addr>> received(const io::Result<std::pair<std::size_t, sys::RawAddr>>& result) {
  if (!result) return std::unexpected(result.error());
  return ReceivedFrom<Addr>(result->first, from_system<Addr>(result->second));
}

/// A step that is not made again when it is interrupted: the caller tries, and sees.
template <class Attempt>
auto try_once(IoSource& source, Direction direction, Attempt attempt) {
  using Result = io::Result<typename std::invoke_result_t<Attempt&>::value_type>;
  const Readiness seen = source.readiness();
  if (seen.is_shut_down()) return Result(runtime_gone());
  if (!seen.is(direction)) return Result(io::fail(io::ErrorKind::kWouldBlock, "the socket is not ready"));
  const auto outcome = attempt();
  if (!outcome.has_value() && sys::would_block(outcome.error())) source.clear(seen, direction);
  return to_result(outcome);
}

}  // namespace

template <class Addr>
io::Result<ReceivedFrom<Addr>> try_recv_from(IoSource& source, std::span<std::byte> dst, Take take) {
  return received<Addr>(try_once(source, Direction::kRead, [&] { return receive_from(source, dst, take); }));
}

template <class Addr>
io::Result<std::size_t> try_send_to(IoSource& source, std::span<const std::byte> src, const Addr& to) {
  const auto raw = to_system(to);
  if (!raw) return bad_name();
  return try_once(source, Direction::kWrite, [&] { return sys::send_to(source.fd(), src, *raw); });
}

template io::Result<ReceivedFrom<SocketAddr>> try_recv_from(IoSource&, std::span<std::byte>, Take);
template io::Result<ReceivedFrom<UnixAddr>> try_recv_from(IoSource&, std::span<std::byte>, Take);
template io::Result<std::size_t> try_send_to(IoSource&, std::span<const std::byte>, const SocketAddr&);
template io::Result<std::size_t> try_send_to(IoSource&, std::span<const std::byte>, const UnixAddr&);

}  // namespace detail

template <class Addr>
Poll<io::Result<ReceivedFrom<Addr>>> RecvFromFuture<Addr>::poll(Context& cx) {
  auto answer = poll_io(cx, [this](Readiness) { return detail::receive_from(source(), dst_, take_); });
  if (answer.is_pending()) return Pending;
  return Poll<Output>(std::in_place, detail::received<Addr>(*answer));
}

template <class Addr>
Poll<io::Result<std::size_t>> SendToFuture<Addr>::poll(Context& cx) {
  const auto raw = detail::to_system(to_);
  if (!raw) return Poll<Output>(std::in_place, detail::bad_name());
  return poll_io(cx, [&](Readiness) { return sys::send_to(source().fd(), src_, *raw); });
}

template class RecvFromFuture<SocketAddr>;
template class RecvFromFuture<UnixAddr>;
template class SendToFuture<SocketAddr>;
template class SendToFuture<UnixAddr>;

}  // namespace heddle::inline v0::net
