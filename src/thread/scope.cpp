// SPDX-License-Identifier: MIT
// What of scopes depends on no type: starting, waiting, and the check of borrows.
#include <heddle/thread/scope.hpp>

#include <heddle/base/assert.hpp>
#include <heddle/base/blocking.hpp>

#include "base/describe.hpp"
#include "sys/futex.hpp"
#include "sys/thread.hpp"
#include "thread/panic.hpp"
#include "thread/scope_state.hpp"

#include <algorithm>
#include <string>

namespace heddle::inline v0::thread {

namespace detail {

namespace {

std::string describe(const Borrow& borrow) {
  const std::string how = borrow.access == Access::kMutable ? "mutable" : "shared";
  if (borrow.place.line() == 0) return how + " by a view given to Scope::spawn";
  return how + " at " + borrow.place.file_name() + ":" + std::to_string(borrow.place.line());
}

/// Holds the lock, over sections that call nobody: so its owner can't ask for it again.
class Locked {
 public:
  explicit Locked(sync::detail::RawMutex& mutex) noexcept : mutex_(mutex) { mutex.lock_again(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { mutex_.unlock(); }

 private:
  sync::detail::RawMutex& mutex_;
};

void refuse(const Borrow& first, const Borrow& second) {
  if (first.access == Access::kShared && second.access == Access::kShared) return;
  if (first.begin >= second.end || second.begin >= first.end) return;
  throw BorrowConflict("cannot borrow as " + describe(second) + ": borrowed as " + describe(first) +
                           " by a scoped thread that has not been joined",
                       first.place, second.place);
}

}  // namespace

void LiveBorrows::add(std::span<const Borrow> borrows, const ThreadCell* owner) {
  for (std::size_t i = 0; i < borrows.size(); ++i) {
    for (const Live& live : live_) refuse(live.borrow, borrows[i]);
    for (const Borrow& other : borrows.first(i)) refuse(other, borrows[i]);
  }
  live_.reserve(live_.size() + borrows.size());
  for (const Borrow& borrow : borrows) live_.push_back({borrow, owner});
}

void LiveBorrows::end(const ThreadCell* owner) noexcept {
  std::erase_if(live_, [owner](const Live& live) { return live.owner == owner; });
}

std::error_code ScopeState::start(const std::shared_ptr<ScopeState>& self, ThreadCell& cell, std::size_t stack_size,
                                  std::span<const Borrow> borrows) {
  if (!borrows.empty()) {
    const Locked locked(mutex_);
    borrows_.add(borrows, &cell);
  }
  cell.scope = self;
  // Relaxed: whoever starts a thread is the body or a running thread, so the scope can't have seen the last one finish.
  running_.fetch_add(kOne, base::relaxed);
  if (const std::error_code error = cell.start(stack_size)) {
    running_.fetch_sub(kOne, base::relaxed);
    cell.scope = nullptr;
    const Locked locked(mutex_);
    borrows_.end(&cell);
    return error;
  }
  cell.add_reference();
  Threads ended;
  {
    const Locked locked(mutex_);
    threads_.push_back(cell);
    // Now and then those that have ended and whose handles are gone: a scope that lives long and starts threads all the
    // time doesn't keep the stacks of all of them.
    if (++count_ >= clear_at_) {
      take(ended, [](const ThreadCell& thread) { return thread.is_unwanted() && thread.is_finished(); });
      clear_at_ = std::max<std::size_t>(64, 2 * count_);
    }
  }
  join_all(ended);
  return {};
}

template <class F>
void ScopeState::take(Threads& taken, F chosen) noexcept {
  for (ThreadCell* cell = threads_.front(); cell != nullptr;) {
    ThreadCell* next = threads_.next(*cell);
    if (chosen(*cell)) {
      Threads::remove(*cell);
      taken.push_back(*cell);
      --count_;
    }
    cell = next;
  }
}

void ScopeState::join_all(Threads& taken) noexcept {
  while (ThreadCell* cell = taken.pop_front()) {
    if (cell->reap()) {
      const std::error_code error = sys::join_thread(cell->native());
      HEDDLE_INVARIANT(!error, "a scoped thread can't be joined");
    }
    if (cell->panic() != nullptr) {
      const Locked locked(mutex_);
      // A copy: a handle that has left the scope may still ask for it.
      if (panic_ == nullptr) panic_ = cell->panic();
    }
    cell->drop_reference();
  }
}

void ScopeState::one_finished() noexcept {
  if (running_.fetch_sub(kOne, base::acq_rel) == (kOne | kWaiting)) sys::futex_wake_all(running_);
}

void ScopeState::forget(ThreadCell& cell) noexcept {
  {
    const Locked locked(mutex_);
    borrows_.end(&cell);
    // A scope that has ended has forgotten already.
    if (!static_cast<base::ListNode<ScopeState>&>(cell).linked()) return;
    Threads::remove(cell);
    --count_;
  }
  cell.drop_reference();
}

std::exception_ptr ScopeState::end() noexcept {
  Threads taken;
  // First those that no handle can join: where all are like that, this is all the waiting there is, one sleep a thread.
  // Again, since they may have started more.
  do {
    join_all(taken);
    const Locked locked(mutex_);
    take(taken, [](const ThreadCell& thread) { return thread.is_unwanted(); });
  } while (!taken.empty());
  // Then those whose handles are in other hands, which may be joining just now: until they have finished.
  std::uint32_t running = running_.fetch_or(kWaiting, base::acquire) | kWaiting;
  while (running != kWaiting) {
    sys::futex_wait(running_, running);
    running = running_.load(base::acquire);
  }
  {
    const Locked locked(mutex_);
    take(taken, [](const ThreadCell&) { return true; });
  }
  join_all(taken);
  return std::exchange(panic_, nullptr);
}

std::size_t ScopeState::remembered() noexcept {
  const Locked locked(mutex_);
  return count_;
}

void end_borrows(ThreadCell& cell) noexcept { cell.scope->forget(cell); }

}  // namespace detail

ScopedThreadPanicked::ScopedThreadPanicked(std::exception_ptr panic)
    : std::runtime_error("a scoped thread panicked: " + base::describe(panic)), panic_(std::move(panic)) {}

Scope::Scope() {
  base::refuse_in_async("thread::scope", "task::spawn_blocking for the whole scope");
  state_ = std::make_shared<detail::ScopeState>();
}

Scope::~Scope() {
  if (state_ != nullptr) state_->end();
}

void Scope::end() {
  // Until all threads have finished they may start more, through `state_`.
  std::exception_ptr panic = state_->end();
  state_ = nullptr;
  if (panic != nullptr) throw ScopedThreadPanicked(std::move(panic));
}

std::error_code Scope::start_cell(detail::ThreadCell& cell, std::size_t stack_size,
                                  std::span<const detail::Borrow> borrows) {
  return state_->start(state_, cell, stack_size, borrows);
}

}  // namespace heddle::inline v0::thread
