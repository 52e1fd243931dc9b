// SPDX-License-Identifier: MIT
// What a worker counts of its own work, for runtime::Metrics.
#pragma once

#include <heddle/base/atomic.hpp>

#include <cstdint>

namespace heddle::inline v0::runtime::detail {

/// A number that one thread counts up and any may read. Relaxed: a reader learns the number and nothing else.
class Counter {
 public:
  /// The one thread. A load and a store: no atomic operation of the bus.
  void add(std::uint64_t count = 1) noexcept { value_.store(value_.load(base::relaxed) + count, base::relaxed); }

  [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(base::relaxed); }

 private:
  base::atomic<std::uint64_t> value_{0};
};

class WorkerMetrics {
 public:
  // The worker.

  /// Begins to work.
  void resume(std::uint64_t now) noexcept {
    busy_since_ = now;
    polls_before_ = polls.get();
  }

  /// Goes on working.
  void work(std::uint64_t now) noexcept {
    busy_ns.add(now - busy_since_);
    busy_since_ = now;
  }

  /// Is about to sleep.
  void park(std::uint64_t now) noexcept {
    work(now);
    if (parks.get() != 0 && polls.get() == polls_before_) noops.add();
    parks.add();
  }

  // Written by the worker, read by anyone.
  Counter polls;
  Counter parks;
  Counter noops;  // wakes that found nothing to poll
  Counter steals;
  Counter steal_operations;
  Counter local_schedules;
  Counter busy_ns;

 private:
  // Owned by the worker.
  std::uint64_t busy_since_ = 0;
  std::uint64_t polls_before_ = 0;
};

}  // namespace heddle::inline v0::runtime::detail
