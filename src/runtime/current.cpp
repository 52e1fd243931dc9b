// SPDX-License-Identifier: MIT
// The thread-local behind current(), and the numbers of threads.
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

}  // namespace heddle::inline v0::runtime::detail
