// SPDX-License-Identifier: MIT
// A value alone on its cache lines, so that writers of neighbouring values don't slow each other down.
#pragma once

#include <cstddef>
#include <utility>

namespace heddle::inline v0::base {

// Two lines of 64: the adjacent-line prefetcher of x86 pulls pairs. Not std::hardware_destructive_interference_size,
// which GCC warns may change between compilers, and this is part of the ABI.
inline constexpr std::size_t kCacheLine = 128;

template <class T>
struct alignas(kCacheLine) CachePadded {
  T value;

  CachePadded() = default;
  template <class... Args>
  explicit CachePadded(std::in_place_t, Args&&... args) : value(std::forward<Args>(args)...) {}

  T& operator*() noexcept { return value; }
  const T& operator*() const noexcept { return value; }
  T* operator->() noexcept { return &value; }
  const T* operator->() const noexcept { return &value; }
};

}  // namespace heddle::inline v0::base
