// SPDX-License-Identifier: MIT
// The clock of a runtime: monotonic, and for tests one that stands still and is moved by hand.
#pragma once

#include <heddle/base/atomic.hpp>

#include "sys/futex.hpp"

#include <cstdint>

namespace heddle::inline v0::runtime {

/// Nanoseconds of CLOCK_MONOTONIC until it is paused; from then on shifted by what was skipped.
///
/// Written only by the thread that drives a current-thread runtime; the atomics let other threads read.
class Clock {
 public:
  /// The grain of timers, in nanoseconds.
  static constexpr std::uint64_t kTick = 1'000'000;

  /// The tick at which a timer for `deadline` fires: rounded up, never early.
  [[nodiscard]] static constexpr std::uint64_t tick_of(std::uint64_t deadline) noexcept {
    return deadline / kTick + (deadline % kTick != 0 ? 1 : 0);
  }
  /// The time of a tick; the end of time for one beyond it.
  [[nodiscard]] static constexpr std::uint64_t time_of(std::uint64_t tick) noexcept {
    constexpr std::uint64_t kEnd = ~std::uint64_t{0};
    return tick > kEnd / kTick ? kEnd : tick * kTick;
  }

  [[nodiscard]] std::uint64_t now() const noexcept {
    if (!shifted_.load(base::acquire)) [[likely]] return sys::monotonic_ns();
    return paused_.load(base::acquire) ? frozen_.load(base::acquire) : sys::monotonic_ns() + shift_.load(base::acquire);
  }

  [[nodiscard]] bool paused() const noexcept { return paused_.load(base::acquire); }

  /// Stops at the next whole tick, so that sleeps of whole milliseconds end exactly in paused time.
  void pause() noexcept { pause_at((now() + kTick - 1) / kTick * kTick); }
  void pause_at(std::uint64_t then) noexcept {
    frozen_.store(then, base::release);
    paused_.store(true, base::release);
    shifted_.store(true, base::release);
  }

  void resume() noexcept {
    shift_.store(frozen_.load(base::acquire) - sys::monotonic_ns(), base::release);
    paused_.store(false, base::release);
  }

  /// Only while paused. Saturates at the end of time.
  void advance_to(std::uint64_t then) noexcept {
    if (then > frozen_.load(base::acquire)) frozen_.store(then, base::release);
  }

 private:
  base::atomic<bool> shifted_{false};
  base::atomic<bool> paused_{false};
  base::atomic<std::uint64_t> frozen_{0};
  // Modulo 2^64, so that it may also go back.
  base::atomic<std::uint64_t> shift_{0};
};

}  // namespace heddle::inline v0::runtime
