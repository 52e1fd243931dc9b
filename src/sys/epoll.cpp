// SPDX-License-Identifier: MIT
// The system calls behind Epoll.
#include "sys/epoll.hpp"

#include "sys/kernel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

constexpr std::size_t kBatch = 256;

std::uint32_t translate(std::uint32_t events) noexcept {
  std::uint32_t flags = 0;
  if ((events & (EPOLLIN | EPOLLPRI)) != 0) flags |= EpollEvent::kIn;
  if ((events & EPOLLOUT) != 0) flags |= EpollEvent::kOut;
  if ((events & EPOLLRDHUP) != 0) flags |= EpollEvent::kReadHangUp;
  if ((events & EPOLLHUP) != 0) flags |= EpollEvent::kHangUp;
  if ((events & EPOLLERR) != 0) flags |= EpollEvent::kError;
  return flags;
}

int wait_ms(std::uint64_t nanoseconds) noexcept {
  if (nanoseconds == ~std::uint64_t{0}) return -1;
  const std::uint64_t rounded_up = nanoseconds / 1'000'000 + (nanoseconds % 1'000'000 != 0 ? 1 : 0);
  return static_cast<int>(std::min<std::uint64_t>(rounded_up, INT_MAX));
}

}  // namespace

std::expected<Epoll, int> Epoll::make(Kernel* simulated) noexcept {
  if (simulated != nullptr) return Epoll(simulated->share(), -1, -1);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return std::unexpected(errno);
  const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) {
    const int error = errno;
    ::close(epoll);
    return std::unexpected(error);
  }
  Epoll result(nullptr, epoll, event);
  // Edge-triggered: each write to the eventfd is an edge of its own, so nobody has to read it.
  epoll_event interest{};
  interest.events = EPOLLIN | EPOLLET;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, event, &interest) != 0) return std::unexpected(errno);
  return result;
}

Epoll::Epoll(Epoll&& other) noexcept
    : kernel_(std::move(other.kernel_)), epoll_(std::exchange(other.epoll_, -1)), event_(std::exchange(other.event_, -1)) {}

Epoll::~Epoll() {
  if (event_ >= 0) ::close(event_);
  if (epoll_ >= 0) ::close(epoll_);
}

int Epoll::add(int fd, void* token) noexcept {
  if (kernel_ != nullptr) return kernel_->watch(fd, token);
  epoll_event interest{};
  interest.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  interest.data.ptr = token;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &interest) == 0 ? 0 : errno;
}

void Epoll::remove(int fd) noexcept {
  if (kernel_ != nullptr) return kernel_->unwatch(fd);
  epoll_event unused{};
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, &unused);
}

std::size_t Epoll::wait(std::span<EpollEvent> events, std::uint64_t nanoseconds) noexcept {
  if (kernel_ != nullptr) return kernel_->wait(events, nanoseconds);
  std::array<epoll_event, kBatch> batch;
  const int room = static_cast<int>(std::min(events.size(), batch.size()));
  const int count = ::epoll_wait(epoll_, batch.data(), room, wait_ms(nanoseconds));
  std::size_t filled = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = batch[static_cast<std::size_t>(i)];
    if (event.data.ptr != nullptr) events[filled++] = EpollEvent{translate(event.events), event.data.ptr};
  }
  return filled;
}

void Epoll::interrupt() noexcept {
  if (kernel_ != nullptr) return kernel_->interrupt();
  const std::uint64_t one = 1;
  // Fails only when 2^64 - 1 interrupts stand unread; those that stand are edges enough.
  [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
}

}  // namespace heddle::inline v0::sys
