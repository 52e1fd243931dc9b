// SPDX-License-Identifier: MIT
// One step of what waits for a socket: try when ready, queue when not.
#pragma once

#include <heddle/net/detail/io_future.hpp>

#include "sys/socket.hpp"

#include <type_traits>
#include <utility>

namespace heddle::inline v0::net::detail {

/// The end of every wait when the runtime is gone.
inline std::unexpected<io::Error> runtime_gone() {
  return io::fail(io::ErrorKind::kOther, "the runtime has shut down");
}

/// A system call's outcome as the user sees it.
template <class T>
io::Result<T> to_result(sys::Outcome<T> outcome) {
  if (!outcome) return io::fail(outcome.error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(outcome);
  }
}

/// Makes `attempt(readiness)`, a system call's Outcome, whenever `source` is ready, until it neither would block nor
/// was interrupted. `waiter` waits for that.
template <class Attempt>
auto poll_io(runtime::detail::IoSource& source, runtime::detail::Direction direction, runtime::detail::IoWaiter& waiter,
             Context& cx, Attempt attempt) {
  using runtime::detail::Readiness;
  using Outcome = std::invoke_result_t<Attempt&, Readiness>;
  using Result = io::Result<typename Outcome::value_type>;
  const auto done = [&cx](auto&& result) {
    cx.made_progress();
    return Poll<Result>(std::in_place, std::forward<decltype(result)>(result));
  };
  if (!cx.may_proceed()) return Poll<Result>(Pending);
  for (;;) {
    const Readiness seen = source.readiness();
    if (!seen.is(direction)) {
      if (source.wait(waiter, direction, cx.waker())) return Poll<Result>(Pending);
      continue;
    }
    if (seen.is_shut_down()) return done(runtime_gone());
    Outcome outcome = attempt(seen);
    if (outcome.has_value()) return done(to_result(std::move(outcome)));
    if (sys::would_block(outcome.error())) {
      source.clear(seen, direction);
    } else if (!sys::was_interrupted(outcome.error())) {
      return done(io::fail(outcome.error()));
    }
  }
}

/// The same for the poll functions of a socket itself, which keep the last waker of each direction.
template <class Attempt>
auto poll_io(runtime::detail::IoSource& source, runtime::detail::Direction direction, Context& cx, Attempt attempt) {
  return poll_io(source, direction, source.poll_waiter(direction), cx, std::move(attempt));
}

template <class Attempt>
auto IoFuture::poll_io(Context& cx, Attempt attempt) {
  auto answer = detail::poll_io(source_, direction_, waiter_, cx, std::move(attempt));
  if (answer.is_pending()) queued_ = true;
  return answer;
}

}  // namespace heddle::inline v0::net::detail
