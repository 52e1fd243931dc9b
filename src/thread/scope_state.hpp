// SPDX-License-Identifier: MIT
// The threads of a scope, and what they borrow. Shared by the scope and its threads, since the last one to finish
// wakes the scope, which may be gone before that call returns.
//
//   running_     bit 0: the scope waits; above: the threads that haven't finished
//   start        the body and running threads, so never from zero once the scope waits
//   one_finished each thread once; the last one wakes the scope if that waits
//
// Orderings: one_finished is acq_rel and the scope's load acquire: the scope sees what all threads have written.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/base/intrusive_list.hpp>
#include <heddle/sync/detail/raw_mutex.hpp>
#include <heddle/thread/borrow.hpp>
#include <heddle/thread/detail/thread_cell.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

namespace heddle::inline v0::thread::detail {

/// The live borrows of a scope. Few: a scan is faster than a tree.
class LiveBorrows {
 public:
  /// Throws BorrowConflict if one of `borrows` conflicts with a live one, or with another of them.
  void add(std::span<const Borrow> borrows, const ThreadCell* owner);
  void end(const ThreadCell* owner) noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return live_.size(); }

 private:
  struct Live {
    Borrow borrow;
    const ThreadCell* owner;
  };
  std::vector<Live> live_;
};

class ScopeState {
 public:
  /// Starts the thread of `cell`, unless its borrows conflict (thrown) or the system refuses (returned).
  std::error_code start(const std::shared_ptr<ScopeState>& self, ThreadCell& cell, std::size_t stack_size,
                        std::span<const Borrow> borrows);

  /// The thread's last step before it ends.
  void one_finished() noexcept;

  /// The thread has been joined.
  void forget(ThreadCell& cell) noexcept;

  /// Waits for the end of all threads. The panic of one that nobody took, if there is one.
  std::exception_ptr end() noexcept;

  /// How many threads have been started and neither joined nor cleared away.
  [[nodiscard]] std::size_t remembered() noexcept;

 private:
  using Threads = base::IntrusiveList<ThreadCell, ScopeState>;
  static constexpr std::uint32_t kWaiting = 1;
  static constexpr std::uint32_t kOne = 2;

  /// Moves the threads out for which `chosen` says so; the lock is held.
  template <class F>
  void take(Threads& taken, F chosen) noexcept;
  /// Waits for each, and looks for a panic.
  void join_all(Threads& taken) noexcept;

  // Atomic; see above.
  base::atomic<std::uint32_t> running_{0};
  sync::detail::RawMutex mutex_;
  // Guarded by mutex_. Each thread in the list is a reference.
  Threads threads_;
  std::size_t count_ = 0;
  std::size_t clear_at_ = 64;
  LiveBorrows borrows_;
  std::exception_ptr panic_;
};

}  // namespace heddle::inline v0::thread::detail
