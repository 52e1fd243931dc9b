// SPDX-License-Identifier: MIT
// WaitList: the futures that wait for one thing, oldest first, and how they are woken with no lock held.
//
// The list belongs to an object with a SpinLock, which guards the list together with whatever is waited for. So a
// future looks and registers in one step, and no wake falls in between.
//
//   1. A Waiter lives in the future that waits. The future takes it out of the list before it dies.
//   2. `waker_` and the links are guarded by the lock, and so is whether the waiter is in the list. A future that was
//      woken learns it with the lock held, so whoever woke it is done with the object: the task may destroy it.
//   3. `registered_` and `began_` belong to the future.
//   4. Wakers are woken and destroyed with no lock held: either may run code that calls the same object.
#pragma once

#include <heddle/base/intrusive_list.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/future/context.hpp>
#include <heddle/future/waker.hpp>

#include <array>
#include <cstddef>
#include <mutex>
#include <utility>

namespace heddle::inline v0::future {

class Waiter;
class WaitList;
bool stop_waiting(base::SpinLock& lock, WaitList& list, Waiter& waiter) noexcept;

/// One wait, in the future that waits. `linked()`, with the lock held, tells whether it is in the list.
class Waiter : public base::ListNode<> {
 public:
  /// True if the list, while the waiter is in it, holds a waker of the same task as `waker`.
  [[nodiscard]] bool registered(const Waker& waker) const noexcept { return registered_ == waker.identity(); }

  /// False: it was never in a list, or the wait was ended by stop_waiting.
  [[nodiscard]] bool began() const noexcept { return began_; }

 private:
  friend class WaitList;
  friend bool stop_waiting(base::SpinLock& lock, WaitList& list, Waiter& waiter) noexcept;

  Waker waker_;
  const void* registered_ = nullptr;
  bool began_ = false;
};

/// Wakers to be woken once the lock is released; up to a fixed number, so that nothing is allocated.
class WakeBatch {
 public:
  WakeBatch() noexcept {}  // the array stays raw
  WakeBatch(const WakeBatch&) = delete;
  WakeBatch& operator=(const WakeBatch&) = delete;
  ~WakeBatch() { HEDDLE_ASSERT(count_ == 0, "wakers were collected and not woken"); }

  [[nodiscard]] bool full() const noexcept { return count_ == targets_.size(); }
  void add(Waker waker) noexcept {
    if (auto* target = std::move(waker).into_raw(); target != nullptr) targets_[count_++] = target;
  }

  /// Only with no lock held.
  void wake() noexcept {
    for (std::size_t i = 0; i < count_; ++i) targets_[i]->wake();
    count_ = 0;
  }

 private:
  std::size_t count_ = 0;
  // Tokio's number: a cache-friendly handful.
  std::array<WakeTarget*, 32> targets_;
};

/// See the top of the file. Every function but the static wake_all needs the lock, and leaves the wakers to the caller.
class WaitList {
 public:
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  [[nodiscard]] Waiter* front() noexcept { return list_.front(); }
  [[nodiscard]] Waiter* back() noexcept { return list_.back(); }
  [[nodiscard]] std::size_t count() noexcept;

  /// Adds `waiter` at the end; if it is in the list, it keeps its place and takes the new waker.
  /// Returns the waker that it had, to be destroyed without the lock.
  [[nodiscard]] Waker enqueue(Waiter& waiter, Waker waker) noexcept;

  /// Takes `waiter` out. Returns its waker; from then on the waiter isn't touched.
  [[nodiscard]] Waker take(Waiter& waiter) noexcept;

  /// Takes all of `other` over, behind what is here.
  void splice_back(WaitList& other) noexcept { list_.splice_back(other.list_); }

  /// Takes everyone out who waits when it is called, and wakes them with `lock`, which guards the list, released.
  /// `lock` is released for good before the last wakes: after those the list may be gone.
  void wake_all(std::unique_lock<base::SpinLock> lock) noexcept;

 private:
  base::IntrusiveList<Waiter> list_;
};

/// A step of waiting for a condition that `lock` guards: true once `ready()`, asked with the lock held, is; until then
/// `waiter` is in `list`, with the waker of `cx`.
template <class Ready>
bool wait_until(base::SpinLock& lock, WaitList& list, Waiter& waiter, const Context& cx, Ready ready) {
  // Destroyed, like the one that it replaces, after the unlock.
  Waker waker = waiter.registered(cx.waker()) ? Waker() : cx.waker().clone();
  const std::lock_guard guard(lock);
  if (ready()) {
    if (waiter.linked()) waker = list.take(waiter);
    return true;
  }
  if (!waiter.linked() || !waiter.registered(cx.waker())) {
    // Woken for nothing, and about to wait again. To clone runs nobody's code, so the lock may be held.
    if (waiter.registered(cx.waker())) waker = cx.waker().clone();
    waker = list.enqueue(waiter, std::move(waker));
  }
  return false;
}

/// Ends a wait, for futures that are dropped. False if it had ended before: woken, or never begun.
bool stop_waiting(base::SpinLock& lock, WaitList& list, Waiter& waiter) noexcept;

}  // namespace heddle::inline v0::future
