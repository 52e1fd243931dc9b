// SPDX-License-Identifier: MIT
// Permit: a place in a channel that is held before there is a message for it.
#pragma once

#include <heddle/channel/detail/shared.hpp>
#include <heddle/channel/error.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/rules.hpp>

#include <cstddef>
#include <expected>
#include <stdexcept>
#include <utility>

namespace heddle::inline v0::channel {

template <class T>
class Sender;

namespace detail {

/// Places of a channel, given back when dropped. Keeps the channel's memory, so that it may outlive its sender.
template <class T>
class Places {
 public:
  /// Takes over `count` places.
  Places(Shared<T>& shared, std::size_t count) noexcept : shared_(&shared), count_(count) { shared_->add_reference(); }
  Places(Places&& other) noexcept
      : shared_(std::exchange(other.shared_, nullptr)), count_(std::exchange(other.count_, 0)) {}
  Places& operator=(Places&& other) noexcept {
    std::swap(shared_, other.shared_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~Places() {
    if (shared_ == nullptr) return;
    if (count_ != 0) shared_->return_places(count_);
    shared_->drop_reference();
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  void send(T& value) {
    HEDDLE_INVARIANT(count_ != 0, "a permit was used twice");
    --count_;
    static_cast<void>(shared_->send_held(value));
  }

  Places take_one() {
    HEDDLE_INVARIANT(count_ != 0, "more permits were taken than were reserved");
    Places one(*shared_, 1);
    --count_;
    return one;
  }

 private:
  Shared<T>* shared_;
  std::size_t count_;
};

}  // namespace detail

/// One place in a channel. Dropped unused, the place is free again.
///
/// While a permit is out a closed channel isn't disconnected: the receiver waits for the message that may still come.
///
/// Corresponds to Tokio's `mpsc::OwnedPermit`, without keeping a sender.
template <class T>
class [[nodiscard]] Permit {
 public:
  explicit Permit(detail::Places<T>&& place) noexcept : place_(std::move(place)) {}
  Permit(detail::Shared<T>& shared, std::size_t) noexcept : place_(shared, 1) {}

  /// Sends into the place; never waits. Where every receiver is gone the message is dropped.
  void send(T value) && { place_.send(value); }

 private:
  detail::Places<T> place_;
};

/// Several places, to be used one by one. Those not used are free again when it is dropped.
///
/// Corresponds to Tokio's `mpsc::PermitIterator`.
template <class T>
class [[nodiscard]] Permits {
 public:
  Permits(detail::Shared<T>& shared, std::size_t count) noexcept : places_(shared, count) {}

  /// How many are left.
  [[nodiscard]] std::size_t size() const noexcept { return places_.count(); }

  /// Splits one off. Only while there is one.
  Permit<T> take() { return Permit<T>(places_.take_one()); }

  /// Sends into one of the places. Only while there is one.
  void send(T value) { places_.send(value); }

 private:
  detail::Places<T> places_;
};

/// The future behind reserve_async and reserve_many_async; gives a Permit or Permits. Borrows the sender.
template <class T, class Result>
class [[nodiscard]] ReserveFuture {
 public:
  using Output = std::expected<Result, ReserveError>;
  static constexpr future::Loss kLoss = future::Loss::kLosesPlace;

  ReserveFuture(detail::Shared<T>& shared, std::size_t count) noexcept : shared_(shared), count_(count) {}
  ReserveFuture(ReserveFuture&&) = delete;
  ~ReserveFuture() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    // Relaxed: cancel_sender looks again under the lock.
    if (waiter_.state.load(base::relaxed) != detail::Wait::kIdle) shared_.cancel_sender(waiter_);
  }

  Poll<Output> poll(Context& cx) {
    if (done_) throw PolledAfterCompletion();
    if (!cx.may_proceed()) return Pending;
    for (;;) {
      switch (waiter_.now()) {
        case detail::Wait::kIdle: {
          const auto step = shared_.reserve(count_, detail::Waiting(waiter_, cx.waker()));
          if (step == detail::Attempt::kWouldWait) return Pending;
          return finish(cx, step == detail::Attempt::kDone);
        }
        case detail::Wait::kQueued:
          if (shared_.rearm(waiter_, cx.waker())) return Pending;
          break;
        default: return finish(cx, waiter_.now() == detail::Wait::kDone);
      }
    }
  }

 private:
  Poll<Output> finish(Context& cx, bool granted) {
    cx.made_progress();
    done_ = true;
    waiter_.held = 0;
    // Relaxed: its owner's again.
    waiter_.state.store(detail::Wait::kIdle, base::relaxed);
    if (!granted) return Poll<Output>(std::in_place, std::unexpect, ReserveError::kDisconnected);
    return Poll<Output>(std::in_place, std::in_place, shared_, count_);
  }

  detail::Shared<T>& shared_;
  detail::Waiter waiter_;
  std::size_t count_;
  bool done_ = false;
};

}  // namespace heddle::inline v0::channel

// A permit passes the messages sent into it to another thread; it is used by one thread at a time.
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::Permit<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>>;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::Permits<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>>;
  using Owned = If<IsOwned<T>>;
};
// The futures of a channel refer to one of its ends: not Owned.
template <class T, class Result>
struct heddle::marker::unsafe_rules<heddle::channel::ReserveFuture<T, Result>> {
  using Send = If<IsSend<T>>;
};
