// SPDX-License-Identifier: MIT
// Reading from any stream: read, read_exact, read_to_end, read_to_string, read_be, read_le; seek.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/integer.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/io/detail/utf8.hpp>
#include <heddle/marker/fields.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::inline v0::io {

/// The future of read.
template <AsyncRead S>
class [[nodiscard]] Read {
 public:
  using Output = Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  Read(S& stream, std::span<std::byte> dst) noexcept : stream_(stream), dst_(dst) {}
  Poll<Output> poll(Context& cx) { return stream_.poll_read(cx, dst_); }
  void cancel() noexcept {}

 private:
  S& stream_;
  std::span<std::byte> dst_;

  HEDDLE_FIELDS(stream_, dst_);
};

namespace detail {

/// Fills a span: ready when it is full, or at the end of the stream.
template <class S>
Poll<Result<std::size_t>> poll_fill(S& stream, Context& cx, std::span<std::byte> dst, std::size_t& filled) {
  using Output = Result<std::size_t>;
  while (filled < dst.size()) {
    auto count = stream.poll_read(cx, dst.subspan(filled));
    if (stuck(count)) return count;
    if (**count == 0) return failed<Output>(ErrorKind::kUnexpectedEof, "early end of the stream");
    filled += **count;
  }
  return Poll<Output>(std::in_place, filled);
}

}  // namespace detail

/// The future of read_exact.
template <AsyncRead S>
class [[nodiscard]] ReadExact {
 public:
  using Output = Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  ReadExact(S& stream, std::span<std::byte> dst) noexcept : stream_(stream), dst_(dst) {}
  Poll<Output> poll(Context& cx) { return detail::poll_fill(stream_, cx, dst_, filled_); }
  void cancel() noexcept {}

 private:
  S& stream_;
  std::span<std::byte> dst_;
  std::size_t filled_ = 0;

  HEDDLE_FIELDS(stream_, dst_, filled_);
};

/// The future of read_be and read_le.
template <AsyncRead S, class T, std::endian kOrder>
class [[nodiscard]] ReadInt {
 public:
  using Output = Result<T>;
  static constexpr future::Loss kLoss = sizeof(T) == 1 ? future::Loss::kLossless : future::Loss::kLosesData;

  explicit ReadInt(S& stream) noexcept : stream_(stream) {}
  Poll<Output> poll(Context& cx) {
    auto step = detail::poll_fill(stream_, cx, bytes_, filled_);
    if (detail::stuck(step)) return detail::pass_on<Output>(step);
    return Poll<Output>(std::in_place, detail::from_bytes<T>(bytes_, kOrder));
  }
  void cancel() noexcept {}

 private:
  S& stream_;
  std::array<std::byte, sizeof(T)> bytes_{};
  std::size_t filled_ = 0;

  HEDDLE_FIELDS(stream_, bytes_, filled_);
};

namespace detail {

/// Appends what a stream gives to `out`, a vector of bytes or a string, until its end.
template <class S, class Container>
Poll<Result<std::size_t>> poll_append_all(S& stream, Context& cx, Container& out, std::size_t& total) {
  // A stream of a few bytes takes little memory, and a long one few calls. What is offered is filled with zeros first,
  // so it is no more than a step is likely to give.
  constexpr std::size_t kLeast = 32;
  constexpr std::size_t kMost = 16U << 10;
  for (;;) {
    const std::size_t had = out.size();
    if (out.capacity() - had < kLeast) out.reserve(std::max(2 * out.capacity(), had + kLeast));
    out.resize(std::min(out.capacity(), had + kMost));
    auto count = stream.poll_read(cx, std::as_writable_bytes(std::span(out)).subspan(had));
    out.resize(had + (stuck(count) ? 0 : **count));
    if (stuck(count)) return count;
    if (**count == 0) return Poll<Result<std::size_t>>(std::in_place, total);
    total += **count;
  }
}

}  // namespace detail

/// The future of read_to_end.
template <AsyncRead S>
class [[nodiscard]] ReadToEnd {
 public:
  using Output = Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  ReadToEnd(S& stream, std::vector<std::byte>& out) noexcept : stream_(stream), out_(out) {}
  Poll<Output> poll(Context& cx) { return detail::poll_append_all(stream_, cx, out_, total_); }
  void cancel() noexcept {}

 private:
  S& stream_;
  std::vector<std::byte>& out_;
  std::size_t total_ = 0;

  HEDDLE_FIELDS(stream_, out_, total_);
};

/// The future of read_to_string.
template <AsyncRead S>
class [[nodiscard]] ReadToString {
 public:
  using Output = Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  ReadToString(S& stream, std::string& out) noexcept : stream_(stream), out_(out), begin_(out.size()) {}
  Poll<Output> poll(Context& cx) {
    auto step = detail::poll_append_all(stream_, cx, out_, total_);
    if (detail::stuck(step) || detail::is_utf8(std::string_view(out_).substr(begin_))) return step;
    return Poll<Output>(std::in_place, std::unexpect, detail::not_utf8());
  }
  void cancel() noexcept {}

 private:
  S& stream_;
  std::string& out_;
  std::size_t begin_;
  std::size_t total_ = 0;

  HEDDLE_FIELDS(stream_, out_, begin_, total_);
};

/// The future of seek.
template <AsyncSeek S>
class [[nodiscard]] Seek {
 public:
  using Output = Result<std::uint64_t>;
  static constexpr future::Loss kLoss = future::Loss::kLosesPlace;

  Seek(S& stream, SeekFrom where) noexcept : stream_(stream), where_(where) {}
  Poll<Output> poll(Context& cx) { return stream_.poll_seek(cx, where_); }
  void cancel() noexcept {}

 private:
  S& stream_;
  SeekFrom where_;

  HEDDLE_FIELDS(stream_, where_);
};

/// Reads what there is into `dst`, waiting for at least one byte.
///
/// Shape       Like all functions here, borrows the stream: `co_await io::read(stream, buffer)`.
/// Returns     How many bytes were read; 0 at the end of the stream, or if `dst` is empty.
/// Cancelling  Safe: nothing was read.
/// Corresponds to `AsyncReadExt::read`.
template <AsyncRead S>
Read<S> read(S& stream, std::span<std::byte> dst) noexcept {
  return Read<S>(stream, dst);
}

/// Fills `dst`.
///
/// Returns     dst.size().
/// Errors      kUnexpectedEof if the stream ends before; those of the stream. What was read before is in `dst`.
/// Cancelling  Loses data: how much was read is not known.
/// Corresponds to `AsyncReadExt::read_exact`.
template <AsyncRead S>
ReadExact<S> read_exact(S& stream, std::span<std::byte> dst) noexcept {
  return ReadExact<S>(stream, dst);
}

/// Reads a number, the most significant byte first: `co_await io::read_be<std::uint32_t>(stream)`. T is an integer or a
/// floating-point number.
///
/// Errors, Cancelling  As read_exact; a single byte is not lost.
/// Corresponds to `AsyncReadExt::read_u8` to `read_f64`.
template <detail::Number T, AsyncRead S>
ReadInt<S, T, std::endian::big> read_be(S& stream) noexcept {
  return ReadInt<S, T, std::endian::big>(stream);
}
/// The least significant byte first. Corresponds to `AsyncReadExt::read_u16_le` to `read_f64_le`.
template <detail::Number T, AsyncRead S>
ReadInt<S, T, std::endian::little> read_le(S& stream) noexcept {
  return ReadInt<S, T, std::endian::little>(stream);
}

/// Appends all that is left of the stream to `out`.
///
/// Returns     How many bytes were read.
/// Cancelling  Safe, as is an error: what was read is in `out`, and reading can go on with another call.
/// Cost        Memory for all of it: bound what a stranger sends with io::take.
/// Corresponds to `AsyncReadExt::read_to_end`.
template <AsyncRead S>
ReadToEnd<S> read_to_end(S& stream, std::vector<std::byte>& out) noexcept {
  return ReadToEnd<S>(stream, out);
}

/// Appends all that is left of the stream, which must be UTF-8, to `out`.
///
/// Returns     How many bytes were read.
/// Errors      kInvalidData if it is no UTF-8: the bytes are in `out` all the same.
/// Cancelling  Loses data: `out` may end within a character.
/// Cost        As read_to_end.
/// Corresponds to `AsyncReadExt::read_to_string`.
template <AsyncRead S>
ReadToString<S> read_to_string(S& stream, std::string& out) noexcept {
  return ReadToString<S>(stream, out);
}

/// Moves the position of the stream. Returns the new one, from the start.
///
/// Cancelling  The position may have moved.
/// Corresponds to `AsyncSeekExt::seek`.
template <AsyncSeek S>
Seek<S> seek(S& stream, SeekFrom where) noexcept {
  return Seek<S>(stream, where);
}

}  // namespace heddle::inline v0::io
