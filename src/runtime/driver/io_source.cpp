// SPDX-License-Identifier: MIT
// Readiness set, cleared and waited for.
#include <heddle/runtime/detail/io_source.hpp>

#include <heddle/future/wait_list.hpp>

#include <mutex>
#include <utility>

namespace heddle::inline v0::runtime::detail {

void IoSource::clear(Readiness seen, Direction direction) noexcept {
  const std::uint32_t flag =
      Readiness::kError | (direction == Direction::kRead ? Readiness::kReadable : Readiness::kWritable);
  std::uint32_t word = readiness_.load(base::acquire);
  while ((word & ~(kTick - 1)) == (seen.word & ~(kTick - 1)) && (word & flag) != 0) {
    if (readiness_.compare_exchange_weak(word, word & ~flag, base::acq_rel, base::acquire)) return;
  }
}

bool IoSource::wait(IoWaiter& waiter, Direction direction, const Waker& waker) noexcept {
  Waker old;  // dropped outside the lock: it may destroy a task
  const std::lock_guard guard(lock_);
  if (readiness().is(direction)) {
    if (waiter.linked()) Waiters::remove(waiter);
    return false;
  }
  if (!waiter.linked()) waiters(direction).push_back(waiter);
  // Looked at under the lock only: the driver may be taking it.
  if (!waiter.waker_.will_wake(waker)) old = std::exchange(waiter.waker_, waker.clone());
  return true;
}

void IoSource::forget(IoWaiter& waiter) noexcept {
  const std::lock_guard guard(lock_);
  if (waiter.linked()) Waiters::remove(waiter);
}

void IoSource::forget_pollers() noexcept {
  // Dropped outside the lock. Kept, they would hold their tasks in memory until the source is freed.
  Waker reader;
  Waker writer;
  const std::lock_guard guard(lock_);
  if (read_poller_.linked()) Waiters::remove(read_poller_);
  if (write_poller_.linked()) Waiters::remove(write_poller_);
  reader = std::move(read_poller_.waker_);
  writer = std::move(write_poller_.waker_);
}

bool IoSource::is_waited_for() noexcept {
  const std::lock_guard guard(lock_);
  return !readers_.empty() || !writers_.empty();
}

void IoSource::add_flags(std::uint32_t flags) noexcept {
  std::uint32_t word = readiness_.load(base::acquire);
  while (!readiness_.compare_exchange_weak(word, (word | flags) + kTick, base::acq_rel, base::acquire)) {
  }
}

void IoSource::take_wakers(Direction direction, future::WakeBatch& wakes) noexcept {
  const std::lock_guard guard(lock_);
  while (!wakes.full()) {
    IoWaiter* waiter = waiters(direction).pop_front();
    if (waiter == nullptr) return;
    wakes.add(std::move(waiter->waker_));
  }
}

void IoSource::set_ready(std::uint32_t flags) noexcept {
  add_flags(flags);
  if (Readiness(flags).is(Direction::kRead)) wake_all(Direction::kRead);
  if (Readiness(flags).is(Direction::kWrite)) wake_all(Direction::kWrite);
}

void IoSource::wake_all(Direction direction) noexcept {
  for (bool more = true; more;) {
    future::WakeBatch wakes;
    take_wakers(direction, wakes);
    more = wakes.full();
    wakes.wake();
  }
}

}  // namespace heddle::inline v0::runtime::detail
