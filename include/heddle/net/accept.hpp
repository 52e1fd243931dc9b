// SPDX-License-Identifier: MIT
// AcceptFuture: what accepting a connection gives.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/net/detail/io_future.hpp>
#include <heddle/runtime/detail/timer_entry.hpp>

#include <cstdint>

namespace heddle::inline v0::net {

/// The future of TcpListener::accept and UnixListener::accept.
template <class Listener>
class [[nodiscard]] AcceptFuture : detail::IoFuture {
 public:
  using Output = io::Result<typename Listener::Accepted>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  AcceptFuture(Source& source, std::uint64_t& not_before) noexcept
      : IoFuture(source, Direction::kRead), not_before_(not_before) {}

  /// Drops it where it stands.
  void cancel() noexcept {
    retry_.disarm();
    IoFuture::cancel();
  }

  Poll<Output> poll(Context& cx);

 private:
  // The listener's: nanoseconds on the runtime's clock before which accept must not try again; 0: at any time.
  std::uint64_t& not_before_;
  runtime::detail::TimerEntry retry_;
};

}  // namespace heddle::inline v0::net

// It borrows the listener, whose state is atomic or its one accepting task's.
template <class Listener>
struct heddle::marker::unsafe_rules<heddle::net::AcceptFuture<Listener>> {
  using Send = Always;
};
