// SPDX-License-Identifier: MIT
// Connecting, reading and writing.
#include <heddle/net/tcp_stream.hpp>

#include <heddle/future/ok.hpp>
#include <heddle/runtime/spawn.hpp>

#include "net/poll_io.hpp"
#include "net/system_addr.hpp"

namespace heddle::inline v0::net {

using runtime::detail::Direction;
using runtime::detail::IoSource;
using runtime::detail::Readiness;

namespace {

// A transfer that was cut short found the socket's buffer empty, or full: that spares the call which would find out.
// Data that comes meanwhile is an event of its own, and moves the tick.
sys::Outcome<std::size_t> receive(IoSource& source, Readiness seen, std::span<std::byte> dst) noexcept {
  const auto count = sys::receive(source.fd(), dst);
  if (count.has_value() && *count != 0 && *count < dst.size()) source.clear(seen, Direction::kRead);
  return count;
}

sys::Outcome<std::size_t> send(IoSource& source, Readiness seen, std::span<const std::byte> src) noexcept {
  const auto count = sys::send(source.fd(), src);
  if (count.has_value() && *count < src.size()) source.clear(seen, Direction::kWrite);
  return count;
}

template <class Transfer>
io::Result<std::size_t> transfer_now(IoSource& source, Direction direction, Transfer transfer) {
  const Readiness seen = source.readiness();
  if (seen.is_shut_down()) return detail::runtime_gone();
  if (!seen.is(direction)) return io::fail(io::ErrorKind::kWouldBlock, "the socket is not ready");
  const auto count = transfer(seen);
  if (!count.has_value() && sys::would_block(count.error())) source.clear(seen, direction);
  return detail::to_result(count);
}

}  // namespace

Poll<io::Result<std::size_t>> ReadFuture::poll(Context& cx) {
  if (dst_.empty()) return Poll<Output>(std::in_place, 0U);
  return poll_io(cx, [this](Readiness seen) {
    return take_ == Take::kYes ? receive(source(), seen, dst_) : sys::receive(source().fd(), dst_, sys::Peek::kYes);
  });
}

Poll<io::Result<std::size_t>> WriteFuture::poll(Context& cx) {
  if (src_.empty()) return Poll<Output>(std::in_place, 0U);
  return poll_io(cx, [this](Readiness seen) { return send(source(), seen, src_); });
}

Poll<io::Result<void>> WriteAllFuture::poll(Context& cx) {
  while (!rest_.empty()) {
    auto count = poll_io(cx, [this](Readiness seen) { return send(source(), seen, rest_); });
    if (count.is_pending()) return Pending;
    if (!count->has_value()) return Poll<Output>(std::in_place, std::unexpect, std::move(*count).error());
    rest_ = rest_.subspan(**count);
  }
  return Poll<Output>(std::in_place);
}

Poll<io::Result<void>> ReadinessFuture::poll(Context& cx) {
  return poll_io(cx, [](Readiness) { return sys::Outcome<void>(); });
}

Async<io::Result<TcpStream>> TcpStream::connect(SocketAddr addr) {
  runtime::Shared& shared = runtime::detail::current_runtime("TcpStream::connect");
  auto fd = sys::tcp_socket(addr.ip().is_v6());
  if (!fd) co_return io::fail(fd.error());
  const auto begun = sys::connect(fd->get(), detail::to_system(addr));
  if (!begun) co_return io::fail(begun.error());
  auto socket = detail::Socket::adopt(shared, fd->release());
  if (!socket) co_return std::unexpected(std::move(socket).error());
  TcpStream stream(std::move(*socket));
  if (*begun == sys::Connect::kUnderWay) {
    IoSource& source = stream.socket_.source();
    source.clear(IoSource::kAssumed, Direction::kWrite);
    co_await ok(stream.writable());
    if (const int error = sys::take_error(source.fd()); error != 0) co_return io::fail(error);
  }
  co_return stream;
}

Async<io::Result<TcpStream>> TcpStream::connect(std::string_view addr) {
  const SocketAddr parsed = co_await ok(SocketAddr::parse(addr));
  co_return co_await connect(parsed);
}

io::Result<std::size_t> TcpStream::try_read(std::span<std::byte> dst) const {
  IoSource& source = socket_.source();
  return transfer_now(source, Direction::kRead, [&](Readiness seen) { return receive(source, seen, dst); });
}

io::Result<std::size_t> TcpStream::try_write(std::span<const std::byte> src) const {
  IoSource& source = socket_.source();
  return transfer_now(source, Direction::kWrite, [&](Readiness seen) { return send(source, seen, src); });
}

Poll<io::Result<std::size_t>> TcpStream::poll_read(Context& cx, std::span<std::byte> dst) {
  if (dst.empty()) return Poll<io::Result<std::size_t>>(std::in_place, 0U);
  IoSource& source = socket_.source();
  return detail::poll_io(source, Direction::kRead, cx, [&](Readiness seen) { return receive(source, seen, dst); });
}

Poll<io::Result<std::size_t>> TcpStream::poll_write(Context& cx, std::span<const std::byte> src) {
  if (src.empty()) return Poll<io::Result<std::size_t>>(std::in_place, 0U);
  IoSource& source = socket_.source();
  return detail::poll_io(source, Direction::kWrite, cx, [&](Readiness seen) { return send(source, seen, src); });
}

Poll<io::Result<void>> TcpStream::poll_shutdown(Context&) {
  return Poll<io::Result<void>>(std::in_place,
                                detail::to_result(sys::shut_down(socket_.source().fd(), sys::Half::kWrite)));
}

Async<io::Result<void>> TcpStream::shutdown() {
  co_return detail::to_result(sys::shut_down(socket_.source().fd(), sys::Half::kWrite));
}

io::Result<void> TcpStream::set_nodelay(bool on) const {
  return detail::to_result(sys::set_nodelay(socket_.source().fd(), on));
}
io::Result<bool> TcpStream::nodelay() const { return detail::to_result(sys::nodelay(socket_.source().fd())); }

io::Result<void> TcpStream::set_linger(std::optional<std::chrono::seconds> duration) const {
  std::optional<int> seconds;
  if (duration.has_value()) {
    constexpr std::chrono::seconds kMost(std::numeric_limits<int>::max());
    seconds = static_cast<int>(std::clamp(*duration, std::chrono::seconds(0), kMost).count());
  }
  return detail::to_result(sys::set_linger(socket_.source().fd(), seconds));
}

}  // namespace heddle::inline v0::net
