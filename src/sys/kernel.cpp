// SPDX-License-Identifier: MIT
// The kernel of this thread.
#include "sys/kernel.hpp"

#include <utility>

namespace heddle::inline v0::sys {

namespace {
constinit thread_local Kernel* simulated = nullptr;
}

Kernel* kernel() noexcept { return simulated; }
Kernel* set_kernel(Kernel* kernel) noexcept { return std::exchange(simulated, kernel); }

}  // namespace heddle::inline v0::sys
