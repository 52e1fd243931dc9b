// SPDX-License-Identifier: MIT
// sys/thread_time.hpp under the model checker, where threads are either blocked or spin: none of them computes.
#include "sys/thread_time.hpp"

namespace heddle::inline v0::sys {

ThreadClock this_thread_clock() noexcept { return 0; }
std::uint64_t time_of(ThreadClock) noexcept { return 0; }

}  // namespace heddle::inline v0::sys
