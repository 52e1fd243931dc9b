// SPDX-License-Identifier: MIT
// broadcast: every receiver gets a copy of every value, and learns how many it was too slow for.
#pragma once

#include <heddle/channel/detail/broadcast_core.hpp>
#include <heddle/channel/detail/no_receivers.hpp>
#include <heddle/channel/detail/trace.hpp>
#include <heddle/channel/error.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/send.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::broadcast {

/// Why there is no value: the channel is closed and drained, or this receiver was too slow and `lagged()` values are
/// lost to it; the next receive gives the oldest that is left.
///
/// Corresponds to Tokio's `broadcast::error::RecvError`.
class RecvError {
 public:
  [[nodiscard]] static RecvError closed() noexcept { return RecvError(0); }
  [[nodiscard]] static RecvError lagged(std::uint64_t count) noexcept { return RecvError(count); }

  [[nodiscard]] bool is_closed() const noexcept { return lagged_ == 0; }
  [[nodiscard]] bool is_lagged() const noexcept { return lagged_ != 0; }
  /// How many values were lost; 0 if the channel is closed.
  [[nodiscard]] std::uint64_t lagged() const noexcept { return lagged_; }

  [[nodiscard]] const char* message() const noexcept { return is_closed() ? "channel closed" : "channel lagged"; }
  friend bool operator==(RecvError, RecvError) noexcept = default;

 private:
  explicit RecvError(std::uint64_t lagged) noexcept : lagged_(lagged) {}
  std::uint64_t lagged_;

  HEDDLE_FIELDS(lagged_);
};

/// Why try_recv gives no value. Corresponds to Tokio's `broadcast::error::TryRecvError`.
class TryRecvError {
 public:
  [[nodiscard]] static TryRecvError empty() noexcept { return TryRecvError(std::nullopt); }
  explicit TryRecvError(std::optional<RecvError> error) noexcept : error_(error) {}

  [[nodiscard]] bool is_empty() const noexcept { return !error_; }
  [[nodiscard]] bool is_closed() const noexcept { return error_ && error_->is_closed(); }
  [[nodiscard]] bool is_lagged() const noexcept { return error_ && error_->is_lagged(); }
  [[nodiscard]] std::uint64_t lagged() const noexcept { return error_ ? error_->lagged() : 0; }

  [[nodiscard]] const char* message() const noexcept { return error_ ? error_->message() : "channel empty"; }
  friend bool operator==(const TryRecvError&, const TryRecvError&) noexcept = default;

 private:
  std::optional<RecvError> error_;

  HEDDLE_FIELDS(error_);
};

/// There are no receivers; gives back the value. Corresponds to Tokio's `broadcast::error::SendError`.
template <class T>
using SendError = channel::SendError<T>;

namespace detail {

struct NoLock {
  void lock() noexcept {}
  void unlock() noexcept {}
};

/// A value on its way, and, where its type isn't Sync, the lock that serialises its copies. Not a spin lock, since
/// copying is the user's code.
template <class T>
class Value final : public Message {
 public:
  explicit Value(T value) : value_(std::move(value)) {}

  [[nodiscard]] T copy() {
    const std::lock_guard guard(copying_);
    return value_;
  }
  [[nodiscard]] T& value() noexcept { return value_; }

 private:
  [[no_unique_address]] std::conditional_t<Sync<T>, NoLock, std::mutex> copying_;
  T value_;
};

/// Copies out what Core::take gave, and lets go of it, also if copying throws.
template <class T>
T copy_out(Message& message) {
  struct Release {
    Message& message;
    ~Release() { message.release(); }
  };
  const Release release{message};
  return static_cast<Value<T>&>(message).copy();
}

}  // namespace detail

template <class T>
class Receiver;

/// The future of Receiver::recv. Doesn't move; the Receiver must outlive it.
/// Cancelling  Safe: no value is lost.
template <class T>
class [[nodiscard]] Recv {
 public:
  using Output = std::expected<T, RecvError>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Recv(Receiver<T>& receiver) noexcept : receiver_(receiver) {}
  Recv(const Recv&) = delete;
  Recv& operator=(const Recv&) = delete;
  ~Recv() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    if (waiter_.began()) receiver_.core_->stop_waiting_recv(waiter_);
  }

  Poll<Output> poll(Context& cx) {
    if (!cx.may_proceed()) return Pending;
    const detail::Taken taken = receiver_.core_->poll_take(waiter_, cx, receiver_.next_);
    if (taken.is_empty()) return Pending;
    cx.made_progress();
    if (taken.message == nullptr) return Poll<Output>(std::in_place, std::unexpect, Receiver<T>::error_of(taken));
    return Poll<Output>(std::in_place, detail::copy_out<T>(*taken.message));
  }

 private:
  Receiver<T>& receiver_;
  future::Waiter waiter_;

  HEDDLE_UNSAFE_SEND(heddle::Send<T>);
};

/// Gets every value that is sent while it exists, in order; those that are overwritten before it looks are reported by
/// number.
///
/// Threads     May move to any thread; used by one at a time.
///
/// Corresponds to Tokio's `broadcast::Receiver`.
template <class T>
class Receiver {
 public:
  /// For the channel only.
  explicit Receiver(std::shared_ptr<detail::Core> core) : core_(std::move(core)), next_(core_->add_receiver()) {}
  Receiver(Receiver&& other) noexcept = default;
  Receiver& operator=(Receiver&& other) noexcept {
    Receiver old(std::move(*this));
    core_ = std::move(other.core_);
    next_ = other.next_;
    return *this;
  }
  ~Receiver() {
    if (core_ != nullptr) core_->drop_receiver(next_);
  }

  /// Waits for the next value. Gives an expected<T, RecvError>. If copying the value throws, it counts as received.
  [[nodiscard]] Recv<T> recv() noexcept { return Recv<T>(*this); }

  /// The next value, if it is there.
  [[nodiscard]] std::expected<T, TryRecvError> try_recv() {
    const detail::Taken taken = core_->take(next_);
    if (taken.message != nullptr) return detail::copy_out<T>(*taken.message);
    return std::unexpected(taken.is_empty() ? TryRecvError::empty() : TryRecvError(error_of(taken)));
  }

  /// Sleeps until there is a value. Throws BlockingInAsync on a thread that polls tasks.
  [[nodiscard]] std::expected<T, RecvError> blocking_recv() {
    base::refuse_in_async("broadcast::Receiver::blocking_recv", "co_await recv()");
    return block_on(recv());
  }

  /// Another receiver, for what is sent from now on.
  [[nodiscard]] Receiver resubscribe() const { return Receiver(core_); }

  /// How many values it has not looked at, lost ones included.
  [[nodiscard]] std::size_t len() const noexcept { return core_->unseen(next_); }
  [[nodiscard]] bool is_empty() const noexcept { return len() == 0; }
  /// True once all senders are gone; there may be values left.
  [[nodiscard]] bool is_closed() const noexcept { return core_->senders() == 0; }

  [[nodiscard]] bool same_channel(const Receiver& other) const noexcept { return core_ == other.core_; }
  [[nodiscard]] std::size_t sender_strong_count() const noexcept { return core_->senders(); }
  [[nodiscard]] std::size_t sender_weak_count() const noexcept { return core_->weak_senders(); }

 private:
  friend class Recv<T>;

  static RecvError error_of(const detail::Taken& taken) noexcept {
    return taken.closed ? RecvError::closed() : RecvError::lagged(taken.missed);
  }

  std::shared_ptr<detail::Core> core_;
  // The position of the next value.
  std::uint64_t next_;
};

template <class T>
class Sender;

/// The future of Sender::closed. Doesn't move; the Sender must outlive it.
/// Cancelling  Safe: nothing is lost.
template <class T>
using Closed = channel::detail::NoReceivers<detail::Core, Sender<T>>;

/// A sender that doesn't keep the channel open.
///
/// Corresponds to Tokio's `broadcast::WeakSender`.
template <class T>
class WeakSender {
 public:
  /// For senders only.
  explicit WeakSender(std::shared_ptr<detail::Core> core) : core_(std::move(core)) { core_->add_weak_sender(); }
  WeakSender(WeakSender&& other) noexcept = default;
  WeakSender& operator=(WeakSender&& other) noexcept {
    WeakSender old(std::move(*this));
    core_ = std::move(other.core_);
    return *this;
  }
  ~WeakSender() {
    if (core_ != nullptr) core_->drop_weak_sender();
  }
  [[nodiscard]] WeakSender clone() const { return WeakSender(core_); }

  /// A sender, if there still is one.
  [[nodiscard]] std::optional<Sender<T>> upgrade(std::source_location where = std::source_location::current()) const {
    if (!core_->try_add_sender()) return std::nullopt;
    return Sender<T>(core_, channel::detail::Trace::of_upgraded(core_.get(), where));
  }

  [[nodiscard]] std::size_t strong_count() const noexcept { return core_->senders(); }
  [[nodiscard]] std::size_t weak_count() const noexcept { return core_->weak_senders(); }

 private:
  std::shared_ptr<detail::Core> core_;
};

/// Sends copies to all receivers. Clones send to the same receivers.
///
/// Threads     Any.
///
/// Corresponds to Tokio's `broadcast::Sender`.
template <class T>
class Sender {
 public:
  /// A channel without receivers, as yet: see subscribe(). Throws as channel() does.
  explicit Sender(std::size_t capacity, std::source_location where = std::source_location::current())
      : Sender(std::make_shared<detail::Core>(capacity), channel::detail::Trace()) {
    trace_ = trace(*core_, where);
  }
  Sender(Sender&& other) noexcept = default;
  Sender& operator=(Sender&& other) noexcept {
    Sender old(std::move(*this));
    core_ = std::move(other.core_);
    trace_ = std::move(other.trace_);
    return *this;
  }
  ~Sender() {
    if (core_ != nullptr) core_->drop_sender();
  }
  [[nodiscard]] Sender clone(std::source_location where = std::source_location::current()) const {
    core_->add_sender();
    return Sender(core_, trace_.clone(where));
  }

  /// Sends to all receivers. Never waits: a full channel loses its oldest value.
  /// Returns     How many receivers there are. Some may be destroyed before they look.
  /// Errors      SendError, with the value, if there are none.
  /// Cost        One block of memory, one atomic operation, and the wakes.
  std::expected<std::size_t, SendError<T>> send(T value) const {
    auto message = std::make_unique<detail::Value<T>>(std::move(value));
    const std::size_t receivers = core_->send(*message);
    if (receivers == 0) return std::unexpected(SendError<T>(std::move(message->value())));
    static_cast<void>(message.release());
    return receivers;
  }

  /// A new receiver, for what is sent from now on.
  [[nodiscard]] Receiver<T> subscribe() const { return Receiver<T>(core_); }
  [[nodiscard]] WeakSender<T> downgrade() const { return WeakSender<T>(core_); }

  /// How many values some receiver has not looked at.
  [[nodiscard]] std::size_t len() const noexcept { return core_->len(); }
  [[nodiscard]] bool is_empty() const noexcept { return len() == 0; }

  /// Waits until there are no receivers.
  [[nodiscard]] Closed<T> closed() const noexcept { return Closed<T>(*core_); }

  [[nodiscard]] std::size_t receiver_count() const noexcept { return core_->receivers(); }
  [[nodiscard]] std::size_t strong_count() const noexcept { return core_->senders(); }
  [[nodiscard]] std::size_t weak_count() const noexcept { return core_->weak_senders(); }
  [[nodiscard]] bool same_channel(const Sender& other) const noexcept { return core_ == other.core_; }

 private:
  friend class WeakSender<T>;

  // One that is counted already.
  Sender(std::shared_ptr<detail::Core> core, channel::detail::Trace trace) noexcept
      : core_(std::move(core)), trace_(std::move(trace)) {}

  static channel::detail::Trace trace(detail::Core& core, const std::source_location& where) noexcept {
    const auto count = [](void* channel) noexcept { return static_cast<detail::Core*>(channel)->waiting_receives(); };
    return channel::detail::Trace::of_new(channel::detail::Traced("broadcast", &core, count), where);
  }

  std::shared_ptr<detail::Core> core_;
  // Goes before the core.
  channel::detail::Trace trace_;
};

/// What channel() makes. Rust's pair.
template <class T>
struct Channel {
  Sender<T> tx;
  Receiver<T> rx;

  explicit Channel(std::size_t capacity, std::source_location where = std::source_location::current())
      : tx(capacity, where), rx(tx.subscribe()) {}
};

/// Makes a channel that keeps at least `capacity` values for slow receivers: the next power of two.
/// Throws std::invalid_argument for 0, std::length_error for more than half of what a size_t holds.
///
/// Corresponds to Tokio's `broadcast::channel`.
template <class T>
  requires std::copy_constructible<T>
[[nodiscard]] Channel<T> channel(std::size_t capacity, std::source_location where = std::source_location::current()) {
  return Channel<T>(capacity, where);
}

}  // namespace heddle::inline v0::broadcast

// The T is shared by the receivers, but copied by one at a time unless it is Sync.
template <class T>
struct heddle::marker::unsafe_rules<heddle::broadcast::Sender<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::broadcast::WeakSender<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::broadcast::Receiver<T>> {
  using Send = If<IsSend<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
