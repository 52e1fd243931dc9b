// SPDX-License-Identifier: MIT
// The queue of a semaphore: waiting, handing out, closing.
#include <heddle/async/detail/batch_semaphore.hpp>

#include <algorithm>
#include <stdexcept>

namespace heddle::inline v0::async::detail {

namespace {

Claim& claim_of(future::Waiter* waiter) noexcept { return static_cast<Claim&>(*waiter); }

void check_limit(std::size_t permits, std::size_t more) {
  if (more > BatchSemaphore::kMaxPermits - permits) {
    throw std::length_error("a semaphore can't have more than Semaphore::kMaxPermits permits");
  }
}

}  // namespace

BatchSemaphore::BatchSemaphore(std::size_t permits) : permits_(permits) { check_limit(0, permits); }

std::size_t BatchSemaphore::available() const noexcept {
  const std::lock_guard guard(lock_);
  return permits_;
}

bool BatchSemaphore::is_closed() const noexcept {
  const std::lock_guard guard(lock_);
  return closed_;
}

Grant BatchSemaphore::begin(Claim& claim, const Waker& waker) const noexcept {
  Waker clone = waker.clone();  // destroyed, where it isn't needed, after the unlock
  const std::lock_guard guard(lock_);
  const Grant grant = try_acquire_locked(claim.wanted);
  if (grant != Grant::kNoPermits) return grant;
  claim.lacking -= std::exchange(permits_, 0);
  clone = waiters_.enqueue(claim, std::move(clone));
  return grant;
}

Grant BatchSemaphore::resume(Claim& claim, const Waker& waker) const noexcept {
  Waker clone = claim.registered(waker) ? Waker() : waker.clone();
  const std::lock_guard guard(lock_);
  if (!claim.linked()) return claim.lacking == 0 ? Grant::kAcquired : Grant::kClosed;
  if (!claim.registered(waker)) clone = waiters_.enqueue(claim, std::move(clone));
  return Grant::kNoPermits;
}

void BatchSemaphore::cancel(Claim& claim) const noexcept {
  static_cast<void>(future::stop_waiting(lock_, waiters_, claim));
  // Not in the list any more, so the claim is ours alone: it has all, some or nothing.
  if (claim.lacking != claim.wanted) release(claim.wanted - claim.lacking);
}

void BatchSemaphore::add(std::size_t count) const {
  std::unique_lock guard(lock_);
  check_limit(permits_, count);
  hand_out(std::move(guard), count);
}

std::size_t BatchSemaphore::forget(std::size_t count) const noexcept {
  const std::lock_guard guard(lock_);
  const std::size_t taken = std::min(count, permits_);
  permits_ -= taken;
  return taken;
}

void BatchSemaphore::close() const noexcept {
  std::unique_lock guard(lock_);
  closed_ = true;
  if (waiters_.empty()) return;
  Claim& oldest = claim_of(waiters_.front());
  permits_ = oldest.wanted - std::exchange(oldest.lacking, oldest.wanted);
  waiters_.wake_all(std::move(guard));
}

void BatchSemaphore::hand_out(std::unique_lock<base::SpinLock> guard, std::size_t count) const noexcept {
  for (;;) {
    future::WakeBatch batch;
    while (count > 0 && !waiters_.empty() && !batch.full()) {
      Claim& oldest = claim_of(waiters_.front());
      const std::size_t given = std::min(count, oldest.lacking);
      oldest.lacking -= given;
      count -= given;
      if (oldest.lacking == 0) batch.add(waiters_.take(oldest));
    }
    if (waiters_.empty()) permits_ += std::exchange(count, 0);
    guard.unlock();
    batch.wake();
    if (count == 0) return;
    guard.lock();
  }
}

Grant Acquiring::poll_slowly(Context& cx) {
  if (state_ == State::kDone) throw PolledAfterCompletion();
  if (!cx.may_proceed()) return Grant::kNoPermits;
  if (state_ == State::kNew) std::construct_at(&claim_, count_);
  const Grant grant =
      state_ == State::kNew ? semaphore_.begin(claim_, cx.waker()) : semaphore_.resume(claim_, cx.waker());
  if (grant == Grant::kNoPermits) {
    state_ = State::kWaiting;
  } else {
    std::destroy_at(&claim_);
    state_ = State::kDone;
    cx.made_progress();
  }
  return grant;
}

void Acquiring::give_up() noexcept {
  semaphore_.cancel(claim_);
  std::destroy_at(&claim_);
}

}  // namespace heddle::inline v0::async::detail
