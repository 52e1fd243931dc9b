// SPDX-License-Identifier: MIT
// mpsc: channels of many senders and one receiver, for threads and tasks alike.
//
//   channel<T>()         unbounded: a send never waits
//   sync_channel<T>(n)   bounded: a send waits while n messages are in it
//   sync_channel<T>(0)   rendezvous: a send waits until a receiver takes the message
//
// Each verb comes in two: `x` blocks the thread, `x_async` is awaited by a task. Both may be used on one channel, so a
// thread can feed a task and the other way round.
#pragma once

#include <heddle/channel/error.hpp>
#include <heddle/channel/permit.hpp>
#include <heddle/channel/receiver.hpp>
#include <heddle/channel/sender.hpp>

#include <cstddef>
#include <source_location>

namespace heddle::inline v0::mpsc {

using channel::Permit;
using channel::Permits;
using channel::Receiver;
using channel::RecvTimeoutError;
using channel::ReserveError;
using channel::SendError;
using channel::Sender;
using channel::SendTimeoutError;
using channel::TryRecvError;
using channel::TrySendError;
using channel::WeakSender;

// What makes a channel or a sender takes the place of the call, `where`, for the deadlock report: see
// runtime::Builder::on_deadlock.

/// Both ends of a new channel: `auto [tx, rx] = mpsc::channel<int>();`
template <class T>
struct Channel {
  Sender<T> tx;
  Receiver<T> rx;

  Channel(channel::detail::Shared<T>& shared, const std::source_location& where) noexcept
      : tx(shared, shared.trace("mpsc", where)), rx(shared) {}
};

/// A channel that takes any number of messages.
///
/// Cost        A block of about a kilobyte per hundred small messages; drained blocks go back, but for one.
///
/// Corresponds to Rust's `mpsc::channel`.
template <class T>
[[nodiscard]] Channel<T> channel(std::source_location where = std::source_location::current()) {
  using Shared = heddle::channel::detail::Shared<T>;
  return Channel<T>(*new Shared(Shared::kUnbounded, heddle::channel::detail::Receivers::kOne), where);
}

/// A channel that takes `bound` messages; with 0 each message is handed over from hand to hand.
///
/// Errors      std::bad_alloc where memory for `bound` messages can't be had: it is taken at once.
///
/// Corresponds to Rust's `mpsc::sync_channel`.
template <class T>
[[nodiscard]] Channel<T> sync_channel(std::size_t bound, std::source_location where = std::source_location::current()) {
  using Shared = heddle::channel::detail::Shared<T>;
  return Channel<T>(*new Shared(bound, heddle::channel::detail::Receivers::kOne), where);
}

}  // namespace heddle::inline v0::mpsc
