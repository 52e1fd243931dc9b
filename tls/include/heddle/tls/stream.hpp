// SPDX-License-Identifier: MIT
// Stream: a stream made private, and Handshake, the future that makes it so.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/io/concepts.hpp>
#include <heddle/io/write.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/tls/detail/session.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::tls {

template <class S>
class Handshake;

/// TLS over another stream: an io::AsyncRead and io::AsyncWrite of plain text.
///
/// Shape       Comes from Connector::connect or Acceptor::accept. What is written is sent at once, or, where the stream
///             below takes no more, by the next write, flush or shutdown: flush before waiting for an answer.
/// Errors      Reading: 0 only after the peer has said that it sends no more (close_notify). A stream that ends without
///             is kUnexpectedEof: somebody may have cut it off. kInvalidData for what is no TLS, or was changed on its
///             way. Those of the stream below. After an error of TLS every call fails.
/// Cancelling  As for any stream: a step that is pending has given and taken no plain text.
/// Threads     Is Send if S is. One task reads and one writes: see io::split.
/// Cost        OpenSSL's state, some 10 KiB. Bytes are copied into its buffers and out of them.
///
/// Corresponds to tokio-rustls' `TlsStream`, on OpenSSL.
template <class S>
class Stream {
 public:
  /// Reads plain text. Never writes to the stream below: the writer's place is its own.
  Poll<io::Result<std::size_t>> poll_read(Context& cx, std::span<std::byte> dst) {
    using Output = io::Result<std::size_t>;
    if (dst.empty()) return Poll<Output>(std::in_place, 0U);
    for (;;) {
      std::size_t count = 0;
      const auto step = session_.read(dst, count);
      if (step == Step::kFailed) return Poll<Output>(std::in_place, std::unexpect, session_.error());
      if (step != Step::kNeedsInput) return Poll<Output>(std::in_place, count);
      auto filled = poll_fill(cx);
      if (io::detail::stuck(filled)) return io::detail::pass_on<Output>(filled);
    }
  }

  Poll<io::Result<std::size_t>> poll_write(Context& cx, std::span<const std::byte> src) {
    using Output = io::Result<std::size_t>;
    auto sent = poll_send(cx);
    if (io::detail::stuck(sent)) return io::detail::pass_on<Output>(sent);
    if (src.empty()) return Poll<Output>(std::in_place, 0U);
    std::size_t count = 0;
    if (session_.write(src, count) != Step::kDone) {
      return Poll<Output>(std::in_place, std::unexpect, session_.error());
    }
    // It was taken: if the stream below won't have it yet, it goes with the next write or flush.
    sent = poll_send(cx);
    if (sent.is_ready() && !sent->has_value()) return io::detail::pass_on<Output>(sent);
    return Poll<Output>(std::in_place, count);
  }

  Poll<io::Result<void>> poll_flush(Context& cx) {
    auto sent = poll_send(cx);
    if (io::detail::stuck(sent)) return sent;
    return stream_.poll_flush(cx);
  }

  /// Says that no more will be sent (close_notify), and shuts the stream below down. Reading goes on.
  Poll<io::Result<void>> poll_shutdown(Context& cx) {
    if (!std::exchange(closing_, true)) static_cast<void>(session_.close());
    auto sent = poll_send(cx);
    if (io::detail::stuck(sent)) return sent;
    return stream_.poll_shutdown(cx);
  }

  /// The stream below. Reading from it, or writing to it, directly ends the session.
  [[nodiscard]] std::remove_reference_t<S>& inner() noexcept { return stream_; }
  [[nodiscard]] const std::remove_reference_t<S>& inner() const noexcept { return stream_; }

  /// The protocol that both agreed on; empty if they had nothing to agree on.
  [[nodiscard]] std::string alpn() const { return session_.alpn(); }
  /// On a server: the name that the client asked for; empty if it said none.
  [[nodiscard]] std::string server_name() const { return session_.server_name(); }
  /// "TLSv1.3".
  [[nodiscard]] std::string_view version() const noexcept { return session_.version(); }

 private:
  friend class Handshake<S>;
  using Step = detail::Session::Step;

  Stream(S&& stream, detail::Session session) : stream_(std::forward<S>(stream)), session_(std::move(session)) {}

  Poll<io::Result<void>> poll_handshake(Context& cx) {
    for (;;) {
      const auto step = session_.handshake();
      auto sent = poll_send(cx);
      // An alert tells the peer why; whether it arrives changes nothing here.
      if (step == Step::kFailed) return Poll<io::Result<void>>(std::in_place, std::unexpect, session_.error());
      if (sent.is_ready() && (step == Step::kDone || !sent->has_value())) return sent;
      if (step == Step::kDone) {
        // Don't wait for a client that begins by writing, and reads later.
        if (session_.rest_can_wait()) return Poll<io::Result<void>>(std::in_place);
        return Pending;
      }
      // Read even if not all was sent: the peer may be waiting for us to.
      auto filled = poll_fill(cx);
      if (io::detail::stuck(filled)) return filled;
    }
  }

  /// One step of reading from the stream below.
  Poll<io::Result<void>> poll_fill(Context& cx) {
    using Output = io::Result<void>;
    std::array<std::byte, 16U << 10> bytes;
    auto count = stream_.poll_read(cx, bytes);
    if (io::detail::stuck(count)) return io::detail::pass_on<Output>(count);
    if (**count == 0) {
      return io::detail::failed<Output>(io::ErrorKind::kUnexpectedEof, "TLS: the stream ended without a close_notify");
    }
    session_.give(std::span(bytes).first(**count));
    return Poll<Output>(std::in_place);
  }

  /// Sends what the session has put out.
  Poll<io::Result<void>> poll_send(Context& cx) {
    auto& output = session_.output();
    auto rest = std::as_const(output).bytes();
    auto sent = io::detail::poll_write_all(stream_, cx, rest);
    output.consume(output.size() - rest.size());
    return sent;
  }

  S stream_;
  detail::Session session_;
  bool closing_ = false;

  HEDDLE_FIELDS(stream_, session_, closing_);
};

/// The future of Connector::connect and Acceptor::accept.
template <class S>
class [[nodiscard]] Handshake {
 public:
  using Output = io::Result<Stream<S>>;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  Handshake(S&& stream, io::Result<detail::Session> session) {
    if (session.has_value()) {
      stream_.emplace(Stream<S>(std::forward<S>(stream), *std::move(session)));
    } else {
      error_ = std::move(session).error();
    }
  }

  Poll<Output> poll(Context& cx) {
    if (error_) return Poll<Output>(std::in_place, std::unexpect, *error_);
    auto done = stream_->poll_handshake(cx);
    if (io::detail::stuck(done)) return io::detail::pass_on<Output>(done);
    return Poll<Output>(std::in_place, *std::move(stream_));
  }

  /// Drops the stream, if it isn't the caller's.
  void cancel() noexcept { stream_.reset(); }

 private:
  std::optional<Stream<S>> stream_;
  std::optional<io::Error> error_;

  HEDDLE_FIELDS(stream_, error_);
};

}  // namespace heddle::inline v0::tls
