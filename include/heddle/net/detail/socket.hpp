// SPDX-License-Identifier: MIT
// A descriptor that a runtime watches: what every type of this room owns.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/runtime/detail/io_source.hpp>
#include <heddle/runtime/detail/watch.hpp>

#include <utility>

namespace heddle::inline v0::net::detail {

using runtime::detail::Watch;

/// Lets the current runtime watch `fd`, about which nothing is assumed. Throws NoRuntime, saying what needed it.
[[nodiscard]] io::Result<Watch> watch(int fd, const char* what_for);

/// Owns a descriptor and its place in the driver. One pointer; empty after a move.
class Socket {
 public:
  using Source = runtime::detail::IoSource;

  /// Hands `fd` to `shared`, which closes it even if this fails.
  [[nodiscard]] static io::Result<Socket> adopt(runtime::Shared& shared, int fd,
                                                runtime::detail::Readiness initial = Source::kAssumed);

  Socket(Socket&& other) noexcept = default;
  Socket& operator=(Socket&& other) noexcept = default;
  ~Socket() {
    if (watch_.has_source()) close();
  }

  [[nodiscard]] Source& source() const noexcept { return watch_.source(); }
  [[nodiscard]] int fd() const noexcept { return source().fd(); }

  /// Gives the descriptor away: nobody watches it any more, and it stays non-blocking.
  [[nodiscard]] io::OwnedFd release() && noexcept;

 private:
  explicit Socket(Watch watch) noexcept : watch_(std::move(watch)) {}
  void close() noexcept;

  Watch watch_;

  HEDDLE_FIELDS(watch_);
};

/// What the parts of this room need of the types that are put together from them: their source, and how they are made.
struct Access {
  template <class T>
  static runtime::detail::IoSource& source(const T& owner) noexcept {
    return owner.source();
  }
  template <class T>
  static T make(Socket socket) noexcept {
    return T(std::move(socket));
  }
};

/// A T that owns the socket, if there is one.
template <class T>
io::Result<T> make_from(io::Result<Socket> socket) {
  if (!socket) return std::unexpected(std::move(socket).error());
  return Access::make<T>(std::move(*socket));
}

}  // namespace heddle::inline v0::net::detail
