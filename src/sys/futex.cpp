// SPDX-License-Identifier: MIT
// futex(2), private to the process, with absolute CLOCK_MONOTONIC deadlines.
#include "sys/futex.hpp"

#include <cerrno>
#include <climits>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

long futex(const base::atomic<std::uint32_t>& word, int op, std::uint32_t value, const timespec* timeout) noexcept {
  return ::syscall(SYS_futex, &word, op | FUTEX_PRIVATE_FLAG, value, timeout, nullptr, FUTEX_BITSET_MATCH_ANY);
}

std::uint64_t read_clock(clockid_t clock) noexcept {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

std::uint64_t monotonic_ns() noexcept { return read_clock(CLOCK_MONOTONIC); }
std::uint64_t coarse_ns() noexcept { return read_clock(CLOCK_MONOTONIC_COARSE); }

bool futex_wait(const base::atomic<std::uint32_t>& word, std::uint32_t expected, base::Deadline deadline) noexcept {
  timespec until{};
  const timespec* timeout = nullptr;
  if (deadline != base::kForever) {
    until.tv_sec = static_cast<time_t>(deadline / 1'000'000'000U);
    until.tv_nsec = static_cast<long>(deadline % 1'000'000'000U);
    timeout = &until;
  }
  // FUTEX_WAIT_BITSET takes an absolute time; plain FUTEX_WAIT a relative one, which drifts when interrupted.
  return futex(word, FUTEX_WAIT_BITSET, expected, timeout) == 0 || errno != ETIMEDOUT;
}

bool futex_wake_one(const base::atomic<std::uint32_t>& word) noexcept {
  return futex(word, FUTEX_WAKE, 1, nullptr) > 0;
}

void futex_wake_all(const base::atomic<std::uint32_t>& word) noexcept { futex(word, FUTEX_WAKE, INT_MAX, nullptr); }

}  // namespace heddle::inline v0::sys
