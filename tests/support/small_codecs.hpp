// SPDX-License-Identifier: MIT
// Small codecs, and a stream that grows, for tests of framing.
#pragma once

#include <heddle/io/codec.hpp>
#include <heddle/io/concepts.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

namespace heddle_test {

/// Numbers, the most significant byte first. Refuses to write kOdd, after it has begun to.
template <std::unsigned_integral T>
class NumberCodec {
 public:
  using Item = T;
  static constexpr T kOdd = 13;

  NumberCodec() noexcept {}
  heddle::io::Result<std::optional<T>> decode(heddle::io::Buffer& source) {
    if (source.size() < sizeof(T)) return std::nullopt;
    T number = 0;
    for (const std::byte byte : source.bytes().first(sizeof(T))) {
      number = static_cast<T>(number << 8U | std::to_integer<T>(byte));
    }
    source.consume(sizeof(T));
    return number;
  }
  heddle::io::Result<void> encode(T number, heddle::io::Buffer& destination) {
    for (std::size_t i = sizeof(T); i-- > 0;) destination.push_back(static_cast<std::byte>(number >> (8 * i) & 0xFFU));
    if (number == kOdd) return heddle::io::fail(heddle::io::ErrorKind::kInvalidInput, "an odd number");
    return {};
  }
};
using U32Codec = NumberCodec<std::uint32_t>;
using U64Codec = NumberCodec<std::uint64_t>;

/// Gives nothing until the stream has ended, and then letter by letter.
class LastLetters {
 public:
  using Item = char;

  LastLetters() noexcept {}
  static heddle::io::Result<std::optional<char>> decode(heddle::io::Buffer&) { return std::nullopt; }
  static heddle::io::Result<std::optional<char>> decode_eof(heddle::io::Buffer& source) {
    if (source.empty()) return std::nullopt;
    const char first = source.text().front();
    source.consume(1);
    return first;
  }
};

/// Finds a frame in anything, nothing included.
class NeverEmpty {
 public:
  using Item = int;

  NeverEmpty() noexcept {}
  static heddle::io::Result<std::optional<int>> decode(heddle::io::Buffer&) { return 1; }
  static heddle::io::Result<std::optional<int>> decode_eof(heddle::io::Buffer&) { return std::nullopt; }
};

/// Ends whenever there is nothing, and goes on when there is more.
class Grows {
 public:
  Grows() noexcept {}
  void give(std::string_view text) { bytes_.append(text); }
  heddle::Poll<heddle::io::Result<std::size_t>> poll_read(heddle::Context&, std::span<std::byte> dst) {
    const auto some = bytes_.bytes().first(std::min(dst.size(), bytes_.size()));
    std::ranges::copy(some, dst.begin());
    bytes_.consume(some.size());
    return heddle::Poll<heddle::io::Result<std::size_t>>(std::in_place, some.size());
  }

 private:
  heddle::io::Buffer bytes_;
};

}  // namespace heddle_test
