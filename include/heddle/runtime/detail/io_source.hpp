// SPDX-License-Identifier: MIT
// A descriptor that a runtime's driver watches, and the waiters for it.
//
// Readiness is edge-triggered: the driver sets it when the kernel says so, an operation that found nothing clears it.
// The word holds the flags and a tick, which every event moves on. An operation that is about to clear brings the tick
// that it saw before it tried: if an event came between, the tick differs and nothing is cleared, so no edge is lost.
//
//   site                    order     partner                  carries
//   D  set_ready, driver    acq_rel   R, W                     what the kernel did before the event
//   R  readiness, task      acquire   D                        the same
//   C  clear, task          acq_rel   D                        nothing more than the flags
//   W  wait, under lock_    acquire   D before its own lock_   a waiter linked after D's section sees the flags
#pragma once

#include <heddle/base/intrusive_list.hpp>
#include <heddle/base/spin_lock.hpp>
#include <heddle/future/context.hpp>
#include <heddle/io/error.hpp>

#include <cstdint>

namespace heddle::inline v0::future {
class WakeBatch;
}

namespace heddle::inline v0::runtime {

class Shared;

namespace detail {

enum class Direction : std::uint8_t { kRead, kWrite };

/// What a descriptor is ready for, as flags.
struct Readiness {
  static constexpr std::uint32_t kReadable = 1, kWritable = 2, kReadClosed = 4, kWriteClosed = 8, kError = 16,
                                 kShutDown = 32;

  [[nodiscard]] static constexpr std::uint32_t mask(Direction direction) noexcept {
    return direction == Direction::kRead ? kReadable | kReadClosed | kError | kShutDown
                                         : kWritable | kWriteClosed | kError | kShutDown;
  }

  explicit constexpr Readiness(std::uint32_t value) noexcept : word(value) {}
  [[nodiscard]] constexpr bool is(Direction direction) const noexcept { return (word & mask(direction)) != 0; }
  [[nodiscard]] constexpr bool is_shut_down() const noexcept { return (word & kShutDown) != 0; }

  std::uint32_t word;
};

/// A place in the queue of those who wait for one direction of a descriptor; lies in a future.
class IoWaiter : public base::ListNode<IoWaiter> {
 private:
  friend class IoSource;
  // Guarded by the source's lock.
  Waker waker_;
};

struct SourceTag {};

class IoSource : public base::ListNode<SourceTag> {
 public:
  /// `initial`: flags that are assumed until an operation finds otherwise.
  IoSource(Shared& shared, int fd, std::uint32_t initial) noexcept : shared_(&shared), fd_(fd), readiness_(initial) {}

  /// What a source may be taken to be ready for when it is new: the first operation tries, and finds out, which spares a
  /// new connection a turn of the driver. Where a try would have a meaning of its own, nothing is assumed.
  static constexpr Readiness kAssumed{Readiness::kReadable | Readiness::kWritable};
  static constexpr Readiness kNothing{0};

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] Shared& shared() const noexcept { return *shared_; }

  [[nodiscard]] Readiness readiness() const noexcept { return Readiness(readiness_.load(base::acquire)); }

  /// An operation found that `seen` isn't so any more. Closed and shutdown stay.
  void clear(Readiness seen, Direction direction) noexcept;

  /// Queues `waiter` with `waker` unless the direction is ready; true if it waits. A waiter that is queued already
  /// gets the new waker.
  [[nodiscard]] bool wait(IoWaiter& waiter, Direction direction, const Waker& waker) noexcept;

  /// Takes `waiter` out, if it is queued.
  void forget(IoWaiter& waiter) noexcept;

  /// The place of whoever polls the descriptor's owner itself, and not a future of its own: one for each direction, of
  /// the last that asked.
  [[nodiscard]] IoWaiter& poll_waiter(Direction direction) noexcept {
    return direction == Direction::kRead ? read_poller_ : write_poller_;
  }

  /// Owner, which goes: nobody polls it any more.
  void forget_pollers() noexcept;

  /// Whether anybody waits for either direction.
  [[nodiscard]] bool is_waited_for() noexcept;

  /// Driver: adds flags and wakes whom they concern.
  void set_ready(std::uint32_t flags) noexcept;

  /// Driver: adds flags and wakes nobody.
  void add_flags(std::uint32_t flags) noexcept;

  /// Driver: takes out waiters of `direction`, and gathers their wakers until `wakes` is full.
  void take_wakers(Direction direction, future::WakeBatch& wakes) noexcept;

 private:
  using Waiters = base::IntrusiveList<IoWaiter, IoWaiter>;
  static constexpr std::uint32_t kTick = 1U << 8;

  Waiters& waiters(Direction direction) noexcept { return direction == Direction::kRead ? readers_ : writers_; }
  void wake_all(Direction direction) noexcept;

  // Constant after construction. The source keeps its runtime's Shared in memory.
  Shared* shared_;
  int fd_;
  // Atomic; see the table.
  base::atomic<std::uint32_t> readiness_;
  base::SpinLock lock_;
  // Guarded by lock_.
  Waiters readers_;
  Waiters writers_;
  // Guarded by lock_, like every waiter's links and waker.
  IoWaiter read_poller_;
  IoWaiter write_poller_;
};

/// Lets the driver of `shared` watch `fd`, which stays the caller's to close, after unwatch(). `initial` is what it is
/// taken to be ready for until the driver, or an operation, says more. Errors: what the system says; kOther when the
/// runtime has shut down.
[[nodiscard]] io::Result<IoSource*> watch(Shared& shared, int fd, Readiness initial);

/// Ends that, and the source's life.
void unwatch(IoSource& source) noexcept;

}  // namespace detail
}  // namespace heddle::inline v0::runtime
