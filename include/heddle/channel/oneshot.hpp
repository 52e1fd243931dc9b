// SPDX-License-Identifier: MIT
// oneshot: one value, once, from one end to the other.
#pragma once

#include <heddle/base/atomic.hpp>
#include <heddle/channel/detail/trace.hpp>
#include <heddle/future/block_on.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/send.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::oneshot {

/// The sender was destroyed without sending. Corresponds to Tokio's `oneshot::error::RecvError`.
class RecvError {
 public:
  explicit RecvError() noexcept {}
  [[nodiscard]] static const char* message() noexcept { return "channel closed"; }
  friend bool operator==(RecvError, RecvError) noexcept { return true; }
};

/// Why there is no value. Corresponds to Tokio's `oneshot::error::TryRecvError`.
enum class TryRecvError : std::uint8_t { kEmpty, kClosed };

[[nodiscard]] constexpr const char* message(TryRecvError error) noexcept {
  return error == TryRecvError::kEmpty ? "channel empty" : "channel closed";
}

namespace detail {

/// What it means to an end that it has left.
enum class [[nodiscard]] Left : std::uint8_t {
  kRefused,  ///< it hasn't: the receiver has closed, so the value can't be sent
  kFirst,    ///< the other end may free the channel from now on
  kLast,     ///< the channel is to be freed
};

/// The state of a oneshot channel, but for the value.
///
///   bit            set by         meaning
///   kSent          the sender     the value belongs to the receiver; always together with kSenderGone
///   kSenderGone    the sender     it won't touch the channel again
///   kClosed        the receiver   nothing can be sent any more
///   kReceiverGone  the receiver   it won't touch the channel again; always together with kClosed
///   kLocked        either         see below
///
/// kLocked is a lock: whoever sets it may touch the wakers, and unlocks by storing the new bits. So to leave, to
/// publish and to unlock are one store, the last access of the end that leaves. It is a release; each load without the
/// lock is an acquire: with kSent the value is seen, with a "gone" bit all that the other end ever did to the channel.
class Core {
 public:
  enum Bits : std::uint8_t { kSent = 1, kSenderGone = 2, kClosed = 4, kReceiverGone = 8, kLocked = 16 };

  [[nodiscard]] bool is(Bits bit) const noexcept { return (state_.load(base::acquire) & bit) != 0; }

  /// With kSent, the value is in its place. Wakes the receiver.
  Left sender_leaves(std::uint8_t bits) noexcept;

  /// With kClosed alone it doesn't leave yet. Wakes the sender.
  Left receiver_leaves(std::uint8_t bits) noexcept;

  /// One step of waiting, at most one wait per end: true if `bit` is set.
  bool sender_waits(const Waker& waker) noexcept { return wait(sender_, kClosed, waker); }
  bool receiver_waits(const Waker& waker) noexcept { return wait(receiver_, kSenderGone, waker); }

  /// 1 if the receiver has been polled in vain; 0 if anybody is in the channel. For the deadlock report.
  [[nodiscard]] std::size_t waiting_receives() noexcept;

 protected:
  Core() noexcept {}
  ~Core() = default;

 private:
  bool wait(Waker& place, Bits bit, const Waker& waker) noexcept;

  /// Returns the other bits.
  std::uint8_t lock() noexcept;
  void unlock(std::uint8_t bits) noexcept { state_.store(bits, base::release); }

  // Atomic; see the table.
  base::atomic<std::uint8_t> state_{0};
  // Guarded by kLocked.
  Waker sender_;
  Waker receiver_;
};

/// The channel. `value` is alive from just before kSent is set, by the sender, until the receiver takes it.
template <class T>
struct Channel : Core {
  Channel() noexcept {}
  ~Channel() {}

  union {
    T value;
  };
};

/// Ends a value that is moved from, also if that throws.
template <class T>
class DestroyAtEnd {
 public:
  explicit DestroyAtEnd(T& value) noexcept : value_(value) {}
  DestroyAtEnd(const DestroyAtEnd&) = delete;
  DestroyAtEnd& operator=(const DestroyAtEnd&) = delete;
  ~DestroyAtEnd() { std::destroy_at(std::addressof(value_)); }

 private:
  T& value_;
};

}  // namespace detail

template <class T>
class Sender;

/// The future of Sender::closed. Doesn't move; the Sender must outlive it.
/// Cancelling  Safe: nothing is lost.
template <class T>
class [[nodiscard]] Closed {
 public:
  using Output = void;
  static constexpr future::Loss kLoss = future::Loss::kLossless;
  explicit Closed(Sender<T>& sender) noexcept : sender_(sender) {}
  Closed(const Closed&) = delete;
  Closed& operator=(const Closed&) = delete;

  Poll<void> poll(Context& cx) { return sender_.poll_closed(cx); }
  /// Drops it where it stands: the sender itself keeps what is registered.
  void cancel() noexcept {}

 private:
  Sender<T>& sender_;

  HEDDLE_UNSAFE_SEND(heddle::Send<T>);
};

/// The end that sends. Destroying it unsent tells the receiver.
///
/// Threads     May move to any thread; used by one at a time.
///
/// Corresponds to Tokio's `oneshot::Sender`.
template <class T>
class [[nodiscard("a sender that is dropped closes the channel")]] Sender {
 public:
  Sender(detail::Channel<T>& channel, channel::detail::Trace trace) noexcept
      : channel_(&channel), trace_(std::move(trace)) {}
  Sender(Sender&& other) noexcept
      : channel_(std::exchange(other.channel_, nullptr)), trace_(std::move(other.trace_)) {}
  Sender& operator=(Sender&& other) noexcept {
    Sender old(std::move(*this));
    channel_ = std::exchange(other.channel_, nullptr);
    trace_ = std::move(other.trace_);
    return *this;
  }
  ~Sender() {
    if (channel_ == nullptr) return;
    trace_.forget();
    if (channel_->sender_leaves(detail::Core::kSenderGone) == detail::Left::kLast) delete channel_;
  }

  /// Sends the value, and wakes the receiver. Never waits. From then on the sender is empty.
  /// Errors      The value itself, if the receiver has closed or is gone.
  /// Cost        One atomic operation.
  std::expected<void, T> send(T value) && {
    Sender self(std::move(*this));
    if (self.is_closed()) return std::unexpected(std::move(value));
    // Before the lock is taken: moving a T is the user's code.
    T& place = *std::construct_at(std::addressof(self.channel_->value), std::move(value));
    self.trace_.forget();
    using enum detail::Core::Bits;
    if (self.channel_->sender_leaves(kSent | kSenderGone) != detail::Left::kRefused) {
      self.channel_ = nullptr;  // sent, so the receiver frees it
      return {};
    }
    // Closed meanwhile. Without kSent the value is still ours, and our end keeps the channel alive.
    const detail::DestroyAtEnd<T> destroy(place);
    return std::expected<void, T>(std::unexpect, std::move(place));
  }

  /// True once the receiver has closed or is gone.
  [[nodiscard]] bool is_closed() const noexcept { return channel_->is(detail::Core::kClosed); }

  /// Waits until the receiver has closed or is gone.
  [[nodiscard]] Closed<T> closed() noexcept { return Closed<T>(*this); }

  Poll<void> poll_closed(Context& cx) noexcept {
    if (!cx.may_proceed()) return Pending;
    if (!is_closed() && !channel_->sender_waits(cx.waker())) return Pending;
    cx.made_progress();
    return Ready();
  }

 private:
  detail::Channel<T>* channel_;
  channel::detail::Trace trace_;
};

/// The end that receives: a future. Give it by name to co_await, and it may be awaited again if that is cancelled.
///
/// Returns     The value, or RecvError when the sender is destroyed without sending, or `close` came first.
/// Cancelling  Safe: nothing is lost.
/// Threads     May move to any thread; used by one at a time.
/// Cost        One load when the value is there. Spends one unit of budget.
///
/// Corresponds to Tokio's `oneshot::Receiver`.
template <class T>
class [[nodiscard("a receiver that is dropped closes the channel")]] Receiver {
 public:
  using Output = std::expected<T, RecvError>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Receiver(detail::Channel<T>& channel) noexcept : channel_(&channel) {}
  Receiver(Receiver&& other) noexcept
      : channel_(std::exchange(other.channel_, nullptr)), terminated_(other.terminated_), taken_(other.taken_) {}
  Receiver& operator=(Receiver&& other) noexcept {
    Receiver old(std::move(*this));
    channel_ = std::exchange(other.channel_, nullptr);
    terminated_ = other.terminated_;
    taken_ = other.taken_;
    return *this;
  }
  ~Receiver() {
    if (channel_ != nullptr) leave();
  }

  Poll<Output> poll(Context& cx) {
    if (terminated_) throw PolledAfterCompletion();
    if (!cx.may_proceed()) return Pending;
    using enum detail::Core::Bits;
    if (!channel_->is(kSenderGone) && !channel_->is(kClosed) && !channel_->receiver_waits(cx.waker())) return Pending;
    cx.made_progress();
    terminated_ = true;
    if (!channel_->is(kSent)) return Poll<Output>(std::in_place, std::unexpect);
    return Poll<Output>(std::in_place, take());
  }

  /// The value, if it is there.
  [[nodiscard]] std::expected<T, TryRecvError> try_recv() {
    using enum detail::Core::Bits;
    if (terminated_) return std::unexpected(TryRecvError::kClosed);
    const bool over = channel_->is(kSenderGone) || channel_->is(kClosed);
    if (!over) return std::unexpected(TryRecvError::kEmpty);
    terminated_ = true;
    if (!channel_->is(kSent)) return std::unexpected(TryRecvError::kClosed);
    return take();
  }

  /// Sleeps until there is an answer. Throws BlockingInAsync on a thread that polls tasks.
  [[nodiscard]] Output blocking_recv() && {
    base::refuse_in_async("oneshot::Receiver::blocking_recv", "co_await on the receiver");
    return block_on(*this);
  }

  /// Lets nothing be sent any more. A value that was sent before can still be received.
  void close() noexcept {
    if (!terminated_) static_cast<void>(channel_->receiver_leaves(detail::Core::kClosed));
  }

  /// True if a value has been received, or it is known that none will be: polling again would be an error.
  [[nodiscard]] bool is_terminated() const noexcept { return terminated_; }

  /// True if there is no value to be received: none was sent, or it was received.
  [[nodiscard]] bool is_empty() const noexcept { return terminated_ || !channel_->is(detail::Core::kSent); }

 private:
  // Moves the value out. If that throws, the value is lost, as it would be with any assignment from it.
  T take() {
    taken_ = true;
    const detail::DestroyAtEnd<T> destroy(channel_->value);
    return std::move(channel_->value);
  }

  void leave() noexcept {
    using enum detail::Core::Bits;
    // Mostly the sender has gone before, and nobody else looks at the channel.
    if (!channel_->is(kSenderGone)) {
      if (channel_->receiver_leaves(kClosed | kReceiverGone) == detail::Left::kFirst) return;
    }
    if (channel_->is(kSent) && !taken_) std::destroy_at(std::addressof(channel_->value));
    delete channel_;
  }

  detail::Channel<T>* channel_;
  bool terminated_ = false;
  // The value is dead.
  bool taken_ = false;
};

/// What channel() makes. Rust's pair.
template <class T>
struct Channel {
  Sender<T> tx;
  Receiver<T> rx;

  Channel(detail::Channel<T>& channel, const std::source_location& where) noexcept
      : tx(channel, trace(channel, where)), rx(channel) {}

 private:
  static channel::detail::Trace trace(detail::Channel<T>& channel, const std::source_location& where) noexcept {
    const auto count = [](void* core) noexcept { return static_cast<detail::Channel<T>*>(core)->waiting_receives(); };
    return channel::detail::Trace::of_new(channel::detail::Traced("oneshot", &channel, count), where);
  }
};

/// Makes a channel for one value.
/// Cost        One block of memory.
///
/// Corresponds to Tokio's `oneshot::channel`.
template <class T>
[[nodiscard]] Channel<T> channel(std::source_location where = std::source_location::current()) {
  return Channel<T>(*new detail::Channel<T>(), where);
}

}  // namespace heddle::inline v0::oneshot

// The T passes from one end to the other: nobody shares it.
template <class T>
struct heddle::marker::unsafe_rules<heddle::oneshot::Sender<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>>;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::oneshot::Receiver<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>>;
  using Owned = If<IsOwned<T>>;
};
