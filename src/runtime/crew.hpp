// SPDX-License-Identifier: MIT
// The threads of a multi-thread runtime: more than it has cores, when some of them are stuck in a task.
//
// A thread looks for a core that nobody has, and works on it until it loses it: to the monitor, because a task blocks
// the thread, or by giving it up before it blocks. Then another thread takes that core: one that waits here, or a new
// one. A thread that comes back without a core waits here for a while, and ends.
//
//   vacant core       in `vacant_`; taken by the next thread that looks
//   member            a thread that may poll tasks or take a core
//   away              a member that is in a block_in_place
//
// After close() the last member that leaves or goes away cancels all tasks: nobody polls any more but those who are
// away, and these don't come home before that is done. So what they wait for may be one of those tasks.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/spin_lock.hpp>

#include "runtime/seat.hpp"
#include "sys/futex.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace heddle::inline v0::runtime::detail {

class Crew {
 public:
  using Cores = std::vector<std::unique_ptr<MultiThreadWorker>>;

  /// All of `cores` are vacant. `most`: how many threads there may be at once. `keep_alive`: for how many nanoseconds a
  /// thread that was started here waits for a core.
  Crew(MultiThread& shared, const Cores& cores, std::size_t most, std::uint64_t keep_alive);

  /// A new member, which looks for a core: the caller starts a thread for it that calls MultiThread::run_worker, or
  /// MultiThread::give_up_worker. Null if there are too many, or after close().
  [[nodiscard]] Seat* enlist();

  /// `core` has no thread: lets one that waits take it, or starts one. After close() gives its tasks away instead.
  void vacate(MultiThreadWorker& core) noexcept;

  /// A member that looks for a core takes one, waiting for it. Null: it looks no more, and shall leave().
  [[nodiscard]] MultiThreadWorker* wait_for_core(const Seat& seat) noexcept;

  /// A member has no core any more, and looks for another; or it doesn't.
  void come_back() noexcept;
  void stop_looking() noexcept;

  /// Takes `core` if no other thread has come for it.
  [[nodiscard]] bool take_back(MultiThreadWorker& core) noexcept;

  // Those that end with a cancelling: unless nothing, the caller shall end the runtime. The number is that of the tasks that
  // the members polled who are away.

  using End = std::optional<std::size_t>;

  /// A member without a core goes.
  [[nodiscard]] End leave(Seat& seat) noexcept;

  /// A member without a core, in the polls of so many tasks, may block from here on.
  [[nodiscard]] End go_away(std::size_t polls) noexcept;

  /// No thread takes a core any more.
  [[nodiscard]] End close() noexcept;

  /// The caller has been told to end the runtime: no core has tasks any more.
  void hand_over_vacant() noexcept;

  /// It has ended.
  void end() noexcept;

  [[nodiscard]] bool has_ended() const noexcept { return end_.load(base::acquire) == kEnded; }

  /// Back from go_away().
  void come_home(std::size_t polls) noexcept;

  /// After close(): waits until the threads that were started here have ended, or lets them end by themselves.
  void join() noexcept;
  void detach() noexcept;

  /// True if no member is in a poll without a core.
  [[nodiscard]] bool rests() noexcept;

  // For the monitor.

  /// Starts a thread for a core that is vacant since the system refused one.
  void man() noexcept;

  /// Seats that are or have been in use: only grows.
  [[nodiscard]] std::size_t seat_count() const noexcept { return seat_count_.load(base::acquire); }
  [[nodiscard]] Seat& seat(std::size_t index) const noexcept { return *seats_[index]; }

 private:
  enum Ending : std::uint32_t { kOpen, kEnding, kEnded };

  void start_thread() noexcept;
  [[nodiscard]] End begin_end() noexcept;
  [[nodiscard]] std::optional<WorkerThread> next_to_join() noexcept;

  MultiThread& shared_;
  const std::size_t cores_;
  const std::size_t most_;
  const std::uint64_t keep_alive_;
  // As many as there may be threads; each is written once, under lock_, and then counted.
  const std::unique_ptr<std::unique_ptr<Seat>[]> seats_;

  // Changed with each vacancy and at the end; what waiting threads sleep on.
  base::atomic<std::uint32_t> calls_{0};
  // To kEnding under lock_, to kEnded by who ends the runtime, with release: all tasks but those in polls are cancelled.
  base::atomic<std::uint32_t> end_{kOpen};
  // Release under lock_, acquire by the monitor: the seats below it are made.
  base::atomic<std::size_t> seat_count_{0};

  base::SpinLock lock_;
  // Guarded by lock_; neither vector grows beyond what it has reserved.
  std::vector<Seat*> free_seats_;
  std::vector<MultiThreadWorker*> vacant_;
  std::size_t members_ = 0;
  std::size_t away_ = 0;
  std::size_t polls_of_away_ = 0;
  // Members that look for a core, or will as soon as their thread runs.
  std::size_t looking_ = 0;
  bool closed_ = false;
  bool detached_ = false;
};

}  // namespace heddle::inline v0::runtime::detail
