// SPDX-License-Identifier: MIT
// Decoder and Encoder: what makes frames of bytes, and bytes of frames.
//
//   io/framed.hpp                   FramedRead, FramedWrite, Framed: a codec over a stream
//   io/bytes_codec.hpp              any bytes, as they come
//   io/lines_codec.hpp              LinesCodec, AnyDelimiterCodec
//   io/length_delimited_codec.hpp   frames with their length before them
#pragma once

#include <heddle/io/buffer.hpp>
#include <heddle/io/error.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::io {

/// A C finds the next frame in what was read: it has a type `Item`, and `decode(buffer)` takes a frame's bytes out of
/// the buffer and gives the frame, or gives nothing if more bytes are needed. It may keep what it learned for the next
/// call. It may also have `decode_eof(buffer)`, called in its place once the stream has ended.
///
/// Corresponds to tokio-util's `Decoder`.
template <class C>
concept Decoder = requires(C& codec, Buffer& source) {
  typename C::Item;
  { codec.decode(source) } -> std::same_as<Result<std::optional<typename C::Item>>>;
};

/// A C writes a T as a frame: `encode(item, buffer)` appends to the buffer. What it appended before it failed is taken
/// back by whoever called it.
///
/// Corresponds to tokio-util's `Encoder<T>`.
template <class C, class T>
concept Encoder = requires(C& codec, T&& item, Buffer& destination) {
  { codec.encode(std::forward<T>(item), destination) } -> std::same_as<Result<void>>;
};

/// The last frames of a stream that has ended: the codec's `decode_eof`, or else `decode`, after which nothing may be
/// left.
///
/// Errors      kUnexpectedEof if the stream has ended in the middle of a frame.
template <Decoder C>
Result<std::optional<typename C::Item>> decode_eof(C& codec, Buffer& source) {
  if constexpr (requires { codec.decode_eof(source); }) {
    return codec.decode_eof(source);
  } else {
    auto frame = codec.decode(source);
    if (frame.has_value() && !frame->has_value() && !source.empty()) {
      return fail(ErrorKind::kUnexpectedEof, "the stream ended in the middle of a frame");
    }
    return frame;
  }
}

}  // namespace heddle::inline v0::io
