// SPDX-License-Identifier: MIT
// The processor time of threads, by their clocks.
#include "sys/thread_time.hpp"

#include <pthread.h>
#include <time.h>

namespace heddle::inline v0::sys {

ThreadClock this_thread_clock() noexcept {
  clockid_t clock = CLOCK_MONOTONIC;  // unless the system tells better, it always runs
  ::pthread_getcpuclockid(::pthread_self(), &clock);
  return clock;
}

std::uint64_t time_of(ThreadClock clock) noexcept {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace heddle::inline v0::sys
