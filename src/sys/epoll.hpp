// SPDX-License-Identifier: MIT
// epoll(7) with an eventfd to interrupt it.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <utility>

namespace heddle::inline v0::sys {

class Kernel;

/// Flags of an event, free of the kernel's names.
struct EpollEvent {
  static constexpr std::uint32_t kIn = 1, kOut = 2, kReadHangUp = 4, kHangUp = 8, kError = 16;
  std::uint32_t flags;
  void* token;
};

class Epoll {
 public:
  /// Returns an errno on failure. `simulated`, unless null, answers in the system's place.
  static std::expected<Epoll, int> make(Kernel* simulated = nullptr) noexcept;
  Epoll(Epoll&& other) noexcept;
  Epoll& operator=(Epoll&&) = delete;
  ~Epoll();

  /// Watches `fd` for both directions, edge-triggered. Returns an errno, or 0.
  int add(int fd, void* token) noexcept;
  void remove(int fd) noexcept;

  /// Fills `events`; returns how many. Waits up to `nanoseconds`, for ever if ~0. Interrupted or woken: maybe none.
  std::size_t wait(std::span<EpollEvent> events, std::uint64_t nanoseconds) noexcept;

  /// Ends the current wait, or the next. Any thread.
  void interrupt() noexcept;

 private:
  Epoll(std::shared_ptr<Kernel> kernel, int epoll, int event) noexcept
      : kernel_(std::move(kernel)), epoll_(epoll), event_(event) {}

  // Kept alive: a socket, and with it the driver, may be kept for longer than the simulation.
  std::shared_ptr<Kernel> kernel_;
  int epoll_;
  int event_;
};

}  // namespace heddle::inline v0::sys
