// SPDX-License-Identifier: MIT
// Meeting at a barrier.
#include <heddle/async/barrier.hpp>

namespace heddle::inline v0::async {

Poll<BarrierWaitResult> BarrierWait::poll(Context& cx) {
  if (done_) throw PolledAfterCompletion();
  if (!cx.may_proceed()) return Pending;
  const bool leader = !meeting_.has_value() && arrive();
  if (!leader) {
    const auto over = [&] { return barrier_.meeting_ != *meeting_; };
    if (!future::wait_until(barrier_.lock_, barrier_.waiters_, waiter_, cx, over)) return Pending;
  }
  done_ = true;
  cx.made_progress();
  return Ready(BarrierWaitResult(leader));
}

bool BarrierWait::arrive() {
  std::unique_lock guard(barrier_.lock_);
  meeting_ = barrier_.meeting_;
  if (++barrier_.arrived_ < barrier_.count_) return false;
  barrier_.arrived_ = 0;
  ++barrier_.meeting_;
  barrier_.waiters_.wake_all(std::move(guard));
  return true;
}

}  // namespace heddle::inline v0::async
