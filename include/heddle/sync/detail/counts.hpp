// SPDX-License-Identifier: MIT
// The two counts behind shared ownership: who owns the value, and who keeps its memory.
//
//   strong    handles that own the value; at 0 the value is destroyed
//   weak      handles that don't, plus one for all the strong together; at 0 the memory goes
//
//   transition       strong    weak             answer
//   add_strong       +1                         aborts on overflow
//   drop_strong      -1                         the last? then: destroy the value, drop_weak
//   try_add_strong   +1 if not 0                was there a value?
//   add_weak                   +1               aborts on overflow
//   drop_weak                  -1               the last? then: free the memory
//   is_unique        reads 1   1 -> kLocked -> 1   this handle the only one, strong or weak?
//
// is_unique must see both counts at one moment: it locks the weak count, so that no downgrade slips in between, and
// looks at the strong one meanwhile. Only downgrade and is_unique itself can meet a locked count, and whoever holds the
// only handle can't be in two of them at once.
//
// Orderings: a new handle is made from one that is held: relaxed. Dropping releases, and the last drop acquires: whoever
// destroys sees all that the others did. (An acq_rel decrement instead of a fence, which ThreadSanitizer doesn't know.)
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/base/atomic.hpp>

#include <cstddef>
#include <limits>

namespace heddle::inline v0::sync::detail {

// Half of what the word holds: 2^63 handles can only be forgotten ones, and the distance to the true overflow is more
// than all threads together can pass before one of them aborts.
inline constexpr std::size_t kMaxHandles = std::numeric_limits<std::size_t>::max() / 2;

/// Counts of an Arc.
class AtomicCounts {
 public:
  AtomicCounts() noexcept = default;
  /// For tests of the limits.
  AtomicCounts(std::size_t strong, std::size_t weak) noexcept : strong_(strong), weak_(weak) {}

  void add_strong() noexcept {
    if (strong_.fetch_add(1, base::relaxed) > kMaxHandles) [[unlikely]] overflow();
  }
  [[nodiscard]] bool drop_strong() noexcept { return strong_.fetch_sub(1, base::acq_rel) == 1; }

  [[nodiscard]] bool try_add_strong() noexcept {
    std::size_t count = strong_.load(base::relaxed);
    while (count != 0) {
      if (count > kMaxHandles) [[unlikely]] overflow();
      // Acquire: the value, as new_cyclic() published it by publish().
      if (strong_.compare_exchange_weak(count, count + 1, base::acquire, base::relaxed)) return true;
    }
    return false;
  }

  /// From no value (a weak handle exists before its value does) to the first strong handle.
  void publish() noexcept { strong_.store(1, base::release); }

  void add_weak() noexcept {
    std::size_t count = weak_.load(base::relaxed);
    for (;;) {
      if (count == kLocked) [[unlikely]] {
        base::spin_hint();
        count = weak_.load(base::relaxed);
        continue;
      }
      if (count > kMaxHandles) [[unlikely]] overflow();
      // Acquire: pairs with the unlock in is_unique(), so that what its caller wrote isn't missed.
      if (weak_.compare_exchange_weak(count, count + 1, base::acquire, base::relaxed)) return;
    }
  }
  /// From another weak handle: the count can't be locked.
  void clone_weak() noexcept {
    if (weak_.fetch_add(1, base::relaxed) > kMaxHandles) [[unlikely]] overflow();
  }
  [[nodiscard]] bool drop_weak() noexcept { return weak_.fetch_sub(1, base::acq_rel) == 1; }

  [[nodiscard]] bool is_unique() noexcept {
    std::size_t one = 1;
    // Acquire: pairs with drop_weak, so that an upgraded handle's strong count is seen below.
    if (!weak_.compare_exchange_strong(one, kLocked, base::acquire, base::relaxed)) return false;
    // Acquire: pairs with drop_strong: the accesses of handles that are gone come before ours.
    const bool unique = strong_.load(base::acquire) == 1;
    weak_.store(1, base::release);  // pairs with add_weak
    return unique;
  }

  /// Takes the value away from its only strong handle, from all weak ones too; false if there are other strong ones.
  [[nodiscard]] bool try_take_last_strong() noexcept {
    std::size_t one = 1;
    // Acquire: pairs with drop_strong.
    return strong_.compare_exchange_strong(one, 0, base::acquire, base::relaxed);
  }

  [[nodiscard]] std::size_t strong() const noexcept { return strong_.load(base::relaxed); }
  /// Without the one that the strong handles hold together.
  [[nodiscard]] std::size_t weak() const noexcept {
    const std::size_t count = weak_.load(base::relaxed);
    return count == kLocked ? 0 : count - 1;
  }

 private:
  static constexpr std::size_t kLocked = std::numeric_limits<std::size_t>::max();
  [[noreturn, gnu::cold]] static void overflow() noexcept {
    base::fail("too many handles to one value", __FILE__, __LINE__);
  }

  // Atomic; see the table.
  base::atomic<std::size_t> strong_{1};
  base::atomic<std::size_t> weak_{1};
};

/// Counts of an Rc: the same, for one thread.
class PlainCounts {
 public:
  PlainCounts() noexcept = default;
  /// For tests of the limits.
  PlainCounts(std::size_t strong, std::size_t weak) noexcept : strong_(strong), weak_(weak) {}

  void add_strong() noexcept { add(strong_); }
  [[nodiscard]] bool drop_strong() noexcept { return --strong_ == 0; }
  [[nodiscard]] bool try_add_strong() noexcept {
    if (strong_ == 0) return false;
    add(strong_);
    return true;
  }
  void publish() noexcept { strong_ = 1; }
  void add_weak() noexcept { add(weak_); }
  void clone_weak() noexcept { add(weak_); }
  [[nodiscard]] bool drop_weak() noexcept { return --weak_ == 0; }
  [[nodiscard]] bool is_unique() const noexcept { return strong_ == 1 && weak_ == 1; }
  [[nodiscard]] bool try_take_last_strong() noexcept {
    if (strong_ != 1) return false;
    strong_ = 0;
    return true;
  }
  [[nodiscard]] std::size_t strong() const noexcept { return strong_; }
  [[nodiscard]] std::size_t weak() const noexcept { return weak_ - 1; }

 private:
  static void add(std::size_t& count) noexcept {
    HEDDLE_INVARIANT(count <= kMaxHandles, "too many handles to one value");
    ++count;
  }

  std::size_t strong_ = 1;
  std::size_t weak_ = 1;
};

}  // namespace heddle::inline v0::sync::detail
