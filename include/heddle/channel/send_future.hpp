// SPDX-License-Identifier: MIT
// The futures of a Sender: of a send, and of the channel's end.
#pragma once

#include <heddle/channel/detail/shared.hpp>
#include <heddle/channel/error.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/rules.hpp>

#include <expected>
#include <memory>
#include <utility>

namespace heddle::inline v0::channel {

/// The future behind send_async. Borrows the sender and the message: await it where it is made.
template <class T>
class [[nodiscard("a send does nothing until it is awaited")]] SendFuture {
 public:
  using Output = std::expected<void, SendError<T>>;
  static constexpr future::Loss kLoss = future::Loss::kLosesPlace;

  SendFuture(detail::Shared<T>& shared, T& value) noexcept : shared_(shared), value_(std::addressof(value)) {}
  SendFuture(SendFuture&&) = delete;
  ~SendFuture() { cancel(); }

  /// Drops it where it stands; the message stays where it is.
  void cancel() noexcept {
    if (waiter_.is_made()) [[unlikely]] stop_waiting();
  }

  [[gnu::always_inline]] Poll<Output> poll(Context& cx) {
    detail::Fast fast = detail::Fast::kOpen;
    if (value_ != nullptr && !waiter_.is_made() && cx.budget() != 0) [[likely]] {
      fast = shared_.try_send_fast(*value_);
      if (fast == detail::Fast::kDone) [[likely]] {
        cx.made_progress();
        value_ = nullptr;
        return Poll<Output>(std::in_place);
      }
    }
    // The answer is made here, not there: it has no address then, and stays in registers.
    const detail::Attempt step = poll_slow(cx, detail::entry_after(fast));
    if (step == detail::Attempt::kWouldWait) return Pending;
    T& value = *std::exchange(value_, nullptr);
    if (step == detail::Attempt::kDone) [[likely]] return Poll<Output>(std::in_place);
    return Poll<Output>(std::in_place, std::unexpect, std::move(value));
  }

 private:
  /// A locked entry is that of a first poll with budget.
  [[gnu::noinline]] detail::Attempt poll_slow(Context& cx, detail::Entry entry) {
    if (value_ == nullptr) throw PolledAfterCompletion();
    if (!cx.may_proceed()) return detail::Attempt::kWouldWait;
    detail::Waiter& waiter = waiter_.made();
    for (;; entry = detail::Entry::kOpen) {
      const detail::Wait how = waiter.now();
      detail::Attempt step = detail::Attempt::kWouldWait;
      if (how == detail::Wait::kIdle) {
        step = shared_.send(*value_, detail::Waiting(waiter, cx.waker()), entry);
        if (step == detail::Attempt::kWouldWait) return step;
      } else if (how == detail::Wait::kQueued) {
        if (shared_.rearm(waiter, cx.waker())) return detail::Attempt::kWouldWait;
      } else {
        step = shared_.resume_send(*value_, waiter, how);
      }
      if (step == detail::Attempt::kWouldWait) continue;
      cx.made_progress();
      waiter_.reset();
      return step;
    }
  }

  [[gnu::noinline]] void stop_waiting() noexcept {
    detail::Waiter& waiter = waiter_.get();
    // Relaxed: cancel_sender looks again under the lock.
    if (waiter.state.load(base::relaxed) != detail::Wait::kIdle) shared_.cancel_sender(waiter);
    waiter_.reset();
  }

  detail::Shared<T>& shared_;
  detail::OwnWaiter waiter_;
  // The message until it is sent or given back.
  T* value_;
};

/// The future behind send_async of a copy, which it holds.
template <class T>
class [[nodiscard("a send does nothing until it is awaited")]] SendCopyFuture : public SendFuture<T> {
 public:
  SendCopyFuture(detail::Shared<T>& shared, const T& value) : SendFuture<T>(shared, copy_), copy_(value) {}
  // Before the copy goes: a receiver may be about to take it.
  ~SendCopyFuture() { this->cancel(); }

 private:
  T copy_;
};

/// The future behind `closed`. Borrows the sender.
template <class T>
class [[nodiscard]] ClosedFuture {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit ClosedFuture(detail::Shared<T>& shared) noexcept : shared_(shared) {}
  ClosedFuture(ClosedFuture&&) = delete;
  ~ClosedFuture() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    // Relaxed: cancel_closed looks again under the lock.
    if (waiter_.state.load(base::relaxed) == detail::Wait::kQueued) shared_.cancel_closed(waiter_);
  }

  Poll<void> poll(Context& cx) {
    if (waiter_.now() == detail::Wait::kQueued && shared_.rearm(waiter_, cx.waker())) return Pending;
    if (waiter_.now() == detail::Wait::kClosed) return Ready();
    if (shared_.closed(detail::Waiting(waiter_, cx.waker())) == detail::Attempt::kWouldWait) return Pending;
    return Ready();
  }

 private:
  detail::Shared<T>& shared_;
  detail::Waiter waiter_;
};

}  // namespace heddle::inline v0::channel

// The futures refer to the sender, and one of them to the message: not Owned.
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::SendFuture<T>> {
  using Send = If<IsSend<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::SendCopyFuture<T>> {
  using Send = If<IsSend<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::ClosedFuture<T>> {
  using Send = If<IsSend<T>>;
};
