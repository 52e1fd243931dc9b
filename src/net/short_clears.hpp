// SPDX-License-Identifier: MIT
// What a transfer that was cut short says of the next.
#pragma once

#include <heddle/net/transfer.hpp>

namespace heddle::inline v0::net::detail {

/// A transfer that was cut short found the system's buffer empty, or full: that spares the call which would find out.
/// Data that comes meanwhile is an event of its own, and moves the tick. The end of a stream is a flag that stays.
template <class Buffer>
Count short_clears(Count count, runtime::detail::IoSource& source, runtime::detail::Readiness seen, Direction direction,
                   Buffer buffer) noexcept {
  if (count.has_value() && *count != 0 && *count < buffer.size()) source.clear(seen, direction);
  return count;
}

}  // namespace heddle::inline v0::net::detail
