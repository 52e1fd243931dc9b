// SPDX-License-Identifier: MIT
// UnixDatagram: datagrams between processes of one machine.
#pragma once

#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/datagram.hpp>
#include <heddle/net/detail/socket.hpp>
#include <heddle/net/send_fds.hpp>
#include <heddle/net/unix_addr.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace heddle::inline v0::net {

/// Which direction of a connection ends. Rust's `std::net::Shutdown`.
enum class Shutdown : std::uint8_t { kRead, kWrite, kBoth };

struct UnixDatagramPair;

/// A socket that sends and receives datagrams by names of Unix sockets. None is lost or overtaken: who sends to a
/// receiver that is slow waits. Share it, `Arc<UnixDatagram>`; everything is const. All that makes one throws
/// runtime::NoRuntime outside a runtime.
///
/// Threads     As UdpSocket.
/// Corresponds to Tokio's `net::UnixDatagram`.
class UnixDatagram : public detail::DatagramEnds<UnixDatagram, UnixAddr> {
 public:
  /// Receives what is sent to `addr`. Errors: as UnixListener::bind.
  [[nodiscard]] static io::Result<UnixDatagram> bind(const UnixAddr& addr);
  /// Without a name: what it sends can't be answered.
  [[nodiscard]] static io::Result<UnixDatagram> unbound();
  /// Two that are connected to each other: `auto [a, b] = UnixDatagram::pair().value();`
  [[nodiscard]] static io::Result<UnixDatagramPair> pair();

  /// As TcpStream::from_fd and into_fd.
  [[nodiscard]] static io::Result<UnixDatagram> from_fd(io::OwnedFd fd);
  [[nodiscard]] io::OwnedFd into_fd() && noexcept { return std::move(socket_).release(); }
  [[nodiscard]] int as_raw_fd() const noexcept { return socket_.fd(); }

  /// Chooses the peer of `send` and `recv`. Errors: kNotFound, kConnectionRefused if nobody receives there.
  [[nodiscard]] io::Result<void> connect(const UnixAddr& addr) const;

  /// Ends a direction, or both: whoever sends in it gets kBrokenPipe. Whoever waits to receive is told nothing, as the
  /// system has it. Corresponds to `UnixDatagram::shutdown`.
  [[nodiscard]] io::Result<void> shutdown(Shutdown how) const;

  /// As UnixStream's, with a datagram.
  [[nodiscard]] SendFdsFuture send_fds(std::span<const std::byte> src, std::span<const int> fds) const noexcept {
    return SendFdsFuture(source(), src, fds);
  }
  [[nodiscard]] RecvFdsFuture recv_fds(std::span<std::byte> dst, std::size_t most) const noexcept {
    return RecvFdsFuture(source(), dst, most);
  }

  [[nodiscard]] io::Result<UnixAddr> local_addr() const;
  [[nodiscard]] io::Result<UnixAddr> peer_addr() const;
  [[nodiscard]] std::optional<io::Error> take_error() const;

 private:
  friend detail::Access;
  explicit UnixDatagram(detail::Socket socket) noexcept : socket_(std::move(socket)) {}
  runtime::detail::IoSource& source() const noexcept { return socket_.source(); }

  detail::Socket socket_;

  HEDDLE_FIELDS(socket_);
};

struct UnixDatagramPair {
  UnixDatagram first;
  UnixDatagram second;

  UnixDatagramPair(UnixDatagram a, UnixDatagram b) noexcept : first(std::move(a)), second(std::move(b)) {}
  HEDDLE_FIELDS(first, second);
};

}  // namespace heddle::inline v0::net
