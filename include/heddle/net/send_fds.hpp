// SPDX-License-Identifier: MIT
// SendFdsFuture, RecvFdsFuture: descriptors that go from process to process, with bytes, through a Unix socket.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/net/detail/io_future.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace heddle::inline v0::net {

/// So many descriptors at most go with one message: the system's limit.
inline constexpr std::size_t kMostFds = 253;

/// What recv_fds gives: how many bytes, the descriptors that came with them, and whether there were more of these than
/// the caller had room for, or than this process may open; those are closed.
struct ReceivedFds {
  std::size_t size;
  std::vector<io::OwnedFd> fds;
  bool truncated;

  ReceivedFds(std::size_t count, std::vector<io::OwnedFd> received, bool cut) noexcept
      : size(count), fds(std::move(received)), truncated(cut) {}
  HEDDLE_FIELDS(size, fds, truncated);
};

/// The future of send_fds.
class [[nodiscard]] SendFdsFuture : detail::IoFuture {
 public:
  using Output = io::Result<std::size_t>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  using IoFuture::cancel;

  SendFdsFuture(Source& source, std::span<const std::byte> src, std::span<const int> fds) noexcept
      : IoFuture(source, Direction::kWrite), src_(src), fds_(fds) {}
  Poll<Output> poll(Context& cx);

 private:
  std::span<const std::byte> src_;
  std::span<const int> fds_;
};

/// The future of recv_fds.
class [[nodiscard]] RecvFdsFuture : detail::IoFuture {
 public:
  using Output = io::Result<ReceivedFds>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  using IoFuture::cancel;

  RecvFdsFuture(Source& source, std::span<std::byte> dst, std::size_t most) noexcept
      : IoFuture(source, Direction::kRead), dst_(dst), most_(most) {}
  Poll<Output> poll(Context& cx);

 private:
  std::span<std::byte> dst_;
  std::size_t most_;
};

}  // namespace heddle::inline v0::net

namespace heddle::inline v0::marker {

// They borrow the socket, whose state is atomic or under its lock, and what the caller lends.
template <>
struct unsafe_rules<net::SendFdsFuture> {
  using Send = Always;
};
template <>
struct unsafe_rules<net::RecvFdsFuture> {
  using Send = Always;
};

}  // namespace heddle::inline v0::marker
