// SPDX-License-Identifier: MIT
// The driver on epoll, edge-triggered, shared by all workers of a runtime.
#include "runtime/driver/driver.hpp"
#include "sys/epoll.hpp"
#include "sys/kernel.hpp"

#include <array>
#include <span>
#include <utility>

namespace heddle::inline v0::runtime::detail {

namespace {

std::uint32_t readiness_of(std::uint32_t flags) noexcept {
  using Event = sys::EpollEvent;
  std::uint32_t ready = 0;
  if ((flags & Event::kIn) != 0) ready |= Readiness::kReadable;
  if ((flags & Event::kOut) != 0) ready |= Readiness::kWritable;
  if ((flags & Event::kReadHangUp) != 0) ready |= Readiness::kReadable | Readiness::kReadClosed;
  if ((flags & Event::kHangUp) != 0) ready |= Readiness::kReadClosed | Readiness::kWriteClosed;
  if ((flags & Event::kError) != 0) ready |= Readiness::kError;
  return ready;
}

class EpollDriver final : public Driver {
 public:
  explicit EpollDriver(sys::Epoll epoll) noexcept : epoll_(std::move(epoll)) {}

  void interrupt() noexcept override { epoll_.interrupt(); }

 protected:
  int watch(IoSource& source) noexcept override { return epoll_.add(source.fd(), &source); }

  void unwatch(IoSource& source) noexcept override { epoll_.remove(source.fd()); }

  void wait(std::uint64_t nanoseconds, std::size_t most) noexcept override {
    std::array<sys::EpollEvent, kMostEvents> events;
    const std::size_t count = epoll_.wait(std::span(events).first(most), nanoseconds);
    for (const sys::EpollEvent& event : std::span(events).first(count)) {
      static_cast<IoSource*>(event.token)->set_ready(readiness_of(event.flags));
    }
  }

 private:
  sys::Epoll epoll_;
};

}  // namespace

io::Result<std::unique_ptr<Driver>> make_epoll_driver() {
  auto epoll = sys::Epoll::make(sys::kernel());
  if (!epoll) return io::fail(epoll.error());
  return std::make_unique<EpollDriver>(std::move(*epoll));
}

}  // namespace heddle::inline v0::runtime::detail
