// SPDX-License-Identifier: MIT
// What every future on a socket is made of: the descriptor, the direction it needs, and a place in the queue for it.
#pragma once

#include <heddle/future/context.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/io/error.hpp>
#include <heddle/runtime/detail/io_source.hpp>

#include <utility>

namespace heddle::inline v0::net::detail {

/// Base of the futures. Pinned once polled; destroying it leaves the queue, so nobody is woken for nothing.
class IoFuture {
 public:
  IoFuture(const IoFuture&) = delete;
  IoFuture& operator=(const IoFuture&) = delete;

  /// Does what the destructor does: leaves the queue of those who wait.
  void cancel() noexcept {
    if (std::exchange(queued_, false)) source_.forget(waiter_);
  }

 protected:
  using Source = runtime::detail::IoSource;
  using Direction = runtime::detail::Direction;
  using Readiness = runtime::detail::Readiness;

  IoFuture(Source& source, Direction direction) noexcept : source_(source), direction_(direction) {}
  ~IoFuture() { cancel(); }

  [[nodiscard]] Source& source() const noexcept { return source_; }

  /// One step: see src/net/poll_io.hpp, where it is defined for the files that make system calls.
  template <class Attempt>
  auto poll_io(Context& cx, Attempt attempt);

 private:
  Source& source_;
  runtime::detail::IoWaiter waiter_;
  Direction direction_;
  // The waiter was queued once; whether it still is, the source knows.
  bool queued_ = false;
};

}  // namespace heddle::inline v0::net::detail
