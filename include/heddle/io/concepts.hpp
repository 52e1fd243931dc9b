// SPDX-License-Identifier: MIT
// What it takes to be read from, written to, read from a buffer, and moved about in: four concepts, one step each.
//
// A stream answers a step like a future: Pending means that the waker of the task is kept, and woken when the step is
// worth another try. It keeps one waker for each direction, of whoever asked last: one task reads at a time, and one
// writes. A step that is Pending has taken and written nothing, so dropping who waits loses nothing.
#pragma once

#include <heddle/future/context.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/io/error.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace heddle::inline v0::io {

/// Bytes can be read from an S: `poll_read(cx, span<byte>)` gives how many were, from the beginning of the span on; 0
/// means that there will be no more, or that the span is empty.
///
/// Corresponds to Tokio's `AsyncRead`.
template <class S>
concept AsyncRead = requires(std::remove_reference_t<S>& stream, Context& cx, std::span<std::byte> dst) {
  { stream.poll_read(cx, dst) } -> std::same_as<Poll<Result<std::size_t>>>;
};

/// Bytes can be written to an S: `poll_write(cx, span<const byte>)` gives how many were taken; `poll_flush(cx)` is
/// ready when all that was taken is on its way; `poll_shutdown(cx)` flushes and ends writing.
///
/// Corresponds to Tokio's `AsyncWrite`.
template <class S>
concept AsyncWrite = requires(std::remove_reference_t<S>& stream, Context& cx, std::span<const std::byte> src) {
  { stream.poll_write(cx, src) } -> std::same_as<Poll<Result<std::size_t>>>;
  { stream.poll_flush(cx) } -> std::same_as<Poll<Result<void>>>;
  { stream.poll_shutdown(cx) } -> std::same_as<Poll<Result<void>>>;
};

/// An S has what it read in a buffer of its own: `poll_fill_buf(cx)` gives what is there, reading if that is nothing,
/// and an empty span at the end; `consume(n)` says how much of it was used.
///
/// Corresponds to Tokio's `AsyncBufRead`.
template <class S>
concept AsyncBufRead =
    AsyncRead<S> && requires(std::remove_reference_t<S>& stream, Context& cx, std::size_t count) {
      { stream.poll_fill_buf(cx) } -> std::same_as<Poll<Result<std::span<const std::byte>>>>;
      stream.consume(count);
    };

/// Where to seek to.
///
/// Corresponds to Rust's `std::io::SeekFrom`.
class SeekFrom {
 public:
  enum class Origin : std::uint8_t { kStart, kCurrent, kEnd };

  [[nodiscard]] static constexpr SeekFrom start(std::uint64_t offset) noexcept {
    return {Origin::kStart, static_cast<std::int64_t>(offset)};
  }
  [[nodiscard]] static constexpr SeekFrom current(std::int64_t offset) noexcept { return {Origin::kCurrent, offset}; }
  [[nodiscard]] static constexpr SeekFrom end(std::int64_t offset) noexcept { return {Origin::kEnd, offset}; }

  [[nodiscard]] constexpr Origin origin() const noexcept { return origin_; }
  [[nodiscard]] constexpr std::int64_t offset() const noexcept { return offset_; }

 private:
  constexpr SeekFrom(Origin origin, std::int64_t offset) noexcept : offset_(offset), origin_(origin) {}

  std::int64_t offset_;
  Origin origin_;

  HEDDLE_FIELDS(offset_, origin_);
};

/// An S has a position, which `poll_seek(cx, SeekFrom)` moves; it gives the new one, in bytes from the start.
///
/// Corresponds to Tokio's `AsyncSeek`.
template <class S>
concept AsyncSeek = requires(std::remove_reference_t<S>& stream, Context& cx, SeekFrom where) {
  { stream.poll_seek(cx, where) } -> std::same_as<Poll<Result<std::uint64_t>>>;
};

}  // namespace heddle::inline v0::io
