// SPDX-License-Identifier: MIT
// Watches the one thread of a current-thread runtime, for stall reports alone: nobody could take its work over.
#pragma once

#include <heddle/base/atomic.hpp>

#include "runtime/core_lease.hpp"
#include "runtime/stall_reporter.hpp"
#include "runtime/worker_thread.hpp"
#include "sys/snapshot.hpp"

#include <cstdint>
#include <optional>

namespace heddle::inline v0::runtime {

/// A thread that looks every 10 ms, from start() to stop().
class StallWatch {
 public:
  explicit StallWatch(const Config& config);
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  /// Returns an errno if the system refuses a thread, else 0.
  [[nodiscard]] int start();
  void stop() noexcept;

  // For the thread that runs tasks.

  void begin() noexcept {
    thread_.store(sys::this_thread_id(), base::relaxed);
    lease_.begin();
  }
  void end() noexcept { static_cast<void>(lease_.give_up()); }
  [[nodiscard]] detail::CoreLease& lease() noexcept { return lease_; }

 private:
  static constexpr std::uint64_t kPeriod = 10'000'000;

  void run() noexcept;

  StallReporter reporter_;
  detail::CoreLease lease_;
  // Written before lease_.begin(), read by the watcher that holds the lease, or sees that it can't.
  base::atomic<sys::ThreadId> thread_{0};
  // Atomic: 1 ends run().
  base::atomic<std::uint32_t> stopped_{0};
  std::optional<detail::WorkerThread> watcher_;
};

}  // namespace heddle::inline v0::runtime
