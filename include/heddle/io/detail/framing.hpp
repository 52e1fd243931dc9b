// SPDX-License-Identifier: MIT
// FrameReader and FrameWriter: the two directions of a codec over a stream, without the stream and the codec.
#pragma once

#include <heddle/io/buf_reader.hpp>
#include <heddle/io/buffer.hpp>
#include <heddle/io/codec.hpp>
#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/step.hpp>
#include <heddle/io/write.hpp>
#include <heddle/marker/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace heddle::inline v0::io::detail {

/// Reads until the codec finds a frame.
class FrameReader {
 public:
  explicit FrameReader(Buffer buffer)
      : buffer_(std::move(buffer)), state_(buffer_.empty() ? State::kReading : State::kDecoding) {}

  [[nodiscard]] const Buffer& buffer() const noexcept { return buffer_; }
  /// Whoever changes the bytes may have made a frame complete.
  [[nodiscard]] Buffer& changed_buffer() noexcept {
    if (state_ == State::kReading) state_ = State::kDecoding;
    return buffer_;
  }

  template <class S, class C>
  Poll<std::optional<Result<typename C::Item>>> poll_next(Context& cx, S& stream, C& codec) {
    using Item = Result<typename C::Item>;
    for (;;) {
      if (state_ == State::kFailed) {
        state_ = State::kDecoding;
        return Poll<std::optional<Item>>(std::in_place);
      }
      if (state_ != State::kReading) {
        const bool ended = state_ == State::kEnding;
        auto frame = ended ? io::decode_eof(codec, buffer_) : codec.decode(buffer_);
        if (!frame.has_value()) return fail_with<Item>(std::move(frame).error());
        if (frame->has_value()) return Poll<std::optional<Item>>(std::in_place, std::in_place, *std::move(*frame));
        state_ = State::kReading;
        // Whoever asks once more after the end looks whether the stream goes on.
        if (ended) return Poll<std::optional<Item>>(std::in_place);
      }
      auto count = stream.poll_read(cx, buffer_.prepare(kLeastRead));
      if (count.is_pending()) return Pending;
      if (!count->has_value()) return fail_with<Item>(std::move(*count).error());
      buffer_.commit(**count);
      if (**count == 0 && at_end_) return Poll<std::optional<Item>>(std::in_place);
      at_end_ = **count == 0;
      state_ = at_end_ ? State::kEnding : State::kDecoding;
    }
  }

 private:
  enum class State : std::uint8_t {
    kReading,   // no frame in the buffer
    kDecoding,  // there may be one
    kEnding,    // the same, and the stream has ended
    kFailed,    // the next answer is the end, once
  };
  // A step of reading shouldn't be tiny because a part of a frame fills the block.
  static constexpr std::size_t kLeastRead = 512;

  template <class Item>
  Poll<std::optional<Item>> fail_with(Error error) {
    state_ = State::kFailed;
    return Poll<std::optional<Item>>(std::in_place, std::in_place, std::unexpect, std::move(error));
  }

  Buffer buffer_;
  State state_;
  // The last step of reading gave nothing: the codec was told, and the next one that gives nothing is the end.
  bool at_end_ = false;

  HEDDLE_FIELDS(buffer_, state_, at_end_);
};

/// Collects encoded frames and writes them.
class FrameWriter {
 public:
  explicit FrameWriter(Buffer buffer) noexcept : buffer_(std::move(buffer)) {}

  [[nodiscard]] const Buffer& buffer() const noexcept { return buffer_; }
  [[nodiscard]] Buffer& changed_buffer() noexcept { return buffer_; }
  [[nodiscard]] std::size_t boundary() const noexcept { return boundary_; }
  void set_boundary(std::size_t bytes) noexcept { boundary_ = bytes; }

  /// Ready when a frame may be added.
  template <class S>
  Poll<Result<void>> poll_ready(Context& cx, S& stream) {
    if (buffer_.size() < boundary_) return Poll<Result<void>>(std::in_place);
    return poll_flush(cx, stream);
  }

  template <class C, class T>
  Result<void> add(C& codec, T&& item) {
    const std::size_t had = buffer_.size();
    Result<void> added = codec.encode(std::forward<T>(item), buffer_);
    if (!added.has_value()) buffer_.truncate(had);
    return added;
  }

  template <class S>
  Poll<Result<void>> poll_flush(Context& cx, S& stream) {
    auto written = poll_write_buffer(cx, stream);
    if (stuck(written)) return written;
    return stream.poll_flush(cx);
  }
  template <class S>
  Poll<Result<void>> poll_close(Context& cx, S& stream) {
    auto written = poll_write_buffer(cx, stream);
    if (stuck(written)) return written;
    return stream.poll_shutdown(cx);
  }

 private:
  template <class S>
  Poll<Result<void>> poll_write_buffer(Context& cx, S& stream) {
    auto rest = buffer_.bytes();
    auto written = poll_write_all(stream, cx, rest);
    buffer_.consume(buffer_.size() - rest.size());
    return written;
  }

  Buffer buffer_;
  std::size_t boundary_ = kDefaultBufferSize;

  HEDDLE_FIELDS(buffer_, boundary_);
};

}  // namespace heddle::inline v0::io::detail
