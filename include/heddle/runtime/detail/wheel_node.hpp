// SPDX-License-Identifier: MIT
// What a timer wheel links: base of everything that waits in one.
#pragma once

#include <cstdint>

namespace heddle::inline v0::runtime::detail {

/// A node of a timer wheel; guarded by whatever guards the wheel while it is in it.
class WheelNode {
 public:
  WheelNode() noexcept {}
  WheelNode(const WheelNode&) = delete;
  WheelNode& operator=(const WheelNode&) = delete;

 private:
  friend class TimerWheel;

  WheelNode* next_ = nullptr;
  WheelNode* previous_ = nullptr;
  std::uint64_t tick_ = 0;
};

}  // namespace heddle::inline v0::runtime::detail
