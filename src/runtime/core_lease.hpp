// SPDX-License-Identifier: MIT
// How a thread has the core of a worker: it uses it without a read-modify-write, and while it polls a task, the monitor
// may look at that poll, or take the core away.
//
//   state       meaning                                        who leaves it
//   kNone       no core, and nothing to look at                the thread, to kMine or kLost
//   kMine       the core is the thread's                       the thread, to kNone; the monitor, to kAsked
//   kAsked      the monitor would like to look                 the thread that uses its core, to kMine or kNone;
//                                                              the monitor, to kHeld, or back to kMine
//   kHeld       the monitor looks; the thread waits when it    the monitor, to kMine or kLost
//               next wants to use its core
//   kLost       another has the core; the poll goes on         the thread, at the end of the poll or to block, to kNone;
//                                                              the monitor, to kLostHeld
//   kLostHeld   the same, and the monitor looks                the monitor, to kLost
//
// Ordering: the thread says that it uses the core and then reads the state; the monitor writes kAsked and then reads
// whether the core is in use. Between the two steps each passes its side of an asymmetric fence, so one sees the other.
// The thread's release of `use_` carries the core and its task to the monitor's acquire; the monitor's release of the
// state carries back that it has finished looking.
//
// Without the system's fence (see sys/asymmetric_fence.hpp) the monitor never asks.
// Checked by: tests/model/core_lease_model.cpp.
#pragma once

#include <heddle/base/atomic.hpp>

#include "sys/asymmetric_fence.hpp"

#include <cstdint>
#include <optional>

namespace heddle::inline v0 {
class Context;
}  // namespace heddle::inline v0

namespace heddle::inline v0::runtime::detail {

class TaskHeader;

/// What a thread polls; on its stack.
struct Polled {
  const TaskHeader* task;
  /// Null where the task's future is being destroyed, not polled.
  const Context* context;
};

class CoreLease {
 public:
  enum class Held : std::uint8_t { kNo, kWithCore, kWithoutCore };

  // The thread.

  /// Has a core from here on, and uses it.
  void begin() noexcept {
    state_.store(kMine, base::release);
  }

  /// Starts to poll and stops using the core. `polled` lives until the end of the poll.
  void begin_poll(const Polled& polled) noexcept {
    polled_ = &polled;
    use_.store(use_.load(base::relaxed) + kInUse, base::release);
  }

  /// Has polled. False: the core is gone, and the lease with it; has_core() says so too.
  bool end_poll() noexcept { return enter() || leave_lost(); }

  // A poll within another one: the outer one is interrupted, the inner one begun and ended, and the outer one goes on.

  /// False if the core is gone: then nothing has changed.
  [[nodiscard]] bool interrupt_poll() noexcept {
    if (enter()) return true;
    use_.store(use_.load(base::relaxed) - kInUse, base::release);
    return false;
  }

  /// `has_core`: what the inner one's end_poll() said. Counts as a new poll.
  void go_on_with_poll(const Polled& outer, bool has_core) noexcept {
    begin_poll(outer);
    if (!has_core) state_.store(kLost, base::release);
  }

  /// Uses the core for as long as it lives; is falsy if the core is gone. They nest.
  class Use {
   public:
    explicit Use(CoreLease& lease) noexcept
        : lease_(lease), before_(lease.use_.load(base::relaxed)), granted_(is_in_use(before_) ? lease.has_core() : lease.enter()) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() {
      if (!is_in_use(before_)) lease_.use_.store(before_, base::release);
    }
    explicit operator bool() const noexcept { return granted_; }

   private:
    CoreLease& lease_;
    const std::uint32_t before_;
    const bool granted_;
  };

  /// Gives the core up, in a poll or outside; false if it was gone. From here on there is nothing to look at.
  [[nodiscard]] bool give_up() noexcept;

  /// After give_up() in a poll: the poll goes on, without a core.
  void go_on_without_core() noexcept {
    use_.store(use_.load(base::relaxed) + kOnePoll, base::release);
    state_.store(kLost, base::release);
  }

  /// After give_up() in a poll: the poll goes on, with the core.
  void go_on_with_core() noexcept {
    use_.store(use_.load(base::relaxed) + kOnePoll, base::release);
    state_.store(kMine, base::release);
  }

  /// Own thread: whether it has a core.
  [[nodiscard]] bool has_core() const noexcept {
    const std::uint32_t state = state_.load(base::relaxed);
    return state == kMine || state == kAsked || state == kHeld;
  }

  // The monitor.

  /// How many polls it has begun; nothing while the thread uses its core. Out of date at once.
  [[nodiscard]] std::optional<std::uint32_t> poll() const noexcept {
    const std::uint32_t use = use_.load(base::relaxed);
    return is_in_use(use) ? std::nullopt : std::optional(use);
  }

  /// Unless kNo: the thread is in a poll, which doesn't end before release() or take().
  [[nodiscard]] Held hold() noexcept;

  // Between hold() and release() or take(); own thread: in a poll.

  [[nodiscard]] const Polled& polled() const noexcept { return *polled_; }
  void release(Held held) noexcept { state_.store(held == Held::kWithCore ? kMine : kLost, base::release); }
  /// Held with the core: takes it away.
  void take() noexcept { state_.store(kLost, base::release); }

 private:
  enum State : std::uint32_t { kNone, kMine, kAsked, kHeld, kLost, kLostHeld };

  static constexpr std::uint32_t kInUse = 1;
  static constexpr std::uint32_t kOnePoll = 2;
  static constexpr bool is_in_use(std::uint32_t use) noexcept { return (use & kInUse) != 0; }

  [[nodiscard]] bool enter() noexcept {
    use_.store(use_.load(base::relaxed) | kInUse, base::relaxed);
    fence_.light();
    return state_.load(base::acquire) == kMine || enter_contended();
  }
  [[gnu::cold, gnu::noinline]] bool enter_contended() noexcept;
  [[gnu::cold, gnu::noinline]] bool leave_lost() noexcept;

  // Atomic; see the table.
  base::atomic<std::uint32_t> state_{kNone};
  // Written by the thread, read by the monitor: whether the thread uses the core, and above, the polls that it has begun.
  base::atomic<std::uint32_t> use_{kInUse};
  // Written by the thread while it uses its core, read by the monitor that holds it.
  const Polled* polled_ = nullptr;
  [[no_unique_address]] sys::AsymmetricFence fence_;
};

}  // namespace heddle::inline v0::runtime::detail
