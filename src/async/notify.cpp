// SPDX-License-Identifier: MIT
// Notifying and waiting. Semantics after Tokio's `sync/notify.rs`; there the state is one atomic word with a lock
// beside it, here all is under the lock, which costs the same when nobody waits.
#include <heddle/async/notify.hpp>

namespace heddle::inline v0::async {

void Notify::notify(Whom whom) const noexcept {
  Waker waker;
  {
    const std::lock_guard guard(lock_);
    if (waiters_.empty()) {
      permit_ = true;
      return;
    }
    auto& sleeper = static_cast<Sleeper&>(whom == Whom::kOldest ? *waiters_.front() : *waiters_.back());
    sleeper.woken_as = whom;
    waker = waiters_.take(sleeper);
  }
  std::move(waker).wake();
}

void Notify::notify_waiters() const noexcept {
  std::unique_lock guard(lock_);
  generation_.store(generation() + 1, base::relaxed);  // see the member
  waiters_.wake_all(std::move(guard));
}

bool Notified::step(const Waker* waker) noexcept {
  const bool done = state_ == State::kDone || (state_ == State::kNew ? begin(waker) : resume(waker));
  state_ = done ? State::kDone : State::kWaiting;
  return done;
}

bool Notified::begin(const Waker* waker) noexcept {
  Waker clone = waker == nullptr ? Waker() : waker->clone();  // destroyed, where it isn't needed, after the unlock
  const std::lock_guard guard(notify_.lock_);
  // First: who was reached by notify_waiters leaves the permit to others.
  if (notify_.generation() != generation_) return true;
  if (std::exchange(notify_.permit_, false)) return true;
  clone = notify_.waiters_.enqueue(sleeper_, std::move(clone));
  return false;
}

bool Notified::resume(const Waker* waker) noexcept {
  const bool keep = waker == nullptr || sleeper_.registered(*waker);
  Waker clone = keep ? Waker() : waker->clone();
  const std::lock_guard guard(notify_.lock_);
  if (!sleeper_.linked()) return true;
  if (notify_.generation() != generation_) {  // a notify_waiters is about to wake this one
    clone = notify_.waiters_.take(sleeper_);
    return true;
  }
  if (!keep) clone = notify_.waiters_.enqueue(sleeper_, std::move(clone));
  return false;
}

void Notified::cancel() noexcept {
  if (future::stop_waiting(notify_.lock_, notify_.waiters_, sleeper_)) return;
  if (sleeper_.woken_as != Notify::Whom::kAll) notify_.notify(sleeper_.woken_as);
}

}  // namespace heddle::inline v0::async
