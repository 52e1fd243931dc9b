// SPDX-License-Identifier: MIT
// The thread-local behind current(), the ids of tasks, and the numbers of threads.
#include "runtime/current.hpp"

#include <heddle/base/atomic.hpp>

namespace heddle::inline v0::runtime::detail {

Current& current() noexcept {
  constinit thread_local Current instance;
  return instance;
}

std::uint64_t number_of_this_thread() noexcept {
  static constinit base::atomic<std::uint64_t> last{0};
  Current& mine = current();
  if (mine.thread == 0) mine.thread = last.fetch_add(1, base::relaxed) + 1;  // only uniqueness matters
  return mine.thread;
}

std::uint64_t Current::take_task_id() noexcept {
  // In blocks per thread, so that spawning costs no shared atomic operation.
  constexpr std::uint64_t kBlock = 1024;
  static constinit base::atomic<std::uint64_t> blocks{0};
  if (next_id == last_id) {
    next_id = blocks.fetch_add(1, base::relaxed) * kBlock + 1;  // only uniqueness matters
    last_id = next_id + kBlock;
  }
  return next_id++;
}

}  // namespace heddle::inline v0::runtime::detail
