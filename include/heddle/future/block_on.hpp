// SPDX-License-Identifier: MIT
// block_on: runs a future on this thread, which sleeps while it waits.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/blocking.hpp>
#include <heddle/future/future.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0 {

namespace future {

/// A thread that sleeps until it is woken; on the heap and counted, since a waker may outlive the wait.
///
///   state       meaning                        who leaves it
///   kEmpty      awake, not woken               the thread, to kAsleep; a waker, to kWoken
///   kAsleep     in the futex, or on its way    a waker, to kWoken
///   kWoken      a wake is kept                 the thread, to kEmpty
///
/// Orderings: what was written before a wake is seen by the thread after the sleep that it ends: the waker's exchange
/// releases, the thread's exchange and load acquire.
class ThreadWaker final : public WakeTarget {
 public:
  ThreadWaker() noexcept;
  ~ThreadWaker() = default;

  /// Sleeps until woken; returns at once if a wake is kept. Only the thread that made it.
  void sleep() noexcept;

  /// The same, until `deadline` at the latest, in nanoseconds of the steady clock. False when it ended without a wake.
  bool sleep_until(std::uint64_t deadline) noexcept;

 private:
  static void wake_thread(WakeTarget& target) noexcept;
  static const VTable kVTable;

  enum State : std::uint32_t { kEmpty, kAsleep, kWoken };
  // Atomic; see the table.
  base::atomic<std::uint32_t> state_{kEmpty};
};

/// Marks the thread as one that polls, for as long as it lives. Refuses where it already does.
class PollScope {
 public:
  /// Throws BlockingInAsync on a thread that polls tasks: `call` is what was called.
  explicit PollScope(const char* call) {
    base::refuse_in_async(call, "co_await");
    base::set_in_async(true);
  }
  PollScope(const PollScope&) = delete;
  PollScope& operator=(const PollScope&) = delete;
  ~PollScope() { base::set_in_async(false); }
};

}  // namespace future

/// Polls `future` on this thread until it is ready, and sleeps while it is not.
///
/// Returns     What the future gives. What it throws is thrown here.
/// Errors      BlockingInAsync on a thread that polls tasks: `co_await` there.
/// Blocking    Until the future is ready.
/// Threads     Any that polls no tasks. Needs no runtime: futures that need one (timers, sockets, spawn) say so.
/// Cost        One small allocation; a futex wait for each wait.
///
/// Corresponds to `futures::executor::block_on`.
template <class F>
  requires Future<std::remove_reference_t<F>>
OutputOf<std::remove_reference_t<F>> block_on(F&& future) {
  const future::PollScope scope("block_on");
  auto* thread = new future::ThreadWaker;
  const Waker waker = Waker::adopt(*thread);
  for (;;) {
    Context cx(waker);
    auto answer = future.poll(cx);
    if (answer.is_ready()) {
      static_cast<void>(cx.take_yielded());
      return answer.take();
    }
    if (!cx.take_yielded()) thread->sleep();
  }
}

}  // namespace heddle::inline v0
