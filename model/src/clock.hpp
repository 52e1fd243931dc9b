// SPDX-License-Identifier: MIT
// Vector clocks: what of each thread's past happens before a point.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace heddle_model::detail {

inline constexpr std::size_t kMaxThreads = 8;
using Epoch = std::uint32_t;

struct Clock {
  std::array<Epoch, kMaxThreads> at{};

  /// Whether what `thread` did at `epoch` happens before the point.
  [[nodiscard]] bool knows(std::size_t thread, Epoch epoch) const noexcept { return epoch <= at[thread]; }

  void join(const Clock& other) noexcept {
    for (std::size_t i = 0; i < kMaxThreads; ++i) at[i] = std::max(at[i], other.at[i]);
  }
};

}  // namespace heddle_model::detail
