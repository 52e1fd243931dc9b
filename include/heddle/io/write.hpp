// SPDX-License-Identifier: MIT
// Writing to any stream: write, write_all, write_vectored, write_be, write_le, flush, shutdown.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/integer.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/marker/fields.hpp>

#include <array>
#include <bit>
#include <string_view>

namespace heddle::inline v0::io {

/// The future of write.
template <AsyncWrite S>
class [[nodiscard]] Write {
 public:
  using Output = Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  Write(S& stream, std::span<const std::byte> src) noexcept : stream_(stream), src_(src) {}
  Poll<Output> poll(Context& cx) { return stream_.poll_write(cx, src_); }
  void cancel() noexcept {}

 private:
  S& stream_;
  std::span<const std::byte> src_;

  HEDDLE_FIELDS(stream_, src_);
};

namespace detail {

/// Writes all of `src`, and takes away what was written.
template <class S>
Poll<Result<void>> poll_write_all(S& stream, Context& cx, std::span<const std::byte>& src) {
  using Output = Result<void>;
  while (!src.empty()) {
    auto count = stream.poll_write(cx, src);
    if (stuck(count)) return pass_on<Output>(count);
    if (**count == 0) return failed<Output>(ErrorKind::kWriteZero, "the stream takes no more bytes");
    src = src.subspan(**count);
  }
  return Poll<Output>(std::in_place);
}

/// Several runs of bytes at once where the stream can, else the first that isn't empty.
template <class S>
Poll<Result<std::size_t>> poll_write_vectored(S& stream, Context& cx,
                                              std::span<const std::span<const std::byte>> sources) {
  if constexpr (requires { stream.poll_write_vectored(cx, sources); }) {
    return stream.poll_write_vectored(cx, sources);
  } else {
    for (const auto source : sources) {
      if (!source.empty()) return stream.poll_write(cx, source);
    }
    return stream.poll_write(cx, {});
  }
}

}  // namespace detail

/// The future of write_all.
template <AsyncWrite S>
class [[nodiscard]] WriteAll {
 public:
  using Output = Result<void>;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  WriteAll(S& stream, std::span<const std::byte> src) noexcept : stream_(stream), rest_(src) {}
  Poll<Output> poll(Context& cx) { return detail::poll_write_all(stream_, cx, rest_); }
  void cancel() noexcept {}

 private:
  S& stream_;
  std::span<const std::byte> rest_;

  HEDDLE_FIELDS(stream_, rest_);
};

/// The future of write_be and write_le.
template <AsyncWrite S, class T, std::endian kOrder>
class [[nodiscard]] WriteInt {
 public:
  using Output = Result<void>;
  static constexpr future::Loss kLoss = sizeof(T) == 1 ? future::Loss::kLossless : future::Loss::kLosesData;

  WriteInt(S& stream, T value) noexcept : stream_(stream), bytes_(detail::to_bytes(value, kOrder)) {}
  Poll<Output> poll(Context& cx) {
    auto rest = std::span<const std::byte>(bytes_).subspan(written_);
    auto step = detail::poll_write_all(stream_, cx, rest);
    written_ = bytes_.size() - rest.size();
    return step;
  }
  void cancel() noexcept {}

 private:
  S& stream_;
  std::array<std::byte, sizeof(T)> bytes_;
  std::size_t written_ = 0;

  HEDDLE_FIELDS(stream_, bytes_, written_);
};

/// The future of write_vectored.
template <AsyncWrite S>
class [[nodiscard]] WriteVectored {
 public:
  using Output = Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  WriteVectored(S& stream, std::span<const std::span<const std::byte>> sources) noexcept
      : stream_(stream), sources_(sources) {}
  Poll<Output> poll(Context& cx) { return detail::poll_write_vectored(stream_, cx, sources_); }
  void cancel() noexcept {}

 private:
  S& stream_;
  std::span<const std::span<const std::byte>> sources_;

  HEDDLE_FIELDS(stream_, sources_);
};

/// The future of flush.
template <AsyncWrite S>
class [[nodiscard]] Flush {
 public:
  using Output = Result<void>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Flush(S& stream) noexcept : stream_(stream) {}
  Poll<Output> poll(Context& cx) { return stream_.poll_flush(cx); }
  void cancel() noexcept {}

 private:
  S& stream_;

  HEDDLE_FIELDS(stream_);
};

/// The future of shutdown.
template <AsyncWrite S>
class [[nodiscard]] Shutdown {
 public:
  using Output = Result<void>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Shutdown(S& stream) noexcept : stream_(stream) {}
  Poll<Output> poll(Context& cx) { return stream_.poll_shutdown(cx); }
  void cancel() noexcept {}

 private:
  S& stream_;

  HEDDLE_FIELDS(stream_);
};

/// Writes as much of `src` as the stream takes at once.
///
/// Shape       Like all functions here, borrows the stream: `co_await io::write(stream, bytes)`.
/// Returns     How many bytes were taken; 0 if `src` is empty, or the stream takes no more.
/// Cancelling  Safe: nothing was written.
/// Corresponds to `AsyncWriteExt::write`.
template <AsyncWrite S>
Write<S> write(S& stream, std::span<const std::byte> src) noexcept {
  return Write<S>(stream, src);
}

/// Writes all of `src`, bytes or text.
///
/// Errors      kWriteZero if the stream takes no more; those of the stream. How much was written is not known.
/// Cancelling  Loses data: an unknown part was written.
/// Corresponds to `AsyncWriteExt::write_all`.
template <AsyncWrite S>
WriteAll<S> write_all(S& stream, std::span<const std::byte> src) noexcept {
  return WriteAll<S>(stream, src);
}
template <AsyncWrite S>
WriteAll<S> write_all(S& stream, std::string_view text) noexcept {
  return WriteAll<S>(stream, std::as_bytes(std::span(text)));
}

/// Writes from several places, in order, as much as the stream takes at once. A stream without `poll_write_vectored`
/// takes from the first place that isn't empty.
///
/// Returns, Cancelling  As write.
/// Corresponds to `AsyncWriteExt::write_vectored`.
template <AsyncWrite S>
WriteVectored<S> write_vectored(S& stream, std::span<const std::span<const std::byte>> sources) noexcept {
  return WriteVectored<S>(stream, sources);
}

/// Writes a number, the most significant byte first: `co_await io::write_be<std::uint32_t>(stream, 7)`.
///
/// Errors, Cancelling  As write_all; a single byte is not lost.
/// Corresponds to `AsyncWriteExt::write_u8` to `write_f64`.
template <detail::Number T, AsyncWrite S>
WriteInt<S, T, std::endian::big> write_be(S& stream, T value) noexcept {
  return WriteInt<S, T, std::endian::big>(stream, value);
}
/// The least significant byte first. Corresponds to `AsyncWriteExt::write_u16_le` to `write_f64_le`.
template <detail::Number T, AsyncWrite S>
WriteInt<S, T, std::endian::little> write_le(S& stream, T value) noexcept {
  return WriteInt<S, T, std::endian::little>(stream, value);
}

/// Waits until all that was written is on its way: no buffer of the program holds it back.
///
/// Cancelling  Safe: the next flush goes on.
/// Corresponds to `AsyncWriteExt::flush`.
template <AsyncWrite S>
Flush<S> flush(S& stream) noexcept {
  return Flush<S>(stream);
}

/// Flushes, and ends writing: the reader at the other end sees the end of the stream.
///
/// Cancelling  Safe: the next shutdown goes on.
/// Corresponds to `AsyncWriteExt::shutdown`.
template <AsyncWrite S>
Shutdown<S> shutdown(S& stream) noexcept {
  return Shutdown<S>(stream);
}

}  // namespace heddle::inline v0::io
