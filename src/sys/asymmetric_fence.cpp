// SPDX-License-Identifier: MIT
// The rare fence by membarrier(2): an interrupt to each processor that runs a thread of this process.
#include "sys/asymmetric_fence.hpp"

#include <heddle/base/assert.hpp>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

long membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0); }

}  // namespace

bool has_asymmetric_fence() noexcept {
  static const bool answer = [] {
    const long commands = membarrier(MEMBARRIER_CMD_QUERY);
    return commands > 0 && (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0;
  }();
  return answer;
}

void AsymmetricFence::heavy() noexcept {
  // Registers at the first use: that may take milliseconds, and is done where nobody waits for it.
  static const long registered = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
  HEDDLE_INVARIANT(registered == 0 && membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) == 0, "the system has membarrier(2)");
}

}  // namespace heddle::inline v0::sys
