// SPDX-License-Identifier: MIT
// Passing descriptors.
#include <heddle/net/send_fds.hpp>

#include "net/poll_io.hpp"
#include "sys/unix_socket.hpp"

namespace heddle::inline v0::net {

static_assert(kMostFds == sys::kMostFdsOfMessage);

Poll<io::Result<std::size_t>> SendFdsFuture::poll(Context& cx) {
  const auto refused = [](const char* why) {
    return Poll<Output>(std::in_place, std::unexpect, io::Error(io::ErrorKind::kInvalidInput, why));
  };
  if (src_.empty()) return refused("descriptors go with a byte at least");
  if (fds_.size() > kMostFds) return refused("more than 253 descriptors for one message");
  return poll_io(cx, [this](Readiness) { return sys::send_fds(source().fd(), src_, fds_); });
}

Poll<io::Result<ReceivedFds>> RecvFdsFuture::poll(Context& cx) {
  auto answer = poll_io(cx, [this](Readiness) { return sys::receive_fds(source().fd(), dst_, most_); });
  if (answer.is_pending()) return Pending;
  if (!answer->has_value()) return Poll<Output>(std::in_place, std::unexpect, std::move(*answer).error());
  sys::Received& received = **answer;
  std::vector<io::OwnedFd> fds;
  fds.reserve(received.fds.size());
  for (sys::Fd& fd : received.fds) fds.emplace_back(fd.release());
  return Poll<Output>(std::in_place, std::in_place, received.size, std::move(fds), received.truncated);
}

}  // namespace heddle::inline v0::net
