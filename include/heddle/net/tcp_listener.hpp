// SPDX-License-Identifier: MIT
// TcpListener: accepts TCP connections.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/tcp_stream.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

namespace heddle::inline v0::net {

/// What accept gives: the connection, and who is at its other end.
struct Accepted {
  TcpStream socket;
  SocketAddr peer;

  Accepted(TcpStream stream, SocketAddr addr) noexcept : socket(std::move(stream)), peer(addr) {}
  HEDDLE_FIELDS(socket, peer);
};

class TcpListener;

/// The future of TcpListener::accept.
class [[nodiscard]] AcceptFuture : detail::IoFuture {
 public:
  using Output = io::Result<Accepted>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit AcceptFuture(TcpListener& listener) noexcept;

  /// Drops it where it stands.
  void cancel() noexcept {
    retry_.disarm();
    IoFuture::cancel();
  }

  Poll<Output> poll(Context& cx);

 private:
  TcpListener& listener_;
  runtime::detail::TimerEntry retry_;
};

/// A socket that listens. Destroying it refuses the connections that wait in its queue.
///
/// Belongs to the runtime in which it was made, as do the streams that it accepts.
/// Threads     May move to any thread; one task accepts at a time.
///
/// Corresponds to Tokio's `net::TcpListener`.
class TcpListener {
 public:
  /// Listens on `addr`; the text form takes a numeric address. Port 0 lets the system choose: see local_addr. The
  /// address may be in use by connections that are ending (SO_REUSEADDR), as in Tokio.
  ///
  /// Errors      kInvalidInput for text that is no address; kAddrInUse, kAddrNotAvailable, kPermissionDenied,
  ///             kTooManyOpenFiles, or the system's code. Awaiting throws runtime::NoRuntime outside a runtime.
  /// Corresponds to `TcpListener::bind`.
  [[nodiscard]] static Async<io::Result<TcpListener>> bind(SocketAddr addr);
  [[nodiscard]] static Async<io::Result<TcpListener>> bind(std::string_view addr);

  /// Waits for a connection.
  ///
  /// Returns     An Accepted: `auto [socket, peer] = co_await ok(listener.accept());`
  /// Errors      kTooManyOpenFiles when no descriptor is free: the connection stays in the queue. The next accept then
  ///             waits for 50 ms before it tries again, so a loop that merely reports the error neither spins nor stops
  ///             serving. Connections that ended while they were queued are passed over.
  /// Cancelling  Safe: no connection is lost.
  /// Cost        Two system calls per connection, and one small block. Spends one unit of the task's budget.
  /// Corresponds to `TcpListener::accept`.
  [[nodiscard]] AcceptFuture accept() noexcept { return AcceptFuture(*this); }

  [[nodiscard]] io::Result<SocketAddr> local_addr() const { return socket_.local_addr(); }

 private:
  friend class AcceptFuture;
  explicit TcpListener(detail::Socket socket) noexcept : socket_(std::move(socket)) {}

  detail::Socket socket_;
  // Nanoseconds on the runtime's clock before which accept must not try again; 0: at any time.
  std::uint64_t not_before_ = 0;

  HEDDLE_FIELDS(socket_, not_before_);
};

inline AcceptFuture::AcceptFuture(TcpListener& listener) noexcept
    : IoFuture(listener.socket_.source(), Direction::kRead), listener_(listener) {}

}  // namespace heddle::inline v0::net

namespace heddle::inline v0::marker {

// It borrows the listener, whose state is atomic or its one accepting task's.
template <>
struct unsafe_rules<net::AcceptFuture> {
  using Send = Always;
};

}  // namespace heddle::inline v0::marker
