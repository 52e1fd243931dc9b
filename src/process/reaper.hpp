// SPDX-License-Identifier: MIT
// The reaper: waits for the processes that nobody waits for any more.
#pragma once

#include <heddle/io/error.hpp>
#include <heddle/io/owned_fd.hpp>

namespace heddle::inline v0::process::detail {

/// Gets what is needed to leave processes to the reaper, so that leaving one can't fail for want of descriptors.
[[nodiscard]] io::Result<void> prepare_reaper();

/// Leaves a process, by its pidfd, to the reaper. Needs no runtime. Any thread.
void leave_to_reaper(io::OwnedFd pidfd) noexcept;

}  // namespace heddle::inline v0::process::detail
