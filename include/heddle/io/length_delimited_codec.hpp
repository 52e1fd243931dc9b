// SPDX-License-Identifier: MIT
// LengthDelimitedCodec: frames that have their length before them.
#pragma once

#include <heddle/io/codec.hpp>
#include <heddle/io/framed.hpp>
#include <heddle/marker/fields.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::inline v0::io {

/// Frames with a head that holds the length. At first the head is a length of four bytes, the most significant first,
/// and a frame has up to 8 MiB.
///
/// Shape       `Framed frames(stream, LengthDelimitedCodec::Builder().length_field_length(2).build());`. A frame is a
///             std::vector<std::byte>; bytes and text are written.
/// Errors      Reading: kInvalidData for a length beyond the most allowed: before anything of that frame is kept, and
///             for good, as where the next one begins isn't known; and for one that the adjustment makes less than
///             nothing. kUnexpectedEof for a stream that ends within a frame. Writing: kInvalidInput for a frame that
///             is too long, or whose length the field can't hold.
/// Cost        Memory for what has arrived, not for what a head has announced.
///
/// Corresponds to tokio-util's `LengthDelimitedCodec`.
class LengthDelimitedCodec {
 public:
  using Item = std::vector<std::byte>;

  /// How frames look. Corresponds to `length_delimited::Builder`.
  class Builder {
   public:
    Builder() noexcept {}

    /// How many bytes stand before the length. Reading only: what is written has nothing there.
    Builder& length_field_offset(std::size_t bytes) noexcept {
      offset_ = bytes;
      return *this;
    }
    /// How many bytes the length has, 1 to 8. Throws std::invalid_argument for another number.
    Builder& length_field_length(std::size_t bytes);
    /// What to add to the number in the head to have the number of bytes behind it.
    Builder& length_adjustment(std::int64_t bytes) noexcept {
      adjustment_ = bytes;
      return *this;
    }
    /// How many bytes of head and frame are no part of what is given; the head, unless said.
    Builder& num_skip(std::size_t bytes) noexcept {
      skip_ = bytes;
      return *this;
    }
    /// The most bytes of a frame; less if the length field can't hold it.
    Builder& max_frame_length(std::size_t bytes) noexcept {
      max_ = bytes;
      return *this;
    }
    Builder& big_endian() noexcept { return order(std::endian::big); }
    Builder& little_endian() noexcept { return order(std::endian::little); }
    Builder& native_endian() noexcept { return order(std::endian::native); }

    [[nodiscard]] LengthDelimitedCodec build() const noexcept { return LengthDelimitedCodec(*this); }

   private:
    friend class LengthDelimitedCodec;
    Builder& order(std::endian order) noexcept {
      order_ = order;
      return *this;
    }
    [[nodiscard]] std::size_t head_length() const noexcept { return offset_ + field_; }
    [[nodiscard]] std::size_t to_skip() const noexcept { return skip_.value_or(head_length()); }
    /// The longest frame whose length fits into the field.
    [[nodiscard]] std::size_t most_that_fit() const noexcept;

    std::size_t offset_ = 0;
    std::size_t field_ = 4;
    std::int64_t adjustment_ = 0;
    std::optional<std::size_t> skip_;
    std::size_t max_ = 8U << 20;
    std::endian order_ = std::endian::big;

    HEDDLE_FIELDS(offset_, field_, adjustment_, skip_, max_, order_);
  };

  LengthDelimitedCodec() noexcept : LengthDelimitedCodec(Builder()) {}

  /// The most bytes of a frame. A frame whose head was read already isn't measured again.
  [[nodiscard]] std::size_t max_frame_length() const noexcept { return config_.max_; }
  void set_max_frame_length(std::size_t bytes) noexcept;

  Result<std::optional<Item>> decode(Buffer& source);
  Result<void> encode(std::span<const std::byte> frame, Buffer& destination);
  Result<void> encode(std::string_view frame, Buffer& destination) {
    return encode(std::as_bytes(std::span(frame)), destination);
  }

 private:
  explicit LengthDelimitedCodec(const Builder& config) noexcept : config_(config) {
    set_max_frame_length(config.max_);
  }
  /// How many bytes the frame has, once the head is there, which is taken away.
  Result<std::optional<std::size_t>> decode_head(Buffer& source) const;

  Builder config_;
  // The frame's length, once its head was read.
  std::optional<std::size_t> length_;

  HEDDLE_FIELDS(config_, length_);
};

}  // namespace heddle::inline v0::io
