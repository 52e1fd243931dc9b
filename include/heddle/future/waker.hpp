// SPDX-License-Identifier: MIT
// Waker: how whatever a future waits for tells its task, or its thread, to poll again.
//
// Tasks, parked threads and user-made wakers are one species: a WakeTarget, a counted object on the heap with one
// atomic word. The low bits of the word belong to the kind of target (a task keeps its state there), the rest counts
// references, so that a waker is one pointer and cloning it one relaxed addition.
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/base/atomic.hpp>
#include <heddle/marker/rules.hpp>

#include <cstdint>
#include <utility>

namespace heddle::inline v0 {

namespace future {

/// Something that can be woken. Only runtimes and makers of wakers derive from it.
class WakeTarget {
 public:
  /// What the kind of target does; one static table per kind.
  struct VTable {
    void (*wake)(WakeTarget&) noexcept;         ///< consumes the caller's reference
    void (*wake_by_ref)(WakeTarget&) noexcept;  ///< leaves it
    void (*destroy)(WakeTarget&) noexcept;      ///< the last reference is gone
  };

  /// The bits of the word below this one are the kind's own.
  static constexpr std::uint64_t kReference = 1U << 8;

  WakeTarget(const WakeTarget&) = delete;
  WakeTarget& operator=(const WakeTarget&) = delete;

  /// Relaxed: a new reference is made from one already held, which keeps the object alive.
  void add_reference() noexcept { word_.fetch_add(kReference, base::relaxed); }

  /// acq_rel: the releases of all references happen before the destruction by the last one.
  void drop_reference() noexcept {
    if (word_.fetch_sub(kReference, base::acq_rel) < 2 * kReference) vtable_->destroy(*this);
  }

  void wake() noexcept { vtable_->wake(*this); }
  void wake_by_ref() noexcept { vtable_->wake_by_ref(*this); }

 protected:
  WakeTarget(const VTable& vtable, std::uint64_t word) noexcept : word_(word), vtable_(&vtable) {}
  ~WakeTarget() = default;

  // Atomic; the kind documents its own bits.
  base::atomic<std::uint64_t> word_;
  // Constant after construction.
  const VTable* vtable_;
};

}  // namespace future

/// Wakes one task or thread. Holds a reference to it: a waker may outlive the future, the task and the runtime.
///
/// Copying is spelled `clone()`. A waker that is destroyed wakes nobody.
/// Threads     Any thread may wake, clone and destroy.
/// Cost        clone and destruction: one atomic operation; wake: one, and a queue push if it was asleep.
///
/// Corresponds to Rust's `std::task::Waker`.
class Waker {
 public:
  /// A waker that wakes nobody. Rust's `Waker::noop()`.
  constexpr Waker() noexcept = default;

  Waker(Waker&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  Waker& operator=(Waker&& other) noexcept {
    Waker old(std::exchange(target_, std::exchange(other.target_, nullptr)));
    return *this;
  }
  ~Waker() {
    if (target_ != nullptr) target_->drop_reference();
  }

  [[nodiscard]] Waker clone() const noexcept {
    if (target_ != nullptr) target_->add_reference();
    return Waker(target_);
  }

  /// Wakes, and gives the reference away with the wake.
  void wake() && noexcept {
    if (auto* target = std::exchange(target_, nullptr); target != nullptr) target->wake();
  }

  /// Wakes, and stays usable.
  void wake_by_ref() const noexcept {
    if (target_ != nullptr) target_->wake_by_ref();
  }

  /// True if both wake the same task. May be used to spare a clone.
  [[nodiscard]] bool will_wake(const Waker& other) const noexcept { return target_ == other.target_; }

  /// What it wakes, to compare with and nothing else.
  [[nodiscard]] const void* identity() const noexcept { return target_; }

  /// Takes over one reference to `target`, without counting.
  [[nodiscard]] static Waker adopt(future::WakeTarget& target) noexcept { return Waker(&target); }

  /// Gives up its reference without counting it down; null if it wakes nobody.
  [[nodiscard]] future::WakeTarget* into_raw() && noexcept { return std::exchange(target_, nullptr); }

 private:
  explicit Waker(future::WakeTarget* target) noexcept : target_(target) {}

  future::WakeTarget* target_ = nullptr;

  // Counted with atomics, and a target may be woken from any thread.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

namespace future {

/// The target behind waker_fn.
template <class F>
class CallbackTarget final : public WakeTarget {
 public:
  explicit CallbackTarget(F callback) : WakeTarget(kVTable, kReference), callback_(std::move(callback)) {}

 private:
  static CallbackTarget& self(WakeTarget& target) noexcept { return static_cast<CallbackTarget&>(target); }

  static constexpr VTable kVTable{
      [](WakeTarget& target) noexcept {
        self(target).callback_();
        target.drop_reference();
      },
      [](WakeTarget& target) noexcept { self(target).callback_(); },
      [](WakeTarget& target) noexcept { delete &self(target); },
  };

  F callback_;
};

/// A waker that calls `callback()`, from whichever thread wakes; it must not throw.
///
/// Corresponds to Rust's `std::task::Wake` for a hand-made type.
template <class F>
[[nodiscard]] Waker waker_fn(F callback) {
  return Waker::adopt(*new CallbackTarget<F>(std::move(callback)));
}

}  // namespace future
}  // namespace heddle::inline v0
