// SPDX-License-Identifier: MIT
// FramedRead, FramedWrite and Framed: frames instead of bytes.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/io/codec.hpp>
#include <heddle/io/concepts.hpp>
#include <heddle/io/detail/framing.hpp>
#include <heddle/marker/fields.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::io {

/// The future of feed and send: T is a reference if the item was passed by name.
template <class Sink, class T, bool kFlush>
class [[nodiscard]] SendFrame {
 public:
  using Output = Result<void>;
  static constexpr future::Loss kLoss = kFlush ? future::Loss::kLosesData : future::Loss::kLossless;

  SendFrame(Sink& sink, T&& item) : sink_(sink), item_(std::forward<T>(item)) {}
  Poll<Output> poll(Context& cx) {
    if (!added_) {
      auto ready = sink_.poll_ready(cx);
      if (detail::stuck(ready)) return ready;
      auto added = sink_.start_send(std::forward<T>(item_));
      if (!added.has_value()) return Poll<Output>(std::in_place, std::unexpect, std::move(added).error());
      added_ = true;
    }
    if constexpr (kFlush) return sink_.poll_flush(cx);
    return Poll<Output>(std::in_place);
  }
  void cancel() noexcept {}

 private:
  Sink& sink_;
  T item_;
  bool added_ = false;

  HEDDLE_FIELDS(sink_, item_, added_);
};

/// The future of flush.
template <class Sink>
class [[nodiscard]] FlushFrames {
 public:
  using Output = Result<void>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit FlushFrames(Sink& sink) noexcept : sink_(sink) {}
  Poll<Output> poll(Context& cx) { return sink_.poll_flush(cx); }
  void cancel() noexcept {}

 private:
  Sink& sink_;

  HEDDLE_FIELDS(sink_);
};

/// The future of close.
template <class Sink>
class [[nodiscard]] CloseFrames {
 public:
  using Output = Result<void>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit CloseFrames(Sink& sink) noexcept : sink_(sink) {}
  Poll<Output> poll(Context& cx) { return sink_.poll_close(cx); }
  void cancel() noexcept {}

 private:
  Sink& sink_;

  HEDDLE_FIELDS(sink_);
};

/// The frames that are read from a stream, one by one: a heddle::Stream.
///
/// Shape       `FramedRead frames(stream, LinesCodec());`, `while (auto frame = co_await next(frames))`; each is a
///             Result. A stream passed by name is borrowed. What was read ahead is lost with the reader: see read_buffer.
/// Errors      The codec's and the stream's come as an item, and the end follows it. Who then asks once more reads on,
///             where the codec can: LinesCodec goes on with the next line. kUnexpectedEof if the stream ends in the
///             middle of a frame.
/// Cancelling  Safe: what was read of a frame is kept for the next call.
/// Cost        A buffer, as large as the largest frame so far, or 8 KiB.
///
/// Corresponds to tokio-util's `FramedRead`.
template <AsyncRead S, Decoder C>
class FramedRead {
 public:
  using Item = Result<typename C::Item>;

  FramedRead(S&& stream, C codec, std::size_t capacity = kDefaultBufferSize)
      : FramedRead(std::forward<S>(stream), std::move(codec), Buffer(capacity)) {}
  /// Begins with the bytes in `read`.
  FramedRead(S&& stream, C codec, Buffer read)
      : stream_(std::forward<S>(stream)), codec_(std::move(codec)), reader_(std::move(read)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) { return reader_.poll_next(cx, stream_, codec_); }

  /// The stream. Reading from it directly skips what is in the buffer.
  [[nodiscard]] std::remove_reference_t<S>& inner() noexcept { return stream_; }
  [[nodiscard]] S into_inner() && { return std::forward<S>(stream_); }
  [[nodiscard]] C& codec() noexcept { return codec_; }
  [[nodiscard]] const C& codec() const noexcept { return codec_; }

  /// What was read and not yet made a frame of. Who calls the second may take bytes, and add some.
  [[nodiscard]] const Buffer& read_buffer() const noexcept { return reader_.buffer(); }
  [[nodiscard]] Buffer& read_buffer() noexcept { return reader_.changed_buffer(); }

  /// The same stream read on with another codec: `std::move(frames).map_codec([](LinesCodec) { return BytesCodec(); })`.
  template <class F>
  [[nodiscard]] auto map_codec(F f) && {
    return FramedRead<S, std::invoke_result_t<F, C>>(std::forward<S>(stream_), f(std::move(codec_)),
                                                     std::move(reader_.changed_buffer()));
  }

 private:
  S stream_;
  C codec_;
  detail::FrameReader reader_;

  HEDDLE_FIELDS(stream_, codec_, reader_);
};
template <class S, class C>
FramedRead(S&&, C) -> FramedRead<S, C>;
template <class S, class C>
FramedRead(S&&, C, std::size_t) -> FramedRead<S, C>;
template <class S, class C>
FramedRead(S&&, C, Buffer) -> FramedRead<S, C>;

namespace detail {

/// Writing frames, for a `Self` that has a stream_, a codec_ and a writer_. An empty base.
template <class Self, class C>
class FrameSink {
 public:
  /// Adds a frame and flushes.
  ///
  /// Errors      The codec's, in which case nothing was added; the stream's. What was added before is kept: the next
  ///             flush goes on where this one stopped, and no frame is written twice or in part.
  /// Cancelling  Loses data: whether the frame was added isn't known. `feed` and then `flush` lose nothing.
  /// Corresponds to `SinkExt::send`.
  template <class T>
    requires Encoder<C, T>
  SendFrame<Self, T, true> send(T&& item) {
    return {self(), std::forward<T>(item)};
  }
  /// Adds a frame; waits only while there are as many bytes as the boundary, and writes them.
  ///
  /// Errors      As send.
  /// Cancelling  Safe: nothing was added.
  /// Corresponds to `SinkExt::feed`.
  template <class T>
    requires Encoder<C, T>
  SendFrame<Self, T, false> feed(T&& item) {
    return {self(), std::forward<T>(item)};
  }
  /// Writes all that was added, and flushes the stream.
  ///
  /// Cancelling  Safe: the next flush goes on.
  /// Corresponds to `SinkExt::flush`.
  FlushFrames<Self> flush() noexcept { return FlushFrames<Self>(self()); }
  /// Writes all that was added, and shuts the stream down.
  ///
  /// Cancelling  Safe: the next close goes on.
  /// Corresponds to `SinkExt::close`.
  CloseFrames<Self> close() noexcept { return CloseFrames<Self>(self()); }

  /// The steps of a sink: start_send may follow a poll_ready that was ready.
  Poll<Result<void>> poll_ready(Context& cx) { return self().writer_.poll_ready(cx, self().stream_); }
  template <class T>
    requires Encoder<C, T>
  Result<void> start_send(T&& item) {
    return self().writer_.add(self().codec_, std::forward<T>(item));
  }
  Poll<Result<void>> poll_flush(Context& cx) { return self().writer_.poll_flush(cx, self().stream_); }
  Poll<Result<void>> poll_close(Context& cx) { return self().writer_.poll_close(cx, self().stream_); }

  /// What was added and not yet written.
  [[nodiscard]] const Buffer& write_buffer() const noexcept { return self().writer_.buffer(); }
  [[nodiscard]] Buffer& write_buffer() noexcept { return self().writer_.changed_buffer(); }

  /// From how many bytes on a frame has to wait for some to be written; 8 KiB at first.
  [[nodiscard]] std::size_t backpressure_boundary() const noexcept { return self().writer_.boundary(); }
  void set_backpressure_boundary(std::size_t bytes) noexcept { self().writer_.set_boundary(bytes); }

 private:
  Self& self() noexcept { return static_cast<Self&>(*this); }
  const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

}  // namespace detail

/// Frames written to a stream. They are collected until `flush`, or until there are more bytes than the boundary.
///
/// Shape       `FramedWrite frames(stream, LinesCodec());`, `co_await frames.send("hello")`. A stream, or an item, that
///             is passed by name is borrowed. What was not flushed is lost with the writer.
///
/// Corresponds to tokio-util's `FramedWrite`, with the functions of the futures crate's `SinkExt`.
template <AsyncWrite S, class C>
class FramedWrite : public detail::FrameSink<FramedWrite<S, C>, C> {
 public:
  FramedWrite(S&& stream, C codec, std::size_t capacity = kDefaultBufferSize)
      : FramedWrite(std::forward<S>(stream), std::move(codec), Buffer(capacity)) {}
  /// Begins by writing the bytes in `written`.
  FramedWrite(S&& stream, C codec, Buffer written)
      : stream_(std::forward<S>(stream)), codec_(std::move(codec)), writer_(std::move(written)) {}

  [[nodiscard]] std::remove_reference_t<S>& inner() noexcept { return stream_; }
  [[nodiscard]] S into_inner() && { return std::forward<S>(stream_); }
  [[nodiscard]] C& codec() noexcept { return codec_; }
  [[nodiscard]] const C& codec() const noexcept { return codec_; }

  /// The same stream written on with another codec.
  template <class F>
  [[nodiscard]] auto map_codec(F f) && {
    FramedWrite<S, std::invoke_result_t<F, C>> mapped(std::forward<S>(stream_), f(std::move(codec_)),
                                                      std::move(writer_.changed_buffer()));
    mapped.set_backpressure_boundary(writer_.boundary());
    return mapped;
  }

 private:
  friend detail::FrameSink<FramedWrite, C>;
  S stream_;
  C codec_;
  detail::FrameWriter writer_;

  HEDDLE_FIELDS(stream_, codec_, writer_);
};
template <class S, class C>
FramedWrite(S&&, C) -> FramedWrite<S, C>;
template <class S, class C>
FramedWrite(S&&, C, std::size_t) -> FramedWrite<S, C>;
template <class S, class C>
FramedWrite(S&&, C, Buffer) -> FramedWrite<S, C>;

/// What a Framed is made of: see Framed::into_parts.
template <class S, class C>
struct FramedParts {
  S stream;
  C codec;
  Buffer read;   ///< read, and not yet made a frame of
  Buffer write;  ///< added, and not yet written

  FramedParts(S&& inner, C with, Buffer read_buffer = {}, Buffer write_buffer = {})
      : stream(std::forward<S>(inner)),
        codec(std::move(with)),
        read(std::move(read_buffer)),
        write(std::move(write_buffer)) {}
  HEDDLE_FIELDS(stream, codec, read, write);
};
template <class S, class C>
FramedParts(S&&, C) -> FramedParts<S, C>;
template <class S, class C>
FramedParts(S&&, C, Buffer) -> FramedParts<S, C>;
template <class S, class C>
FramedParts(S&&, C, Buffer, Buffer) -> FramedParts<S, C>;

/// Both directions of a stream in frames, with one codec: a heddle::Stream of those that are read, and `send`, `feed`,
/// `flush` and `close` for those to be written. All as FramedRead and FramedWrite have it.
///
/// Corresponds to tokio-util's `Framed`.
template <class S, Decoder C>
  requires AsyncRead<S> && AsyncWrite<S>
class Framed : public detail::FrameSink<Framed<S, C>, C> {
 public:
  using Item = Result<typename C::Item>;

  Framed(S&& stream, C codec, std::size_t capacity = kDefaultBufferSize)
      : Framed(FramedParts<S, C>(std::forward<S>(stream), std::move(codec), Buffer(capacity), Buffer(capacity))) {}
  explicit Framed(FramedParts<S, C> parts)
      : stream_(std::forward<S>(parts.stream)),
        codec_(std::move(parts.codec)),
        reader_(std::move(parts.read)),
        writer_(std::move(parts.write)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) { return reader_.poll_next(cx, stream_, codec_); }

  [[nodiscard]] std::remove_reference_t<S>& inner() noexcept { return stream_; }
  [[nodiscard]] S into_inner() && { return std::forward<S>(stream_); }
  [[nodiscard]] C& codec() noexcept { return codec_; }
  [[nodiscard]] const C& codec() const noexcept { return codec_; }
  [[nodiscard]] const Buffer& read_buffer() const noexcept { return reader_.buffer(); }
  [[nodiscard]] Buffer& read_buffer() noexcept { return reader_.changed_buffer(); }

  /// The stream, the codec and both buffers, to go on in another protocol without losing a byte.
  [[nodiscard]] FramedParts<S, C> into_parts() && {
    return FramedParts<S, C>(std::forward<S>(stream_), std::move(codec_), std::move(reader_.changed_buffer()),
                             std::move(writer_.changed_buffer()));
  }
  template <class F>
  [[nodiscard]] auto map_codec(F f) && {
    using Other = std::invoke_result_t<F, C>;
    return Framed<S, Other>(FramedParts<S, Other>(std::forward<S>(stream_), f(std::move(codec_)),
                                                  std::move(reader_.changed_buffer()),
                                                  std::move(writer_.changed_buffer())));
  }

 private:
  friend detail::FrameSink<Framed, C>;
  S stream_;
  C codec_;
  detail::FrameReader reader_;
  detail::FrameWriter writer_;

  HEDDLE_FIELDS(stream_, codec_, reader_, writer_);
};
template <class S, class C>
Framed(S&&, C) -> Framed<S, C>;
template <class S, class C>
Framed(S&&, C, std::size_t) -> Framed<S, C>;
template <class S, class C>
Framed(FramedParts<S, C>) -> Framed<S, C>;

}  // namespace heddle::inline v0::io
