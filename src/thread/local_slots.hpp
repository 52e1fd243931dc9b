// SPDX-License-Identifier: MIT
// One thread's values of all LocalKeys, by the keys' numbers.
//
//   state      value     meaning                             next
//   kUnused    null      not used yet                        kMaking
//   kMaking    null      `init` runs: asking is a bug        kUsed; kUnused if `init` throws
//   kUsed      the one                                       kGone
//   kGone      null      destroyed, or being destroyed       -
#pragma once

#include <heddle/thread/local_key.hpp>

#include <cstdint>
#include <vector>

namespace heddle::inline v0::thread::detail {

/// Only its thread touches it.
class LocalSlots {
 public:
  /// The value of the key with that number, null if it has none in this thread, for whatever reason.
  [[nodiscard]] Local* value_of(std::uint32_t number) const noexcept {
    return number < slots_.size() ? slots_[number].value : nullptr;
  }

  /// Makes the value of a key that has none; null if it had one.
  Local* make(const LocalKeyId& key);

 private:
  enum class State : std::uint8_t { kUnused, kMaking, kUsed, kGone };
  struct Slot {
    Local* value = nullptr;
    State state = State::kUnused;
  };

  static void destroy(void* local) noexcept;

  std::vector<Slot> slots_;
};

}  // namespace heddle::inline v0::thread::detail
