// SPDX-License-Identifier: MIT
// The watcher's looks.
#include "runtime/stall_watch.hpp"

#include "sys/asymmetric_fence.hpp"
#include "sys/futex.hpp"

#include <utility>

namespace heddle::inline v0::runtime {

StallWatch::StallWatch(const Config& config) : reporter_(config) {}

int StallWatch::start() {
  if (!reporter_.is_on() || !sys::has_asymmetric_fence()) return 0;
  auto thread = detail::WorkerThread::start("heddle-monitor", 0, [this] { run(); });
  if (!thread) return thread.error();
  watcher_ = *thread;
  return 0;
}

void StallWatch::stop() noexcept {
  if (!watcher_) return;
  stopped_.store(1, base::release);
  sys::futex_wake_one(stopped_);
  std::exchange(watcher_, std::nullopt)->join();
}

void StallWatch::run() noexcept {
  std::optional<std::uint32_t> seen;
  std::uint64_t since = 0;
  bool is_reported = false;
  while (stopped_.load(base::acquire) == 0) {
    sys::futex_wait(stopped_, 0, sys::monotonic_ns() + kPeriod);
    const std::uint64_t now = sys::monotonic_ns();
    const auto poll = lease_.poll();
    if (!poll || poll != seen) {
      seen = poll;
      since = now;
      is_reported = false;
    } else if (!is_reported && reporter_.is_due(now - since)) {
      is_reported = reporter_.report(lease_, *poll, thread_.load(base::relaxed), now - since);
    }
  }
}

}  // namespace heddle::inline v0::runtime
