// SPDX-License-Identifier: MIT
// The clock as programs see it.
#include <heddle/runtime/error.hpp>
#include <heddle/runtime/spawn.hpp>
#include <heddle/time/instant.hpp>
#include <heddle/time/pause.hpp>

#include "runtime/current.hpp"
#include "runtime/shared.hpp"

#include <stdexcept>

namespace heddle::inline v0::time {

Instant Instant::now() noexcept {
  runtime::Shared* shared = runtime::detail::current().shared;
  return Instant(shared == nullptr ? sys::monotonic_ns() : shared->clock().now());
}

namespace {

runtime::Shared& paused_runtime(const char* call) {
  runtime::Shared& shared = runtime::detail::current_runtime(call);
  if (!shared.clock().paused()) throw std::logic_error(std::string(call) + ": the clock is not paused");
  return shared;
}

}  // namespace

void pause() {
  runtime::Shared& shared = runtime::detail::current_runtime("time::pause");
  if (!shared.is_current_thread()) throw std::logic_error("time::pause: only a current-thread runtime can be paused");
  if (shared.clock().paused()) throw std::logic_error("time::pause: the clock is paused already");
  shared.clock().pause();
}

void resume() { paused_runtime("time::resume").clock().resume(); }

Async<> advance(std::chrono::nanoseconds duration) {
  runtime::Shared& shared = paused_runtime("time::advance");
  const std::uint64_t until = (Instant(shared.clock().now()) + duration).nanoseconds();
  // Timer by timer: each task that one wakes sees the time that it waited for.
  for (;;) {
    const std::uint64_t next = shared.timers().next_turn();
    if (next > until || next == runtime::detail::TimerShard::kNever) break;
    shared.clock().advance_to(next);
    shared.timers().fire(shared.clock().now());
    co_await task::yield_now();
  }
  shared.clock().advance_to(until);
  co_await task::yield_now();
}

}  // namespace heddle::inline v0::time
