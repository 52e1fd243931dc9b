// SPDX-License-Identifier: MIT
// Notices, from within block_on, that every runtime of the program has come to rest, and says which receivers wait.
//
// A thread in block_on waits for its runtime. When that can't wake it any more, the thread itself is the one that has
// nothing else to do, so it looks, instead of a worker: once per period of its sleep. Rest means, in every runtime:
// nobody polls, nothing is queued, no timer is armed, nobody waits for a descriptor. Then only a thread that belongs to
// no runtime could still wake anybody, and a whole period is given to it: there must be rest at two looks, and no poll in
// between. That makes up too for what one look can't see, a wake that is on its way from a timer to a queue.
#pragma once

#include <heddle/base/deadline.hpp>
#include <heddle/base/diagnosing.hpp>

#include "runtime/config.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace heddle::inline v0::runtime {

class Shared;

namespace detail {

/// Makes a runtime one of those that must be at rest, and no longer.
void enter_runtime(Shared& shared);
void strike_out_runtime(Shared& shared) noexcept;

/// One per call of block_on.
class Standstill {
 public:
  explicit Standstill(const Config& config) noexcept
      : hook_(config.on_deadlock), period_(config.deadlock_period) {}

  /// How long to sleep at most before look(), in nanoseconds.
  [[nodiscard]] std::uint64_t period() const noexcept { return base::diagnosing() ? period_ : base::kForever; }

  /// After a sleep. Reports when nothing has moved for a period; throws what the hook throws.
  void look() {
    if (base::diagnosing()) [[unlikely]] look_closely();
  }

 private:
  void look_closely();

  const std::function<void(std::string_view)>& hook_;
  const std::uint64_t period_;
  // When it looked last, by the steady clock; whether all were at rest then, and how many polls there had been.
  std::uint64_t looked_at_ = 0;
  bool at_rest_ = false;
  std::uint64_t polls_ = 0;
};

}  // namespace detail
}  // namespace heddle::inline v0::runtime
