// SPDX-License-Identifier: MIT
// Taking over descriptors, and connecting.
#include "net/adopt.hpp"

#include <heddle/future/ok.hpp>
#include <heddle/net/transfer.hpp>

#include "net/poll_io.hpp"

#include <utility>

namespace heddle::inline v0::net::detail {

io::Result<Socket> adopt(io::OwnedFd fd, const char* what_for, runtime::detail::Readiness initial) {
  runtime::Shared& shared = runtime::detail::current_runtime(what_for);
  const auto set = sys::set_nonblocking(fd.as_raw_fd(), true);
  if (!set) return io::fail(set.error());
  return Socket::adopt(shared, std::move(fd).into_raw_fd(), initial);
}

Async<io::Result<Socket>> connect(io::OwnedFd fd, const sys::RawAddr& addr, const char* what_for) {
  runtime::Shared& shared = runtime::detail::current_runtime(what_for);
  const auto begun = sys::connect(fd.as_raw_fd(), addr);
  if (!begun) co_return io::fail(begun.error());
  const bool done = *begun == sys::Connect::kDone;
  const auto initial = done ? Socket::Source::kAssumed : Socket::Source::kNothing;
  Socket socket = co_await ok(Socket::adopt(shared, std::move(fd).into_raw_fd(), initial));
  if (!done) {
    Socket::Source& source = socket.source();
    co_await ok(ReadinessFuture(source, runtime::detail::Direction::kWrite));
    if (const int error = sys::take_error(source.fd()); error != 0) co_return io::fail(error);
  }
  co_return socket;
}

}  // namespace heddle::inline v0::net::detail
