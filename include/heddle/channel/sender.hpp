// SPDX-License-Identifier: MIT
// Sender: the end of a channel that messages go in at, for threads and tasks; and WeakSender.
#pragma once

#include <heddle/channel/detail/shared.hpp>
#include <heddle/channel/detail/trace.hpp>
#include <heddle/channel/error.hpp>
#include <heddle/channel/permit.hpp>
#include <heddle/channel/send_future.hpp>
#include <heddle/marker/rules.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

// Clang then warns where a temporary is lent to a future that outlives it.
#if defined(__clang__)
#define HEDDLE_CHANNEL_LENT [[clang::lifetimebound]]
#else
#define HEDDLE_CHANNEL_LENT
#endif

namespace heddle::inline v0::channel {

template <class T>
class WeakSender;

/// Sends messages of type T into a channel. Several may be held, by threads and tasks alike.
///
/// Copying is spelled `clone()`. When the last one is gone, and no permit is out, the receivers get the rest and then
/// hear that the channel is disconnected.
/// Shape       Move construction and destruction of T must not use the channel: they run under its lock.
/// Threads     Send and Sync if T is Send.
/// Cost        One uncontended atomic operation per message; a wake if a receiver waits.
///
/// Corresponds to Rust's `mpsc::Sender` and `mpsc::SyncSender`, crossbeam's and Tokio's `Sender`: one type, since they
/// differ in nothing but whether a send may have to wait.
template <class T>
class [[nodiscard]] Sender {
 public:
  /// Takes over one count of senders. For makers of channels.
  Sender(detail::Shared<T>& shared, detail::Trace trace) noexcept : shared_(&shared), trace_(std::move(trace)) {}
  Sender(Sender&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)), trace_(std::move(other.trace_)) {}
  Sender& operator=(Sender&& other) noexcept {
    Sender old(std::move(*this));
    shared_ = std::exchange(other.shared_, nullptr);
    trace_ = std::move(other.trace_);
    return *this;
  }
  ~Sender() {
    trace_.forget();
    if (shared_ != nullptr) shared_->drop_sender();
  }

  /// One more sender of the same channel.
  [[nodiscard]] Sender clone(std::source_location where = std::source_location::current()) const noexcept {
    shared_->add_sender();
    return Sender(*shared_, trace_.clone(where));
  }

  /// Sends; waits while a bounded channel is full, and on a rendezvous channel until a receiver has taken it.
  ///
  /// Returns     Nothing; or the message in the error, if the channel is closed or every receiver gone.
  /// Errors      BlockingInAsync if it would have to wait on a thread that polls tasks: the message stays with the
  ///             caller.
  /// Blocking    While full. Senders are served in the order of their coming.
  ///
  /// Corresponds to Rust's `SyncSender::send`.
  std::expected<void, SendError<T>> send(T&& value) const {
    const detail::Fast fast = shared_->try_send_fast(value);
    if (fast == detail::Fast::kDone) [[likely]] return {};
    detail::Attempt step = shared_->send(value, detail::Waiting(), detail::entry_after(fast));
    if (step == detail::Attempt::kWouldWait) step = shared_->send_blocking(value, detail::kForever, "Sender::send");
    if (step == detail::Attempt::kDone) [[likely]] return {};
    return std::unexpected(SendError<T>(std::move(value)));
  }
  std::expected<void, SendError<T>> send(const T& value) const
    requires std::copy_constructible<T>
  {
    return send(T(value));
  }

  /// Sends if that is possible at once: a place is free, or a receiver waits.
  ///
  /// Corresponds to Rust's `SyncSender::try_send`.
  std::expected<void, TrySendError<T>> try_send(T&& value) const {
    using Kind = TrySendError<T>::Kind;
    const detail::Attempt step = shared_->send(value, detail::Waiting());
    if (step == detail::Attempt::kDone) return {};
    const Kind kind = step == detail::Attempt::kClosed ? Kind::kDisconnected : Kind::kFull;
    return std::unexpected(TrySendError<T>(kind, std::move(value)));
  }
  std::expected<void, TrySendError<T>> try_send(const T& value) const
    requires std::copy_constructible<T>
  {
    return try_send(T(value));
  }

  /// As send, for at most `duration`; the message is in the error then. crossbeam's `send_timeout`.
  template <class Rep, class Period>
  std::expected<void, SendTimeoutError<T>> send_for(T&& value, std::chrono::duration<Rep, Period> duration) const {
    return send_before(value, [&] { return detail::deadline_after(duration); }, "Sender::send_for");
  }
  template <class Rep, class Period>
    requires std::copy_constructible<T>
  std::expected<void, SendTimeoutError<T>> send_for(const T& value, std::chrono::duration<Rep, Period> duration) const {
    return send_for(T(value), duration);
  }

  /// As send, until `time` at the latest. crossbeam's `send_deadline`.
  template <class Duration>
  std::expected<void, SendTimeoutError<T>> send_until(
      T&& value, std::chrono::time_point<std::chrono::steady_clock, Duration> time) const {
    return send_before(value, [&] { return detail::deadline_at(time); }, "Sender::send_until");
  }

  /// The awaitable twin of send.
  ///
  /// Shape       The future borrows the sender, and a message given as an rvalue, unless that is copied trivially: await
  ///             it where it is made.
  /// Returns     As send.
  /// Cancelling  Safe: the message is moved from only when it is in the channel. Dropped before that, the future leaves
  ///             an rvalue argument as it was, in its owner's hands; only its place in the queue is lost.
  /// Cost        A unit of the budget.
  ///
  /// Corresponds to Tokio's `mpsc::Sender::send`, which loses the message.
  SendFuture<T> send_async(T&& value HEDDLE_CHANNEL_LENT) const noexcept
    requires(!std::is_trivially_copyable_v<T>)
  {
    return SendFuture<T>(*shared_, value);
  }
  /// The same, of a copy that the future holds.
  SendCopyFuture<T> send_async(const T& value) const
    requires std::copy_constructible<T>
  {
    return SendCopyFuture<T>(*shared_, value);
  }

  /// Waits for a place, and holds it. Not on a rendezvous channel, which has none: std::logic_error.
  ///
  /// Errors      kDisconnected; BlockingInAsync as send.
  /// Blocking    While full.
  [[nodiscard]] std::expected<Permit<T>, ReserveError> reserve() const { return reserve_blocking<Permit<T>>(1); }

  /// Waits for `count` places at once. std::length_error if the channel is smaller. Tokio's `reserve_many`.
  [[nodiscard]] std::expected<Permits<T>, ReserveError> reserve_many(std::size_t count) const {
    return reserve_blocking<Permits<T>>(count);
  }

  /// Holds a place if one is free. Tokio's `try_reserve`.
  [[nodiscard]] std::expected<Permit<T>, ReserveError> try_reserve() const { return try_reserve<Permit<T>>(1); }
  [[nodiscard]] std::expected<Permits<T>, ReserveError> try_reserve_many(std::size_t count) const {
    return try_reserve<Permits<T>>(count);
  }

  /// The awaitable twins of reserve and reserve_many.
  ///
  /// Cancelling  Safe: only the place in the queue is lost.
  ///
  /// Corresponds to Tokio's `mpsc::Sender::reserve_owned` and `reserve_many`.
  [[nodiscard]] ReserveFuture<T, Permit<T>> reserve_async() const {
    check_places(1);
    return ReserveFuture<T, Permit<T>>(*shared_, 1);
  }
  [[nodiscard]] ReserveFuture<T, Permits<T>> reserve_many_async(std::size_t count) const {
    check_places(count);
    return ReserveFuture<T, Permits<T>>(*shared_, count);
  }

  /// Ready when the channel is closed: a receiver said so, or all are gone. Tokio's `closed`.
  ///
  /// Cancelling  Safe.
  [[nodiscard]] ClosedFuture<T> closed() const noexcept { return ClosedFuture<T>(*shared_); }
  [[nodiscard]] bool is_closed() const noexcept { return shared_->is_closed(); }

  /// How many messages are in the channel.
  [[nodiscard]] std::size_t len() const noexcept { return shared_->len(); }
  [[nodiscard]] bool is_empty() const noexcept { return len() == 0; }
  /// True if a send would have to wait for a place: always on a rendezvous channel, never on an unbounded one.
  [[nodiscard]] bool is_full() const noexcept { return shared_->capacity() == 0; }
  /// How many places are free, and how many there are. SIZE_MAX: unbounded.
  [[nodiscard]] std::size_t capacity() const noexcept { return shared_->capacity(); }
  [[nodiscard]] std::size_t max_capacity() const noexcept { return shared_->max_capacity(); }

  [[nodiscard]] bool same_channel(const Sender& other) const noexcept { return shared_ == other.shared_; }

  /// A sender that doesn't keep the channel connected.
  [[nodiscard]] WeakSender<T> downgrade() const noexcept {
    shared_->add_weak();
    return WeakSender<T>(*shared_);
  }
  [[nodiscard]] std::size_t strong_count() const noexcept { return shared_->strong_count(); }
  [[nodiscard]] std::size_t weak_count() const noexcept { return shared_->weak_count(); }

  /// For select.
  [[nodiscard]] detail::Shared<T>& shared() const noexcept { return *shared_; }

 private:
  template <class At>
  std::expected<void, SendTimeoutError<T>> send_before(T& value, At deadline, const char* call) const {
    using Kind = SendTimeoutError<T>::Kind;
    detail::Attempt step = shared_->send(value, detail::Waiting());
    if (step == detail::Attempt::kWouldWait) step = shared_->send_blocking(value, deadline(), call);
    if (step == detail::Attempt::kDone) return {};
    const Kind kind = step == detail::Attempt::kClosed ? Kind::kDisconnected : Kind::kTimeout;
    return std::unexpected(SendTimeoutError<T>(kind, std::move(value)));
  }

  void check_places(std::size_t count) const {
    if (shared_->flavor() == detail::Flavor::kZero) {
      throw std::logic_error("a rendezvous channel has no places to reserve");
    }
    if (count > shared_->max_capacity()) throw std::length_error("more places were asked for than the channel has");
  }

  template <class Result>
  std::expected<Result, ReserveError> reserve_blocking(std::size_t count) const {
    check_places(count);
    if (shared_->reserve_blocking(count) == detail::Attempt::kClosed) {
      return std::unexpected(ReserveError::kDisconnected);
    }
    return std::expected<Result, ReserveError>(std::in_place, *shared_, count);
  }

  template <class Result>
  std::expected<Result, ReserveError> try_reserve(std::size_t count) const {
    check_places(count);
    switch (shared_->reserve(count, detail::Waiting())) {
      case detail::Attempt::kDone: return std::expected<Result, ReserveError>(std::in_place, *shared_, count);
      case detail::Attempt::kWouldWait: return std::unexpected(ReserveError::kFull);
      case detail::Attempt::kClosed: break;
    }
    return std::unexpected(ReserveError::kDisconnected);
  }

  detail::Shared<T>* shared_;
  detail::Trace trace_;
};

/// Knows a channel without keeping it connected.
///
/// Corresponds to Tokio's `mpsc::WeakSender`.
template <class T>
class [[nodiscard]] WeakSender {
 public:
  /// Takes over one count of weak senders. For Sender::downgrade.
  explicit WeakSender(detail::Shared<T>& shared) noexcept : shared_(&shared) {}
  WeakSender(WeakSender&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  WeakSender& operator=(WeakSender&& other) noexcept {
    WeakSender old(std::move(*this));
    shared_ = std::exchange(other.shared_, nullptr);
    return *this;
  }
  ~WeakSender() {
    if (shared_ == nullptr) return;
    shared_->drop_weak();
    shared_->drop_reference();
  }

  [[nodiscard]] WeakSender clone() const noexcept {
    shared_->add_weak();
    return WeakSender(*shared_);
  }

  /// A sender, unless every sender is gone.
  [[nodiscard]] std::optional<Sender<T>> upgrade(
      std::source_location where = std::source_location::current()) const noexcept {
    if (!shared_->try_add_sender()) return std::nullopt;
    return std::optional<Sender<T>>(std::in_place, *shared_, detail::Trace::of_upgraded(shared_, where));
  }

  [[nodiscard]] std::size_t strong_count() const noexcept { return shared_->strong_count(); }
  [[nodiscard]] std::size_t weak_count() const noexcept { return shared_->weak_count(); }

 private:
  detail::Shared<T>* shared_;
};

}  // namespace heddle::inline v0::channel

// Rust's rule: whoever holds a sender can bring a T to the receiver's thread, so the T must be Send. What is const is
// made under the channel's lock.
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::Sender<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>>;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::channel::WeakSender<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>>;
  using Owned = If<IsOwned<T>>;
};

#undef HEDDLE_CHANNEL_LENT
