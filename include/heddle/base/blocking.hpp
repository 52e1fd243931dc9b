// SPDX-License-Identifier: MIT
// Knows whether this thread polls tasks, so that a blocking call can refuse to hang a runtime's worker.
#pragma once

#include <stdexcept>

namespace heddle::inline v0 {

/// Thrown by a call that would have to block a thread which polls tasks; `what()` names the awaitable to use
/// instead. Corresponds to Tokio's panic "Cannot block the current thread from within a runtime".
class BlockingInAsync : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace base {

/// True while this thread polls tasks (a worker, or inside `block_on`).
[[gnu::noinline]] bool in_async() noexcept;

/// Marks this thread as one that polls tasks, or not; returns the mark before.
[[gnu::noinline]] bool set_in_async(bool value) noexcept;

/// Throws BlockingInAsync if this thread polls tasks. `call` is the blocking call, `instead` the awaitable twin.
void refuse_in_async(const char* call, const char* instead);

}  // namespace base
}  // namespace heddle::inline v0
