// SPDX-License-Identifier: MIT
// A small, fast, seedable generator for decisions that must not be predictable by accident: never for secrets.
#pragma once

#include <cstdint>

namespace heddle::inline v0::base {

/// Wyrand (Wang Yi): one multiplication per number, 64 bits of state.
class FastRandom {
 public:
  explicit FastRandom(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    state_ += 0xa0761d6478bd642fU;
    const auto product = static_cast<Wide>(state_) * (state_ ^ 0xe7037ed1a0b428dbU);
    return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
  }

  /// A number in [0, bound); bound > 0. The bias, bound / 2^32, doesn't matter for its uses.
  std::uint32_t below(std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

 private:
  __extension__ using Wide = unsigned __int128;
  std::uint64_t state_;
};

}  // namespace heddle::inline v0::base
