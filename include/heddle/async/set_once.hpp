// SPDX-License-Identifier: MIT
// SetOnce: a value that is set once, and that tasks wait for.
#pragma once

#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/wait_list.hpp>
#include <heddle/marker/send.hpp>

#include <expected>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::async {

template <class T>
class SetOnceWait;

/// The value was set before; gives back the one that was refused.
template <class T>
class SetOnceError {
 public:
  explicit SetOnceError(T value) : value_(std::move(value)) {}
  [[nodiscard]] const T& value() const noexcept { return value_; }
  [[nodiscard]] T into_inner() && { return std::move(value_); }
  [[nodiscard]] static const char* message() noexcept { return "the value was set before"; }

 private:
  T value_;

  HEDDLE_FIELDS(value_);
};

/// A cell for a value that somebody sets and many wait for.
///
/// Shape       Doesn't move. Destroyed when nobody waits, and no call is running.
/// Threads     Any. Everything but the ways to take the value out is const: share it by Arc or by reference.
/// Cost        get: one load.
///
/// Corresponds to Tokio's `sync::SetOnce`.
template <class T>
class SetOnce {
 public:
  SetOnce() noexcept {}
  /// Already set.
  explicit SetOnce(T value) : value_(std::move(value)), claimed_(true), set_(true) {}
  SetOnce(const SetOnce&) = delete;
  SetOnce& operator=(const SetOnce&) = delete;

  [[nodiscard]] bool initialized() const noexcept { return set_.load(base::acquire); }

  /// The value, or null if it isn't set yet.
  [[nodiscard]] const T* get() const noexcept { return initialized() ? &*value_ : nullptr; }

  /// Sets the value and wakes all that wait.
  /// Errors      SetOnceError, with the value, if it was set before, or another thread is just setting it.
  std::expected<void, SetOnceError<T>> set(T value) const {
    // acq_rel: a failed move of an earlier call happened before this one's.
    if (claimed_.exchange(true, base::acq_rel)) return std::unexpected(SetOnceError<T>(std::move(value)));
    try {
      value_.emplace(std::move(value));
    } catch (...) {
      claimed_.store(false, base::release);  // pairs with the exchange
      throw;
    }
    set_.store(true, base::release);  // pairs with initialized()
    waiters_.wake_all(std::unique_lock(lock_));
    return {};
  }

  /// Waits until the value is set, and gives a reference to it.
  [[nodiscard]] SetOnceWait<T> wait() const noexcept { return SetOnceWait<T>(*this); }

  /// Moves the value out, or gives nothing. Only when no one else uses it.
  [[nodiscard]] std::optional<T> into_inner() && { return std::move(value_); }

 private:
  friend class SetOnceWait<T>;

  // Written once, by whoever set claimed_; read after set_.
  mutable std::optional<T> value_;
  // Atomic.
  mutable base::atomic<bool> claimed_{false};
  mutable base::atomic<bool> set_{false};
  mutable base::SpinLock lock_;
  // Guarded by lock_.
  mutable future::WaitList waiters_;
};

/// The future of SetOnce::wait.
///
/// Shape       Doesn't move. The SetOnce must outlive it.
/// Cancelling  Safe: nothing is lost.
/// Cost        Nothing is allocated. One load when the value is there. Spends one unit of budget.
template <class T>
class [[nodiscard]] SetOnceWait {
 public:
  using Output = const T&;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit SetOnceWait(const SetOnce<T>& cell) noexcept : cell_(cell) {}
  SetOnceWait(const SetOnceWait&) = delete;
  SetOnceWait& operator=(const SetOnceWait&) = delete;
  ~SetOnceWait() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    if (waiter_.began()) static_cast<void>(future::stop_waiting(cell_.lock_, cell_.waiters_, waiter_));
  }

  Poll<const T&> poll(Context& cx) {
    if (!cx.may_proceed()) return Pending;
    const auto is_set = [this] { return cell_.initialized(); };
    if (waiter_.began() || !is_set()) {
      if (!future::wait_until(cell_.lock_, cell_.waiters_, waiter_, cx, is_set)) return Pending;
    }
    cx.made_progress();
    return Poll<const T&>(std::in_place, &*cell_.value_);
  }

 private:
  const SetOnce<T>& cell_;
  future::Waiter waiter_;

  HEDDLE_UNSAFE_SEND(heddle::Send<T> && heddle::Sync<T>);
};

}  // namespace heddle::inline v0::async

// All who look share the T, and the owner of the cell destroys it.
template <class T>
struct heddle::marker::unsafe_rules<heddle::async::SetOnce<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>, IsSync<T>>;
  using Owned = If<IsOwned<T>>;
};
