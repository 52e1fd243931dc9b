// SPDX-License-Identifier: MIT
// Reports polls that hold their threads for too long.
#pragma once

#include <heddle/runtime/stall_report.hpp>

#include "runtime/config.hpp"
#include "runtime/core_lease.hpp"
#include "sys/snapshot.hpp"

#include <cstdint>

namespace heddle::inline v0::runtime {

/// For the thread that monitors a runtime.
class StallReporter {
 public:
  explicit StallReporter(const Config& config);

  /// Whether a poll that has lasted for so many nanoseconds shall be reported.
  [[nodiscard]] bool is_due(std::uint64_t nanoseconds) const noexcept {
    return threshold_ != 0 && nanoseconds >= threshold_;
  }
  [[nodiscard]] bool is_on() const noexcept { return threshold_ != 0; }

  /// Reports `poll`, unless it is over: the thread, `thread`, waits at its end until the snapshot is taken, but not for
  /// the handler. False if it could not be looked at just now.
  bool report(detail::CoreLease& lease, std::uint32_t poll, sys::ThreadId thread, std::uint64_t nanoseconds) noexcept;

 private:
  void describe(const sys::Snapshot& snapshot, StallReport& report) const;
  void hand_out(const StallReport& report) const;

  // Constant.
  const Config& config_;
  std::uint64_t threshold_;
  bool snapshots_;
};

}  // namespace heddle::inline v0::runtime
