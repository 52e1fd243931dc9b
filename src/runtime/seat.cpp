// SPDX-License-Identifier: MIT
// How a thread uses its core, gives it up and gets it back.
#include "runtime/seat.hpp"

#include <heddle/base/held_guards.hpp>
#include <heddle/future/detail/tree.hpp>

#include "runtime/multi_thread.hpp"

#include <algorithm>
#include <utility>

namespace heddle::inline v0::runtime::detail {

namespace {

constexpr std::size_t kMostStack = 32 * 1024;

}  // namespace

Seat::Seat(MultiThread& shared) noexcept
    : Worker(shared, 0),
      shared_(shared),
      most_stack_(shared.config_.thread_stack_size == 0 ? kMostStack
                                                         : std::min(kMostStack, shared.config_.thread_stack_size / 4)) {}

void Seat::take(MultiThreadWorker& its_core) noexcept {
  core.store(&its_core, base::relaxed);
  shard = its_core.index();
  lease.begin();
  current().worker = this;
}

void Seat::run_ahead(TaskHeader& task, const future::detail::Tree& tree) noexcept {
  // Not if something else than the awaiting task's own coroutines is polled: whoever polls it may have other things to do
  // than to wait. Not with a guard that the task could want, too.
  const Polled& outer = lease.polled();
  if (outer.task != current().task || outer.task->vtable().tree(*outer.task) != &tree) return;
  Context& cx = *tree.context;
  if (cx.budget() == 0 || base::held_guards.height() != 0 || shared_.hooks() != nullptr || !has_stack()) return;
  {
    const CoreLease::Use use(lease);
    if (!use || !core.load(base::relaxed)->take_ahead(task)) return;
  }
  ++polls_within_;
  const AfterPoll after = run_within_poll(task, lease, cx);
  --polls_within_;
  // The handle spends a unit for what others did meanwhile; this was the awaiting task's own work.
  if (after == AfterPoll::kEnded && cx.budget() != Context::kUnlimited) cx.set_budget(cx.budget() + 1);
  if (after != AfterPoll::kRequeue) return;
  const CoreLease::Use use(lease);
  if (use) {
    core.load(base::relaxed)->requeue(task);
  } else {
    shared_.requeue_elsewhere(task);
  }
}

bool Seat::has_stack() noexcept {
  // SAFETY: only compared with another one of the same stack, which grows downwards.
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (polls_within_ == 0) stack_ = here;
  return stack_ - here <= most_stack_;
}

bool Seat::goes_on() noexcept {
  // What was done before is seen by whoever takes the core after this use of it.
  const CoreLease::Use use(lease);
  return static_cast<bool>(use);
}

bool Seat::begin_blocking() noexcept {
  if (blocking_++ != 0) return true;
  if (lease.give_up()) shared_.crew_.vacate(*core.load(base::relaxed));
  if (const auto in_polls = shared_.crew_.go_away(1 + polls_within_)) shared_.end(*in_polls);
  return true;
}

void Seat::end_blocking() noexcept {
  if (--blocking_ != 0) return;
  shared_.crew_.come_home(1 + polls_within_);
  if (shared_.crew_.take_back(*core.load(base::relaxed))) {
    lease.go_on_with_core();
  } else {
    lease.go_on_without_core();
  }
}

}  // namespace heddle::inline v0::runtime::detail
