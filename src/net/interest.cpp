// SPDX-License-Identifier: MIT
// Waiting for either direction of a source, and looking at both.
#include <heddle/net/interest.hpp>

#include "net/poll_io.hpp"

namespace heddle::inline v0::net {

using runtime::detail::Direction;
using runtime::detail::IoSource;

bool ReadyFuture::wait(Context& cx) noexcept {
  queued_ = true;
  if (interest_.is_readable() && !source_.wait(reader_, Direction::kRead, cx.waker())) return false;
  return !interest_.is_writable() || source_.wait(writer_, Direction::kWrite, cx.waker());
}

Poll<io::Result<ReadyState>> ReadyFuture::poll(Context& cx) {
  if (!cx.may_proceed()) return Pending;
  for (;;) {
    const auto seen = source_.readiness();
    const ReadyState state(seen, interest_);
    if (seen.is_shut_down() || !state.is_empty()) {
      cancel();  // one of the two may be queued still
      cx.made_progress();
      if (seen.is_shut_down()) return Poll<Output>(std::in_place, detail::runtime_gone());
      return Poll<Output>(std::in_place, state);
    }
    if (wait(cx)) return Pending;
  }
}

namespace detail {

io::Result<ReadyState> look(const IoSource& source, Interest interest) {
  const auto seen = source.readiness();
  if (seen.is_shut_down()) return runtime_gone();
  const ReadyState state(seen, interest);
  if (state.is_empty()) return io::fail(io::ErrorKind::kWouldBlock, "the descriptor is not ready");
  return state;
}

void clear(IoSource& source, ReadyState seen, Interest interest) noexcept {
  if (interest.is_readable()) source.clear(seen.seen(), Direction::kRead);
  if (interest.is_writable()) source.clear(seen.seen(), Direction::kWrite);
}

}  // namespace detail
}  // namespace heddle::inline v0::net
