// SPDX-License-Identifier: MIT
// How long a worker's polls take: what tells whether the work in its queue is worth another worker's help.
//
// A reading of the clock costs as much as half a small task, so it is measured over several polls, and only when somebody
// wants to know. A long poll among many short ones, or a thread that lost its processor for a while, would spoil one
// measurement: of two in a row the shorter one counts.
#pragma once

#include <heddle/base/atomic.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace heddle::inline v0::runtime::detail {

class PollLength {
 public:
  /// Fewer polls say nothing about the next ones.
  static constexpr std::uint64_t kMeasuredPolls = 8;
  /// Until measured, polls are taken to be long: a wake too many costs less than a core that sleeps.
  static constexpr std::uint32_t kFirstEstimate = 50'000;

  /// Any thread, in nanoseconds. Relaxed: an estimate.
  [[nodiscard]] std::uint32_t get() const noexcept { return estimate_.load(base::relaxed); }

  /// Any thread: says so, until it is measured again.
  void assume(std::uint32_t nanoseconds) noexcept { estimate_.store(nanoseconds, base::relaxed); }

  /// The worker: says so if it was taken to be shorter.
  void assume_at_least(std::uint64_t nanoseconds) noexcept {
    if (get() < nanoseconds) assume(static_cast<std::uint32_t>(std::min(nanoseconds, kMost)));
  }

  // The worker; `polls` is how many it has made since it was made, `now` the time.

  /// Polls from here on are measured: it has slept before.
  void restart(std::uint64_t polls, std::uint64_t now) noexcept {
    polls_ = polls;
    since_ = now;
  }

  [[nodiscard]] bool is_measured() const noexcept { return last_ != kFirstEstimate; }

  /// Whether enough polls were made since the last measurement for another one.
  [[nodiscard]] bool can_measure(std::uint64_t polls) const noexcept { return polls - polls_ >= kMeasuredPolls; }

  void measure(std::uint64_t polls, std::uint64_t now) noexcept {
    const auto each = static_cast<std::uint32_t>(std::min((now - since_) / (polls - polls_), kMost));
    assume(std::min(each, std::exchange(last_, each)));
    restart(polls, now);
  }

 private:
  static constexpr std::uint64_t kMost = 1'000'000'000;

  base::atomic<std::uint32_t> estimate_{kFirstEstimate};
  // Owned by the worker.
  std::uint32_t last_ = kFirstEstimate;
  std::uint64_t polls_ = 0;
  std::uint64_t since_ = 0;
};

}  // namespace heddle::inline v0::runtime::detail
