// SPDX-License-Identifier: MIT
// LinesCodec and AnyDelimiterCodec: frames that end with a newline, or with one of several bytes.
#pragma once

#include <heddle/io/buf_read.hpp>
#include <heddle/io/codec.hpp>
#include <heddle/marker/fields.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::inline v0::io {

namespace detail {

/// Looks for the end of the next part, each byte once, and skips a part that is too long.
class PartFinder {
 public:
  explicit PartFinder(std::size_t max) noexcept : max_(max) {}

  /// How many bytes stand before the next delimiter; nothing if it hasn't arrived.
  /// Errors      kInvalidData, once, for a part that is longer than the bound: from then on its bytes are skipped.
  Result<std::optional<std::size_t>> find(Buffer& source, std::string_view delimiters);
  /// The same at the end of the stream, where the last part needs no delimiter. Nothing if no byte is left.
  Result<std::optional<std::size_t>> find_last(Buffer& source, std::string_view delimiters);

  [[nodiscard]] std::size_t max() const noexcept { return max_; }

 private:
  std::size_t max_;
  // How much of what is there holds no delimiter.
  std::size_t searched_ = 0;
  // True while the rest of a part that was too long is thrown away.
  bool discarding_ = false;

  HEDDLE_FIELDS(max_, searched_, discarding_);
};

}  // namespace detail

/// Lines of UTF-8, without their ends, "\n" or "\r\n"; the last one needs none.
///
/// Shape       `FramedRead lines(stream, LinesCodec::with_max_length(8192));`. Writes a line with "\n" after it.
/// Errors      kInvalidData for a line that is no UTF-8, or longer than the bound. Either way the line is gone, however
///             long it goes on, and reading can go on with the next one.
/// Cost        With a bound, no more memory than that and one step of reading. Without one, a line's length is the
///             peer's choice: set it for strangers.
///
/// Corresponds to tokio-util's `LinesCodec`.
class LinesCodec {
 public:
  using Item = std::string;

  LinesCodec() noexcept : LinesCodec(kUnbounded) {}
  /// Lines of up to `max` bytes, their ends not counted.
  [[nodiscard]] static LinesCodec with_max_length(std::size_t max) noexcept { return LinesCodec(max); }
  [[nodiscard]] std::size_t max_length() const noexcept { return finder_.max(); }

  Result<std::optional<std::string>> decode(Buffer& source);
  Result<std::optional<std::string>> decode_eof(Buffer& source);
  Result<void> encode(std::string_view line, Buffer& destination);

 private:
  explicit LinesCodec(std::size_t max) noexcept : finder_(max) {}

  detail::PartFinder finder_;

  HEDDLE_FIELDS(finder_);
};

/// What stands between delimiters, any of several bytes; the last part needs none.
///
/// Shape       `AnyDelimiterCodec(",;\r\n", ";")`: writes the second text after each part. As LinesCodec in all else.
///
/// Corresponds to tokio-util's `AnyDelimiterCodec`.
class AnyDelimiterCodec {
 public:
  using Item = std::vector<std::byte>;

  AnyDelimiterCodec(std::string_view delimiters, std::string_view separator)
      : AnyDelimiterCodec(delimiters, separator, kUnbounded) {}
  /// Parts of up to `max` bytes.
  [[nodiscard]] static AnyDelimiterCodec with_max_length(std::string_view delimiters, std::string_view separator,
                                                         std::size_t max) {
    return AnyDelimiterCodec(delimiters, separator, max);
  }
  [[nodiscard]] std::size_t max_length() const noexcept { return finder_.max(); }

  Result<std::optional<Item>> decode(Buffer& source);
  Result<std::optional<Item>> decode_eof(Buffer& source);
  Result<void> encode(std::span<const std::byte> part, Buffer& destination);
  Result<void> encode(std::string_view part, Buffer& destination) {
    return encode(std::as_bytes(std::span(part)), destination);
  }

 private:
  AnyDelimiterCodec(std::string_view delimiters, std::string_view separator, std::size_t max)
      : delimiters_(delimiters), separator_(separator), finder_(max) {}

  std::string delimiters_;
  std::string separator_;
  detail::PartFinder finder_;

  HEDDLE_FIELDS(delimiters_, separator_, finder_);
};

}  // namespace heddle::inline v0::io
