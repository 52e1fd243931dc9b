// SPDX-License-Identifier: MIT
// Notify: wakes one task, or all that wait, and carries no data.
#pragma once

#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/wait_list.hpp>
#include <heddle/marker/send.hpp>
#include <heddle/sync/arc.hpp>

#include <cstdint>
#include <utility>

namespace heddle::inline v0::async {

class Notified;
class OwnedNotified;

/// Tells tasks that something has happened. It holds at most one permit: a notify_one that finds nobody waiting is kept
/// for the next who waits; a second one adds nothing.
///
/// Shape       Doesn't move. Destroyed when nobody waits.
/// Threads     Any. Everything is const: share it by Arc or by reference.
/// Cost        notify_one and an await that finds its permit: one atomic operation each, nothing is allocated.
///
/// Corresponds to Tokio's `sync::Notify`.
class Notify {
 public:
  Notify() noexcept {}
  Notify(const Notify&) = delete;
  Notify& operator=(const Notify&) = delete;

  /// Wakes the task that has waited longest; if nobody waits, the next to wait goes on at once.
  void notify_one() const noexcept { notify(Whom::kOldest); }

  /// The same, for the task that has waited shortest.
  void notify_last() const noexcept { notify(Whom::kNewest); }

  /// Wakes all that wait, and every `notified()` that was made before this call, polled or not. Leaves the permit
  /// alone, and stores none.
  void notify_waiters() const noexcept;

  /// Waits for the next notification. See Notified.
  [[nodiscard]] Notified notified() const noexcept;
  /// The same, with a future that keeps the Notify alive.
  [[nodiscard]] static OwnedNotified notified_owned(Arc<Notify> notify) noexcept;

 private:
  friend class Notified;

  enum class Whom : std::uint8_t { kAll, kOldest, kNewest };
  struct Sleeper : future::Waiter {
    // Guarded by the lock while queued. Who is woken by notify_waiters needn't be told.
    Whom woken_as = Whom::kAll;
  };

  void notify(Whom whom) const noexcept;
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(base::relaxed); }

  mutable base::SpinLock lock_;
  // Guarded by lock_. A permit is only there while nobody waits.
  mutable bool permit_ = false;
  mutable future::WaitList waiters_;
  // Counts notify_waiters. Written with the lock held. Relaxed where it is read without: whoever makes a Notified
  // before or after a call to notify_waiters knows so by other means, and coherence does the rest.
  mutable base::atomic<std::uint64_t> generation_{0};
};

/// The future of Notify::notified.
///
/// Shape       Doesn't move. The Notify must outlive it.
/// Cancelling  Loses the place in the queue, no notification: who was notified by notify_one and is destroyed before it
///             is ready passes the permit on.
/// Threads     May move between threads with its task.
/// Cost        Nothing is allocated. Spends one unit of budget.
/// Example     To look at a condition without missing a notify_waiters, make the future first:
///               auto notified = notify.notified();
///               if (!condition()) co_await notified;
///             To miss no notify_one either, call enable() before looking.
///
/// Corresponds to Tokio's `sync::futures::Notified`.
class [[nodiscard]] Notified {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLosesPlace;

  explicit Notified(const Notify& notify) noexcept : notify_(notify), generation_(notify.generation()) {}
  Notified(const Notified&) = delete;
  Notified& operator=(const Notified&) = delete;
  ~Notified() { cancel(); }

  /// Drops it where it stands: a notification that it had goes to the next in the queue.
  void cancel() noexcept {
    if (std::exchange(state_, State::kDone) == State::kWaiting) give_up();
  }

  /// Takes a place in the queue without waiting, as the first poll would. True if it was notified: awaiting it then
  /// doesn't wait.
  bool enable() noexcept { return step(nullptr); }

  /// After it was ready it stays so.
  Poll<void> poll(Context& cx) noexcept {
    if (!cx.may_proceed()) return Pending;
    if (!step(&cx.waker())) return Pending;
    cx.made_progress();
    return Ready();
  }

 private:
  enum class State : std::uint8_t { kNew, kWaiting, kDone };

  // True if notified. Without a waker it takes a place, or leaves the waker alone that it has.
  bool step(const Waker* waker) noexcept;
  [[nodiscard]] bool begin(const Waker* waker) noexcept;
  [[nodiscard]] bool resume(const Waker* waker) noexcept;
  void give_up() noexcept;

  const Notify& notify_;
  std::uint64_t generation_;
  Notify::Sleeper sleeper_;
  State state_ = State::kNew;
};

/// The future of Notify::notified_owned: a Notified that keeps its Notify alive.
///
/// Corresponds to Tokio's `sync::futures::OwnedNotified`.
class [[nodiscard]] OwnedNotified {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLosesPlace;

  explicit OwnedNotified(Arc<Notify> notify) noexcept : notify_(std::move(notify)), notified_(*notify_) {}

  /// See Notified::enable.
  bool enable() noexcept { return notified_.enable(); }
  Poll<void> poll(Context& cx) noexcept { return notified_.poll(cx); }
  /// Drops it where it stands.
  void cancel() noexcept { notified_.cancel(); }

 private:
  Arc<Notify> notify_;
  Notified notified_;
};

inline OwnedNotified Notify::notified_owned(Arc<Notify> notify) noexcept { return OwnedNotified(std::move(notify)); }
inline Notified Notify::notified() const noexcept { return Notified(*this); }

}  // namespace heddle::inline v0::async

// All is guarded by a lock.
template <>
struct heddle::marker::unsafe_rules<heddle::async::Notify> {
  using Send = Always;
  using Sync = Always;
  using SyncMut = Always;
  using Owned = Always;
};
template <>
struct heddle::marker::unsafe_rules<heddle::async::Notified> {
  using Send = Always;
  using Sync = Always;
};
template <>
struct heddle::marker::unsafe_rules<heddle::async::OwnedNotified> {
  using Send = Always;
  using Sync = Always;
  using Owned = Always;
};
