// SPDX-License-Identifier: MIT
// The part of a channel that doesn't know its messages: who holds it, who waits, which places are taken, and its end.
//
// A place is taken by a stored value or by a permit: stored_ + permits_ <= capacity_. A freed place goes to the sender
// that waits longest, as a permit, in the same locked section: so a free place and a waiting sender never coexist, no
// newcomer overtakes, and a waiting sender's value stays with it until the sender itself stores it. A receiver that
// waits is only notified: the value stays in the channel until a receiver takes it, so giving up loses nothing.
//
// The end, all under the lock:
//   closed_          no new message: the receiver said so, or is gone      waiting senders: kClosed
//   senders_gone_    the last Sender was dropped
//   receivers_gone_  closed_, and what a permit still sends is dropped
//   disconnected     either of them, and no permit is out                  waiting receivers: notified
//
// Locks: `lock_`, alone, or after the front lock of a list channel. Under it: moves of messages, nothing else that is
// the user's; wakers are woken and destroyed after it.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/cache_padded.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/channel/detail/waiter.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace heddle::inline v0::channel::detail {

/// What came of a step.
enum class [[nodiscard]] Attempt : std::uint8_t {
  kDone,
  kWouldWait,  ///< nothing was done; if a waiter was lent, it is queued
  kClosed,
};

/// Which side a channel's storage is, decided by its capacity.
enum class Flavor : std::uint8_t { kArray, kList, kZero };

/// How a step finds the channel's lock.
enum class Entry : std::uint8_t {
  kOpen,
  kLocked,  ///< the caller has locked it; the step unlocks it, whatever happens
};

/// Holds a spin lock for a scope.
class Locked {
 public:
  explicit Locked(base::SpinLock& lock, Entry entry = Entry::kOpen) noexcept : lock_(lock) {
    if (entry == Entry::kOpen) lock_.lock();
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { lock_.unlock(); }

 private:
  base::SpinLock& lock_;
};

/// Wakes at the end of its scope: declared before the lock, it does so after it.
struct WakeLater {
  Waker waker;
  WakeLater() noexcept {}
  WakeLater(const WakeLater&) = delete;
  WakeLater& operator=(const WakeLater&) = delete;
  ~WakeLater() { std::move(waker).wake(); }
};

/// How a wait is entered: the waiter to queue, and whom it wakes. Empty: don't wait.
struct Waiting {
  Waiter* waiter;
  const Waker* waker;

  Waiting() noexcept : waiter(nullptr), waker(nullptr) {}
  Waiting(Waiter& w, const Waker& k) noexcept : waiter(&w), waker(&k) {}
};

class alignas(base::kCacheLine) Core {
 public:
  static constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // Handles. The counts are atomic: relaxed to add, since one is held already; acq_rel to drop, so that the last one
  // sees what all others did.
  void add_sender() noexcept { senders_count_.fetch_add(1, base::relaxed); }
  void add_receiver() noexcept { receivers_count_.fetch_add(1, base::relaxed); }
  void add_weak() noexcept {
    weak_count_.fetch_add(1, base::relaxed);
    add_reference();
  }
  void add_reference() noexcept { references_.fetch_add(1, base::relaxed); }
  [[nodiscard]] bool is_last_sender() noexcept { return senders_count_.fetch_sub(1, base::acq_rel) == 1; }
  [[nodiscard]] bool is_last_receiver() noexcept { return receivers_count_.fetch_sub(1, base::acq_rel) == 1; }
  void drop_weak() noexcept { weak_count_.fetch_sub(1, base::relaxed); }
  [[nodiscard]] bool is_last_reference() noexcept { return references_.fetch_sub(1, base::acq_rel) == 1; }
  /// One more sender, unless all are gone.
  [[nodiscard]] bool try_add_sender() noexcept;
  [[nodiscard]] std::size_t strong_count() const noexcept { return senders_count_.load(base::relaxed); }
  [[nodiscard]] std::size_t weak_count() const noexcept { return weak_count_.load(base::relaxed); }
  [[nodiscard]] std::size_t receiver_count() const noexcept { return receivers_count_.load(base::relaxed); }
  /// How many receives of tasks wait; 0 if anybody is in the channel. For the deadlock report.
  [[nodiscard]] std::size_t waiting_receives() noexcept;

  // The end.
  void senders_gone() noexcept;
  void close() noexcept;
  [[nodiscard]] bool is_closed() noexcept;
  /// Whether no further message can come: closed, or every sender and permit gone.
  [[nodiscard]] bool is_over() noexcept;
  /// kClosed, or queues the waiter until it is closed.
  Attempt closed(Waiting waiting) noexcept;

  // Places.
  [[nodiscard]] Flavor flavor() const noexcept { return flavor_; }
  [[nodiscard]] std::size_t max_capacity() const noexcept { return capacity_; }
  /// How many places are free just now.
  [[nodiscard]] std::size_t capacity() noexcept;
  /// Takes `count` places, at once or never; not on a rendezvous channel.
  Attempt reserve(std::size_t count, Waiting waiting) noexcept;
  void return_places(std::size_t count) noexcept;

  // Giving up.
  /// Takes a sender that waits, or that has been served, out of the channel; what it holds goes to the next.
  void cancel_sender(Waiter& waiter) noexcept;
  void cancel_closed(Waiter& waiter) noexcept;
  /// For a wait whose time is over: kIdle if it is still queued, which ends now, else how it was served.
  [[nodiscard]] Wait settle(Waiter& waiter) noexcept;
  /// For a future that is polled while it waits: from then on it wakes `waker`.
  /// False if it was served meanwhile.
  [[nodiscard]] bool rearm(Waiter& waiter, const Waker& waker) noexcept;

 protected:
  explicit Core(std::size_t capacity) noexcept
      : flavor_(capacity == 0            ? Flavor::kZero
                : capacity == kUnbounded ? Flavor::kList
                                         : Flavor::kArray),
        capacity_(capacity) {}
  ~Core() = default;

  /// To be called, without the lock, after whatever may have been the last thing that receivers waited for.
  void end_receivers_if_disconnected() noexcept;

  // All below: lock_ is held.
  [[nodiscard]] bool has_room() const noexcept { return stored_ + permits_ < capacity_; }
  [[nodiscard]] bool is_disconnected() const noexcept { return (closed_ || senders_gone_) && permits_ == 0; }
  /// Queues the waiter, if one was lent.
  static Attempt enqueue(WaitList& list, Waiting waiting) noexcept;
  /// Whether anybody but the selection itself waits there.
  [[nodiscard]] static bool has_partner(WaitList& list, Waiting waiting) noexcept;
  /// After a place was freed: gives it to the sender that waits longest.
  [[nodiscard]] Waker pass_place_on() noexcept {
    if (senders_.empty()) [[likely]] return Waker();
    return give_place();
  }
  /// After something to receive has come: notifies the receiver that waits longest.
  [[nodiscard]] Waker notify_receiver() noexcept {
    if (receivers_.empty()) return Waker();
    Waiter* receiver = pop_waiter(receivers_);
    return receiver == nullptr ? Waker() : receiver->finish(Wait::kNotified);
  }

  base::SpinLock lock_;
  // Constant after construction.
  const Flavor flavor_;
  // Guarded by lock_.
  bool closed_ = false;
  bool senders_gone_ = false;
  bool receivers_gone_ = false;
  const std::size_t capacity_;
  std::size_t stored_ = 0;
  std::size_t permits_ = 0;
  WaitList receivers_;
  WaitList senders_;
  WaitList closed_waiters_;

 private:
  [[gnu::cold, gnu::noinline]] Waker give_place() noexcept;
  void finish_all(WaitList& list, Wait how) noexcept;

  // Atomic: see "Handles". A reference each: the senders together, the receivers together, every weak sender and permit.
  base::atomic<std::size_t> senders_count_{1};
  base::atomic<std::size_t> receivers_count_{1};
  base::atomic<std::size_t> weak_count_{0};
  base::atomic<std::size_t> references_{2};
};

}  // namespace heddle::inline v0::channel::detail
