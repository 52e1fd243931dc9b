// SPDX-License-Identifier: MIT
// Moving bytes, as a future, as a poll and without waiting; and the steps of sockets.
#include <heddle/net/transfer.hpp>

#include <heddle/net/detail/ends.hpp>

#include "net/poll_io.hpp"
#include "net/short_clears.hpp"

namespace heddle::inline v0::net {

using runtime::detail::IoSource;
using runtime::detail::Readiness;

template <class Buffer>
Poll<io::Result<std::size_t>> Transfer<Buffer>::poll(Context& cx) {
  if (step_ == nullptr) return Poll<Output>(std::in_place, 0U);
  return poll_io(cx, [this](Readiness seen) { return step_(source(), seen, buffer_); });
}

Poll<io::Result<void>> WriteAllFuture::poll(Context& cx) {
  while (!rest_.empty()) {
    auto count = poll_io(cx, [this](Readiness seen) { return step_(source(), seen, rest_); });
    if (count.is_pending()) return Pending;
    if (!count->has_value()) return Poll<Output>(std::in_place, std::unexpect, std::move(*count).error());
    rest_ = rest_.subspan(**count);
  }
  return Poll<Output>(std::in_place);
}

Poll<io::Result<void>> ReadinessFuture::poll(Context& cx) {
  return poll_io(cx, [](Readiness) { return sys::Outcome<void>(); });
}

namespace detail {

template <class Buffer>
Poll<io::Result<std::size_t>> poll_step(IoSource& source, Direction direction, Context& cx, Buffer buffer,
                                        Step<Buffer> step) {
  if (step == nullptr) return Poll<io::Result<std::size_t>>(std::in_place, 0U);
  return poll_io(source, direction, cx, [&](Readiness seen) { return step(source, seen, buffer); });
}

template <class Buffer>
io::Result<std::size_t> try_step(IoSource& source, Direction direction, Buffer buffer, Step<Buffer> step) {
  const Readiness seen = source.readiness();
  if (seen.is_shut_down()) return runtime_gone();
  if (!seen.is(direction)) return io::fail(io::ErrorKind::kWouldBlock, "the socket is not ready");
  const auto count = step(source, seen, buffer);
  if (!count.has_value() && sys::would_block(count.error())) source.clear(seen, direction);
  return to_result(count);
}

Count StreamCalls::read(IoSource& source, Readiness seen, std::span<std::byte> dst) noexcept {
  return short_clears(sys::receive(source.fd(), dst), source, seen, Direction::kRead, dst);
}
Count StreamCalls::peek(IoSource& source, Readiness, std::span<std::byte> dst) noexcept {
  return sys::receive(source.fd(), dst, sys::Peek::kYes);
}
Count StreamCalls::read_vectored(IoSource& source, Readiness, std::span<const std::span<std::byte>> dst) noexcept {
  // Never short of what was asked for: only the first places count.
  return sys::receive(source.fd(), dst);
}
Count StreamCalls::write(IoSource& source, Readiness seen, std::span<const std::byte> src) noexcept {
  return short_clears(sys::send(source.fd(), src), source, seen, Direction::kWrite, src);
}
Count StreamCalls::write_vectored(IoSource& source, Readiness,
                                  std::span<const std::span<const std::byte>> src) noexcept {
  return sys::send(source.fd(), src);
}

Count UnixStreamCalls::read(IoSource& source, Readiness, std::span<std::byte> dst) noexcept {
  return sys::receive(source.fd(), dst);
}

io::Result<void> shut_down_write(const IoSource& source) {
  return to_result(sys::shut_down(source.fd(), sys::Half::kWrite));
}

template Poll<io::Result<std::size_t>> poll_step(IoSource&, Direction, Context&, std::span<std::byte>,
                                                 Step<std::span<std::byte>>);
template Poll<io::Result<std::size_t>> poll_step(IoSource&, Direction, Context&, std::span<const std::byte>,
                                                 Step<std::span<const std::byte>>);
template Poll<io::Result<std::size_t>> poll_step(IoSource&, Direction, Context&,
                                                 std::span<const std::span<const std::byte>>,
                                                 Step<std::span<const std::span<const std::byte>>>);
template io::Result<std::size_t> try_step(IoSource&, Direction, std::span<std::byte>, Step<std::span<std::byte>>);
template io::Result<std::size_t> try_step(IoSource&, Direction, std::span<const std::byte>,
                                          Step<std::span<const std::byte>>);
template io::Result<std::size_t> try_step(IoSource&, Direction, std::span<const std::span<std::byte>>,
                                          Step<std::span<const std::span<std::byte>>>);
template io::Result<std::size_t> try_step(IoSource&, Direction, std::span<const std::span<const std::byte>>,
                                          Step<std::span<const std::span<const std::byte>>>);

}  // namespace detail

template class Transfer<std::span<std::byte>>;
template class Transfer<std::span<const std::byte>>;

}  // namespace heddle::inline v0::net
