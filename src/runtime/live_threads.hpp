// SPDX-License-Identifier: MIT
// How many threads of a kind live, so that whoever ends a runtime can wait until all are gone.
//
// Ordering: a thread leaves with acq_rel, and the wait reads with acquire: what all threads did happens before its return.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/deadline.hpp>

#include "sys/futex.hpp"

#include <cstdint>

namespace heddle::inline v0::runtime::detail {

class LiveThreads {
 public:
  /// Before the thread can leave. Relaxed: nothing depends on what its starter did.
  void enter() noexcept { count_.fetch_add(1, base::relaxed); }

  /// The last one wakes who waits: this object has to live that long.
  void leave() noexcept {
    if (count_.fetch_sub(1, base::acq_rel) == 1) sys::futex_wake_all(count_);
  }

  [[nodiscard]] std::uint32_t count() const noexcept { return count_.load(base::acquire); }

  /// False if `deadline` came first.
  bool wait_until(base::Deadline deadline) const noexcept {
    for (;;) {
      const std::uint32_t left = count();
      if (left == 0) return true;
      if (!sys::futex_wait(count_, left, deadline)) return count() == 0;
    }
  }

 private:
  // Atomic; a futex.
  base::atomic<std::uint32_t> count_{0};
};

}  // namespace heddle::inline v0::runtime::detail
