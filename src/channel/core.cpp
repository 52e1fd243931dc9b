// SPDX-License-Identifier: MIT
// The slow paths of every channel: ends, permits, and waits that are given up.
#include <heddle/channel/detail/core.hpp>

#include <heddle/future/wait_list.hpp>

#include <algorithm>
#include <utility>

namespace heddle::inline v0::channel::detail {

bool Core::try_add_sender() noexcept {
  std::size_t count = senders_count_.load(base::relaxed);
  while (count != 0) {
    if (senders_count_.compare_exchange_weak(count, count + 1, base::relaxed, base::relaxed)) return true;
  }
  return false;
}

std::size_t Core::waiting_receives() noexcept {
  if (!lock_.try_lock()) return 0;
  std::size_t count = 0;
  for (Waiter* waiter = receivers_.front(); waiter != nullptr; waiter = receivers_.next(*waiter)) {
    if (!waiter->blocks && waiter->selection == nullptr) ++count;
  }
  lock_.unlock();
  return count;
}

void Core::senders_gone() noexcept {
  {
    const Locked locked(lock_);
    senders_gone_ = true;
  }
  end_receivers_if_disconnected();
}

void Core::close() noexcept {
  {
    const Locked locked(lock_);
    closed_ = true;
  }
  finish_all(senders_, Wait::kClosed);
  finish_all(closed_waiters_, Wait::kClosed);
  end_receivers_if_disconnected();
}

bool Core::is_closed() noexcept {
  const Locked locked(lock_);
  return closed_;
}

bool Core::is_over() noexcept {
  const Locked locked(lock_);
  return closed_ || is_disconnected();
}

Attempt Core::closed(Waiting waiting) noexcept {
  const Locked locked(lock_);
  if (closed_) return Attempt::kClosed;
  return enqueue(closed_waiters_, waiting);
}

std::size_t Core::capacity() noexcept {
  if (capacity_ == kUnbounded) return kUnbounded;
  const Locked locked(lock_);
  return capacity_ - std::min(capacity_, stored_ + permits_);
}

Attempt Core::reserve(std::size_t count, Waiting waiting) noexcept {
  const Locked locked(lock_);
  if (closed_) return Attempt::kClosed;
  const std::size_t free = senders_.empty() ? capacity_ - stored_ - permits_ : 0;
  if (count <= free) {
    permits_ += count;
    return Attempt::kDone;
  }
  if (waiting.waiter != nullptr) {
    // What is free now is taken now: otherwise a small request that comes later would be served before this one.
    permits_ += free;
    waiting.waiter->held = free;
    waiting.waiter->wanted = count - free;
  }
  return enqueue(senders_, waiting);
}

void Core::return_places(std::size_t count) noexcept {
  bool more = true;
  while (more) {
    future::WakeBatch wakes;
    {
      const Locked locked(lock_);
      for (; count != 0 && !wakes.full(); --count) {
        --permits_;
        wakes.add(pass_place_on());
      }
    }
    more = count != 0;
    wakes.wake();
  }
  end_receivers_if_disconnected();
}

void Core::cancel_sender(Waiter& waiter) noexcept {
  Waker last;  // destroyed after the lock
  std::size_t held = 0;
  {
    const Locked locked(lock_);
    if (waiter.linked()) WaitList::remove(waiter);
    last = std::move(waiter.waker);
    held = std::exchange(waiter.held, 0);
    waiter.state.store(Wait::kIdle, base::relaxed);  // its owner's again
  }
  if (held != 0) return_places(held);
}

void Core::cancel_closed(Waiter& waiter) noexcept { static_cast<void>(settle(waiter)); }

Wait Core::settle(Waiter& waiter) noexcept {
  Waker last;  // destroyed after the lock
  const Locked locked(lock_);
  // Relaxed: the lock orders it, and below the waiter is its owner's again.
  const Wait how = waiter.state.load(base::relaxed);
  if (how != Wait::kQueued) return how;
  // A lost selection is passed over, and then in no list though its state says queued.
  if (waiter.linked()) WaitList::remove(waiter);
  last = std::move(waiter.waker);
  waiter.state.store(Wait::kIdle, base::relaxed);
  return Wait::kIdle;
}

bool Core::rearm(Waiter& waiter, const Waker& waker) noexcept {
  Waker last;  // destroyed after the lock
  const Locked locked(lock_);
  if (!waiter.linked()) return false;
  if (!waiter.waker.will_wake(waker)) last = std::exchange(waiter.waker, waker.clone());
  return true;
}

Attempt Core::enqueue(WaitList& list, Waiting waiting) noexcept {
  if (waiting.waiter == nullptr) return Attempt::kWouldWait;
  Waiter& waiter = *waiting.waiter;
  waiter.waker = waiting.waker->clone();  // an increment: no foreign code; the old one is gone, see Waiter::finish
  waiter.state.store(Wait::kQueued, base::relaxed);  // only its owner reads it without the lock
  list.push_back(waiter);
  return Attempt::kWouldWait;
}

bool Core::has_partner(WaitList& list, Waiting waiting) noexcept {
  for (Waiter* other = list.front(); other != nullptr; other = list.next(*other)) {
    const Selection* const theirs = other->selection;
    if (theirs == nullptr || (theirs != waiting.waiter->selection && theirs->winner() == nullptr)) return true;
  }
  return false;
}

Waker Core::give_place() noexcept {
  while (Waiter* sender = senders_.front()) {
    if (sender->wanted <= 1) {
      WaitList::remove(*sender);
      if (sender->selection != nullptr && !sender->selection->try_claim(*sender)) continue;
    }
    ++permits_;
    ++sender->held;
    --sender->wanted;
    return sender->wanted == 0 ? sender->finish(Wait::kDone) : Waker();
  }
  return Waker();
}

void Core::finish_all(WaitList& list, Wait how) noexcept {
  // Who is woken may free its waiter, and may not come back: the end is for ever.
  for (bool more = true; more;) {
    future::WakeBatch wakes;
    {
      const Locked locked(lock_);
      while (more && !wakes.full()) {
        Waiter* waiter = pop_waiter(list);
        more = waiter != nullptr;
        if (!more) break;
        permits_ -= std::exchange(waiter->held, 0);
        wakes.add(waiter->finish(how));
      }
    }
    wakes.wake();
  }
}

void Core::end_receivers_if_disconnected() noexcept {
  {
    const Locked locked(lock_);
    if (!is_disconnected() || receivers_.empty()) return;
  }
  finish_all(receivers_, Wait::kNotified);
}

}  // namespace heddle::inline v0::channel::detail
