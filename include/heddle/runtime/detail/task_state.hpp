// SPDX-License-Identifier: MIT
// The state of a task: one word, six flags and a reference count; every change of it is a method here.
//
//   kRunning       someone polls or cancels it, or it yielded and stands in a run queue: a lock on `stage`
//   kComplete      the output is in `stage`; never cleared
//   kNotified      a Notified exists (idle), or the runner will make one (running)
//   kCancelled     drop the future at the next chance
//   kJoinInterest  the JoinHandle lives
//   kJoinWaker     `join_waker` is set; see rule 3
//   references     the JoinHandle, each Waker, the Notified or the runner, and one while not complete
//
//   transition     from -> to                                  who may make it           answer
//   to_running     kNotified -> kRunning; yielded: unchanged   holder of the Notified    run | cancel
//   to_idle        kRunning -> idle, one reference less        who set kRunning          idle | requeue | cancel
//   to_complete    kRunning -> kComplete, two references less  who set kRunning          done | free
//                  or, if a join waker is set or nobody joins,
//                  kRunning -> kComplete                       who set kRunning          wake joiner | drop output
//   to_notified    idle -> kNotified, one more reference       any Waker                 submit
//                  kRunning -> kRunning | kNotified            any Waker                 nothing: the runner requeues
//                  kNotified or kComplete -> unchanged         any Waker                 nothing
//   to_cancelled   any but kComplete -> | kCancelled           JoinHandle, AbortHandle   submit | nothing
//   to_shut_down   any but kComplete -> | kCancelled;          the runtime's shutdown    cancel | queued | nothing
//                  idle also -> kRunning, one more reference
//
// Never: kRunning with kComplete; kComplete cleared; kNotified on an idle task without a Notified on its way to a queue.
//
// Who may touch what:
//   1. `stage` belongs to whoever set kRunning; once kComplete, to the JoinHandle, or, if kJoinInterest was already
//      gone, to whoever set kComplete.
//   2. `queue_next` belongs to the holder of the Notified.
//   3. `join_waker`: with kJoinWaker clear the JoinHandle may write it; with it set no one writes, and once kComplete
//      it belongs to whoever set kComplete. The last reference destroys it.
//   4. The Notified's reference is the runner's while it runs, and again the Notified's when it is requeued.
//
// Orderings: every transition is a read-modify-write, acq_rel on success and acquire on failure, so all agree on one
// history and each owner sees its predecessor's writes. It is made even where nothing changes: a waker that finds
// kNotified set still has writes that the coming poll must see. Two exceptions: add_reference is relaxed, and
// to_running on a yielded task is a load, since the queue carries its stage from worker to worker.
#pragma once

#include <heddle/future/waker.hpp>

#include <cstdint>

namespace heddle::inline v0::runtime::detail {

enum class ToRunning : std::uint8_t { kRun, kCancel };
enum class ToIdle : std::uint8_t { kIdle, kRequeue, kCancel };
enum class ToComplete : std::uint8_t {
  kDone,        ///< nothing to do; the references are given up
  kFree,        ///< the same, and they were the last: destroy the task
  kWakeJoiner,  ///< wake `join_waker` (rule 3), then drop two references
  kDropOutput,  ///< nobody wants the output (rule 1): destroy it, then drop two references
};
enum class Submit : std::uint8_t { kNo, kYes };
enum class ToShutDown : std::uint8_t { kCancelNow, kQueued, kNothing };

class TaskState : public future::WakeTarget {
 public:
  static constexpr std::uint64_t kRunning = 1, kComplete = 2, kNotified = 4, kCancelled = 8, kJoinInterest = 16,
                                 kJoinWaker = 32;
  /// A new task: a Notified, a JoinHandle, not complete.
  static constexpr std::uint64_t kInitial = kNotified | kJoinInterest | 3 * kReference;

  [[nodiscard]] ToRunning to_running() noexcept {
    std::uint64_t word = word_.load(base::acquire);
    if ((word & kRunning) != 0) {
      // Yielded. A wake that came since is answered by the poll to come.
      if ((word & kNotified) != 0) word = word_.fetch_and(~kNotified, base::acq_rel);
    } else {
      word = word_.fetch_xor(kRunning | kNotified, base::acq_rel);
    }
    return (word & kCancelled) == 0 ? ToRunning::kRun : ToRunning::kCancel;
  }

  [[nodiscard]] ToIdle to_idle() noexcept {
    std::uint64_t word = word_.load(base::acquire);
    for (;;) {
      if ((word & kCancelled) != 0) return ToIdle::kCancel;
      const bool woken = (word & kNotified) != 0;
      const std::uint64_t next = woken ? word & ~kRunning : (word & ~kRunning) - kReference;
      if (word_.compare_exchange_weak(word, next, base::acq_rel, base::acquire)) {
        return woken ? ToIdle::kRequeue : ToIdle::kIdle;
      }
    }
  }

  [[nodiscard]] ToComplete to_complete() noexcept {
    std::uint64_t word = word_.load(base::acquire);
    for (;;) {
      // The common case gives up the references in the same step. With a waker set the task must outlive the wake.
      const bool done = (word & (kJoinInterest | kJoinWaker)) == kJoinInterest;
      const std::uint64_t next = (word ^ (kRunning | kComplete)) - (done ? 2 * kReference : 0);
      if (!word_.compare_exchange_weak(word, next, base::acq_rel, base::acquire)) continue;
      if (done) return next < kReference ? ToComplete::kFree : ToComplete::kDone;
      return (word & kJoinInterest) == 0 ? ToComplete::kDropOutput : ToComplete::kWakeJoiner;
    }
  }

  [[nodiscard]] Submit to_notified() noexcept { return notify(kReference); }

  /// For a wake that brings its own reference: kYes hands it to the Notified.
  [[nodiscard]] Submit to_notified_by_value() noexcept { return notify(0); }

  [[nodiscard]] Submit to_cancelled() noexcept {
    std::uint64_t word = word_.load(base::acquire);
    for (;;) {
      if ((word & (kComplete | kCancelled)) != 0) return Submit::kNo;
      const bool idle = (word & (kRunning | kNotified)) == 0;
      const std::uint64_t next = idle ? (word | kCancelled | kNotified) + kReference : word | kCancelled;
      if (word_.compare_exchange_weak(word, next, base::acq_rel, base::acquire)) {
        return idle ? Submit::kYes : Submit::kNo;
      }
    }
  }

  /// No worker may run. The caller need not hold a reference, only know that the task isn't freed meanwhile. kQueued:
  /// its Notified is in a queue, or on its way.
  [[nodiscard]] ToShutDown to_shut_down() noexcept {
    std::uint64_t word = word_.load(base::acquire);
    for (;;) {
      if ((word & kComplete) != 0) return ToShutDown::kNothing;
      const bool idle = (word & (kRunning | kNotified)) == 0;
      const std::uint64_t next = idle ? (word | kCancelled | kRunning) + kReference : word | kCancelled;
      if (word_.compare_exchange_weak(word, next, base::acq_rel, base::acquire)) {
        return idle ? ToShutDown::kCancelNow : ToShutDown::kQueued;
      }
    }
  }

  // For the JoinHandle.

  [[nodiscard]] bool is_complete() const noexcept { return (word_.load(base::acquire) & kComplete) != 0; }

  /// Publishes `join_waker`. False: the task is complete meanwhile, and the waker still the handle's.
  [[nodiscard]] bool set_join_waker() noexcept { return change_join_bits(0, kJoinWaker); }

  /// Takes `join_waker` back to change it. False: the task is complete meanwhile, and the waker the runner's.
  [[nodiscard]] bool unset_join_waker() noexcept { return change_join_bits(kJoinWaker, 0); }

  /// The handle goes. False: the task is complete, and its output the handle's to drop.
  [[nodiscard]] bool drop_join_interest() noexcept { return change_join_bits(kJoinInterest | kJoinWaker, 0); }

  /// The handle's own reference goes. The only one that is left needs no counting down: nobody can take another.
  void drop_join_reference() noexcept {
    if (word_.load(base::acquire) < 2 * kReference) return vtable_->destroy(*this);
    drop_reference();
  }

  void drop_references(std::uint64_t count) noexcept {
    if (word_.fetch_sub(count * kReference, base::acq_rel) < (count + 1) * kReference) vtable_->destroy(*this);
  }

 protected:
  explicit TaskState(const VTable& vtable) noexcept : WakeTarget(vtable, kInitial) {}

 private:
  Submit notify(std::uint64_t reference) noexcept {
    std::uint64_t word = word_.load(base::acquire);
    for (;;) {
      std::uint64_t next = word;
      if ((word & (kComplete | kNotified)) == 0) {
        next |= kNotified;
        if ((word & kRunning) == 0) next += reference;
      }
      if (word_.compare_exchange_weak(word, next, base::acq_rel, base::acquire)) {
        return (word & (kComplete | kNotified | kRunning)) == 0 ? Submit::kYes : Submit::kNo;
      }
    }
  }

  bool change_join_bits(std::uint64_t clear, std::uint64_t set) noexcept {
    std::uint64_t word = word_.load(base::acquire);
    for (;;) {
      if ((word & kComplete) != 0) return false;
      if (word_.compare_exchange_weak(word, (word & ~clear) | set, base::acq_rel, base::acquire)) return true;
    }
  }
};

}  // namespace heddle::inline v0::runtime::detail
