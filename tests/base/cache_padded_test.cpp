// SPDX-License-Identifier: MIT
// Padding that keeps neighbours off each other's cache lines.
#include <heddle/base/cache_padded.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace {

using heddle::base::CachePadded;
using heddle::base::kCacheLine;

TEST(CachePadded, two_in_an_array_share_no_line) {
  CachePadded<int> pair[2];
  const auto distance = reinterpret_cast<std::uintptr_t>(&pair[1].value) -  // SAFETY: only compared as a number.
                        reinterpret_cast<std::uintptr_t>(&pair[0].value);
  EXPECT_GE(distance, kCacheLine);
}

TEST(CachePadded, builds_its_value_in_place) {
  const CachePadded<std::string> text(std::in_place, 3U, 'x');
  EXPECT_EQ(*text, "xxx");
  EXPECT_EQ(text->size(), 3U);
}

}  // namespace
