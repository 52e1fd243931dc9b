// SPDX-License-Identifier: MIT
// Who works on which core.
#include "runtime/crew.hpp"

#include "runtime/multi_thread.hpp"
#include "sys/futex.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace heddle::inline v0::runtime::detail {

Crew::Crew(MultiThread& shared, const Cores& cores, std::size_t most, std::uint64_t keep_alive)
    : shared_(shared),
      cores_(cores.size()),
      most_(most),
      keep_alive_(keep_alive),
      seats_(std::make_unique<std::unique_ptr<Seat>[]>(most)) {
  free_seats_.reserve(most);
  vacant_.reserve(cores.size());
  for (const auto& core : cores) vacant_.push_back(core.get());
}

Seat* Crew::enlist() {
  auto fresh = std::make_unique<Seat>(shared_);
  std::optional<WorkerThread> before;
  Seat* seat = nullptr;
  {
    const std::lock_guard guard(lock_);
    if (closed_ || members_ == most_) return nullptr;
    ++members_;
    ++looking_;
    if (free_seats_.empty()) {
      const std::size_t index = seat_count_.load(base::relaxed);
      seat = fresh.get();
      seats_[index] = std::move(fresh);
      seat_count_.store(index + 1, base::release);
    } else {
      seat = free_seats_.back();
      free_seats_.pop_back();
      before = std::exchange(seat->thread, std::nullopt);
    }
  }
  if (before) before->join();  // it has left already
  shared_.live_workers_.enter();
  shared_.add_reference();  // both end with run_worker
  return seat;
}

void Crew::vacate(MultiThreadWorker& core) noexcept {
  bool start = false;
  bool closed = false;
  {
    const std::lock_guard guard(lock_);
    closed = closed_;
    if (!closed) {
      vacant_.push_back(&core);
      start = looking_ < vacant_.size();
    }
  }
  // Whoever cancels all tasks waits for those that are on their way to the common queue.
  if (closed) return core.hand_over();
  calls_.fetch_add(1, base::release);
  if (start) {
    start_thread();
  } else {
    sys::futex_wake_one(calls_);
  }
}

MultiThreadWorker* Crew::wait_for_core(const Seat& seat) noexcept {
  base::Deadline deadline = base::kForever;
  for (bool in_time = true;;) {
    const std::uint32_t calls = calls_.load(base::acquire);
    {
      const std::lock_guard guard(lock_);
      const bool found = !closed_ && !vacant_.empty();
      if (found || closed_ || !in_time) --looking_;
      if (found) {
        MultiThreadWorker* core = vacant_.back();
        vacant_.pop_back();
        return core;
      }
      if (closed_ || !in_time) return nullptr;
      // The threads that the runtime began with stay.
      if (deadline == base::kForever && seat.thread) deadline = base::deadline_after_ns(keep_alive_);
    }
    // A vacancy since the look has changed `calls_`; acquire and release make no difference beside the lock.
    in_time = sys::futex_wait(calls_, calls, deadline);
  }
}

void Crew::come_back() noexcept {
  const std::lock_guard guard(lock_);
  ++looking_;
}

void Crew::stop_looking() noexcept {
  const std::lock_guard guard(lock_);
  --looking_;
}

bool Crew::rests() noexcept {
  const std::lock_guard guard(lock_);
  return members_ == looking_ + cores_ - vacant_.size();
}

bool Crew::take_back(MultiThreadWorker& core) noexcept {
  const std::lock_guard guard(lock_);
  return !closed_ && std::erase(vacant_, &core) != 0;
}

Crew::End Crew::begin_end() noexcept {
  if (!closed_ || members_ != away_ || end_.load(base::relaxed) != kOpen) return std::nullopt;
  end_.store(kEnding, base::relaxed);
  return polls_of_away_;
}

Crew::End Crew::leave(Seat& seat) noexcept {
  const std::lock_guard guard(lock_);
  --members_;
  if (!closed_) free_seats_.push_back(&seat);
  return begin_end();
}

Crew::End Crew::go_away(std::size_t polls) noexcept {
  const std::lock_guard guard(lock_);
  ++away_;
  polls_of_away_ += polls;
  return begin_end();
}

void Crew::hand_over_vacant() noexcept {
  // Closed, and without members at home: the vacant cores are this thread's alone.
  for (MultiThreadWorker* core : vacant_) core->hand_over();
}

void Crew::end() noexcept {
  end_.store(kEnded, base::release);
  sys::futex_wake_all(end_);
}

void Crew::come_home(std::size_t polls) noexcept {
  {
    const std::lock_guard guard(lock_);
    --away_;
    polls_of_away_ -= polls;
    if (end_.load(base::relaxed) == kOpen) return;
  }
  while (end_.load(base::acquire) == kEnding) sys::futex_wait(end_, kEnding);
}

void Crew::man() noexcept {
  {
    const std::lock_guard guard(lock_);
    if (closed_ || looking_ >= vacant_.size()) return;
  }
  start_thread();
}

void Crew::start_thread() noexcept {
  Seat* seat = enlist();
  if (seat == nullptr) return;  // who comes back finds the core
  auto thread = shared_.start_worker(*seat);
  if (!thread) return shared_.give_up_worker(*seat);
  const std::lock_guard guard(lock_);
  if (detached_) {
    thread->detach();
  } else {
    seat->thread = *thread;
  }
}

Crew::End Crew::close() noexcept {
  End end;
  {
    const std::lock_guard guard(lock_);
    closed_ = true;
    end = begin_end();
  }
  calls_.fetch_add(1, base::release);
  sys::futex_wake_all(calls_);
  return end;
}

std::optional<WorkerThread> Crew::next_to_join() noexcept {
  const std::lock_guard guard(lock_);
  for (std::size_t i = 0; i < seat_count(); ++i) {
    if (seats_[i]->thread) return std::exchange(seats_[i]->thread, std::nullopt);
  }
  return std::nullopt;
}

void Crew::join() noexcept {
  // A thread may start another one until it ends, so when there is none left to join, none comes any more.
  while (auto thread = next_to_join()) thread->join();
}

void Crew::detach() noexcept {
  const std::lock_guard guard(lock_);
  detached_ = true;
  for (std::size_t i = 0; i < seat_count(); ++i) {
    if (seats_[i]->thread) std::exchange(seats_[i]->thread, std::nullopt)->detach();
  }
}

}  // namespace heddle::inline v0::runtime::detail
