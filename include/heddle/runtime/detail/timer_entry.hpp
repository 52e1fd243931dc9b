// SPDX-License-Identifier: MIT
// A timer in the frame of whoever waits for it: a node of its worker's timer wheel.
#pragma once

#include <heddle/future/context.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/runtime/detail/wheel_node.hpp>

#include <cstdint>

namespace heddle::inline v0::runtime::detail {

class TimerShard;

/// Waits for a point in time. Pinned once armed; destroying it disarms it, in O(1).
///
///   state        meaning                                       who leaves it
///   kIdle        in no wheel                                   the owner, by arming
///   kArmed       in the wheel of `shard_`                      the wheel, by firing; the owner, by disarming
///   kFired       the time has come; out of the wheel           the owner, by disarming
///   kShutDown    the runtime has gone; out of the wheel        the owner, by disarming
///
/// While not kIdle the entry keeps its shard in memory, so that a disarm which races with the end of the runtime
/// finds a lock to take.
class TimerEntry : public WheelNode {
 public:
  TimerEntry() noexcept {}
  ~TimerEntry() { disarm(); }

  /// Ready once the runtime's clock has reached `deadline` (nanoseconds). Armed by the first poll that must wait.
  /// Throws NoRuntime outside a runtime, RuntimeShutDown when that has gone.
  Poll<void> poll(Context& cx, std::uint64_t deadline);

  /// Forgets the deadline: the next poll may bring another.
  void disarm() noexcept {
    if (state_.load(base::relaxed) != kIdle) leave();  // the owner alone makes and leaves kIdle
  }

 private:
  friend class TimerShard;

  enum State : std::uint8_t { kIdle, kArmed, kFired, kShutDown };

  [[gnu::noinline]] void leave() noexcept;

  // Guarded by the shard's lock while kArmed, as the node is.
  Waker waker_;
  // Constant while not kIdle.
  TimerShard* shard_ = nullptr;
  // Atomic; see the table. kFired and kShutDown are stored with release under the shard's lock, and loaded with
  // acquire by poll: what happened before the wheel turned is seen by the task.
  base::atomic<std::uint8_t> state_{kIdle};

  // The wheel reaches it under the shard's lock from any thread, and it stays where it is once armed.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::runtime::detail
