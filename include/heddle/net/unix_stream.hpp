// SPDX-License-Identifier: MIT
// UnixStream: a connection between two processes of one machine.
#pragma once

#include <heddle/future/async.hpp>
#include <heddle/io/error.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/net/detail/ends.hpp>
#include <heddle/net/detail/socket.hpp>
#include <heddle/net/halves.hpp>
#include <heddle/net/send_fds.hpp>
#include <heddle/net/unix_addr.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace heddle::inline v0::net {

/// Who is at the other end: the user, the group, and the process that connected or listened.
///
/// Corresponds to Tokio's `net::unix::UCred`.
struct UCred {
  std::uint32_t uid;
  std::uint32_t gid;
  std::optional<std::int32_t> pid;  ///< nothing: a process that this one can't see, of another container

  UCred(std::uint32_t user, std::uint32_t group, std::optional<std::int32_t> process) noexcept
      : uid(user), gid(group), pid(process) {}
  HEDDLE_FIELDS(uid, gid, pid);
};

class UnixStream;

/// Two connected streams: `auto [a, b] = co_await ok(UnixStream::pair());`
struct UnixStreamPair;

/// A connection through a Unix socket. What TcpStream promises holds here too: closing, halves, threads, cost.
///
/// Corresponds to Tokio's `net::UnixStream`.
class UnixStream : public detail::StreamEnds<UnixStream, detail::UnixStreamCalls> {
 public:
  using Calls = detail::UnixStreamCalls;

  /// Connects to the listener at `addr`: a path, or UnixAddr::abstract_name.
  ///
  /// Errors      kNotFound; kConnectionRefused if nobody listens there any more; kWouldBlock if the listener's queue is
  ///             full: the system can't wait for that; kPermissionDenied; kInvalidInput for a name that can't be; or the
  ///             system's code. Awaiting throws runtime::NoRuntime outside a runtime.
  /// Corresponds to `UnixStream::connect`.
  [[nodiscard]] static Async<io::Result<UnixStream>> connect(UnixAddr addr);

  /// Two streams that are connected to each other, without a name. Throws runtime::NoRuntime outside a runtime.
  /// Corresponds to `UnixStream::pair`.
  [[nodiscard]] static io::Result<UnixStreamPair> pair();

  /// As TcpStream::from_fd and into_fd.
  [[nodiscard]] static io::Result<UnixStream> from_fd(io::OwnedFd fd);
  [[nodiscard]] io::OwnedFd into_fd() && noexcept { return std::move(socket_).release(); }
  [[nodiscard]] int as_raw_fd() const noexcept { return socket_.fd(); }

  /// As TcpStream's.
  [[nodiscard]] Async<io::Result<void>> shutdown();
  [[nodiscard]] detail::BorrowedHalves<UnixStream> split() & noexcept {
    return {ReadHalf<UnixStream>(*this), WriteHalf<UnixStream>(*this)};
  }
  detail::BorrowedHalves<UnixStream> split() && = delete;  // they would borrow what is gone: into_split
  [[nodiscard]] detail::OwnedHalves<UnixStream> into_split() && { return detail::split_owned(std::move(*this)); }

  /// Sends `src`, of which there must be a byte at least, and with its first byte copies of `fds`, which stay open here.
  ///
  /// Returns     How many bytes were taken, as write: the descriptors went with them.
  /// Errors      kInvalidInput for no byte, or for more than kMostFds descriptors; else as write.
  /// Cancelling  Safe: a future destroyed before it is ready has sent nothing.
  [[nodiscard]] SendFdsFuture send_fds(std::span<const std::byte> src, std::span<const int> fds) noexcept {
    return SendFdsFuture(source(), src, fds);
  }

  /// Reads as `read`, and takes up to `most` descriptors that were sent with what it reads; they are close-on-exec.
  /// A plain read closes them.
  ///
  /// Returns     `auto [size, fds, truncated] = co_await ok(stream.recv_fds(buffer, 4));`
  /// Errors, Cancelling  As read: neither a byte nor a descriptor is lost.
  [[nodiscard]] RecvFdsFuture recv_fds(std::span<std::byte> dst, std::size_t most) noexcept {
    return RecvFdsFuture(source(), dst, most);
  }

  /// Who is at the other end, as the system knows it. Corresponds to `UnixStream::peer_cred`.
  [[nodiscard]] io::Result<UCred> peer_cred() const;
  [[nodiscard]] std::optional<io::Error> take_error() const;
  [[nodiscard]] io::Result<UnixAddr> local_addr() const;
  [[nodiscard]] io::Result<UnixAddr> peer_addr() const;

 private:
  friend detail::Access;
  explicit UnixStream(detail::Socket socket) noexcept : socket_(std::move(socket)) {}
  runtime::detail::IoSource& source() const noexcept { return socket_.source(); }

  detail::Socket socket_;

  HEDDLE_FIELDS(socket_);
};

struct UnixStreamPair {
  UnixStream first;
  UnixStream second;

  UnixStreamPair(UnixStream a, UnixStream b) noexcept : first(std::move(a)), second(std::move(b)) {}
  HEDDLE_FIELDS(first, second);
};

}  // namespace heddle::inline v0::net
