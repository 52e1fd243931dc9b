// SPDX-License-Identifier: MIT
// Reading the clock for deadlines.
#include <heddle/base/deadline.hpp>

namespace heddle::inline v0::base {

Deadline deadline_after_ns(std::uint64_t ns) noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return saturated_add(static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count()), ns);
}

}  // namespace heddle::inline v0::base
