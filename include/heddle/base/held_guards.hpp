// SPDX-License-Identifier: MIT
// Which blocking guards this thread holds, and where it took them.
//
// A short stack per thread, kept by the guards themselves. Three questions are answered from it:
//   does this thread hold that lock already?        the contended path of a lock, before it sleeps for ever
//   was a guard taken since this poll began?        a coroutine that is about to suspend: is the stack higher?
//   where was it taken?                             both messages
// An entry is two plain stores, so an uncontended lock pays no more for it than for a local variable. A guard keeps its
// entry's index, not its address: moving a guard touches nothing. Guards go in any order; a hole is closed when all
// above it are gone.
#pragma once

#include <array>
#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>

namespace heddle::inline v0 {

/// Thrown by `co_await` when it would have to suspend while the coroutine holds a blocking guard (of `Mutex`, `RwLock`
/// or `RefCell`) that was taken since it was last resumed: the lock would stay locked until the task's next turn, which
/// may need it. `what()` names where the guard was taken and where it was awaited.
class GuardHeldAcrossAwait : public std::logic_error {
 public:
  GuardHeldAcrossAwait(const std::source_location& taken, const std::source_location& awaited);
};

namespace base {

/// One per thread, `held_guards`; only its thread touches it.
class HeldGuards {
 public:
  /// Guards that are remembered at once. Beyond that a guard works, but is not seen by the checks.
  static constexpr std::uint32_t kCapacity = 32;
  using Index = std::uint32_t;

  struct Entry {
    // Null: a hole.
    const void* lock = nullptr;
    std::source_location taken;
  };

  /// Remembers a guard of `lock`; its guard hands the index to remove().
  Index add(const void* lock, const std::source_location& taken) noexcept {
    if (height_ == kCapacity) [[unlikely]] return kCapacity;
    entries_[height_] = {lock, taken};
    return height_++;
  }

  void remove(Index index) noexcept {
    const bool newest = index + 1 == height_;
    const bool hole_below = index != 0 && index != kCapacity && entries_[index - 1].lock == nullptr;
    if (newest && !hole_below) [[likely]] {
      height_ = index;
    } else {
      remove_slow(index);
    }
  }

  /// The newest entry of `lock`, null if there is none.
  [[nodiscard]] const Entry* find(const void* lock) const noexcept;

  /// How many are held, holes among them: what is taken later stands at or above it.
  [[nodiscard]] std::uint32_t height() const noexcept { return height_; }

  /// Throws GuardHeldAcrossAwait for the newest guard.
  [[noreturn, gnu::cold, gnu::noinline]] void refuse(const std::source_location& awaited) const;

 private:
  [[gnu::cold, gnu::noinline]] void remove_slow(Index index) noexcept;

  std::uint32_t height_ = 0;
  std::array<Entry, kCapacity> entries_;
};

// Reached directly, not through a function: a guard begins and ends within one activation of a coroutine, on one thread,
// and both compilers compute the address anew in each.
extern constinit thread_local HeldGuards held_guards;

/// Throws GuardHeldAcrossAwait if more guards are held than `height` before: one was taken since, and is still held.
inline void refuse_held_guards(std::uint32_t height, const std::source_location& awaited) {
  if (held_guards.height() > height) [[unlikely]] held_guards.refuse(awaited);
}

/// `file:line`, for messages.
[[nodiscard]] std::string to_string(const std::source_location& place);

}  // namespace base
}  // namespace heddle::inline v0
