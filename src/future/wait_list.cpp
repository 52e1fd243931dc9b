// SPDX-License-Identifier: MIT
// Queueing and waking futures.
#include <heddle/future/wait_list.hpp>

namespace heddle::inline v0::future {

Waker WaitList::enqueue(Waiter& waiter, Waker waker) noexcept {
  waiter.registered_ = waker.identity();
  waiter.began_ = true;
  if (!waiter.linked()) list_.push_back(waiter);
  return std::exchange(waiter.waker_, std::move(waker));
}

std::size_t WaitList::count() noexcept {
  std::size_t count = 0;
  for (Waiter* waiter = list_.front(); waiter != nullptr; waiter = list_.next(*waiter)) ++count;
  return count;
}

Waker WaitList::take(Waiter& waiter) noexcept {
  base::IntrusiveList<Waiter>::remove(waiter);
  return std::move(waiter.waker_);
}

void WaitList::wake_all(std::unique_lock<base::SpinLock> lock) noexcept {
  // Those who wait anew meanwhile don't belong to this call. Who gives up meanwhile leaves `all`, under the lock.
  WaitList all;
  all.splice_back(*this);
  for (;;) {
    WakeBatch batch;
    while (!all.empty() && !batch.full()) batch.add(all.take(*all.front()));
    const bool done = all.empty();
    lock.unlock();
    batch.wake();
    if (done) return;
    lock.lock();
  }
}

bool stop_waiting(base::SpinLock& lock, WaitList& list, Waiter& waiter) noexcept {
  if (!std::exchange(waiter.began_, false)) return false;
  Waker waker;  // destroyed after the unlock
  const std::lock_guard guard(lock);
  if (!waiter.linked()) return false;
  waker = list.take(waiter);
  return true;
}

}  // namespace heddle::inline v0::future
