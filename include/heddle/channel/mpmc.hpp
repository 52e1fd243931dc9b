// SPDX-License-Identifier: MIT
// mpmc: channels of many senders and many receivers; each message goes to one of them.
#pragma once

#include <heddle/channel/mpsc.hpp>
#include <heddle/marker/rules.hpp>

#include <cstddef>
#include <source_location>

namespace heddle::inline v0::mpmc {

using channel::Permit;
using channel::Permits;
using channel::RecvTimeoutError;
using channel::ReserveError;
using channel::SendError;
using channel::Sender;
using channel::SendTimeoutError;
using channel::TryRecvError;
using channel::TrySendError;
using channel::WeakSender;

/// A receiver that can be cloned: each message is received by one of the clones.
///
/// A receiver that waits is woken in the order of coming, but another that comes just then may take the message first.
/// Threads     Send and Sync if T is Send.
///
/// Corresponds to Rust's `mpmc::Receiver` and crossbeam's `Receiver`.
template <class T>
class [[nodiscard]] Receiver : public channel::Receiver<T> {
 public:
  using channel::Receiver<T>::Receiver;

  /// One more receiver of the same channel.
  [[nodiscard]] Receiver clone() const noexcept {
    this->shared().add_receiver();
    return Receiver(this->shared());
  }

  /// How many receivers there are.
  [[nodiscard]] std::size_t receiver_count() const noexcept { return this->shared().receiver_count(); }
};

/// Both ends of a new channel: `auto [tx, rx] = mpmc::channel<int>();`
template <class T>
struct Channel {
  Sender<T> tx;
  Receiver<T> rx;

  Channel(channel::detail::Shared<T>& shared, const std::source_location& where) noexcept
      : tx(shared, shared.trace("mpmc", where)), rx(shared) {}
};

/// A channel that takes any number of messages. Rust's `mpmc::channel`, crossbeam's `unbounded`.
template <class T>
[[nodiscard]] Channel<T> channel(std::source_location where = std::source_location::current()) {
  using Shared = heddle::channel::detail::Shared<T>;
  return Channel<T>(*new Shared(Shared::kUnbounded, heddle::channel::detail::Receivers::kMany), where);
}

/// A channel that takes `bound` messages; 0: rendezvous. Rust's `mpmc::sync_channel`, crossbeam's `bounded`.
template <class T>
[[nodiscard]] Channel<T> sync_channel(std::size_t bound, std::source_location where = std::source_location::current()) {
  using Shared = heddle::channel::detail::Shared<T>;
  return Channel<T>(*new Shared(bound, heddle::channel::detail::Receivers::kMany), where);
}

}  // namespace heddle::inline v0::mpmc

template <class T>
struct heddle::marker::unsafe_rules<heddle::mpmc::Receiver<T>> {
  using Send = If<IsSend<T>>;
  using Sync = If<IsSend<T>>;
  using Owned = If<IsOwned<T>>;
};
