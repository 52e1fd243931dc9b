// SPDX-License-Identifier: MIT
// Watches that no worker's long poll makes the others' work wait: a thread that looks ten times in 100 ms.
//
// Workers wake each other as little as they can: one that leaves the driver to run a task tells nobody, for most tasks
// end before another core has woken up. Should that task compute for a second, the monitor sees it at its next look,
// and wakes a worker that sleeps:
//
//   neglected                                  what the woken worker finds
//   the driver: nobody is in it or turned it   the driver free: sockets and timers go on
//   the injection queue isn't empty            the tasks in it
//   a worker is in the same poll as before,    its queue, now worth stealing, since the poll is known to be long
//   and has tasks in its queue
//
// When all workers have slept for a second, so does the monitor, without end; who wakes up then rouses it. (After the
// sysmon thread of Go's scheduler.)
//
//   state       who leaves it
//   kWatching   the monitor, to kDozing; stop, to kStopped
//   kDozing     a worker that woke up, to kWatching, and wakes the futex; stop, likewise
//   kStopped    -
//
// Ordering, the lost-rouse pair: the monitor publishes kDozing and then looks whether all sleep; a worker leaves the
// sleepers and then reads the state. All four steps are seq_cst, so one sees the other.
#pragma once

#include <heddle/base/atomic.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::inline v0::runtime {

class MultiThread;

namespace detail {

class Monitor {
 public:
  explicit Monitor(MultiThread& shared);

  /// The monitor's thread, until stop().
  void run() noexcept;

  /// A worker has woken up.
  void rouse() noexcept {
    if (state_.load(base::seq_cst) == kDozing) [[unlikely]] leave_doze();
  }

  /// Any thread: ends run().
  void stop() noexcept;

 private:
  // Nanoseconds between two looks: short beside what people notice, and 100 looks a second cost next to nothing.
  static constexpr std::uint64_t kPeriod = 10'000'000;
#if defined(HEDDLE_MODEL)
  static constexpr unsigned kQuietPeriods = 1;
#else
  static constexpr unsigned kQuietPeriods = 100;
#endif

  enum State : std::uint32_t { kWatching, kDozing, kStopped };

  [[gnu::cold]] void leave_doze() noexcept;
  void doze() noexcept;
  [[nodiscard]] bool finds_neglect() noexcept;

  MultiThread& shared_;
  // Atomic; see the table.
  base::atomic<std::uint32_t> state_{kWatching};
  // Owned by the monitor's thread: what it saw at the last look.
  std::uint64_t turns_ = 0;
  std::vector<std::uint64_t> polls_;
};

}  // namespace detail
}  // namespace heddle::inline v0::runtime
