// SPDX-License-Identifier: MIT
// BytesCodec: no frames at all, the bytes as they come.
#pragma once

#include <heddle/io/codec.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace heddle::inline v0::io {

/// Gives what was read, some bytes at a time, and writes bytes or text as they are.
///
/// Corresponds to tokio-util's `BytesCodec`.
class BytesCodec {
 public:
  using Item = std::vector<std::byte>;

  BytesCodec() noexcept {}

  Result<std::optional<Item>> decode(Buffer& source) {
    if (source.empty()) return std::nullopt;
    Item all(source.bytes().begin(), source.bytes().end());
    source.clear();
    return all;
  }
  Result<void> encode(std::span<const std::byte> bytes, Buffer& destination) {
    destination.append(bytes);
    return {};
  }
  Result<void> encode(std::string_view text, Buffer& destination) {
    destination.append(text);
    return {};
  }
};

}  // namespace heddle::inline v0::io
