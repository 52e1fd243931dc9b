// SPDX-License-Identifier: MIT
// Sleeping on a Condvar, and waking who does.
#include <heddle/sync/condvar.hpp>

#include <heddle/base/blocking.hpp>

#include "sys/futex.hpp"

namespace heddle::inline v0::sync {

void Condvar::refuse_in_async() { base::refuse_in_async("Condvar::wait", "async::Notify, or a channel"); }

bool Condvar::wait_unlocked(detail::RawMutex& mutex, base::Deadline deadline) const noexcept {
  // Both relaxed: the mutex orders them, before whatever a later holder does.
  waiters_.fetch_add(1, base::relaxed);
  const std::uint32_t seen = notifications_.load(base::relaxed);
  mutex.unlock();
  const bool in_time = sys::futex_wait(notifications_, seen, deadline);
  waiters_.fetch_sub(1, base::relaxed);
  mutex.lock_again();
  return in_time;
}

// Relaxed: the count only tells sleepers to look; what they look at is ordered by the mutex.
void Condvar::wake_one() const noexcept {
  notifications_.fetch_add(1, base::relaxed);
  sys::futex_wake_one(notifications_);
}

void Condvar::wake_all() const noexcept {
  notifications_.fetch_add(1, base::relaxed);
  sys::futex_wake_all(notifications_);
}

}  // namespace heddle::inline v0::sync
