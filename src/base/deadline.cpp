// SPDX-License-Identifier: MIT
// Reading the clock for deadlines.
#include <heddle/base/deadline.hpp>

namespace heddle::inline v0::base {

Deadline deadline_after_ns(std::uint64_t ns) noexcept {
  if (ns == kForever) return kForever;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  // No overflow: both are far below 2^63.
  return static_cast<Deadline>(std::chrono::nanoseconds(now).count()) + ns;
}

}  // namespace heddle::inline v0::base
