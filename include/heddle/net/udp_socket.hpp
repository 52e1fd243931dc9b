// SPDX-License-Identifier: MIT
// UdpSocket: datagrams to and from internet addresses.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/datagram.hpp>
#include <heddle/net/detail/socket.hpp>
#include <heddle/net/socket_addr.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace heddle::inline v0::net {

/// A socket that sends and receives datagrams. It has no halves: share it, `Arc<UdpSocket>`; everything is const.
///
/// Belongs to the runtime in which it was made, and outlives the futures that it gives out.
/// Threads     May move to any thread, and be used from several: each datagram goes to one receiver.
/// Example     examples/udp_echo.cpp
///
/// Corresponds to Tokio's `net::UdpSocket`.
class UdpSocket : public detail::DatagramEnds<UdpSocket, SocketAddr> {
 public:
  /// Receives what is sent to `addr`; port 0 lets the system choose. Text and errors as TcpListener::bind.
  /// Corresponds to `UdpSocket::bind`.
  [[nodiscard]] static Async<io::Result<UdpSocket>> bind(SocketAddr addr);
  [[nodiscard]] static Async<io::Result<UdpSocket>> bind(std::string_view addr);

  /// As TcpStream::from_fd and into_fd.
  [[nodiscard]] static io::Result<UdpSocket> from_fd(io::OwnedFd fd);
  [[nodiscard]] io::OwnedFd into_fd() && noexcept { return std::move(socket_).release(); }
  [[nodiscard]] int as_raw_fd() const noexcept { return socket_.fd(); }

  /// Chooses the peer of `send` and `recv`; of a name, the first address that can be had. Nothing is sent.
  /// Errors      As TcpStream::connect; nobody need be there.
  /// Corresponds to `UdpSocket::connect`.
  [[nodiscard]] Async<io::Result<void>> connect(SocketAddr addr) const;
  [[nodiscard]] Async<io::Result<void>> connect(std::string_view addr) const;

  [[nodiscard]] io::Result<SocketAddr> local_addr() const;
  /// Errors: kNotConnected.
  [[nodiscard]] io::Result<SocketAddr> peer_addr() const;
  [[nodiscard]] std::optional<io::Error> take_error() const;

  /// Whether it may send to a broadcast address; else that is kPermissionDenied.
  [[nodiscard]] io::Result<void> set_broadcast(bool on) const;
  [[nodiscard]] io::Result<bool> broadcast() const;
  [[nodiscard]] io::Result<void> set_ttl(std::uint32_t hops) const;
  [[nodiscard]] io::Result<std::uint32_t> ttl() const;
  /// The type of service of each datagram: IP_TOS, or IPV6_TCLASS.
  [[nodiscard]] io::Result<void> set_tos(std::uint32_t tos) const;
  [[nodiscard]] io::Result<std::uint32_t> tos() const;

  /// Receives what is sent to `group` on the interface that has the address `interface`; unspecified: the system's
  /// choice. For IPv4. Errors: kInvalidInput for what is no multicast group. Tokio's `join_multicast_v4`.
  [[nodiscard]] io::Result<void> join_multicast_v4(IpAddr group, IpAddr interface) const;
  [[nodiscard]] io::Result<void> leave_multicast_v4(IpAddr group, IpAddr interface) const;
  /// The same for IPv6, with the index of the interface; 0: the system's choice.
  [[nodiscard]] io::Result<void> join_multicast_v6(IpAddr group, std::uint32_t interface) const;
  [[nodiscard]] io::Result<void> leave_multicast_v6(IpAddr group, std::uint32_t interface) const;
  /// How many routers what is sent to a group may pass.
  [[nodiscard]] io::Result<void> set_multicast_ttl_v4(std::uint32_t hops) const;
  [[nodiscard]] io::Result<std::uint32_t> multicast_ttl_v4() const;
  /// Whether what this machine sends to a group comes back to its own members.
  [[nodiscard]] io::Result<void> set_multicast_loop_v4(bool on) const;
  [[nodiscard]] io::Result<bool> multicast_loop_v4() const;
  [[nodiscard]] io::Result<void> set_multicast_loop_v6(bool on) const;
  [[nodiscard]] io::Result<bool> multicast_loop_v6() const;

 private:
  friend detail::Access;
  explicit UdpSocket(detail::Socket socket) noexcept : socket_(std::move(socket)) {}
  runtime::detail::IoSource& source() const noexcept { return socket_.source(); }

  detail::Socket socket_;

  HEDDLE_FIELDS(socket_);
};

}  // namespace heddle::inline v0::net
