// SPDX-License-Identifier: MIT
// Buffer: bytes that come in at one end and go out at the other.
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/marker/fields.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace heddle::inline v0::io {

/// Bytes that were read and not used, or are to be written: filled at the back, used up at the front.
///
/// Shape       `stream.poll_read(cx, buffer.prepare(512))`, then `buffer.commit(n)`; `buffer.bytes()`, then
///             `buffer.consume(n)`. What `bytes`, `text` and `prepare` gave is valid until the next non-const call.
/// Errors      What takes room throws std::bad_alloc, or std::length_error, and leaves the bytes as they are.
/// Cost        One block, which is filled with nothing, and doubles when it must. Using up is a number; the rest is moved
///             to the front only when room is wanted and there is as much of it as is moved, so a byte is moved once.
///
/// Corresponds to the `BytesMut` that tokio-util's codecs read and write, without its sharing.
class Buffer {
 public:
  Buffer() noexcept {}
  explicit Buffer(std::size_t capacity) { grow(capacity); }
  /// With these bytes in it.
  explicit Buffer(std::string_view text) { append(text); }
  Buffer(Buffer&& other) noexcept
      : block_(std::move(other.block_)),
        capacity_(std::exchange(other.capacity_, 0)),
        begin_(std::exchange(other.begin_, 0)),
        end_(std::exchange(other.end_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    std::swap(block_, taken.block_);
    std::swap(capacity_, taken.capacity_);
    std::swap(begin_, taken.begin_);
    std::swap(end_, taken.end_);
    return *this;
  }

  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  /// How many bytes the block has room for.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// What is in it, as bytes and as text.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {block_.get() + begin_, size()}; }
  [[nodiscard]] std::string_view text() const noexcept {
    // SAFETY: a byte may be seen as a character.
    return {reinterpret_cast<const char*>(block_.get()) + begin_, size()};
  }

  /// Takes `count` bytes away at the front.
  void consume(std::size_t count) noexcept {
    HEDDLE_INVARIANT(count <= size(), "more was consumed than the buffer holds");
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Leaves the first `count` bytes; all of them if there are fewer.
  void truncate(std::size_t count) noexcept {
    if (count < size()) end_ = begin_ + count;
  }
  void clear() noexcept { begin_ = end_ = 0; }

  /// All the room behind the last byte, `least` bytes or more, to be written to and then committed.
  [[nodiscard]] std::span<std::byte> prepare(std::size_t least) {
    if (capacity_ - end_ < least) make_room(least);
    return {block_.get() + end_, capacity_ - end_};
  }
  /// Adds the first `count` bytes of what prepare gave.
  void commit(std::size_t count) noexcept {
    HEDDLE_INVARIANT(count <= capacity_ - end_, "more was committed than the buffer had room for");
    end_ += count;
  }

  /// Adds bytes, which are not the buffer's own, at the back.
  void append(std::span<const std::byte> bytes);
  void append(std::string_view text) { append(std::as_bytes(std::span(text))); }
  void push_back(std::byte byte) {
    prepare(1)[0] = byte;
    ++end_;
  }

 private:
  void make_room(std::size_t least);
  void grow(std::size_t capacity);

  // begin_ <= end_ <= capacity_; the bytes between them are in use.
  std::unique_ptr<std::byte[]> block_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  // The block is reached through the buffer alone, and its const functions give it out as const.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

}  // namespace heddle::inline v0::io
