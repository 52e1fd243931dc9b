// SPDX-License-Identifier: MIT
// CancellationToken: tells any number of tasks, and those below them, to stop.
#pragma once

#include <heddle/future/detail/held.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/future/wait_list.hpp>
#include <heddle/marker/send.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::async {

namespace detail {
class TokenNode;
}  // namespace detail

class Cancelled;
class CancelledOwned;
class CancellationDropGuard;
template <class F>
class RunUntilCancelled;

/// Is cancelled once, for all who hold a clone of it; and with it all its child tokens, and theirs. A child that is
/// cancelled leaves its parent alone.
///
/// Threads     Any.
/// Cost        is_cancelled: one load. A clone: one atomic operation. A token: one block of memory. The tokens of one
///             tree share a lock, which is held while a cancellation walks over all descendants.
///
/// Corresponds to tokio-util's `CancellationToken`.
class CancellationToken {
 public:
  CancellationToken();
  CancellationToken(CancellationToken&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  CancellationToken& operator=(CancellationToken&& other) noexcept {
    CancellationToken old(std::exchange(node_, std::exchange(other.node_, nullptr)));
    return *this;
  }
  ~CancellationToken() { release(); }

  /// Another handle of the same token. Equal to this one.
  [[nodiscard]] CancellationToken clone() const noexcept;

  /// A token that is cancelled with this one, but not the other way round. Cancelled from the start if this one is.
  [[nodiscard]] CancellationToken child_token() const;

  /// Cancels this token and all below it. Wakes whoever waits for them. A second call does nothing.
  void cancel() const noexcept;

  [[nodiscard]] bool is_cancelled() const noexcept;

  /// Waits until the token is cancelled. The token must outlive the future.
  /// Cancelling  Safe: nothing is lost.
  [[nodiscard]] Cancelled cancelled() const noexcept;

  /// The same, with a future that keeps the token alive.
  [[nodiscard]] static CancelledOwned cancelled_owned(CancellationToken token) noexcept;

  /// Cancels the token when the guard is destroyed, unless it is disarmed.
  [[nodiscard]] CancellationDropGuard drop_guard() && noexcept;
  [[nodiscard]] CancellationDropGuard drop_guard_ref() const noexcept;

  /// Awaits `future`, but not longer than until the token is cancelled: then gives nothing. If both have happened,
  /// `future` is not polled. Gives an optional of what `future` gives; for a void, true or false.
  ///
  /// Shape       One full expression: a temporary lives till its end. A named future stays the caller's.
  /// Cancelling  Drops the future, if it is a temporary, as soon as the token is cancelled. Loses what that loses.
  template <class F>
    requires Future<std::remove_reference_t<F>>
  [[nodiscard]] RunUntilCancelled<F> run_until_cancelled(F&& future) const;

  friend bool operator==(const CancellationToken& a, const CancellationToken& b) noexcept { return a.node_ == b.node_; }

 private:
  friend class Cancelled;
  friend struct std::hash<CancellationToken>;

  explicit CancellationToken(detail::TokenNode* node) noexcept : node_(node) {}
  void release() noexcept;

  detail::TokenNode* node_;
};

/// The future of CancellationToken::cancelled. Doesn't move. Once ready it stays so.
class [[nodiscard]] Cancelled {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Cancelled(const CancellationToken& token) noexcept : node_(*token.node_) {}
  Cancelled(const Cancelled&) = delete;
  Cancelled& operator=(const Cancelled&) = delete;
  ~Cancelled() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept;

  Poll<void> poll(Context& cx) noexcept;

 private:
  detail::TokenNode& node_;
  future::Waiter waiter_;
};

/// The future of CancellationToken::cancelled_owned. Doesn't move. Once ready it stays so.
class [[nodiscard]] CancelledOwned {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit CancelledOwned(CancellationToken token) noexcept : token_(std::move(token)), cancelled_(token_) {}

  /// Drops it where it stands.
  void cancel() noexcept { cancelled_.cancel(); }
  Poll<void> poll(Context& cx) noexcept { return cancelled_.poll(cx); }

 private:
  CancellationToken token_;
  Cancelled cancelled_;
};

/// Cancels a token at the end of a scope. Corresponds to tokio-util's `DropGuard` and `DropGuardRef`.
class [[nodiscard("the guard cancels when it is destroyed")]] CancellationDropGuard {
 public:
  explicit CancellationDropGuard(CancellationToken token) noexcept : token_(std::move(token)) {}
  CancellationDropGuard(CancellationDropGuard&& other) noexcept : token_(std::exchange(other.token_, std::nullopt)) {}
  ~CancellationDropGuard() {
    if (token_) token_->cancel();
  }

  /// Gives the token back, not cancelled.
  [[nodiscard]] CancellationToken disarm() && noexcept { return *std::exchange(token_, std::nullopt); }

 private:
  std::optional<CancellationToken> token_;

  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

/// The future of CancellationToken::run_until_cancelled.
template <class F>
class [[nodiscard]] RunUntilCancelled {
  using Awaited = std::remove_reference_t<F>;
  using T = OutputOf<Awaited>;

 public:
  using Output = std::conditional_t<std::is_void_v<T>, bool, std::optional<base::Stored<T>>>;
  static constexpr future::Loss kLoss = future::kLossOf<Awaited>;

  RunUntilCancelled(const CancellationToken& token, F&& future) : cancelled_(token), future_(std::forward<F>(future)) {}

  Poll<Output> poll(Context& cx) {
    if (done_) throw PolledAfterCompletion();
    if (cancelled_.poll(cx).is_ready()) {
      cancel();
      return Poll<Output>(std::in_place);
    }
    Poll<T> answer = future_->poll(cx);
    if (answer.is_pending()) return Pending;
    cancel();
    if constexpr (std::is_void_v<T>) {
      return Poll<Output>(std::in_place, true);
    } else {
      return Poll<Output>(std::in_place, std::in_place, std::move(*answer));
    }
  }

  /// Drops the future and leaves the token, as the destructor does.
  void cancel() noexcept {
    if (std::exchange(done_, true)) return;
    cancelled_.cancel();
    future_.drop();
  }

 private:
  Cancelled cancelled_;
  future::detail::Held<F> future_;
  bool done_ = false;

  HEDDLE_UNSAFE_SEND(heddle::Send<F>);
};

inline Cancelled CancellationToken::cancelled() const noexcept { return Cancelled(*this); }
inline CancelledOwned CancellationToken::cancelled_owned(CancellationToken token) noexcept {
  return CancelledOwned(std::move(token));
}
inline CancellationDropGuard CancellationToken::drop_guard() && noexcept {
  return CancellationDropGuard(std::move(*this));
}
inline CancellationDropGuard CancellationToken::drop_guard_ref() const noexcept {
  return CancellationDropGuard(clone());
}

template <class F>
  requires Future<std::remove_reference_t<F>>
RunUntilCancelled<F> CancellationToken::run_until_cancelled(F&& future) const {
  return RunUntilCancelled<F>(*this, std::forward<F>(future));
}

}  // namespace heddle::inline v0::async

template <>
struct std::hash<heddle::async::CancellationToken> {
  std::size_t operator()(const heddle::async::CancellationToken& token) const noexcept {
    return std::hash<const void*>()(token.node_);
  }
};

// All is guarded by the tree's lock.
template <>
struct heddle::marker::unsafe_rules<heddle::async::CancellationToken> {
  using Send = Always;
  using Sync = Always;
  using SyncMut = Always;
  using Owned = Always;
};
template <>
struct heddle::marker::unsafe_rules<heddle::async::Cancelled> {
  using Send = Always;
  using Sync = Always;
};
template <>
struct heddle::marker::unsafe_rules<heddle::async::CancelledOwned> {
  using Send = Always;
  using Sync = Always;
  using Owned = Always;
};
