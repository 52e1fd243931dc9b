// SPDX-License-Identifier: MIT
// sys/futex.hpp over the model checker: takes the place of src/sys/futex.cpp in the model build.
#include "sys/futex.hpp"

#include <heddle_model/model.hpp>

#include <limits>

namespace heddle::inline v0::sys {

std::uint64_t monotonic_ns() noexcept { return heddle_model::now(); }
std::uint64_t coarse_ns() noexcept { return heddle_model::now(); }

bool futex_wait(const base::atomic<std::uint32_t>& word, std::uint32_t expected, base::Deadline deadline) noexcept {
  static_assert(base::kForever == heddle_model::kNoDeadline);
  return heddle_model::futex_wait(word, expected, deadline);
}

bool futex_wake_one(const base::atomic<std::uint32_t>& word) noexcept { return heddle_model::futex_wake(word, 1) == 1; }

void futex_wake_all(const base::atomic<std::uint32_t>& word) noexcept {
  heddle_model::futex_wake(word, std::numeric_limits<unsigned>::max());
}

}  // namespace heddle::inline v0::sys
