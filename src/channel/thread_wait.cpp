// SPDX-License-Identifier: MIT
// Yields, then sleeps.
#include <heddle/channel/detail/thread_wait.hpp>

#include <heddle/base/blocking.hpp>
#include <heddle/future/block_on.hpp>

#include "sys/futex.hpp"

#include <algorithm>
#include <cstdint>
#include <thread>
#include <utility>

namespace heddle::inline v0::channel::detail {

namespace {

// A futex wake across cores takes 40 us and costs its caller 5: a wait that yields for about that long never does worse
// than twice the best. A yield that takes longer has given the core to somebody who needs it: then sleeping is better,
// since who is woken from sleep is preferred.
constexpr int kPauses = base::spin_rounds(20);
constexpr std::uint64_t kYieldFor = 25'000;
constexpr int kYields = base::spin_rounds(128);
// After so many waits in a row that the yields didn't shorten they are only burnt time: they stop. One wait that was
// short without them gives them one more chance.
constexpr int kPatience = 8;

// One per thread, made at its first wait. A waker may outlive the thread, so it is counted.
struct Cached {
  future::ThreadWaker* thread = nullptr;
  int long_in_a_row = 0;
  bool exited = false;
};
constinit thread_local Cached cached;

struct DropAtExit {
  ~DropAtExit() {
    cached.exited = true;
    if (future::ThreadWaker* thread = std::exchange(cached.thread, nullptr)) thread->drop_reference();
  }
};

[[gnu::cold, gnu::noinline]] void make_cached() {
  cached.thread = new future::ThreadWaker;
  // Its construction registers the destructor; the object has no other use.
  static thread_local DropAtExit drop;
  static_cast<void>(&drop);
}

/// With one more reference.
future::ThreadWaker& this_thread() {
  // A destructor that runs after the thread's own objects may still wait.
  if (cached.exited) return *new future::ThreadWaker;
  if (cached.thread == nullptr) make_cached();
  cached.thread->add_reference();
  return *cached.thread;
}

}  // namespace

ThreadWait::ThreadWait(const char* call, const char* instead) {
  base::refuse_in_async(call, instead);
  thread_ = &this_thread();
  waker_ = Waker::adopt(*thread_);
}

template <class Ready>
bool ThreadWait::until(Ready ready, Deadline deadline) noexcept {
  for (int i = 0; i < kPauses; ++i) {
    if (ready()) return true;
    base::spin_hint();
  }
  if (cached.long_in_a_row < kPatience) {
    const std::uint64_t start = sys::monotonic_ns();
    std::uint64_t now = start;
    for (int i = 0; i < kYields && now - start < kYieldFor && now < deadline; ++i) {
      std::this_thread::yield();
      now = sys::monotonic_ns();
      if (!ready()) continue;
      cached.long_in_a_row = now - start < kYieldFor ? 0 : cached.long_in_a_row + 1;
      return true;
    }
    ++cached.long_in_a_row;
  }
  // A wake that was meant for an earlier wait ends the sleep too: look again.
  const std::uint64_t asleep = sys::monotonic_ns();
  bool in_time = true;
  while (!ready() && in_time) in_time = thread_->sleep_until(deadline);
  if (sys::monotonic_ns() - asleep < kYieldFor) cached.long_in_a_row = std::min(cached.long_in_a_row, kPatience - 1);
  return in_time || ready();
}

bool ThreadWait::until_served(const Waiter& waiter, Deadline deadline) noexcept {
  return until([&] { return waiter.now() != Wait::kQueued; }, deadline);
}

bool ThreadWait::until_claimed(const Selection& selection, Deadline deadline) noexcept {
  return until(
      [&] {
        const Waiter* winner = selection.winner();
        return winner != nullptr && winner->now() != Wait::kQueued;
      },
      deadline);
}

}  // namespace heddle::inline v0::channel::detail
