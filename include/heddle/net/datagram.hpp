// SPDX-License-Identifier: MIT
// RecvFrom, SendToFuture: what sending and receiving datagrams gives; and the part that sockets of datagrams share.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/detail/ends.hpp>
#include <heddle/net/detail/io_future.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace heddle::inline v0::net {

/// A datagram that was received: how many of its bytes, and who sent it.
template <class Addr>
struct ReceivedFrom {
  std::size_t size;
  Addr sender;

  ReceivedFrom(std::size_t count, Addr addr) noexcept : size(count), sender(std::move(addr)) {}
  HEDDLE_FIELDS(size, sender);
};

namespace detail {

enum class Take : bool { kNo, kYes };

/// The steps of a socket of datagrams. An empty datagram is one, and a short one says nothing of the next.
struct DatagramCalls {
  using Source = runtime::detail::IoSource;
  using Readiness = runtime::detail::Readiness;
  static Count recv(Source& source, Readiness seen, std::span<std::byte> dst) noexcept;
  static Count peek(Source& source, Readiness seen, std::span<std::byte> dst) noexcept;
  static Count send(Source& source, Readiness seen, std::span<const std::byte> src) noexcept;
};

template <class Addr>
io::Result<ReceivedFrom<Addr>> try_recv_from(runtime::detail::IoSource& source, std::span<std::byte> dst, Take take);
template <class Addr>
io::Result<std::size_t> try_send_to(runtime::detail::IoSource& source, std::span<const std::byte> src, const Addr& to);

}  // namespace detail

/// The future of recv_from and peek_from.
template <class Addr>
class [[nodiscard]] RecvFromFuture : detail::IoFuture {
 public:
  using Output = io::Result<ReceivedFrom<Addr>>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  using IoFuture::cancel;

  RecvFromFuture(Source& source, std::span<std::byte> dst, detail::Take take) noexcept
      : IoFuture(source, Direction::kRead), dst_(dst), take_(take) {}
  Poll<Output> poll(Context& cx);

 private:
  std::span<std::byte> dst_;
  detail::Take take_;
};

/// The future of send_to.
template <class Addr>
class [[nodiscard]] SendToFuture : detail::IoFuture {
 public:
  using Output = io::Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  using IoFuture::cancel;

  SendToFuture(Source& source, std::span<const std::byte> src, Addr to) noexcept
      : IoFuture(source, Direction::kWrite), src_(src), to_(std::move(to)) {}
  Poll<Output> poll(Context& cx);

 private:
  std::span<const std::byte> src_;
  Addr to_;
};

namespace detail {

/// A socket of datagrams. All members are const: any number of tasks may send and receive through one socket, and each
/// datagram goes to one of them.
template <class Self, class Addr>
class DatagramEnds : public Watched<Self> {
  using Bytes = std::span<std::byte>;
  using ConstBytes = std::span<const std::byte>;

 public:
  /// Receives one datagram into `dst`; of a longer one the rest is lost, and nothing says so. An empty datagram gives 0.
  /// A connected socket receives from its peer only.
  ///
  /// Returns     How many bytes were written to `dst`.
  /// Errors      kConnectionRefused when the peer said that nobody receives what was sent before (connected sockets),
  ///             or the system's code; kOther when the runtime has shut down. Never kWouldBlock.
  /// Cancelling  Safe: a future destroyed before it is ready has taken no datagram.
  /// Cost        As TcpStream::read.
  /// Corresponds to `UdpSocket::recv`.
  [[nodiscard]] ReadFuture recv(Bytes dst) const noexcept {
    return ReadFuture(source(), Direction::kRead, dst, &DatagramCalls::recv);
  }
  /// As recv, and says who sent it: `auto [size, sender] = co_await ok(socket.recv_from(buffer));`
  /// Corresponds to `UdpSocket::recv_from`.
  [[nodiscard]] RecvFromFuture<Addr> recv_from(Bytes dst) const noexcept {
    return RecvFromFuture<Addr>(source(), dst, Take::kYes);
  }
  /// As recv and recv_from, but leaves the datagram to be received again. Tokio's `peek` and `peek_from`.
  [[nodiscard]] ReadFuture peek(Bytes dst) const noexcept {
    return ReadFuture(source(), Direction::kRead, dst, &DatagramCalls::peek);
  }
  [[nodiscard]] RecvFromFuture<Addr> peek_from(Bytes dst) const noexcept {
    return RecvFromFuture<Addr>(source(), dst, Take::kNo);
  }

  /// Sends `src` as one datagram to the peer of a connected socket, waiting for room.
  ///
  /// Returns     src.size(): a datagram goes whole or not at all.
  /// Errors      kNotConnected, or the system's code: EMSGSIZE for one that is too long. Else as recv.
  /// Cancelling  Safe: a future destroyed before it is ready has sent nothing.
  /// Corresponds to `UdpSocket::send`.
  [[nodiscard]] WriteFuture send(ConstBytes src) const noexcept {
    return WriteFuture(source(), Direction::kWrite, src, &DatagramCalls::send);
  }
  /// As send, to `to`. Corresponds to `UdpSocket::send_to`.
  [[nodiscard]] SendToFuture<Addr> send_to(ConstBytes src, Addr to) const noexcept {
    return SendToFuture<Addr>(source(), src, std::move(to));
  }

  /// The same without waiting. Errors: kWouldBlock if there is nothing to receive, or no room.
  [[nodiscard]] io::Result<std::size_t> try_recv(Bytes dst) const {
    return try_step<Bytes>(source(), Direction::kRead, dst, &DatagramCalls::recv);
  }
  [[nodiscard]] io::Result<ReceivedFrom<Addr>> try_recv_from(Bytes dst) const {
    return detail::try_recv_from<Addr>(source(), dst, Take::kYes);
  }
  [[nodiscard]] io::Result<ReceivedFrom<Addr>> try_peek_from(Bytes dst) const {
    return detail::try_recv_from<Addr>(source(), dst, Take::kNo);
  }
  [[nodiscard]] io::Result<std::size_t> try_send(ConstBytes src) const {
    return try_step<ConstBytes>(source(), Direction::kWrite, src, &DatagramCalls::send);
  }
  [[nodiscard]] io::Result<std::size_t> try_send_to(ConstBytes src, const Addr& to) const {
    return detail::try_send_to(source(), src, to);
  }

  /// Waits until receiving, or sending, without waiting is worth trying.
  /// Cancelling  Safe.
  [[nodiscard]] ReadinessFuture readable() const noexcept { return ReadinessFuture(source(), Direction::kRead); }
  [[nodiscard]] ReadinessFuture writable() const noexcept { return ReadinessFuture(source(), Direction::kWrite); }

 private:
  runtime::detail::IoSource& source() const noexcept { return Access::source(static_cast<const Self&>(*this)); }
};

}  // namespace detail
}  // namespace heddle::inline v0::net

namespace heddle::inline v0::marker {

// They borrow the socket, whose state is atomic or under its lock, and the caller's bytes.
template <class Addr>
struct unsafe_rules<net::RecvFromFuture<Addr>> {
  using Send = Always;
};
template <class Addr>
struct unsafe_rules<net::SendToFuture<Addr>> {
  using Send = Always;
};

}  // namespace heddle::inline v0::marker
