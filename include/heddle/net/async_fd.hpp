// SPDX-License-Identifier: MIT
// AsyncFd: any descriptor that the system can watch, awaited; its reading and writing stay its owner's.
#pragma once

#include <heddle/future/loss.hpp>
#include <heddle/future/poll.hpp>
#include <heddle/io/error.hpp>
#include <heddle/io/owned_fd.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/rules.hpp>
#include <heddle/net/detail/socket.hpp>
#include <heddle/net/interest.hpp>

#include <expected>
#include <utility>

namespace heddle::inline v0::net {

template <io::AsRawFd Owner>
class AsyncFd;

namespace detail {

/// An operation of the caller's own, with the owner of the descriptor.
template <class Owner, class F>
class CallWith {
 public:
  CallWith(const Owner& owner, F f) : owner_(owner), f_(std::move(f)) {}
  auto operator()() { return f_(owner_); }

 private:
  const Owner& owner_;
  F f_;

  HEDDLE_FIELDS(owner_, f_);
};

}  // namespace detail

/// What waiting for an AsyncFd gives: it is ready, for all that is known, until this guard is told otherwise. An event
/// that comes between the look and the clearing is never cleared.
///
/// Shape       Borrows the AsyncFd.
/// Corresponds to Tokio's `io::unix::AsyncFdReadyGuard`.
template <io::AsRawFd Owner>
class [[nodiscard]] ReadyGuard {
 public:
  ReadyGuard(const AsyncFd<Owner>& fd, ReadyState ready, Interest interest) noexcept
      : fd_(fd), ready_(ready), interest_(interest) {}

  [[nodiscard]] ReadyState ready() const noexcept { return ready_; }
  [[nodiscard]] const AsyncFd<Owner>& async_fd() const noexcept { return fd_; }

  /// The descriptor was found not to be ready: the next wait is for the next event. Not for a guess: an event that has
  /// come already is waited for in vain. Corresponds to `clear_ready`.
  void clear_ready() noexcept { clear_ready_matching(interest_); }
  /// For one direction of a guard of both. Corresponds to `clear_ready_matching`.
  void clear_ready_matching(Interest what) noexcept { detail::clear(detail::Access::source(fd_), ready_, what); }

  /// Calls `f` with the owner. When it says kWouldBlock the readiness is cleared, and that is the answer: wait again.
  /// Corresponds to `AsyncFdReadyGuard::try_io`.
  template <class F>
  std::invoke_result_t<F, const Owner&> try_io(F f) {
    auto result = f(fd_.get_ref());
    if (!result && result.error().kind() == io::ErrorKind::kWouldBlock) clear_ready();
    return result;
  }

 private:
  const AsyncFd<Owner>& fd_;
  ReadyState ready_;
  Interest interest_;

  HEDDLE_FIELDS(fd_, ready_, interest_);
};

/// The future of AsyncFd's readable, writable and ready.
template <io::AsRawFd Owner>
class [[nodiscard]] ReadyGuardFuture {
 public:
  using Output = io::Result<ReadyGuard<Owner>>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  ReadyGuardFuture(const AsyncFd<Owner>& fd, Interest interest) noexcept
      : fd_(fd), ready_(detail::Access::source(fd), interest), interest_(interest) {}

  void cancel() noexcept { ready_.cancel(); }

  Poll<Output> poll(Context& cx) {
    auto ready = ready_.poll(cx);
    if (ready.is_pending()) return Pending;
    if (!ready->has_value()) return Poll<Output>(std::in_place, std::unexpect, std::move(*ready).error());
    return Poll<Output>(std::in_place, std::in_place, fd_, **ready, interest_);
  }

 private:
  const AsyncFd<Owner>& fd_;
  ReadyFuture ready_;
  Interest interest_;
};

/// The owner of a descriptor that couldn't be watched, and why. See AsyncFd::try_make.
template <class Owner>
struct AsyncFdError {
  Owner owner;
  io::Error cause;

  AsyncFdError(Owner own, io::Error why) : owner(std::move(own)), cause(std::move(why)) {}
  HEDDLE_FIELDS(owner, cause);
};

/// Watches the descriptor of `Owner`, such as io::OwnedFd, or whatever has `as_raw_fd()`, for a program that reads and
/// writes it by means of its own: a device, an inotify, a timerfd, a library's connection.
///
/// Shape       The owner keeps the descriptor open, and the same, as long as it lives here. It should be non-blocking:
///             readiness is a hint. Files and directories can't be watched (EPERM): they are always ready.
/// Threads     May move to any thread; several tasks may wait. Belongs to the runtime in which it was made.
/// Cost        One small block.
///
/// Corresponds to Tokio's `io::unix::AsyncFd`.
template <io::AsRawFd Owner>
class AsyncFd {
 public:
  /// Watches the descriptor of `owner`. Throws runtime::NoRuntime outside a runtime.
  /// Errors      The owner is dropped, or, from try_make, given back: the system's code, such as EPERM for a file, EEXIST
  ///             for a descriptor that this runtime watches already; kOther when the runtime has shut down.
  /// Corresponds to `AsyncFd::new` and `AsyncFd::try_new`.
  [[nodiscard]] static io::Result<AsyncFd> make(Owner owner) {
    auto watch = watch_of(owner);
    if (!watch) return std::unexpected(std::move(watch).error());
    return AsyncFd(std::move(owner), std::move(*watch));
  }
  [[nodiscard]] static std::expected<AsyncFd, AsyncFdError<Owner>> try_make(Owner owner) {
    auto watch = watch_of(owner);
    if (!watch) return std::unexpected(AsyncFdError<Owner>(std::move(owner), std::move(watch).error()));
    return AsyncFd(std::move(owner), std::move(*watch));
  }

  [[nodiscard]] const Owner& get_ref() const noexcept { return owner_; }
  [[nodiscard]] Owner& get_mut() noexcept { return owner_; }
  /// Ends the watch and gives the owner back, which stays open.
  [[nodiscard]] Owner into_inner() && {
    watch_.end();
    return std::move(owner_);
  }
  [[nodiscard]] int as_raw_fd() const { return owner_.as_raw_fd(); }

  /// Waits until the descriptor is ready.
  ///
  /// Returns     A ReadyGuard: try the operation, and tell the guard if the descriptor was not ready after all.
  /// Errors      kOther when the runtime has shut down.
  /// Cancelling  Safe.
  /// Corresponds to `AsyncFd::readable`, `writable` and `ready`.
  [[nodiscard]] ReadyGuardFuture<Owner> readable() const noexcept { return ready(Interest::kReadable); }
  [[nodiscard]] ReadyGuardFuture<Owner> writable() const noexcept { return ready(Interest::kWritable); }
  [[nodiscard]] ReadyGuardFuture<Owner> ready(Interest interest) const noexcept { return {*this, interest}; }

  /// Calls `f` with the owner if the descriptor is ready, as TcpStream::try_io.
  template <class F>
  std::invoke_result_t<F, const Owner&> try_io(Interest interest, F f) const {
    auto call = [&] { return f(owner_); };
    return detail::try_io(source(), interest, call);
  }

  /// Waits and calls `f` with the owner until it says something other than kWouldBlock.
  /// Cancelling  Safe if `f` is. Corresponds to `AsyncFd::async_io`.
  template <class F>
  [[nodiscard]] AsyncIo<detail::CallWith<Owner, F>> async_io(Interest interest, F f) const {
    using Call = detail::CallWith<Owner, F>;
    return AsyncIo<Call>(source(), interest, Call(owner_, std::move(f)));
  }

 private:
  friend detail::Access;
  AsyncFd(Owner owner, detail::Watch watch) : owner_(std::move(owner)), watch_(std::move(watch)) {}
  static io::Result<detail::Watch> watch_of(const Owner& owner) {
    return detail::watch(owner.as_raw_fd(), "AsyncFd::make");
  }
  runtime::detail::IoSource& source() const noexcept { return watch_.source(); }

  // In this order: the watch ends before the owner closes.
  Owner owner_;
  detail::Watch watch_;

  HEDDLE_FIELDS(owner_, watch_);
};

}  // namespace heddle::inline v0::net

// It borrows the AsyncFd, whose watch is atomic or under its lock.
template <class Owner>
struct heddle::marker::unsafe_rules<heddle::net::ReadyGuardFuture<Owner>> {
  using Send = If<IsSync<Owner>>;
};
