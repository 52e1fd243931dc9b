// SPDX-License-Identifier: MIT
// Numbers as bytes, in either order.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <type_traits>

namespace heddle::inline v0::io::detail {

template <class T>
concept Number = (std::integral<T> && !std::same_as<T, bool>) || std::floating_point<T>;

template <Number T>
std::array<std::byte, sizeof(T)> to_bytes(T value, std::endian order) noexcept {
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  if (order != std::endian::native) std::ranges::reverse(bytes);
  return bytes;
}

template <Number T>
T from_bytes(std::array<std::byte, sizeof(T)> bytes, std::endian order) noexcept {
  if (order != std::endian::native) std::ranges::reverse(bytes);
  return std::bit_cast<T>(bytes);
}

}  // namespace heddle::inline v0::io::detail
