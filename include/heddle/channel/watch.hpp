// SPDX-License-Identifier: MIT
// watch: the latest value, for any number of readers who are told when it changes.
#pragma once

#include <heddle/channel/detail/no_receivers.hpp>
#include <heddle/channel/detail/trace.hpp>
#include <heddle/channel/detail/watch_core.hpp>
#include <heddle/channel/error.hpp>
#include <heddle/future/future.hpp>
#include <heddle/future/loss.hpp>
#include <heddle/marker/send.hpp>
#include <heddle/sync/rw_lock.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::watch {

/// The senders are gone. Corresponds to Tokio's `watch::error::RecvError`.
class RecvError {
 public:
  explicit RecvError() noexcept {}
  [[nodiscard]] static const char* message() noexcept { return "channel closed"; }
  friend bool operator==(RecvError, RecvError) noexcept { return true; }
};

/// There are no receivers; gives back the value. Corresponds to Tokio's `watch::error::SendError`.
template <class T>
using SendError = channel::SendError<T>;

/// Read access to the value, which can't change meanwhile: a sender that wants to change it is blocked, with its
/// thread. So keep it short.
///
/// Shape       The Sender or Receiver must outlive it. Stays on its thread.
/// Errors      A co_await that has to wait throws GuardHeldAcrossAwait while a Ref is held, and a send on the thread that
///             holds one sync::WouldDeadlock.
///
/// Corresponds to Tokio's `watch::Ref`.
template <class T>
class [[nodiscard]] Ref {
 public:
  explicit Ref(detail::Shared<T>& shared) : guard_(shared.read()), version_(shared.version()) {}
  Ref(detail::Shared<T>& shared, detail::Core::Version seen) : Ref(shared) { has_changed_ = version_ != seen; }
  Ref(Ref&&) noexcept = default;
  Ref& operator=(Ref&&) noexcept = default;

  const T& operator*() const noexcept { return *guard_; }
  const T* operator->() const noexcept { return &*guard_; }

  /// True if the receiver hadn't seen this value before.
  [[nodiscard]] bool has_changed() const noexcept { return has_changed_; }

 private:
  template <class>
  friend class Receiver;
  template <class, class>
  friend class WaitFor;

  sync::RwLockReadGuard<T> guard_;
  detail::Core::Version version_;
  bool has_changed_ = false;
};

template <class T>
class Receiver;

/// The future of Receiver::changed. Doesn't move; the Receiver must outlive it.
/// Cancelling  Safe: what wasn't reported isn't marked as seen.
template <class T>
class [[nodiscard]] Changed {
 public:
  using Output = std::expected<void, RecvError>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  explicit Changed(Receiver<T>& receiver) noexcept : receiver_(receiver) {}
  Changed(const Changed&) = delete;
  Changed& operator=(const Changed&) = delete;
  ~Changed() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    if (waiter_.began()) receiver_.shared_->stop_waiting_changed(waiter_);
  }

  Poll<Output> poll(Context& cx) {
    if (!cx.may_proceed()) return Pending;
    const auto news = receiver_.shared_->poll_changed(waiter_, cx, receiver_.seen_);
    if (news == detail::Core::News::kNone) return Pending;
    cx.made_progress();
    if (news == detail::Core::News::kClosed) return Poll<Output>(std::in_place, std::unexpect);
    return Poll<Output>(std::in_place);
  }

 private:
  Receiver<T>& receiver_;
  future::Waiter waiter_;

  HEDDLE_UNSAFE_SEND(heddle::Send<T> && heddle::Sync<T>);
};

/// The future of Receiver::wait_for. Doesn't move; the Receiver must outlive it.
/// Cancelling  Safe: the value that was seen last didn't satisfy the predicate.
template <class T, class F>
class [[nodiscard]] WaitFor {
  using News = detail::Core::News;

 public:
  using Output = std::expected<Ref<T>, RecvError>;
  static constexpr future::Loss kLoss = future::Loss::kLossless;

  WaitFor(Receiver<T>& receiver, F predicate) : receiver_(receiver), predicate_(std::move(predicate)) {}
  WaitFor(const WaitFor&) = delete;
  WaitFor& operator=(const WaitFor&) = delete;
  ~WaitFor() { cancel(); }

  /// Drops it where it stands.
  void cancel() noexcept {
    if (waiter_.began()) receiver_.shared_->stop_waiting_changed(waiter_);
  }

  Poll<Output> poll(Context& cx) {
    if (!cx.may_proceed()) return Pending;
    // The first value is looked at whether it is new or not; the last one once all senders are gone.
    if (!std::exchange(started_, true)) {
      if (auto found = look(cx, false); found.is_ready()) return found;
    }
    for (;;) {
      switch (receiver_.shared_->poll_changed(waiter_, cx, receiver_.seen_)) {
        case News::kNone: return Pending;
        case News::kClosed: cx.made_progress(); return Poll<Output>(std::in_place, std::unexpect);
        case News::kChanged: break;
      }
      if (auto found = look(cx, true); found.is_ready()) return found;
    }
  }

 private:
  Poll<Output> look(Context& cx, bool news) {
    Ref<T> ref(*receiver_.shared_, receiver_.seen_);
    ref.has_changed_ |= news;
    receiver_.seen_ = ref.version_;
    if (!std::invoke(predicate_, *ref)) return Pending;
    cx.made_progress();
    return Poll<Output>(std::in_place, std::move(ref));
  }

  Receiver<T>& receiver_;
  F predicate_;
  future::Waiter waiter_;
  bool started_ = false;

  HEDDLE_UNSAFE_SEND(heddle::Send<T> && heddle::Sync<T> && heddle::Send<F>);
};

/// Sees the latest value, and is told when there is a newer one. Values in between may be missed.
///
/// Threads     May move to any thread; used by one at a time.
///
/// Corresponds to Tokio's `watch::Receiver`.
template <class T>
class Receiver {
 public:
  /// For the channel only.
  explicit Receiver(std::shared_ptr<detail::Shared<T>> shared) : Receiver(std::move(shared), 0) {
    seen_ = shared_->version();
  }
  Receiver(Receiver&& other) noexcept = default;
  Receiver& operator=(Receiver&& other) noexcept {
    Receiver old(std::move(*this));
    shared_ = std::move(other.shared_);
    seen_ = other.seen_;
    return *this;
  }
  ~Receiver() {
    if (shared_ != nullptr) shared_->drop_receiver();
  }

  /// Another receiver that has seen what this one has.
  [[nodiscard]] Receiver clone() const { return Receiver(shared_, seen_); }

  /// The latest value; not marked as seen. Blocks the thread while a sender changes it.
  [[nodiscard]] Ref<T> borrow() const { return Ref<T>(*shared_, seen_); }
  /// The same, marked as seen: in a loop with changed(), nothing is handled twice.
  [[nodiscard]] Ref<T> borrow_and_update() {
    Ref<T> ref(*shared_, seen_);
    seen_ = ref.version_;
    return ref;
  }

  /// Waits for a value that isn't marked as seen, and marks it. RecvError once there is none and the senders are gone.
  [[nodiscard]] Changed<T> changed() noexcept { return Changed<T>(*this); }

  /// Waits for a value of which `predicate(value)` is true, beginning with the present one, seen or not. Gives a Ref to
  /// it; RecvError once the senders are gone and the last value isn't it. `predicate` is called with the value locked.
  template <class F>
    requires std::predicate<F&, const T&>
  [[nodiscard]] WaitFor<T, F> wait_for(F predicate) {
    return WaitFor<T, F>(*this, std::move(predicate));
  }

  /// True if there is a value that isn't marked as seen; RecvError once the senders are gone, seen or not.
  [[nodiscard]] std::expected<bool, RecvError> has_changed() const noexcept {
    if (shared_->senders_gone()) return std::unexpected(RecvError());
    return shared_->version() != seen_;
  }

  void mark_changed() noexcept { seen_ = detail::Core::before(seen_); }
  void mark_unchanged() noexcept { seen_ = shared_->version(); }

  [[nodiscard]] bool same_channel(const Receiver& other) const noexcept { return shared_ == other.shared_; }

 private:
  friend class Changed<T>;
  template <class, class>
  friend class WaitFor;

  Receiver(std::shared_ptr<detail::Shared<T>> shared, detail::Core::Version seen)
      : shared_(std::move(shared)), seen_(seen) {
    shared_->add_receiver();
  }

  std::shared_ptr<detail::Shared<T>> shared_;
  detail::Core::Version seen_;
};

template <class T>
class Sender;

/// The future of Sender::closed. Doesn't move; the Sender must outlive it.
/// Cancelling  Safe: nothing is lost.
template <class T>
using Closed = channel::detail::NoReceivers<detail::Core, Sender<T>>;

/// Changes the value. Clones send to the same receivers.
///
/// Blocking    What changes the value blocks the thread while somebody has a Ref to it.
/// Threads     Any.
///
/// Corresponds to Tokio's `watch::Sender`.
template <class T>
class Sender {
 public:
  /// A channel without receivers, as yet: see subscribe().
  explicit Sender(T initial, std::source_location where = std::source_location::current())
      : Sender(std::make_shared<detail::Shared<T>>(std::move(initial)), channel::detail::Trace()) {
    trace_ = trace(*shared_, where);
  }
  Sender(Sender&& other) noexcept = default;
  Sender& operator=(Sender&& other) noexcept {
    Sender old(std::move(*this));
    shared_ = std::move(other.shared_);
    trace_ = std::move(other.trace_);
    return *this;
  }
  ~Sender() {
    if (shared_ != nullptr) shared_->drop_sender();
  }

  [[nodiscard]] Sender clone(std::source_location where = std::source_location::current()) const {
    return Sender(shared_, trace_.clone(where));
  }

  /// Replaces the value and tells the receivers.
  /// Errors      SendError, with the value, if there are none.
  std::expected<void, SendError<T>> send(T value) const {
    if (is_closed()) return std::unexpected(SendError<T>(std::move(value)));
    send_replace(std::move(value));
    return {};
  }

  /// Replaces the value, receivers or not, and returns the one before.
  T send_replace(T value) const {
    send_modify([&value](T& current) { std::swap(current, value); });
    return value;
  }

  /// Lets `f(value)` change the value, and tells the receivers. If `f` throws, they are told nothing.
  template <class F>
  void send_modify(F f) const {
    send_if_modified([&f](T& value) {
      std::invoke(f, value);
      return true;
    });
  }

  /// The same, but the receivers are only told if `f` returns true. Returns what `f` returned.
  template <class F>
  bool send_if_modified(F f) const {
    {
      auto value = shared_->write();
      if (!std::invoke(f, *value)) return false;
      shared_->publish();
    }
    shared_->tell_receivers();
    return true;
  }

  /// The latest value. Blocks the thread while another sender changes it.
  [[nodiscard]] Ref<T> borrow() const { return Ref<T>(*shared_); }

  /// True if there are no receivers.
  [[nodiscard]] bool is_closed() const noexcept { return shared_->receivers() == 0; }
  /// Waits until there are no receivers.
  [[nodiscard]] Closed<T> closed() const noexcept { return Closed<T>(*shared_); }

  /// A new receiver, which has seen the present value.
  [[nodiscard]] Receiver<T> subscribe() const { return Receiver<T>(shared_); }

  [[nodiscard]] std::size_t receiver_count() const noexcept { return shared_->receivers(); }
  [[nodiscard]] std::size_t sender_count() const noexcept { return shared_->senders(); }
  [[nodiscard]] bool same_channel(const Sender& other) const noexcept { return shared_ == other.shared_; }

 private:
  Sender(std::shared_ptr<detail::Shared<T>> shared, channel::detail::Trace trace) noexcept
      : shared_(std::move(shared)), trace_(std::move(trace)) {
    shared_->add_sender();
  }

  static channel::detail::Trace trace(detail::Core& core, const std::source_location& where) noexcept {
    const auto count = [](void* channel) noexcept { return static_cast<detail::Core*>(channel)->waiting_receives(); };
    return channel::detail::Trace::of_new(channel::detail::Traced("watch", &core, count), where);
  }

  std::shared_ptr<detail::Shared<T>> shared_;
  // Goes before the channel.
  channel::detail::Trace trace_;
};

/// What channel() makes. Rust's pair.
template <class T>
struct Channel {
  Sender<T> tx;
  Receiver<T> rx;

  explicit Channel(T initial, std::source_location where = std::source_location::current())
      : tx(std::move(initial), where), rx(tx.subscribe()) {}
};

/// Makes a channel with a first value, which counts as seen.
///
/// Corresponds to Tokio's `watch::channel`.
template <class T>
[[nodiscard]] Channel<T> channel(T initial, std::source_location where = std::source_location::current()) {
  return Channel<T>(std::move(initial), where);
}

}  // namespace heddle::inline v0::watch

// All ends share the T.
template <class T>
struct heddle::marker::unsafe_rules<heddle::watch::Sender<T>> {
  using Send = If<IsSend<T>, IsSync<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::watch::Receiver<T>> {
  using Send = If<IsSend<T>, IsSync<T>>;
  using Sync = Send;
  using Owned = If<IsOwned<T>>;
};
template <class T>
struct heddle::marker::unsafe_rules<heddle::watch::Ref<T>> {
  using Send = Never<"a Ref is released by the thread that borrowed">;
  using Sync = If<IsSync<T>>;
};
