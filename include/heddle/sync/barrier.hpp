// SPDX-License-Identifier: MIT
// Barrier: threads that wait for each other at one point.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/sync/detail/raw_mutex.hpp>

#include <cstddef>
#include <cstdint>

namespace heddle::inline v0 {
namespace sync {

/// What `Barrier::wait` gives.
class BarrierWaitResult {
 public:
  explicit BarrierWaitResult(bool leader) noexcept : leader_(leader) {}
  /// True for exactly one of the threads that were let through together.
  [[nodiscard]] bool is_leader() const noexcept { return leader_; }

 private:
  HEDDLE_FIELDS(leader_);
  bool leader_;
};

/// Lets threads through when `count` of them have come; then it may be used again.
///
/// What any of them wrote before is seen by all of them after.
///
/// Corresponds to `std::sync::Barrier`.
class Barrier {
 public:
  /// A count of 0 or 1 blocks nobody.
  explicit constexpr Barrier(std::size_t count) noexcept : needed_(count) {}
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  /// Waits for the others.
  ///
  /// Errors      Throws BlockingInAsync on a thread that polls tasks: use `async::Barrier` there.
  BarrierWaitResult wait() const;

 private:
  // Constant after construction.
  std::size_t needed_;
  mutable detail::RawMutex mutex_;
  // Atomic: groups let through so far. Written under mutex_, with release; the waiting read it with acquire.
  mutable base::atomic<std::uint32_t> generation_{0};
  // Guarded by mutex_.
  mutable std::size_t arrived_ = 0;
};

}  // namespace sync

using sync::Barrier;

}  // namespace heddle::inline v0

// Atomics, and what they guard; it has no non-const members.
template <>
struct heddle::marker::unsafe_rules<heddle::sync::Barrier> {
  using Send = Always;
  using Sync = Always;
  using SyncMut = Always;
  using Owned = Always;
};
