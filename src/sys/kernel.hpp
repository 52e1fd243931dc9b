// SPDX-License-Identifier: MIT
// Kernel: what answers the system calls of a thread in the system's place, for simulations.
#pragma once

#include "sys/epoll.hpp"
#include "sys/socket.hpp"
#include "sys/socket_option.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace heddle::inline v0::sys {

/// Descriptors of a Kernel begin here: higher than the system's ever are, so that none is taken for the other.
inline constexpr int kFirstSimulated = 1 << 30;

/// Each function stands for the one of its name in sys/socket.hpp, sys/socket_option.hpp and sys/epoll.hpp, and keeps its contract. Called by the
/// thread that it was given to only, but for interrupt().
class Kernel {
 public:
  /// Keeps it alive: for a poller, which may be kept for longer than the simulation.
  virtual std::shared_ptr<Kernel> share() = 0;

  virtual Outcome<Fd> socket(Family family, Kind kind) = 0;
  virtual Outcome<void> bind(int fd, const RawAddr& addr) = 0;
  virtual Outcome<void> listen(int fd, int backlog) = 0;
  virtual Outcome<std::pair<int, RawAddr>> accept(int fd) = 0;
  /// False for a descriptor that is none of its own: the system's then.
  virtual bool close(int fd) = 0;
  virtual Outcome<Connect> connect(int fd, const RawAddr& addr) = 0;
  virtual int take_error(int fd) = 0;
  virtual Outcome<RawAddr> local_addr(int fd) = 0;
  virtual Outcome<RawAddr> peer_addr(int fd) = 0;
  virtual Outcome<std::size_t> receive(int fd, std::span<std::byte> into, Peek peek) = 0;
  virtual Outcome<std::size_t> send(int fd, std::span<const std::byte> from) = 0;
  virtual Outcome<void> shut_down(int fd, Half half) = 0;
  virtual Outcome<void> set_option(int fd, SocketOption option, int value) = 0;
  virtual Outcome<int> get_option(int fd, SocketOption option) = 0;
  virtual Outcome<void> set_linger(int fd, std::optional<int> seconds) = 0;

  virtual int watch(int fd, void* token) = 0;
  virtual void unwatch(int fd) = 0;
  virtual std::size_t wait(std::span<EpollEvent> events, std::uint64_t nanoseconds) = 0;
  /// Any thread.
  virtual void interrupt() noexcept = 0;

 protected:
  ~Kernel() = default;
};

/// The one of this thread; null: the system's. A load next to a system call, which costs a thousand times as much.
[[nodiscard]] Kernel* kernel() noexcept;
/// Returns the one before.
Kernel* set_kernel(Kernel* kernel) noexcept;

}  // namespace heddle::inline v0::sys
