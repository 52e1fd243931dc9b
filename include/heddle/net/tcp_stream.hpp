// SPDX-License-Identifier: MIT
// TcpStream: a TCP connection, read and written by tasks.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/io/error.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/detail/ends.hpp>
#include <heddle/net/detail/socket.hpp>
#include <heddle/net/halves.hpp>
#include <heddle/net/socket_addr.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace heddle::inline v0::net {

/// A connection. Destroying it closes the connection: at once, without waiting for the peer.
///
/// One task may read while another writes. The stream outlives the futures that it gives out. It belongs to the runtime
/// in which it was made: when that shuts down, whoever waits for it gets an error.
/// Threads     May move to any thread; const members may be called from several.
/// Cost        One small block per connection, and one descriptor (close-on-exec). Never raises SIGPIPE.
///
/// Corresponds to Tokio's `net::TcpStream`.
class TcpStream : public detail::StreamEnds<TcpStream, detail::StreamCalls> {
 public:
  using Calls = detail::StreamCalls;

  /// Connects to `addr`; to the first of several that answers, one after the other. The text form takes an address or a
  /// name, with a port: "127.0.0.1:8080", "[::1]:8080", "localhost:8080"; a name is looked up, see lookup_host.
  ///
  /// Errors      kInvalidInput for text that is neither; what the lookup says; kConnectionRefused, kTimedOut,
  ///             kTooManyOpenFiles, or the system's code, of the last address that was tried. Awaiting throws
  ///             runtime::NoRuntime outside a runtime.
  /// Cancelling  Safe: the attempt is given up and its socket closed.
  /// Corresponds to `TcpStream::connect`.
  [[nodiscard]] static Async<io::Result<TcpStream>> connect(SocketAddr addr);
  [[nodiscard]] static Async<io::Result<TcpStream>> connect(std::span<const SocketAddr> addrs);
  [[nodiscard]] static Async<io::Result<TcpStream>> connect(std::string_view addr);

  /// Takes over a connection that was made elsewhere, and makes it non-blocking. Throws runtime::NoRuntime outside a
  /// runtime. Errors: the system's code; kOther when the runtime has shut down. Tokio's `from_std`.
  [[nodiscard]] static io::Result<TcpStream> from_fd(io::OwnedFd fd);
  /// Gives the descriptor away. It stays non-blocking. Tokio's `into_std`.
  [[nodiscard]] io::OwnedFd into_fd() && noexcept { return std::move(socket_).release(); }
  [[nodiscard]] int as_raw_fd() const noexcept { return socket_.fd(); }

  /// Ends sending: the peer reads 0 once it has read the rest. Reading goes on. Errors: kNotConnected when the
  /// connection is gone already. Corresponds to `AsyncWriteExt::shutdown`.
  [[nodiscard]] Async<io::Result<void>> shutdown();

  /// Two halves that borrow the stream, so that one task reads while another writes: without a lock, and for nothing.
  /// Corresponds to `TcpStream::split`.
  [[nodiscard]] detail::BorrowedHalves<TcpStream> split() & noexcept {
    return {ReadHalf<TcpStream>(*this), WriteHalf<TcpStream>(*this)};
  }
  detail::BorrowedHalves<TcpStream> split() && = delete;  // they would borrow what is gone: into_split
  /// Two halves that own it, and may go to tasks of their own. Dropping the writing half ends sending.
  /// Cost        One block. Corresponds to `TcpStream::into_split`.
  [[nodiscard]] detail::OwnedHalves<TcpStream> into_split() && { return detail::split_owned(std::move(*this)); }

  /// Whether small writes are sent at once instead of being collected (Nagle's algorithm). Off at first, as in Tokio.
  [[nodiscard]] io::Result<void> set_nodelay(bool on) const;
  [[nodiscard]] io::Result<bool> nodelay() const;

  /// How long the system goes on sending after the stream is destroyed; zero resets the connection instead. Nothing:
  /// as long as the system likes. Corresponds to `set_linger`.
  [[nodiscard]] io::Result<void> set_linger(std::optional<std::chrono::seconds> duration) const;
  [[nodiscard]] io::Result<std::optional<std::chrono::seconds>> linger() const;

  /// How many routers a packet may pass (IP_TTL; of IPv4).
  [[nodiscard]] io::Result<void> set_ttl(std::uint32_t hops) const;
  [[nodiscard]] io::Result<std::uint32_t> ttl() const;

  /// The error that the system keeps for this connection, if there is one, and takes it away. Tokio's `take_error`.
  [[nodiscard]] std::optional<io::Error> take_error() const;

  [[nodiscard]] io::Result<SocketAddr> local_addr() const;
  [[nodiscard]] io::Result<SocketAddr> peer_addr() const;

 private:
  friend detail::Access;
  explicit TcpStream(detail::Socket socket) noexcept : socket_(std::move(socket)) {}
  runtime::detail::IoSource& source() const noexcept { return socket_.source(); }

  detail::Socket socket_;

  HEDDLE_FIELDS(socket_);
};

}  // namespace heddle::inline v0::net
