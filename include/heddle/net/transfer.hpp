// SPDX-License-Identifier: MIT
// ReadFuture, WriteFuture, WriteAllFuture, ReadinessFuture: what reading and writing a descriptor gives.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/io/error.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/net/detail/io_future.hpp>

#include <cstddef>
#include <expected>
#include <span>

namespace heddle::inline v0::net {

namespace detail {

/// How many bytes a system call moved, or its errno.
using Count = std::expected<std::size_t, int>;

/// One try at moving bytes to or from `Buffer`, a span of bytes or of such spans. It may clear the readiness that was
/// seen.
template <class Buffer>
using Step = Count (*)(runtime::detail::IoSource& source, runtime::detail::Readiness seen, Buffer buffer) noexcept;

using runtime::detail::Direction;

/// A step as a poll of the descriptor's owner, and without waiting. No step: nothing is to be moved.
template <class Buffer>
Poll<io::Result<std::size_t>> poll_step(runtime::detail::IoSource& source, Direction direction, Context& cx,
                                        Buffer buffer, Step<Buffer> step);
template <class Buffer>
io::Result<std::size_t> try_step(runtime::detail::IoSource& source, Direction direction, Buffer buffer,
                                 Step<Buffer> step);

}  // namespace detail

/// The future of every read and write, peek, recv and send.
template <class Buffer>
class [[nodiscard]] Transfer : detail::IoFuture {
 public:
  using Output = io::Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  using IoFuture::cancel;

  Transfer(Source& source, Direction direction, Buffer buffer, detail::Step<Buffer> step) noexcept
      : IoFuture(source, direction), buffer_(buffer), step_(step) {}
  Poll<Output> poll(Context& cx);

 private:
  Buffer buffer_;
  detail::Step<Buffer> step_;
};

using ReadFuture = Transfer<std::span<std::byte>>;
using WriteFuture = Transfer<std::span<const std::byte>>;

/// The future of write_all.
class [[nodiscard]] WriteAllFuture : detail::IoFuture {
 public:
  using Output = io::Result<void>;
  using IoFuture::cancel;
  static constexpr future::Loss kLoss = future::Loss::kLosesData;

  WriteAllFuture(Source& source, std::span<const std::byte> src, detail::Step<std::span<const std::byte>> step) noexcept
      : IoFuture(source, Direction::kWrite), rest_(src), step_(step) {}
  Poll<Output> poll(Context& cx);

 private:
  std::span<const std::byte> rest_;
  detail::Step<std::span<const std::byte>> step_;
};

/// The future of readable and writable.
class [[nodiscard]] ReadinessFuture : detail::IoFuture {
 public:
  using Output = io::Result<void>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  using IoFuture::cancel;

  ReadinessFuture(Source& source, Direction direction) noexcept : IoFuture(source, direction) {}
  Poll<Output> poll(Context& cx);
};

}  // namespace heddle::inline v0::net

namespace heddle::inline v0::marker {

// They borrow a socket, whose state is atomic or under its lock, and the caller's bytes.
template <class Buffer>
struct unsafe_rules<net::Transfer<Buffer>> {
  using Send = Always;
};
template <>
struct unsafe_rules<net::WriteAllFuture> {
  using Send = Always;
};
template <>
struct unsafe_rules<net::ReadinessFuture> {
  using Send = Always;
};

}  // namespace heddle::inline v0::marker
