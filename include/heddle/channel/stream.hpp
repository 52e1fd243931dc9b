// SPDX-License-Identifier: MIT
// The messages of a channel as a stream: of(rx).
#pragma once

#include <heddle/channel/broadcast.hpp>
#include <heddle/channel/mpmc.hpp>
#include <heddle/channel/receiver.hpp>
#include <heddle/channel/watch.hpp>
#include <heddle/future/detail/held.hpp>
#include <heddle/future/stream.hpp>
#include <heddle/marker/fields.hpp>
#include <heddle/marker/send.hpp>

#include <expected>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::stream {

namespace detail {

/// How a stream takes items from a receiver: the future of the next one, and what its result comes to; nothing is the end.
template <class R>
struct Receiving;

template <class T>
struct Receiving<channel::Receiver<T>> {
  using Item = T;
  static auto next(channel::Receiver<T>& receiver) noexcept { return receiver.recv_async(); }
  static std::optional<T> item(channel::Receiver<T>&, std::optional<T>&& message) { return std::move(message); }
};

template <class T>
struct Receiving<mpmc::Receiver<T>> : Receiving<channel::Receiver<T>> {};

template <class T>
struct Receiving<broadcast::Receiver<T>> {
  using Item = std::expected<T, broadcast::RecvError>;
  static auto next(broadcast::Receiver<T>& receiver) noexcept { return receiver.recv(); }
  static std::optional<Item> item(broadcast::Receiver<T>&, Item&& message) {
    if (!message.has_value() && message.error().is_closed()) return std::nullopt;
    return std::move(message);
  }
};

template <class T>
struct Receiving<watch::Receiver<T>> {
  using Item = T;
  static auto next(watch::Receiver<T>& receiver) noexcept { return receiver.changed(); }
  static std::optional<T> item(watch::Receiver<T>& receiver, std::expected<void, watch::RecvError>&& news) {
    if (!news.has_value()) return std::nullopt;
    return std::optional<T>(std::in_place, *receiver.borrow_and_update());
  }
};

/// A receiver that moved in, or, of an R&, the caller's.
template <class R>
class Lent {
 public:
  explicit Lent(R&& receiver) noexcept : receiver_(std::move(receiver)) {}
  R& operator*() noexcept { return receiver_; }

 private:
  R receiver_;
  HEDDLE_FIELDS(receiver_);
};
template <class R>
class Lent<R&> {
 public:
  explicit Lent(R& receiver) noexcept : receiver_(receiver) {}
  R& operator*() noexcept { return receiver_; }

 private:
  R& receiver_;
  HEDDLE_FIELDS(receiver_);
};

}  // namespace detail

/// The stream of of.
template <class R>
class [[nodiscard]] Received {
  using How = detail::Receiving<std::remove_reference_t<R>>;
  using Step = decltype(How::next(std::declval<std::remove_reference_t<R>&>()));

 public:
  using Item = typename How::Item;

  explicit Received(R&& receiver) : receiver_(std::forward<R>(receiver)) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (!step_.full()) step_.make([&]() -> Step { return How::next(*receiver_); });
    Poll<OutputOf<Step>> answer = (*step_).poll(cx);
    if (answer.is_pending()) return Pending;
    step_.reset();
    return Poll<std::optional<Item>>(std::in_place, How::item(*receiver_, std::move(*answer)));
  }

 private:
  detail::Lent<R> receiver_;
  future::detail::Place<Step> step_;

  // The step refers to the receiver, and is there only once nothing moves any more.
  HEDDLE_UNSAFE_SEND(heddle::Send<detail::Lent<R>>);
  HEDDLE_UNSAFE_OWNED(heddle::Owned<detail::Lent<R>>);
};

/// What a receiver receives, as a stream: `of(std::move(rx))`, or `of(rx)`, which borrows it.
///
/// Returns     Of an mpsc or mpmc channel its messages, until it is empty and disconnected.
///             Of a broadcast channel its values, and an error where some were missed: expected<T, RecvError>.
///             Of a watch channel a copy of each value that it sees as new; begin with the present one by
///             `rx.mark_changed()`.
/// Cancelling  A dropped `next` loses nothing. Dropping the stream drops the receiver that moved in.
///
/// Corresponds to tokio-stream's `ReceiverStream`, `BroadcastStream` and `WatchStream`.
template <class R>
  requires requires { typename detail::Receiving<std::remove_reference_t<R>>::Item; }
Received<R> of(R&& receiver) {
  return Received<R>(std::forward<R>(receiver));
}

}  // namespace heddle::inline v0::stream
