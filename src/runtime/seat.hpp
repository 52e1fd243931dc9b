// SPDX-License-Identifier: MIT
// A thread of the multi-thread scheduler, as its core, the monitor and its crew see it.
#pragma once

#include <heddle/base/cache_padded.hpp>

#include "runtime/core_lease.hpp"
#include "runtime/current.hpp"
#include "runtime/worker_thread.hpp"
#include "sys/snapshot.hpp"
#include "sys/thread_time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace heddle::inline v0::runtime {

class MultiThread;

namespace detail {

class MultiThreadWorker;

/// One per thread that may run tasks. Not freed before its runtime, but used again by another thread.
class alignas(base::kCacheLine) Seat final : public Worker {
 public:
  explicit Seat(MultiThread& shared) noexcept;

  void schedule_local(TaskHeader& task) noexcept override;
  void schedule_new(TaskHeader& task) noexcept override;
  void run_ahead(TaskHeader& task, const future::detail::Tree& tree) noexcept override;

  /// For the thread's loop: it has a core from here on.
  void take(MultiThreadWorker& core) noexcept;

  [[nodiscard]] bool goes_on() noexcept override;
  bool begin_blocking() noexcept override;
  void end_blocking() noexcept override;

  CoreLease lease;

  // Written by the thread outside of polls, read by it and the monitor; relaxed, since cores live as long as the seats.
  // The last core that it had.
  base::atomic<MultiThreadWorker*> core{nullptr};
  // Written by the thread at its start, read by the monitor.
  base::atomic<sys::ThreadClock> clock{0};
  base::atomic<sys::ThreadId> thread_id{0};

  // Guarded by the crew's lock: of the last thread that was started for this seat, unless joined.
  std::optional<WorkerThread> thread;

 private:
  /// Whether another task may be polled within this poll.
  [[nodiscard]] bool has_stack() noexcept;

  MultiThread& shared_;
  // Owned by the thread: how many begin_blocking() have not ended; a block_on within one may lead to another.
  std::uint32_t blocking_ = 0;
  // Owned by the thread: tasks that it polls or destroys, each within the poll of the one before; how much of the stack they
  // may take together, and where they began.
  std::uint32_t polls_within_ = 0;
  const std::size_t most_stack_;
  std::uintptr_t stack_ = 0;
};

}  // namespace detail
}  // namespace heddle::inline v0::runtime
