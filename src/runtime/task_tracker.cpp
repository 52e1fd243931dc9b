// SPDX-License-Identifier: MIT
// Counting tasks, and telling that all have ended.
#include <heddle/runtime/task_tracker.hpp>

namespace heddle::inline v0::task {

void detail::TrackedCount::remove() const noexcept {
  if (word_.fetch_sub(kOne, base::acq_rel) == kClosed + kOne) done_.notify_waiters();
}

bool detail::TrackedCount::close() const noexcept {
  const std::size_t before = word_.fetch_or(kClosed, base::acq_rel);
  if (before == 0) done_.notify_waiters();
  return (before & kClosed) == 0;
}

bool detail::TrackedCount::reopen() const noexcept { return (word_.fetch_and(~kClosed, base::acq_rel) & kClosed) != 0; }

TaskTrackerToken::~TaskTrackerToken() {
  if (count_) (*count_)->remove();
}

// First the Notified: what comes after that is no more missed.
TaskTrackerWait::TaskTrackerWait(const detail::TrackedCount& count) noexcept
    : count_(count), notified_(count.done()), done_(count.is_done()) {}

Poll<void> TaskTrackerWait::poll(Context& cx) noexcept {
  done_ = done_ || count_.is_done() || notified_.poll(cx).is_ready();
  if (!done_) return Pending;
  notified_.cancel();
  return Ready();
}

}  // namespace heddle::inline v0::task
