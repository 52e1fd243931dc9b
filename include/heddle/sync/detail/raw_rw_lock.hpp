// SPDX-License-Identifier: MIT
// A reader-writer lock without data: two 32-bit words.
//
// `state`:
//   bits 0-29   how many read; all ones: one writes
//   bit  30     kReadersWaiting: readers may sleep on `state`
//   bit  31     kWritersWaiting: writers may sleep on `writer_notify`
//
// Writers aren't starved: while one waits, a new reader waits behind it, and the last to leave wakes a writer first.
// Readers aren't starved by writers that follow each other without a pause only in so far as they are woken when no
// writer waits. After downgrade() the readers that waited are let in before any writer.
//
// The lock of Rust's std on futexes (library/std/src/sys/sync/rwlock/futex.rs) is the model.
//
//   transition         from -> to                                   who
//   read               lockable -> one more reader                  any thread
//   unlock_read        one fewer; the last wakes a waiting writer   a reader
//   write              unlocked -> writing                          any thread
//   unlock_write       writing -> unlocked; wakes who waits         the writer
//   downgrade          writing -> one reader; wakes readers         the writer
//   about to sleep     sets the waiting bit of its kind             any thread
//   wake               clears the bit of those it wakes             who unlocked
//
// Orderings: taking is an acquire, leaving a release. The waiting bits carry nothing: relaxed.
#pragma once

#include <heddle/base/atomic.hpp>

#include <cstdint>
#include <source_location>

namespace heddle::inline v0::sync::detail {

/// A value of the state word: pure, so that its rules are tested alone.
class RwState {
 public:
  static constexpr std::uint32_t kMask = (1U << 30) - 1;
  static constexpr std::uint32_t kWriting = kMask;
  static constexpr std::uint32_t kMaxReaders = kMask - 1;
  static constexpr std::uint32_t kReadersWaiting = 1U << 30;
  static constexpr std::uint32_t kWritersWaiting = 1U << 31;

  explicit constexpr RwState(std::uint32_t bits) noexcept : bits_(bits) {}

  [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool is_unlocked() const noexcept { return (bits_ & kMask) == 0; }
  [[nodiscard]] constexpr bool is_writing() const noexcept { return (bits_ & kMask) == kWriting; }
  [[nodiscard]] constexpr bool has_readers_waiting() const noexcept { return (bits_ & kReadersWaiting) != 0; }
  [[nodiscard]] constexpr bool has_writers_waiting() const noexcept { return (bits_ & kWritersWaiting) != 0; }
  [[nodiscard]] constexpr bool is_full() const noexcept { return (bits_ & kMask) == kMaxReaders; }

  /// May a reader that has just come take it? Not past anyone who waits.
  [[nodiscard]] constexpr bool is_readable() const noexcept {
    return (bits_ & kMask) < kMaxReaders && !has_readers_waiting() && !has_writers_waiting();
  }

  /// May a reader that was woken take it, past a waiting writer? That is the promise of downgrade(), which leaves the
  /// lock read and no reader waiting.
  [[nodiscard]] constexpr bool is_readable_once_woken() const noexcept {
    return (bits_ & kMask) < kMaxReaders && !has_readers_waiting() && !is_unlocked();
  }

 private:
  std::uint32_t bits_;
};

class RawRwLock {
 public:
  [[nodiscard]] bool try_read() noexcept {
    std::uint32_t state = state_.load(base::relaxed);
    while (RwState(state).is_readable()) {
      if (state_.compare_exchange_weak(state, state + 1, base::acquire, base::relaxed)) return true;
    }
    return false;
  }
  [[nodiscard]] bool try_write() noexcept {
    std::uint32_t state = state_.load(base::relaxed);
    while (RwState(state).is_unlocked()) {
      if (state_.compare_exchange_weak(state, state | RwState::kWriting, base::acquire, base::relaxed)) return true;
    }
    return false;
  }

  /// Both throw WouldDeadlock if this thread holds the lock and would wait for itself.
  void read(const std::source_location& where) {
    if (!try_read()) [[unlikely]] read_contended(where);
  }
  void write(const std::source_location& where) {
    std::uint32_t expected = 0;
    if (!state_.compare_exchange_strong(expected, RwState::kWriting, base::acquire, base::relaxed)) [[unlikely]] {
      write_contended(where);
    }
  }

  void unlock_read() noexcept {
    const RwState left(state_.fetch_sub(1, base::release) - 1);
    // Readers wait behind a writer only, so there is nobody to wake unless a writer waits.
    if (left.is_unlocked() && left.has_writers_waiting()) [[unlikely]] wake(left);
  }
  void unlock_write() noexcept {
    const RwState left(state_.fetch_sub(RwState::kWriting, base::release) - RwState::kWriting);
    if (left.bits() != 0) [[unlikely]] wake(left);
  }

  void downgrade() noexcept {
    const RwState before(state_.fetch_sub(RwState::kWriting - 1, base::release));
    if (before.has_readers_waiting()) [[unlikely]] wake_readers_of_downgrade();
  }

  /// As of a moment ago: for tests.
  [[nodiscard]] RwState state() const noexcept { return RwState(state_.load(base::relaxed)); }

 private:
  [[gnu::cold, gnu::noinline]] void read_contended(const std::source_location& where);
  [[gnu::cold, gnu::noinline]] void write_contended(const std::source_location& where);
  [[gnu::cold, gnu::noinline]] void wake(RwState state) noexcept;
  [[gnu::cold, gnu::noinline]] void wake_readers_of_downgrade() noexcept;
  bool wake_writer() noexcept;
  template <class Until>
  RwState spin(Until until) noexcept;

  // Atomic; see the tables.
  base::atomic<std::uint32_t> state_{0};
  // Counts wakes of writers; they sleep on it, since readers sleep on `state_`.
  base::atomic<std::uint32_t> writer_notify_{0};
};

}  // namespace heddle::inline v0::sync::detail
