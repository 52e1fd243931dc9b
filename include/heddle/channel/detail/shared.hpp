// SPDX-License-Identifier: MIT
// One channel of T: storage by its flavor, and every verb once, for threads and tasks alike.
//
//   verb             array                      list                        zero
//   send             a free place, or waits     always                      a waiting receiver's parcel, or waits
//   recv             the oldest, or waits       its claim, or a new one     returned ones, a waiting sender's, or waits
//   whom it wakes    one of the other side, after the lock
//
// A move of T that throws leaves the channel as it was, and whoever counted on that message is told to look again. The
// one exception: what a rendezvous handed to a thread is the thread's, and lost if the thread's own move then throws.
#pragma once

#include <heddle/channel/detail/array.hpp>
#include <heddle/channel/detail/core.hpp>
#include <heddle/channel/detail/list.hpp>
#include <heddle/channel/detail/thread_wait.hpp>
#include <heddle/channel/detail/trace.hpp>
#include <heddle/channel/detail/zero.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace heddle::inline v0::channel::detail {

/// What the usual case came to. Where it doesn't apply nothing was done, and the step is next, by that entry.
enum class [[nodiscard]] Fast : std::uint8_t { kDone, kOpen, kLocked };

[[nodiscard]] constexpr Entry entry_after(Fast fast) noexcept {
  return fast == Fast::kLocked ? Entry::kLocked : Entry::kOpen;
}

/// How many receivers a channel may have.
enum class Receivers : std::uint8_t { kOne, kMany };

template <class T>
class Shared final : public Core {
 public:
  Shared(std::size_t capacity, Receivers receivers)
      : Core(capacity), array_(capacity == kUnbounded ? 0 : capacity), many_receivers_(receivers == Receivers::kMany) {}

  void drop_sender() noexcept {
    if (!is_last_sender()) return;
    senders_gone();
    drop_reference();
  }
  void drop_receiver() noexcept {
    if (!is_last_receiver()) return;
    receivers_gone();
    drop_reference();
  }
  void drop_reference() noexcept {
    if (is_last_reference()) delete this;
  }

  /// Of its first sender.
  [[nodiscard]] Trace trace(const char* kind, const std::source_location& where) noexcept {
    const auto count = [](void* core) noexcept { return static_cast<Shared*>(core)->waiting_receives(); };
    return Trace::of_new(Traced(kind, this, count), where);
  }

  [[nodiscard]] std::size_t len() noexcept {
    const Locked locked(lock_);
    return stored_ + list_.claimed();
  }

  // ---- The usual case: nobody waits, and a place is free or a message there. Compiled into its caller, it keeps the
  // message in registers: through memory a 16-byte optional costs more than the lock. What has found the lock held for
  // nothing keeps it for the step that follows at once: who waits in turn, as in a ping-pong, would lock twice each time.

  [[gnu::always_inline]] Fast try_send_fast(T& value) noexcept {
    if constexpr (kMoveMayThrow) return Fast::kOpen;
    if (flavor() == Flavor::kZero) return Fast::kOpen;
    lock_.lock();
    if (closed_ || !receivers_.empty()) return Fast::kLocked;
    if (flavor() == Flavor::kArray) {
      if (!has_room()) return Fast::kLocked;
      array_.push(value);
    } else {
      if (list_.needs_block()) return Fast::kLocked;
      list_.push(value);
    }
    ++stored_;
    lock_.unlock();
    return Fast::kDone;
  }

  template <class Take>
  [[gnu::always_inline]] Fast try_recv_fast(Take&& take) noexcept {
    if constexpr (kMoveMayThrow) return Fast::kOpen;
    if (flavor() == Flavor::kList) {
      if (many_receivers_ || !list_.can_pop_fast()) return Fast::kOpen;
      list_.pop_fast(take);
      return Fast::kDone;
    }
    if (flavor() == Flavor::kZero) return Fast::kOpen;
    lock_.lock();
    if (stored_ == 0 || !senders_.empty()) return Fast::kLocked;
    array_.pop(take);
    --stored_;
    lock_.unlock();
    return Fast::kDone;
  }

  // ---- Steps: they never block. `value` is moved from only by kDone; kWouldWait has queued the waiter, if one was lent.

  [[gnu::noinline]] Attempt send(T& value, Waiting waiting, Entry entry = Entry::kOpen) {
    switch (flavor()) {
      case Flavor::kArray: return send_array(value, waiting, entry);
      case Flavor::kList: return send_list(value, Place::kNew, entry);
      case Flavor::kZero: break;
    }
    return send_zero(value, waiting);
  }

  /// Sends into a place that is held already, and lets go of the place whatever happens.
  Attempt send_held(T& value) {
    try {
      const Attempt step = flavor() == Flavor::kList ? send_list(value, Place::kHeld, Entry::kOpen) : send_into_held(value);
      // It may have been the last place of a closed channel: then every receiver has to hear of it, not only the one
      // that was notified of the value.
      end_receivers_if_disconnected();
      return step;
    } catch (...) {
      return_places(1);
      throw;
    }
  }

  /// How a sender that was served goes on: kWouldWait means from the start.
  Attempt resume_send(T& value, Waiter& waiter, Wait how) {
    waiter.state.store(Wait::kIdle, base::relaxed);  // its owner's again
    if (how == Wait::kClosed) return Attempt::kClosed;
    if (how == Wait::kNotified) return Attempt::kWouldWait;
    if (flavor() == Flavor::kZero) return Attempt::kDone;
    waiter.held = 0;
    return send_held(value);
  }

  /// `take(T&&)` gets the message.
  template <class Take>
  [[gnu::noinline]] Attempt recv(Take&& take, Waiting waiting, Entry entry = Entry::kOpen) {
    switch (flavor()) {
      case Flavor::kArray: return recv_array(take, waiting, entry);
      case Flavor::kList: return recv_list(take, waiting);
      case Flavor::kZero: break;
    }
    return recv_zero(take, waiting);
  }

  /// A task's receive is over before its end.
  void cancel_receiver(Waiter& waiter) noexcept {
    Waker last;  // destroyed after the lock
    WakeLater next;
    const Locked locked(lock_);
    if (waiter.linked()) WaitList::remove(waiter);
    last = std::move(waiter.waker);
    switch (waiter.state.exchange(Wait::kIdle, base::relaxed)) {  // relaxed: under the lock
      case Wait::kNotified:
        if (stored_ + list_.claimed() != 0 || is_disconnected()) next.waker = notify_receiver();
        break;
      case Wait::kDone:
        returned_.push(std::unique_ptr<Parcel<T>>(static_cast<Parcel<T>*>(std::exchange(waiter.cell, nullptr))));
        ++stored_;
        next.waker = notify_receiver();
        break;
      default: break;
    }
  }

  // ---- For select: true if the waiter was queued, false if the operation is possible just now.

  [[nodiscard]] bool watch_send(Waiting waiting) noexcept {
    const Locked locked(lock_);
    if (closed_ || has_room()) return false;
    if (flavor() == Flavor::kZero && has_partner(receivers_, waiting)) return false;
    waiting.waiter->wanted = 1;
    static_cast<void>(enqueue(senders_, waiting));
    return true;
  }
  [[nodiscard]] bool watch_recv(Waiting waiting) noexcept {
    const Locked locked(lock_);
    if (stored_ + list_.claimed() != 0 || is_disconnected()) return false;
    if (flavor() == Flavor::kZero && has_partner(senders_, waiting)) return false;
    static_cast<void>(enqueue(receivers_, waiting));
    return true;
  }

  // ---- For threads: they block until done, closed, or, with kWouldWait, until the deadline.

  [[gnu::noinline]] Attempt send_blocking(T& value, Deadline deadline, const char* call) {
    ThreadWait wait(call, "send_async");
    Waiter waiter;
    for (;;) {
      if (const Attempt step = send(value, Waiting(waiter, wait.waker())); step != Attempt::kWouldWait) return step;
      const Wait how = wait.until_served(waiter, deadline) ? waiter.now() : settle(waiter);
      if (how == Wait::kIdle) return Attempt::kWouldWait;
      if (const Attempt step = resume_send(value, waiter, how); step != Attempt::kWouldWait) return step;
    }
  }

  template <class Take>
  [[gnu::noinline]] Attempt recv_blocking(Take&& take, Deadline deadline, const char* call) {
    ThreadWait wait(call, "recv_async");
    Waiter waiter;
    Parcel<T> parcel;
    waiter.cell = &parcel;
    waiter.blocks = true;
    for (;;) {
      if (const Attempt step = recv(take, Waiting(waiter, wait.waker())); step != Attempt::kWouldWait) return step;
      const Wait how = wait.until_served(waiter, deadline) ? waiter.now() : settle(waiter);
      if (how == Wait::kIdle) return Attempt::kWouldWait;
      if (how == Wait::kNotified) continue;
      take(std::move(parcel.value));
      return Attempt::kDone;
    }
  }

  Attempt reserve_blocking(std::size_t count) {
    if (const Attempt step = reserve(count, Waiting()); step != Attempt::kWouldWait) return step;
    ThreadWait wait("Sender::reserve", "reserve_async");
    Waiter waiter;
    if (const Attempt step = reserve(count, Waiting(waiter, wait.waker())); step != Attempt::kWouldWait) return step;
    static_cast<void>(wait.until_served(waiter, kForever));
    return waiter.now() == Wait::kClosed ? Attempt::kClosed : Attempt::kDone;
  }

 private:
  enum class Place : std::uint8_t { kNew, kHeld };

  ~Shared() = default;

  // ---- Array

  Attempt send_array(T& value, Waiting waiting, Entry entry) {
    WakeLater receiver;
    const Locked locked(lock_, entry);
    if (closed_) [[unlikely]] return Attempt::kClosed;
    if (!has_room()) [[unlikely]] {
      if (waiting.waiter != nullptr) waiting.waiter->wanted = 1;
      return enqueue(senders_, waiting);
    }
    array_.push(value);
    ++stored_;
    receiver.waker = notify_receiver();
    return Attempt::kDone;
  }

  Attempt send_into_held(T& value) {
    WakeLater receiver;
    const Locked locked(lock_);
    if (receivers_gone_) [[unlikely]] return let_go_unused();
    array_.push(value);
    ++stored_;
    --permits_;
    receiver.waker = notify_receiver();
    return Attempt::kDone;
  }

  Attempt recv_array(auto& take, Waiting waiting, Entry entry) {
    WakeLater other;
    const Locked locked(lock_, entry);
    if (stored_ == 0) [[unlikely]] return nothing_to_receive(waiting);
    if constexpr (kMoveMayThrow) {
      try {
        array_.pop(take);
      } catch (...) {
        other.waker = notify_receiver();  // it stays, and the next receiver is told of it
        throw;
      }
    } else {
      array_.pop(take);
    }
    --stored_;
    other.waker = pass_place_on();
    return Attempt::kDone;
  }

  // ---- List

  Attempt send_list(T& value, Place place, Entry entry) {
    // Blocks are allocated, and a superfluous one is freed, outside of the lock.
    std::unique_ptr<Block<T>> block;
    for (;; entry = Entry::kOpen) {
      if (const Attempt step = push_list(value, place, block, entry); step != Attempt::kWouldWait) return step;
      block = list_.make_block();
    }
  }

  /// kWouldWait: a block is missing.
  Attempt push_list(T& value, Place place, std::unique_ptr<Block<T>>& block, Entry entry) {
    WakeLater receiver;
    const Locked locked(lock_, entry);
    if (place == Place::kNew && closed_) [[unlikely]] return Attempt::kClosed;
    if (place == Place::kHeld && receivers_gone_) [[unlikely]] return let_go_unused();
    if (list_.needs_block()) [[unlikely]] {
      if (block == nullptr) return Attempt::kWouldWait;
      list_.add_block(std::move(block));
    }
    list_.push(value);
    ++stored_;
    if (place == Place::kHeld) --permits_;
    receiver.waker = notify_receiver();
    return Attempt::kDone;
  }

  Attempt recv_list(auto& take, Waiting waiting) {
    WakeLater other;
    if (!many_receivers_) return recv_claimed(take, waiting, other);
    const Locked front(list_.front_lock);
    return recv_claimed(take, waiting, other);
  }

  Attempt recv_claimed(auto& take, Waiting waiting, WakeLater& other) {
    if (list_.claimed() == 0) [[unlikely]] {
      const Locked locked(lock_);
      if (stored_ == 0) return nothing_to_receive(waiting);
      list_.claim(std::exchange(stored_, 0));
    }
    if constexpr (kMoveMayThrow) {
      try {
        list_.pop(take);
      } catch (...) {
        const Locked locked(lock_);
        other.waker = notify_receiver();
        throw;
      }
    } else {
      list_.pop(take);
    }
    return Attempt::kDone;
  }

  // ---- Zero

  Attempt send_zero(T& value, Waiting waiting) {
    WakeLater other;
    const Locked locked(lock_);
    if (closed_) [[unlikely]] return Attempt::kClosed;
    Waiter* const receiver = pop_waiter(receivers_);
    if (receiver == nullptr) {
      if (waiting.waiter != nullptr) waiting.waiter->cell = std::addressof(value);
      return enqueue(senders_, waiting);
    }
    or_notify(*receiver, other, [&] { static_cast<Parcel<T>*>(receiver->cell)->fill(value); });
    other.waker = receiver->finish(Wait::kDone);
    return Attempt::kDone;
  }

  Attempt recv_zero(auto& take, Waiting waiting) {
    std::unique_ptr<Parcel<T>> parcel;  // freed after the lock
    WakeLater other;
    const Locked locked(lock_);
    if (stored_ != 0) [[unlikely]] {
      take(std::move(returned_.front()));
      parcel = returned_.pop();
      --stored_;
      return Attempt::kDone;
    }
    Waiter* const sender = pop_waiter(senders_);
    if (sender == nullptr) return nothing_to_receive(waiting);
    or_notify(*sender, other, [&] { take(std::move(*static_cast<T*>(sender->cell))); });
    other.waker = sender->finish(Wait::kDone);
    return Attempt::kDone;
  }

  // ---- All

  Attempt nothing_to_receive(Waiting waiting) noexcept {
    return is_disconnected() ? Attempt::kClosed : enqueue(receivers_, waiting);
  }

  Attempt let_go_unused() noexcept {
    --permits_;
    return Attempt::kClosed;
  }

  static constexpr bool kMoveMayThrow = !std::is_nothrow_move_constructible_v<T>;

  /// Serves a waiter with `hand_over`; if that throws, the waiter looks again.
  static void or_notify(Waiter& waiter, WakeLater& other, auto hand_over) {
    if constexpr (kMoveMayThrow) {
      try {
        hand_over();
      } catch (...) {
        other.waker = waiter.finish(Wait::kNotified);
        throw;
      }
    } else {
      hand_over();
    }
  }

  void receivers_gone() noexcept {
    {
      const Locked locked(lock_);
      closed_ = true;
      receivers_gone_ = true;
    }
    close();
    drain();
  }

  /// Destroys what nobody will receive, outside of the lock: a message may hold a Sender of this very channel. Nothing
  /// is stored any more, and nobody else receives.
  void drain() noexcept {
    std::size_t count = 0;
    {
      const Locked locked(lock_);
      count = std::exchange(stored_, 0);
      if (flavor() == Flavor::kList && count != 0) list_.claim(list_.claimed() + count);
    }
    switch (flavor()) {
      case Flavor::kArray:
        for (; count != 0; --count) array_.drop_front();
        break;
      case Flavor::kList:
        while (list_.claimed() != 0) list_.pop([](T&&) {});
        break;
      case Flavor::kZero:
        for (; count != 0; --count) static_cast<void>(returned_.pop());
        break;
    }
  }

  // Guarded by lock_; the receivers' end of list_ by its own rules.
  ArrayQueue<T> array_;
  ListQueue<T> list_;
  Returned<T> returned_;
  // Constant after construction.
  const bool many_receivers_;
};

}  // namespace heddle::inline v0::channel::detail
