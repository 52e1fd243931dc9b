// SPDX-License-Identifier: MIT
// The halves of a connection: one task reads, another writes, without a lock.
#pragma once

#include <heddle/base/assert.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/send.hpp>
#include <heddle/net/detail/ends.hpp>

#include <expected>
#include <memory>
#include <utility>

namespace heddle::inline v0::net {

/// The reading half of a stream that is borrowed. See TcpStream::split.
///
/// Corresponds to Tokio's `net::tcp::ReadHalf` and `net::unix::ReadHalf`.
template <class S>
class ReadHalf : public detail::ReadEnd<ReadHalf<S>, typename S::Calls>, public detail::Watched<ReadHalf<S>> {
 public:
  explicit ReadHalf(const S& stream) noexcept : stream_(stream) {}

  /// The stream, for its addresses and options.
  [[nodiscard]] const S& stream() const noexcept { return stream_; }

 private:
  friend detail::Access;
  runtime::detail::IoSource& source() const noexcept { return detail::Access::source(stream_); }

  const S& stream_;

  HEDDLE_FIELDS(stream_);
};

/// The writing half of a stream that is borrowed. Dropping it doesn't end the direction: `io::shutdown(half)` does.
///
/// Corresponds to Tokio's `net::tcp::WriteHalf` and `net::unix::WriteHalf`.
template <class S>
class WriteHalf : public detail::WriteEnd<WriteHalf<S>, typename S::Calls>, public detail::Watched<WriteHalf<S>> {
 public:
  explicit WriteHalf(const S& stream) noexcept : stream_(stream) {}

  [[nodiscard]] const S& stream() const noexcept { return stream_; }

  Poll<io::Result<void>> poll_shutdown(Context&) {
    return Poll<io::Result<void>>(std::in_place, detail::shut_down_write(source()));
  }

 private:
  friend detail::Access;
  runtime::detail::IoSource& source() const noexcept { return detail::Access::source(stream_); }

  const S& stream_;

  HEDDLE_FIELDS(stream_);
};

template <class S>
class OwnedWriteHalf;

/// Two halves that are not of one connection, given back. See OwnedReadHalf::reunite.
template <class R, class W>
class ReuniteError {
 public:
  R read;
  W write;

  ReuniteError(R r, W w) noexcept : read(std::move(r)), write(std::move(w)) {}
  [[nodiscard]] static const char* what() noexcept {
    return "tried to reunite halves that are not of the same connection";
  }
  HEDDLE_FIELDS(read, write);
};

/// The reading half of a connection. The connection is closed when both halves are gone. See TcpStream::into_split.
///
/// Corresponds to Tokio's `net::tcp::OwnedReadHalf` and `net::unix::OwnedReadHalf`.
template <class S>
class OwnedReadHalf : public detail::ReadEnd<OwnedReadHalf<S>, typename S::Calls>,
                      public detail::Watched<OwnedReadHalf<S>> {
 public:
  explicit OwnedReadHalf(std::shared_ptr<S> stream) noexcept : stream_(std::move(stream)) {}

  [[nodiscard]] const S& stream() const noexcept { return *stream_; }
  [[nodiscard]] bool is_pair_of(const OwnedWriteHalf<S>& other) const noexcept { return stream_ == other.stream_; }

  /// The connection again. Errors: both halves, if they aren't of one connection. Tokio's `reunite`.
  [[nodiscard]] std::expected<S, ReuniteError<OwnedReadHalf, OwnedWriteHalf<S>>> reunite(OwnedWriteHalf<S> other) && {
    if (!is_pair_of(other)) return std::unexpected(ReuniteError(std::move(*this), std::move(other)));
    std::move(other).forget();
    return std::move(*std::exchange(stream_, nullptr));
  }

 private:
  friend detail::Access;
  runtime::detail::IoSource& source() const noexcept {
    HEDDLE_INVARIANT(stream_ != nullptr, "half of a connection was used after it had been moved from");
    return detail::Access::source(*stream_);
  }

  std::shared_ptr<S> stream_;

  // Two halves share a stream, and read its members only: what they call is const, or each one's own direction.
  HEDDLE_UNSAFE_SEND(heddle::Send<S> && heddle::Sync<S>);
  HEDDLE_UNSAFE_SYNC(heddle::Sync<S>);
  HEDDLE_UNSAFE_OWNED(heddle::Owned<S>);
};

/// The writing half of a connection. Dropping it ends sending: the peer reads 0 once it has read the rest.
///
/// Corresponds to Tokio's `net::tcp::OwnedWriteHalf` and `net::unix::OwnedWriteHalf`.
template <class S>
class OwnedWriteHalf : public detail::WriteEnd<OwnedWriteHalf<S>, typename S::Calls>,
                       public detail::Watched<OwnedWriteHalf<S>> {
 public:
  explicit OwnedWriteHalf(std::shared_ptr<S> stream) noexcept : stream_(std::move(stream)) {}
  OwnedWriteHalf(OwnedWriteHalf&&) noexcept = default;
  OwnedWriteHalf& operator=(OwnedWriteHalf&& other) noexcept {
    std::swap(stream_, other.stream_);
    return *this;
  }
  ~OwnedWriteHalf() {
    // A connection that is gone already can't be told.
    if (stream_ != nullptr) static_cast<void>(detail::shut_down_write(source()));
  }

  [[nodiscard]] const S& stream() const noexcept { return *stream_; }

  /// Drops the half and leaves the direction open, until the reading half goes. Tokio's `forget`.
  void forget() && noexcept { stream_.reset(); }

  Poll<io::Result<void>> poll_shutdown(Context&) {
    return Poll<io::Result<void>>(std::in_place, detail::shut_down_write(source()));
  }

 private:
  friend detail::Access;
  friend class OwnedReadHalf<S>;
  runtime::detail::IoSource& source() const noexcept {
    HEDDLE_INVARIANT(stream_ != nullptr, "half of a connection was used after it had been moved from");
    return detail::Access::source(*stream_);
  }

  std::shared_ptr<S> stream_;

  // As OwnedReadHalf.
  HEDDLE_UNSAFE_SEND(heddle::Send<S> && heddle::Sync<S>);
  HEDDLE_UNSAFE_SYNC(heddle::Sync<S>);
  HEDDLE_UNSAFE_OWNED(heddle::Owned<S>);
};

/// What split and into_split give: `auto [reader, writer] = std::move(stream).into_split();`
template <class R, class W>
struct Halves {
  R reader;
  W writer;

  Halves(R r, W w) noexcept : reader(std::move(r)), writer(std::move(w)) {}
  HEDDLE_FIELDS(reader, writer);
};

namespace detail {

template <class S>
using BorrowedHalves = Halves<ReadHalf<S>, WriteHalf<S>>;
template <class S>
using OwnedHalves = Halves<OwnedReadHalf<S>, OwnedWriteHalf<S>>;

template <class S>
OwnedHalves<S> split_owned(S&& stream) {
  auto shared = std::make_shared<S>(std::move(stream));
  return OwnedHalves<S>(OwnedReadHalf<S>(shared), OwnedWriteHalf<S>(shared));
}

}  // namespace detail
}  // namespace heddle::inline v0::net
