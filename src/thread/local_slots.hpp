// SPDX-License-Identifier: MIT
// One thread's values of all LocalKeys, by the keys' numbers.
//
//   slot         meaning                                  next
//   null         not used yet                             kMaking
//   kMaking      `init` runs: asking again is a bug       the value; null if `init` throws
//   a value                                               kGone
//   kGone        destroyed, or being destroyed            -
#pragma once

#include <heddle/thread/local_key.hpp>

#include <cstdint>
#include <vector>

namespace heddle::inline v0::thread::detail {

/// Only its thread touches it.
class LocalSlots {
 public:
  /// See LocalKeyId::find.
  Local* find(const LocalKeyId& key);

 private:
  Local* make(const LocalKeyId& key, std::uint32_t number);
  static void destroy(void* local) noexcept;

  std::vector<Local*> slots_;
};

}  // namespace heddle::inline v0::thread::detail
