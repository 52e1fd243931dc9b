// SPDX-License-Identifier: MIT
// Bytes as text and back, and streams that tests of input and output read and write.
#pragma once

#include <heddle/io/concepts.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace heddle_test {

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

inline std::string text_of(std::span<const std::byte> bytes) {
  std::string text(bytes.size(), '\0');
  std::ranges::transform(bytes, text.begin(), [](std::byte byte) { return static_cast<char>(byte); });
  return text;
}

/// Is always ready, spends nothing of the budget, and never ends: a bad neighbour.
class Greedy {
 public:
  Greedy() noexcept {}
  static heddle::Poll<heddle::io::Result<std::size_t>> poll_read(heddle::Context&, std::span<std::byte> dst) {
    std::ranges::fill(dst, std::byte{'z'});
    return heddle::Poll<heddle::io::Result<std::size_t>>(std::in_place, dst.size());
  }
  static heddle::Poll<heddle::io::Result<std::size_t>> poll_write(heddle::Context&, std::span<const std::byte> src) {
    return heddle::Poll<heddle::io::Result<std::size_t>>(std::in_place, src.size());
  }
  static heddle::Poll<heddle::io::Result<void>> poll_flush(heddle::Context&) { return done(); }
  static heddle::Poll<heddle::io::Result<void>> poll_shutdown(heddle::Context&) { return done(); }

 private:
  static heddle::Poll<heddle::io::Result<void>> done() {
    return heddle::Poll<heddle::io::Result<void>>(std::in_place);
  }
};

}  // namespace heddle_test
