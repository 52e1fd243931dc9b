// SPDX-License-Identifier: MIT
// The head of a length-delimited frame, read and written.
#include <heddle/io/length_delimited_codec.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

namespace heddle::inline v0::io {

namespace {

constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();

/// The sum, or nothing if it is below zero or too large.
std::optional<std::uint64_t> add(std::uint64_t length, std::int64_t adjustment) noexcept {
  std::uint64_t sum = 0;
  if (__builtin_add_overflow(length, adjustment, &sum)) return std::nullopt;
  return sum;
}
std::optional<std::uint64_t> subtract(std::uint64_t length, std::int64_t adjustment) noexcept {
  std::uint64_t difference = 0;
  if (__builtin_sub_overflow(length, adjustment, &difference)) return std::nullopt;
  return difference;
}

/// The number in up to eight bytes; and the bytes of one.
std::uint64_t number_in(std::span<const std::byte> field, std::endian order) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const std::byte next = order == std::endian::big ? field[i] : field[field.size() - 1 - i];
    number = number << 8U | std::to_integer<std::uint64_t>(next);
  }
  return number;
}
void put_number(std::uint64_t number, std::span<std::byte> field, std::endian order) noexcept {
  for (std::size_t i = 0; i < field.size(); ++i) {
    const std::size_t at = order == std::endian::big ? field.size() - 1 - i : i;
    field[at] = static_cast<std::byte>(number & 0xFFU);
    number >>= 8U;
  }
}

std::uint64_t most_in(std::size_t field) noexcept {
  if (field >= sizeof(std::uint64_t)) return std::numeric_limits<std::uint64_t>::max();
  return (std::uint64_t{1} << 8 * field) - 1;
}

}  // namespace

LengthDelimitedCodec::Builder& LengthDelimitedCodec::Builder::length_field_length(std::size_t bytes) {
  if (bytes == 0 || bytes > sizeof(std::uint64_t)) throw std::invalid_argument("a length has 1 to 8 bytes");
  field_ = bytes;
  return *this;
}

std::size_t LengthDelimitedCodec::Builder::most_that_fit() const noexcept {
  const std::uint64_t in_field = most_in(field_);
  if (const auto most = add(in_field, adjustment_)) return std::min<std::uint64_t>(*most, kMost);
  return adjustment_ < 0 ? 0 : kMost;
}

void LengthDelimitedCodec::set_max_frame_length(std::size_t bytes) noexcept {
  config_.max_ = std::min(bytes, config_.most_that_fit());
}

Result<std::optional<std::size_t>> LengthDelimitedCodec::decode_head(Buffer& source) const {
  // What is to be skipped may reach into the frame.
  if (source.size() < std::max(config_.head_length(), config_.to_skip())) return std::nullopt;
  const std::uint64_t number = number_in(source.bytes().subspan(config_.offset_, config_.field_), config_.order_);
  const auto length = add(number, config_.adjustment_);
  if (!length.has_value()) return fail(ErrorKind::kInvalidData, "the length of a frame is less than nothing");
  if (*length > config_.max_) {
    return fail(ErrorKind::kInvalidData, "the frame is longer than the most bytes allowed");
  }
  source.consume(config_.to_skip());
  return *length;
}

Result<std::optional<LengthDelimitedCodec::Item>> LengthDelimitedCodec::decode(Buffer& source) {
  if (!length_.has_value()) {
    auto head = decode_head(source);
    if (!head.has_value()) return std::unexpected(std::move(head).error());
    if (!head->has_value()) return std::nullopt;
    length_ = **head;
  }
  if (source.size() < *length_) return std::nullopt;
  const auto bytes = source.bytes().first(*length_);
  Item frame(bytes.begin(), bytes.end());
  source.consume(bytes.size());
  length_.reset();
  return frame;
}

Result<void> LengthDelimitedCodec::encode(std::span<const std::byte> frame, Buffer& destination) {
  if (frame.size() > config_.max_) return fail(ErrorKind::kInvalidInput, "the frame is longer than the most bytes allowed");
  const auto number = subtract(frame.size(), config_.adjustment_);
  if (!number.has_value() || *number > most_in(config_.field_)) {
    return fail(ErrorKind::kInvalidInput, "the length of the frame doesn't fit into its field");
  }
  std::array<std::byte, sizeof(std::uint64_t)> field{};
  const auto head = std::span(field).first(config_.field_);
  put_number(*number, head, config_.order_);
  destination.append(head);
  destination.append(frame);
  return {};
}

}  // namespace heddle::inline v0::io
