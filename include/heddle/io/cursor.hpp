// SPDX-License-Identifier: MIT
// Cursor: bytes in memory as a stream with a position.
#pragma once

#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/marker/fields.hpp>

#include <algorithm>
#include <concepts>
#include <cstring>
#include <ranges>
#include <utility>

namespace heddle::inline v0::io {

namespace detail {

/// A run of bytes or characters: string, string_view, vector<byte>, span<byte>, array.
template <class B>
concept Bytes = std::ranges::contiguous_range<B> && std::ranges::sized_range<B> &&
                sizeof(std::ranges::range_value_t<B>) == 1 &&
                std::is_trivially_copyable_v<std::ranges::range_value_t<B>>;
template <class B>
concept MutableBytes = Bytes<B> && !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<B>>>;
template <class B>
concept Growing = MutableBytes<B> && requires(B& bytes, std::size_t size) { bytes.resize(size); };

}  // namespace detail

/// Reads, and where they may be changed writes, bytes in memory, from a position on.
///
/// Shape       B is a string, vector, span or the like, borrowed if it is passed by its name and else taken. A
///             container that can grow does; of what can't, writes take as much as there is room for.
/// Errors      kInvalidInput for a seek to before the start.
///
/// Corresponds to Rust's `std::io::Cursor`, with Tokio's traits.
template <class B>
  requires detail::Bytes<std::remove_reference_t<B>>
class Cursor {
  using Plain = std::remove_reference_t<B>;

 public:
  explicit Cursor(B&& bytes) : bytes_(std::forward<B>(bytes)) {}

  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  void set_position(std::uint64_t position) noexcept { position_ = position; }
  [[nodiscard]] Plain& inner() noexcept { return bytes_; }
  [[nodiscard]] B into_inner() && { return std::forward<B>(bytes_); }

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) {
    if (!detail::spend(cx)) return Pending;
    const auto source = rest();
    const std::size_t count = std::min(dst.size(), source.size());
    if (count != 0) std::memcpy(dst.data(), source.data(), count);
    position_ += count;
    return Poll<Result<std::size_t>>(std::in_place, count);
  }
  Poll<Result<std::span<const std::byte>>> poll_fill_buf(Context& cx) {
    if (!detail::spend(cx)) return Pending;
    return Poll<Result<std::span<const std::byte>>>(std::in_place, rest());
  }
  void consume(std::size_t count) noexcept {
    HEDDLE_INVARIANT(count <= rest().size(), "more was consumed than there is");
    position_ += count;
  }

  Poll<Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src)
    requires detail::MutableBytes<Plain>
  {
    if (!detail::spend(cx)) return Pending;
    if constexpr (detail::Growing<Plain>) {
      const auto end = static_cast<std::size_t>(position_) + src.size();
      if (!src.empty() && end > std::ranges::size(bytes_)) bytes_.resize(end);
    }
    const std::size_t count = std::min(src.size(), rest().size());
    if (count != 0) std::memcpy(std::ranges::data(bytes_) + position_, src.data(), count);
    position_ += count;
    return Poll<Result<std::size_t>>(std::in_place, count);
  }
  Poll<Result<void>> poll_flush(Context&)
    requires detail::MutableBytes<Plain>
  {
    return Poll<Result<void>>(std::in_place);
  }
  Poll<Result<void>> poll_shutdown(Context&)
    requires detail::MutableBytes<Plain>
  {
    return Poll<Result<void>>(std::in_place);
  }

  Poll<Result<std::uint64_t>> poll_seek(Context&, SeekFrom where) {
    using Output = Result<std::uint64_t>;
    std::uint64_t base = 0;
    if (where.origin() == SeekFrom::Origin::kCurrent) base = position_;
    if (where.origin() == SeekFrom::Origin::kEnd) base = std::ranges::size(bytes_);
    const auto offset = static_cast<std::uint64_t>(where.offset());
    const bool backwards = where.origin() != SeekFrom::Origin::kStart && where.offset() < 0;
    if (backwards ? base < ~offset + 1 : base + offset < base) {
      return detail::failed<Output>(ErrorKind::kInvalidInput, "invalid seek to a negative or overflowing position");
    }
    position_ = base + offset;
    return Poll<Output>(std::in_place, position_);
  }

 private:
  [[nodiscard]] std::span<const std::byte> rest() const noexcept {
    const auto all = std::as_bytes(std::span(std::ranges::data(bytes_), std::ranges::size(bytes_)));
    return all.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(position_, all.size())));
  }

  B bytes_;
  std::uint64_t position_ = 0;

  HEDDLE_FIELDS(bytes_, position_);
};
template <class B>
Cursor(B&&) -> Cursor<B>;

}  // namespace heddle::inline v0::io
