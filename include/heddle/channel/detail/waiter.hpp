// SPDX-License-Identifier: MIT
// Whoever waits in a channel, a task or a thread: a node in the frame of the wait, and a Waker.
//
//   state       in a list  meaning                                               who leaves it
//   kIdle       no         not waiting                                           its owner, to kQueued
//   kQueued     yes        waiting                                               the other side, to any below; its
//                                                                                owner, to kIdle: it gave up
//   kNotified   no         look again: something may be there                    its owner, to kIdle
//   kDone       no         has what it waited for: a place, or the handed value  its owner
//   kClosed     no         waits in vain                                         its owner
//
// Every change from and to kQueued is made under the channel's lock, so that there is one order of them, and giving up
// is never half way through being served. The owner may read `state` without the lock.
//
// Orderings: `state` is written with release and read with acquire, for the owner that doesn't lock: it sees the value
// that was handed over. The store is the last access of the other side: the frame may be gone right after it.
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/base/atomic.hpp>
#include <heddle/base/intrusive_list.hpp>
#include <heddle/future/waker.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace heddle::inline v0::channel::detail {

enum class Wait : std::uint8_t { kIdle, kQueued, kNotified, kDone, kClosed };

struct Waiter;

/// A thread that waits in several lists at once: the first to claim it serves it, the others pass it over.
class Selection {
 public:
  /// True for one caller at most. Relaxed is enough: what a claimer hands over travels with the waiter's state.
  [[nodiscard]] bool try_claim(Waiter& by) noexcept {
    Waiter* nobody = nullptr;
    return winner_.compare_exchange_strong(nobody, &by, base::relaxed, base::relaxed);
  }
  /// The waiter that was claimed; null if none was.
  [[nodiscard]] Waiter* winner() const noexcept { return winner_.load(base::relaxed); }

 private:
  // Atomic; from null to a waiter once.
  base::atomic<Waiter*> winner_{nullptr};
};

struct Waiter : base::ListNode<> {
  // Atomic; see the table.
  base::atomic<Wait> state{Wait::kIdle};
  // Constant while queued. A thread sleeps in it, no task.
  bool blocks = false;
  // Guarded by the channel's lock while queued, else its owner's.
  Waker waker;
  /// Rendezvous: the T that a sender offers, or the Parcel<T> that a receiver wants filled.
  void* cell = nullptr;
  /// Senders: places that are still missing, and that it has.
  std::size_t wanted = 0;
  std::size_t held = 0;
  // Constant while queued.
  Selection* selection = nullptr;

  /// Ends the wait. The result wakes the owner, who may destroy the waiter before that.
  [[nodiscard]] Waker finish(Wait how) noexcept {
    Waker owner = std::move(waker);
    // Release: pairs with the acquire in `now`.
    state.store(how, base::release);
    return owner;
  }
  [[nodiscard]] Wait now() const noexcept { return state.load(base::acquire); }
};

using WaitList = base::IntrusiveList<Waiter>;

/// The waiter of a future, made when it first has to wait: most never do, and making it costs as much as they.
class OwnWaiter {
 public:
  OwnWaiter() noexcept {}
  OwnWaiter(const OwnWaiter&) = delete;
  OwnWaiter& operator=(const OwnWaiter&) = delete;
  ~OwnWaiter() { reset(); }

  [[nodiscard]] bool is_made() const noexcept { return made_; }
  /// Made now, unless it was before.
  Waiter& made() noexcept {
    if (!made_) std::construct_at(&waiter_);
    made_ = true;
    return waiter_;
  }
  /// Only if it is made.
  Waiter& get() noexcept { return waiter_; }
  /// Only while it is in no list.
  void reset() noexcept {
    if (std::exchange(made_, false)) [[unlikely]] std::destroy_at(&waiter_);
  }

 private:
  union {
    Waiter waiter_;
  };
  bool made_ = false;
};

/// The first waiter that isn't served elsewhere, taken out; null if there is none. The channel's lock is held.
inline Waiter* pop_waiter(WaitList& list) noexcept {
  while (Waiter* waiter = list.pop_front()) {
    if (waiter->selection == nullptr || waiter->selection->try_claim(*waiter)) return waiter;
  }
  return nullptr;
}

}  // namespace heddle::inline v0::channel::detail
