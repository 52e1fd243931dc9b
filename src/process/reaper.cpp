// SPDX-License-Identifier: MIT
// One thread for all processes that were left; there is one only while there are any.
#include "process/reaper.hpp"

#include <heddle/sync/mutex.hpp>

#include "sys/epoll.hpp"
#include "sys/process.hpp"
#include "sys/thread.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace heddle::inline v0::process::detail {

namespace {

struct Reaper {
  std::optional<sys::Epoll> epoll;
  std::size_t left = 0;
  bool has_thread = false;
};

/// Never destroyed: its thread may outlive main.
sync::Mutex<Reaper>& reaper() {
  static auto* const only = new sync::Mutex<Reaper>();
  return *only;
}

/// Whether it is gone now, or always was.
bool try_reap(int pidfd) noexcept {
  const auto status = sys::reap(pidfd);
  return !status || status->has_value();
}

/// The place of a pidfd in the epoll, which says which one is ready. Not null: a pidfd is never 0.
void* token_of(int pidfd) noexcept {
  // SAFETY: a number that comes back as it is; nobody looks behind it.
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(pidfd));
}
int pidfd_of(void* token) noexcept { return static_cast<int>(reinterpret_cast<std::intptr_t>(token)); }

/// Waits for some to end.
std::size_t reap_some(sys::Epoll& epoll) noexcept {
  std::array<sys::EpollEvent, 64> events;
  const std::size_t count = epoll.wait(events, ~std::uint64_t{0});
  std::size_t reaped = 0;
  for (const sys::EpollEvent& event : std::span(events).first(count)) {
    const int pidfd = pidfd_of(event.token);
    if (!try_reap(pidfd)) continue;
    epoll.remove(pidfd);
    sys::close(pidfd);
    ++reaped;
  }
  return reaped;
}

void* run(void* epoll) {
  sys::name_this_thread("heddle-reaper");
  for (;;) {
    // SAFETY: it was the reaper's epoll, which is never destroyed, nor moved.
    const std::size_t reaped = reap_some(*static_cast<sys::Epoll*>(epoll));
    auto all = reaper().lock().value();
    all->left -= reaped;
    if (all->left != 0) continue;
    all->has_thread = false;
    return nullptr;
  }
}

/// If none can be started, the next process that is left tries again.
bool start_thread(sys::Epoll& epoll) noexcept {
  sys::ThreadHandle handle{};
  if (sys::start_thread(handle, 0, &run, &epoll)) return false;
  sys::detach_thread(handle);
  return true;
}

}  // namespace

io::Result<void> prepare_reaper() {
  auto all = reaper().lock().value();
  if (all->epoll) return {};
  auto epoll = sys::Epoll::make();
  if (!epoll) return io::fail(epoll.error());
  all->epoll.emplace(std::move(*epoll));
  return {};
}

void leave_to_reaper(io::OwnedFd pidfd) noexcept {
  if (try_reap(pidfd.as_raw_fd())) return;
  auto all = reaper().lock().value();
  const int fd = pidfd.as_raw_fd();
  if (all->epoll->add(fd, token_of(fd)) != 0) return;  // out of memory: it is reaped when this process ends
  static_cast<void>(std::move(pidfd).into_raw_fd());   // the reaper's own
  ++all->left;
  if (!all->has_thread) all->has_thread = start_thread(*all->epoll);
}

}  // namespace heddle::inline v0::process::detail
