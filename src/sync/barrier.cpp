// SPDX-License-Identifier: MIT
// Waiting at a Barrier.
#include <heddle/sync/barrier.hpp>

#include <heddle/base/blocking.hpp>

#include "sys/futex.hpp"

namespace heddle::inline v0::sync {

BarrierWaitResult Barrier::wait() const {
  base::refuse_in_async("Barrier::wait", "async::Barrier");
  mutex_.lock_again();
  const std::uint32_t mine = generation_.load(base::relaxed);
  if (++arrived_ >= needed_) {
    arrived_ = 0;
    generation_.store(mine + 1, base::release);
    mutex_.unlock();
    sys::futex_wake_all(generation_);
    return BarrierWaitResult(true);
  }
  mutex_.unlock();
  while (generation_.load(base::acquire) == mine) sys::futex_wait(generation_, mine);
  return BarrierWaitResult(false);
}

}  // namespace heddle::inline v0::sync
