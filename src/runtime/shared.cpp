// SPDX-License-Identifier: MIT
// The end of a runtime, and timers from outside it.
#include "runtime/shared.hpp"

#include <heddle/base/diagnosing.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/runtime/spawn.hpp>

#include <utility>

namespace heddle::inline v0::runtime {

using namespace detail;

Shared::Shared(const Config& config, std::size_t shards, std::unique_ptr<Driver> driver)
    : Scheduler(shards),
      config_(config),
      driver_(std::move(driver)),
      timers_(shards),
      blocking_pool_(*this, config_) {
  use_hooks(config_.hooks());
}

void detail::launch(Shared& shared, TaskHeader& task) noexcept { shared.launch(task); }

void Shared::timer_armed(std::uint64_t deadline) noexcept {
  if (deadline < sleeps_until_.load(base::seq_cst)) driver_->interrupt();
}

void Shared::poll_here(MainFuture& future) {
  auto* thread = new future::ThreadWaker;
  const Waker waker = Waker::adopt(*thread);
  Standstill standstill(config_);
  for (;;) {
    Context cx(waker);
    const bool ready = poll_main(future, cx);
    const bool yielded = cx.take_yielded();
    if (ready) return;
    if (yielded) continue;
    while (!thread->sleep_until(base::deadline_after_ns(standstill.period()))) standstill.look();
  }
}

bool Shared::poll_main(MainFuture& future, Context& cx) {
  if (!base::diagnosing()) [[likely]] return future.poll(cx);
  struct Polling {
    base::atomic<std::uint32_t>& count;
    ~Polling() { count.fetch_sub(1, base::acq_rel); }
  };
  polling_main_.fetch_add(1, base::acq_rel);
  const Polling polling{polling_main_};
  polls_of_main_.fetch_add(1, base::acq_rel);
  return future.poll(cx);
}

void Shared::enter_books() {
  entered_ = true;
  enter_runtime(*this);
}

bool Shared::is_at_rest() {
  return workers_rest() && polling_main_.load(base::acquire) == 0 && injected_.empty() && !blocking_pool_.is_busy() &&
         timers_.exact_next_turn() == TimerShard::kNever && !driver_->is_waited_for();
}

std::uint64_t Shared::polls() const noexcept {
  std::uint64_t polls = polls_of_main_.load(base::acquire);
  for (std::size_t i = 0; i < worker_count(); ++i) polls += worker(i).metrics.polls.get();
  return polls;
}

void Shared::finish() noexcept {
  cancel_all();
  timers_.shut_down();
  driver_->shut_down();
  if (entered_) strike_out_runtime(*this);
  release_books();
}

}  // namespace heddle::inline v0::runtime
