// SPDX-License-Identifier: MIT
// Streams without a device: empty, repeat, sink. Never waiting, they spend the task's budget all the same.
#pragma once

#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/marker/fields.hpp>

#include <algorithm>
#include <cstddef>

namespace heddle::inline v0::io {

/// Has ended before it began. See empty.
class Empty {
 public:
  Empty() noexcept {}

  static Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte>) { return at_end<std::size_t>(cx); }
  static Poll<Result<std::span<const std::byte>>> poll_fill_buf(Context& cx) {
    return at_end<std::span<const std::byte>>(cx);
  }
  static void consume(std::size_t) noexcept {}
  /// Any position will do.
  static Poll<Result<std::uint64_t>> poll_seek(Context& cx, SeekFrom) { return at_end<std::uint64_t>(cx); }

 private:
  template <class T>
  static Poll<Result<T>> at_end(Context& cx) {
    if (!detail::spend(cx)) return Pending;
    return Poll<Result<T>>(std::in_place, T());
  }
};

/// One byte, again and again. See repeat.
class Repeat {
 public:
  explicit Repeat(std::byte byte) noexcept : byte_(byte) {}

  Poll<Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) const {
    if (!detail::spend(cx)) return Pending;
    std::ranges::fill(dst, byte_);
    return Poll<Result<std::size_t>>(std::in_place, dst.size());
  }

 private:
  std::byte byte_;

  HEDDLE_FIELDS(byte_);
};

/// Takes all, and keeps nothing. See sink.
class Sink {
 public:
  Sink() noexcept {}

  static Poll<Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src) {
    if (!detail::spend(cx)) return Pending;
    return Poll<Result<std::size_t>>(std::in_place, src.size());
  }
  static Poll<Result<void>> poll_flush(Context& cx) { return done(cx); }
  static Poll<Result<void>> poll_shutdown(Context& cx) { return done(cx); }

 private:
  static Poll<Result<void>> done(Context& cx) {
    if (!detail::spend(cx)) return Pending;
    return Poll<Result<void>>(std::in_place);
  }
};

/// A stream that has ended. Corresponds to Tokio's `io::empty`.
[[nodiscard]] inline Empty empty() noexcept { return {}; }

/// A stream of `byte` without an end. Corresponds to Tokio's `io::repeat`.
[[nodiscard]] inline Repeat repeat(std::byte byte) noexcept { return Repeat(byte); }

/// A stream that takes all bytes and drops them. Corresponds to Tokio's `io::sink`.
[[nodiscard]] inline Sink sink() noexcept { return {}; }

}  // namespace heddle::inline v0::io
